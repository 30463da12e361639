import * as z from 'zod/mini'

// What the cards show, as the server tells it: POST /cards/{view or action}. Times are ISO 8601 in UTC; zone is whose clock they are shown by.
const iso = z.iso.datetime()
const opt = z.optional

// What the server says in them; the cards' own words are the cards'.
export { cardAnswers } from './words-card-answers.ts'
export { settingsAnswers, vendorName } from './words-settings.ts'
const language = opt(z.enum(['es-MX', 'en'])) // of whoever looks, by HubSpot's locale; es-MX without

// Sent with every request: the record that is open. Who asks is never in here; HubSpot signs that.
export const record = z.strictObject({ type: z.enum(['contact', 'deal', 'ticket']), id: z.string().check(z.regex(/^\d{1,20}$/)) })
export type CardRecord = z.infer<typeof record>

export const line = z.strictObject({
  id: z.string(), at: iso, author: z.enum(['prospect', 'bot', 'human', 'portero']),
  kind: z.enum(['text', 'image', 'audio', 'video', 'file', 'location', 'other', 'done']), // done: something that a tool did, told in `text`
  text: z.string(), status: opt(z.enum(['accepted', 'sent', 'delivered', 'read', 'failed'])),
  note: opt(z.string()), // what became of it: that it was edited or taken back, how it went, why it didn't arrive, or why its file isn't here
  media: opt(z.array(z.strictObject({ url: z.string(), type: z.string() }))), // good for a quarter of an hour, for whoever asked
  isStray: opt(z.boolean()), // the vendor's bot said it while a person of ours had the conversation in hand
})
export const transcriptAsk = z.strictObject({ record, before: opt(z.string()), search: opt(z.string()), language }) // before: the page that ends where this cursor says
export const transcriptView = z.strictObject({
  zone: z.string(), asOf: iso, state: z.enum(['bot', 'human', 'paused', 'none']), // none: nobody has written yet
  taken: opt(z.strictObject({ by: z.enum(['me', 'inbox', 'other']), name: opt(z.string()), since: iso })), // who of ours has it in hand; inbox: somebody in the vendor's
  escalation: opt(z.strictObject({ reason: z.string(), summary: z.string(), owner: opt(z.string()), dueAt: iso, isLate: z.boolean() })),
  lines: z.array(line), // the oldest first
  earlier: opt(z.string()), // cursor of the page before
  canDraft: opt(z.boolean()), // a model is connected that proposes answers
})

export const tourStatus = z.enum(['held', 'confirmed', 'completed', 'no_show', 'cancelled'])
export const visit = z.strictObject({
  tour: z.string(), version: z.int(), home: z.string(), title: z.string(), startsAt: iso, endsAt: iso, zone: z.string(), status: tourStatus,
  place: z.string(), mapUrl: opt(z.string()), agent: z.string(), calendarUrl: opt(z.string()), inCalendar: opt(z.enum(['waits', 'stands', 'byHand', 'failed'])), inCalendarUrl: opt(z.string()), // inCalendar: of whoever shows it
})
export const fact = z.strictObject({ name: z.string(), value: z.string() }) // name: a key of the words
export const visitView = z.strictObject({
  asOf: iso, person: opt(z.strictObject({ name: opt(z.string()), phone: opt(z.string()), isMasked: z.boolean() })),
  stage: opt(z.string()), facts: z.array(fact), next: opt(visit), isUnmarked: opt(z.boolean()), history: z.array(visit), // isUnmarked: the next is over, and nobody has said how it went
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
export const takeoverAsk = z.strictObject({ record, key, to: z.enum(['human', 'bot']), language })
const words = z.string().check(z.maxLength(10_000))
export const replyAsk = z.strictObject({ record, key, text: words, language })
// What could be answered, for whoever asks to mend and send. doubts: what in it nothing of ours backs, word for word.
export const draftAsk = z.strictObject({ record, language })
export const draftView = z.strictObject({ ok: z.boolean(), say: opt(z.string()), text: opt(z.string()), doubts: opt(z.array(z.string())) })
export const noteAsk = z.strictObject({ record, key, text: words, language })
export const escalationReason = z.enum(['asked_for_person', 'complaint', 'payment', 'contract', 'emergency', 'not_understood', 'other'])
export const escalateAsk = z.strictObject({ record, key, reason: escalationReason, summary: words, language })
export const writeView = z.strictObject({ ok: z.boolean(), say: z.string(), code: opt(z.string()), visit: opt(visit), alternatives: opt(slotsView.shape.slots) })

// Why a field says what it says: the message, what was done for it, and what was written where.
export const whyAsk = z.strictObject({ record, field: z.string(), language })
export const whyView = z.strictObject({ steps: z.array(z.strictObject({ at: iso, kind: z.enum(['message', 'tool', 'write']), text: z.string(), by: opt(z.string()) })) })

export const previewAsk = z.strictObject({ record, language })
export const previewView = z.strictObject({ asOf: iso, stage: opt(z.string()), next: opt(visit), isUnmarked: opt(z.boolean()), state: z.enum(['bot', 'human', 'paused', 'none']), waitingSince: opt(iso) })
export const revealAsk = z.strictObject({ record })
export const revealView = z.strictObject({ phone: z.string() })
// The pages of the whole house, which belong to no record. Who may open them is a matter of their role.
const perDay = { day: z.string() } // YYYY-MM-DD
export const todayAsk = z.strictObject({ language })
export const todayView = z.strictObject({
  zone: z.string(), asOf: iso,
  tours: z.array(z.strictObject({ tour: z.string(), startsAt: iso, endsAt: iso, zone: z.string(), status: tourStatus, title: z.string(), place: z.string(), agent: z.string(), person: opt(z.string()), contact: opt(z.string()) })), // contact: HubSpot's id
  escalations: z.array(z.strictObject({ escalation: z.string(), reason: z.string(), owner: opt(z.string()), since: iso, dueAt: iso, isLate: z.boolean(), isSeen: z.boolean(), person: opt(z.string()), contact: opt(z.string()) })),
  // state: fine; slow, where something is tried again; resting, because it is down; stuck, where somebody must look. failure: what went wrong last.
  connections: z.array(z.strictObject({ connection: z.string(), vendor: z.string(), account: z.string(), state: z.enum(['fine', 'slow', 'resting', 'stuck']), heardAt: opt(iso), waiting: z.int(), dead: z.int(), failure: opt(z.string()) })),
  tourDays: z.array(z.strictObject({ ...perDay, held: z.int(), confirmed: z.int(), completed: z.int(), no_show: z.int(), cancelled: z.int() })),
  messageDays: z.array(z.strictObject({ ...perDay, in: z.int(), out: z.int() })),
})

const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
const clockTime = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/))
const stretch = z.strictObject({ day: weekday, from: clockTime, to: clockTime })
const asker = z.strictObject({ agent: z.string(), language: opt(z.enum(['es-MX', 'en'])), building: opt(z.string()) }) // by their slugs; without the others, for every language and building
export const settingsAsk = z.strictObject({ language })
export const settingsView = z.strictObject({
  asOf: iso,
  buildings: z.array(z.strictObject({ building: z.string(), name: z.string(), zone: z.string() })),
  agents: z.array(z.strictObject({ agent: z.string(), name: z.string(), isActive: z.boolean(), version: z.string(), hours: z.array(stretch) })),
  blackouts: z.array(z.strictObject({ blackout: z.string(), building: opt(z.string()), agent: opt(z.string()), startsAt: iso, endsAt: iso, zone: z.string() })),
  owners: z.strictObject({ version: z.string(), list: z.array(asker) }),
  connections: z.array(z.strictObject({ connection: z.string(), vendor: z.string(), account: z.string() })),
})
// version: what was seen of it; what has another one by now is not written over.
const moment = z.string().check(z.regex(/^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d)?$/)) // by the clock of the building; a day alone is all of it, the last one too
export const hoursAsk = z.strictObject({ key, agent: z.string(), version: z.string(), hours: z.array(stretch).check(z.maxLength(50)), language })
export const blackoutAsk = z.strictObject({ key, building: opt(z.string()), agent: opt(z.string()), from: moment, to: moment, language })
export const reopenAsk = z.strictObject({ key, blackout: z.uuid(), language })
export const ownersAsk = z.strictObject({ key, version: z.string(), list: z.array(asker).check(z.maxLength(50)), language })
export const probeAsk = z.strictObject({ connection: z.uuid(), language })
export const probeView = z.strictObject({ asOf: iso, ok: z.boolean(), say: z.string() })
export type TranscriptView = z.infer<typeof transcriptView>
export type VisitView = z.infer<typeof visitView>
export type WriteView = z.infer<typeof writeView>
