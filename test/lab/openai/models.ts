import type OpenAI from 'openai'
import { ok, Refusal } from './answers.ts'
import type { Route } from '../simulator.ts'

// The models of the lab's account: those that answer, and those that listen.
const speaking = ['gpt-6-astra', 'gpt-6.1-sol', 'gpt-6.1-terra', 'gpt-6-luna']
const listening = ['gpt-4o-transcribe', 'gpt-4o-mini-transcribe', 'gpt-transcribe', 'whisper-1']
const madeAt = Date.UTC(2026, 9, 26) / 1_000
const modelOf = (id: string): OpenAI.Models.Model => ({ id, object: 'model', created: madeAt, owned_by: 'system' })

export const knownModel = (kind: 'speaking' | 'listening', id: string): void => {
  if (!(kind === 'speaking' ? speaking : listening).includes(id)) throw missing(id)
}
const missing = (id: string): Refusal => new Refusal({ status: 404, message: `The model \`${id}\` does not exist or you do not have access to it.`, code: 'model_not_found' })

export const modelRoutes: Record<string, Route> = {
  'GET /v1/models': () => ok({ object: 'list', data: [...speaking, ...listening].map(modelOf) }),
  'GET /v1/models/:model': ({ parts: { model = '' } }) => {
    if (![...speaking, ...listening].includes(model)) throw missing(model)
    return ok(modelOf(model))
  },
}
