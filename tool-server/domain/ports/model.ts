import { z } from 'zod'
import { defineCommand } from '../../define.ts'

// A language model that reads a conversation, and either says something or calls a tool; whoever serves it.
// heard: the prospect. said: us, or the model itself. note: the house tells the model something. call: it asks for a tool, its arguments as it wrote them.
// answer: what that tool said. thought: what it wants to be given back on its next turn, sealed by whoever serves it.
export const heardItem = z.strictObject({ kind: z.literal('heard'), text: z.string() })
export const saidItem = z.strictObject({ kind: z.literal('said'), text: z.string() })
export const noteItem = z.strictObject({ kind: z.literal('note'), text: z.string() })
export const callItem = z.strictObject({ kind: z.literal('call'), id: z.string().min(1), tool: z.string(), args: z.string() })
export const answerItem = z.strictObject({ kind: z.literal('answer'), id: z.string().min(1), text: z.string() })
export const thoughtItem = z.strictObject({ kind: z.literal('thought'), id: z.string(), sealed: z.string() })
export const modelItem = z.discriminatedUnion('kind', [heardItem, saidItem, noteItem, callItem, answerItem, thoughtItem])
export type ModelItem = z.infer<typeof modelItem>

export const modelTool = z.strictObject({ name: z.string(), description: z.string(), parameters: z.looseObject({}) })
// Tools that whoever serves the model calls by itself, at our own door, with a token that is good for this conversation and a quarter of an hour.
const hosted = z.strictObject({ url: z.url(), token: z.string().min(1), tools: z.array(z.string()) })

// version: of the instructions and tools; what has the same begins with the same bytes, which is cheaper. whom: a digest, never a name. cut: why it broke off. micros: millionths of a US dollar, where the price is known.
const usage = z.strictObject({ input: z.int(), cached: z.int(), output: z.int(), micros: z.int().optional() })
export type Usage = z.infer<typeof usage>
export const respond = defineCommand({
  name: 'model.respond',
  args: z.strictObject({ version: z.string().min(1), instructions: z.string().min(1), tools: z.array(modelTool), hosted: hosted.optional(), items: z.array(modelItem).min(1), whom: z.string().min(1).max(64), mostTokens: z.int().min(16) }),
  result: z.strictObject({ items: z.array(modelItem), model: z.string(), usage, cut: z.enum(['length', 'filter', 'refusal']).optional() }),
  attempts: 3, blocksSerialWhenDead: false, gated: true, brief: true,
})

// draft: what it would say next, with no tool at hand; somebody waits for it, as long as signal says.
const drafted = respond.args.omit({ tools: true, hosted: true })
export type DraftAsked = z.infer<typeof drafted>

// Reads: nothing is changed by asking, though it costs.
export type ModelReads = {
  draft(asked: DraftAsked, signal?: AbortSignal): Promise<{ text: string; usage: Usage }>
  transcribe(sound: { bytes: Buffer; type: string }): Promise<string>
  describe(image: { bytes: Buffer; type: string; whom: string }): Promise<string>
}
