import * as z from 'zod/mini'

// What the cards show, as the server tells it: POST /cards/{view or action}. Times are ISO 8601 in UTC; zone is whose clock they are shown by.
const iso = z.iso.datetime()
const opt = z.optional

// What the server says in them; the cards' own words are the cards'.
export { cardAnswers } from './words-card-answers.ts'
const language = opt(z.enum(['es-MX', 'en'])) // of whoever looks, by HubSpot's locale; es-MX without

// Sent with every request: the record that is open. Who asks is never in here; HubSpot signs that.
export const record = z.strictObject({ type: z.enum(['contact', 'deal']), id: z.string().check(z.regex(/^\d{1,20}$/)) })
export type CardRecord = z.infer<typeof record>

export const line = z.strictObject({
  id: z.string(), at: iso, author: z.enum(['prospect', 'bot', 'human', 'portero']),
  kind: z.enum(['text', 'image', 'audio', 'video', 'file', 'location', 'other', 'done']), // done: something that a tool did, told in `text`
  text: z.string(), status: opt(z.enum(['accepted', 'sent', 'delivered', 'read', 'failed'])),
})
export const transcriptAsk = z.strictObject({ record, before: opt(z.string()), search: opt(z.string()), language }) // before: the page that ends where this cursor says
export const transcriptView = z.strictObject({
  zone: z.string(), asOf: iso, state: z.enum(['bot', 'human', 'paused', 'none']), // none: nobody has written yet
  escalation: opt(z.strictObject({ reason: z.string(), summary: z.string(), owner: opt(z.string()), dueAt: iso, isLate: z.boolean() })),
  lines: z.array(line), // the oldest first
  earlier: opt(z.string()), // cursor of the page before
})

export const tourStatus = z.enum(['held', 'confirmed', 'completed', 'no_show', 'cancelled'])
export const visit = z.strictObject({
  tour: z.string(), version: z.int(), home: z.string(), title: z.string(), startsAt: iso, endsAt: iso, zone: z.string(), status: tourStatus,
  place: z.string(), mapUrl: opt(z.string()), agent: z.string(), calendarUrl: opt(z.string()),
})
export const fact = z.strictObject({ name: z.string(), value: z.string() }) // name: a key of the words
export const visitView = z.strictObject({
  asOf: iso, person: opt(z.strictObject({ name: opt(z.string()), phone: opt(z.string()), isMasked: z.boolean() })),
  stage: opt(z.string()), facts: z.array(fact), next: opt(visit), history: z.array(visit),
  homes: z.array(z.strictObject({ home: z.string(), title: z.string(), area: z.string() })),
})
export const visitAsk = z.strictObject({ record, language })
export const slotsAsk = z.strictObject({ record, home: z.string(), fromDay: opt(z.string()), language })
export const slotsView = z.strictObject({ asOf: iso, zone: z.string(), slots: z.array(z.strictObject({ slot: z.string(), startsAt: iso, label: z.string() })) })

// Writes carry a key of the card's own making: HubSpot asks again when it isn't sure, and the same key is the same write.
const key = z.string().check(z.regex(/^[\w-]{8,64}$/))
export const bookAsk = z.strictObject({ record, key, slot: z.string(), language })
export const moveAsk = z.strictObject({ record, key, tour: z.string(), version: z.int(), slot: z.string(), language })
export const markAsk = z.strictObject({ record, key, tour: z.string(), version: z.int(), to: z.enum(['completed', 'no_show', 'cancelled']), language })
export const writeView = z.strictObject({ ok: z.boolean(), say: z.string(), code: opt(z.string()), visit: opt(visit), alternatives: opt(slotsView.shape.slots) })

// Why a field says what it says: the message, what was done for it, and what was written where.
export const whyAsk = z.strictObject({ record, field: z.string(), language })
export const whyView = z.strictObject({ steps: z.array(z.strictObject({ at: iso, kind: z.enum(['message', 'tool', 'write']), text: z.string(), by: opt(z.string()) })) })

export const previewAsk = z.strictObject({ record, language })
export const previewView = z.strictObject({ asOf: iso, stage: opt(z.string()), next: opt(visit), state: z.enum(['bot', 'human', 'paused', 'none']), waitingSince: opt(iso) })
export const revealAsk = z.strictObject({ record })
export const revealView = z.strictObject({ phone: z.string() })
export type TranscriptView = z.infer<typeof transcriptView>
export type VisitView = z.infer<typeof visitView>
export type WriteView = z.infer<typeof writeView>
