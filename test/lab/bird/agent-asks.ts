import { z } from 'zod'
import type { Time } from '../simulator.ts'

// What the stand-in for Bird's agent and the flow in front of it ask of us, exactly as Bird's HTTP steps do.
// Everything is a string, and what it doesn't know is nothing at all or a template that nobody filled in.
const inputs = {
  find_homes: ['area', 'bedrooms', 'budget_max', 'pets', 'move_in'],
  get_home: ['home'],
  check_availability: ['home', 'from_day', 'part_of_day'],
  book_tour: ['slot_id', 'home', 'when', 'name'],
  my_tours: [],
  reschedule_tour: ['tour_id', 'slot_id', 'when'],
  cancel_tour: ['tour_id', 'reason'],
  update_deal: ['stage', 'budget_max', 'bedrooms', 'occupants', 'pets', 'move_in', 'months', 'guarantee', 'home'],
  escalate: ['reason', 'summary'],
} as const
export type Tool = keyof typeof inputs

const slot = z.object({ slot_id: z.string(), start: z.string(), label: z.string() })
export type Slot = z.infer<typeof slot>
const reply = z.object({ ok: z.boolean(), say: z.string(), data: z.unknown().optional(), error: z.object({ code: z.string(), alternatives: z.array(slot).nullish() }).nullish() })
export const slotsIn = z.object({ slots: z.array(slot) })
export type Outcome = { say: string; data: unknown; failed: boolean; code: string | undefined; alternatives: Slot[] }
export type Known = Partial<Record<string, string>>

const verdict = z.object({ answer: z.enum(['bot', 'human', 'paused', 'optout']), notice: z.string().optional() })
export type Verdict = z.infer<typeof verdict>

const timeoutMs = 10_000
const unreachable: Outcome = { say: 'Ahora no puedo consultarlo, inténtalo en un momento.', data: undefined, failed: true, code: undefined, alternatives: [] }

export type Asks = { call(conversation: string, tool: Tool, known: Known): Promise<Outcome>; gate(conversation: string, text: string): Promise<Verdict | undefined> }
export const makeAsks = ({ toolsUrl, toolKey, clock }: { toolsUrl: string; toolKey: string; clock: Pick<Time, 'after'> }): Asks => {
  let blanks = 0
  const blank = (field: string): string => ['', `{{${field}}}`, `{{variables.${field}}}`][blanks++ % 3] ?? ''
  // undefined: refused, broken off, too slow, or no JSON: to whoever is waiting it is all the same.
  const post = async (path: string, conversation: string, body: object): Promise<{ ok: boolean; body: unknown } | undefined> => {
    const limit = new AbortController()
    const release = clock.after(timeoutMs, () => limit.abort())
    try {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${toolKey}`, 'x-bird-conversation-id': conversation }
      const response = await fetch(`${toolsUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal: limit.signal })
      return { ok: response.ok, body: await response.json() }
    } catch {
      return undefined
    } finally {
      release()
    }
  }

  return {
    async call(conversation, tool, known) {
      const told = await post(`/tools/${tool}`, conversation, Object.fromEntries(inputs[tool].map((field) => [field, known[field] ?? blank(field)])))
      const parsed = reply.safeParse(told?.body)
      if (!told || !parsed.success) return unreachable
      const { ok, say, data, error } = parsed.data
      return { say, data, failed: !ok || !told.ok, code: error?.code, alternatives: error?.alternatives ?? [] }
    },
    gate: async (conversation, text) => verdict.safeParse((await post('/gate/inbound', conversation, { text }))?.body).data,
  }
}
