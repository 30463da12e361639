import { z } from 'zod'
import type { Usage } from '../../domain/ports/model.ts'

// One key at OpenAI, or at whoever speaks its Responses API.
const price = z.number().nonnegative()
const prices = z.strictObject({ input: price, cached: price, output: price }) // US dollars for a million tokens

export const settings = z.strictObject({
  baseUrl: z.url().default('https://api.openai.com/v1'),
  apiKey: z.string().min(1),
  model: z.string().min(1).default('gpt-6.1-terra'),
  effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).default('low'), // how long it thinks before it answers
  describeModel: z.string().min(1).default('gpt-6-luna'),
  transcribeModel: z.string().min(1).default('gpt-4o-mini-transcribe'),
  prices: prices.optional(), // of the model, where it is another than these
  media: z.strictObject({ voice: z.boolean().default(true), images: z.boolean().default(false) }).prefault({}), // what people send that it may hear or see; documents it never may
  hosted: z.boolean().default(false), // it calls our tools itself, at our MCP door, which it must be able to reach
})
export type Settings = z.infer<typeof settings>

// https://developers.openai.com/api/docs/pricing, on 20 November 2026
const known: Readonly<Record<string, z.infer<typeof prices>>> = {
  'gpt-6.1-sol': { input: 2, cached: 0.1, output: 10 },
  'gpt-6.1-terra': { input: 1, cached: 0.05, output: 5 },
  'gpt-6-luna': { input: 0.1, cached: 0.01, output: 0.5 },
}
// Dollars for a million tokens are millionths of a dollar for one. What was cached is part of what went in.
export const costOf = ({ input, cached, output }: Omit<Usage, 'micros'>, { model, prices: agreed }: Pick<Settings, 'model' | 'prices'>): Pick<Usage, 'micros'> => {
  const each = agreed ?? known[model]
  return each ? { micros: Math.round((input - cached) * each.input + cached * each.cached + output * each.output) } : {}
}
