import { z } from 'zod'
import { errorCodes } from '@portero/shared'
import { weekday } from './homes.ts'
import { stages } from './leads.ts'
import { failureReason } from './ports/messaging.ts'
import { arcoKinds } from './privacy.ts'

// One conversation as whoever mends the house may keep it, and play it: what came from outside, and what the house did then. It consists of words of ours and of numbers that count something;
// nothing that anybody wrote fits in, so that nothing of theirs can stand in it, whatever it is that they wrote.
const atMs = z.int().min(0) // since it began
const place = z.int().min(1).max(99)
export const minutes = z.int().min(-99_999).max(99_999)
// A tool, a command, a vendor: whoever writes the file takes it from the list of those that there are.
const name = z.string().regex(/^[a-z]{1,24}([._-][a-z]{1,24}){0,3}$/)
const code = z.enum([...errorCodes, 'other'])
export const toolCode = z.enum([...errorCodes, 'clash', 'human_in_charge', 'illegal_move', 'name_missing', 'no_tour', 'not_available', 'not_offered', 'nothing_there', 'slot_gone', 'slot_unknown', 'still_working', 'too_many', 'tour_changed', 'tour_over', 'tour_unknown', 'which_tour', 'other'])
export const reason = z.enum(['asked_for_person', 'complaint', 'payment', 'contract', 'emergency', 'not_understood', 'unanswered', 'privacy', 'other'])
export const verb = z.enum(['confirm', 'here', 'cancel', 'move', 'to', 'take', 'pass', 'leave'])

// What they meant, by what was done about it. place: which of those that were listed last. area: which of the neighbourhoods, in the order of the catalogue.
export const plainWishes = ['hello', 'thanks', 'yes', 'no', 'name', 'facts', 'question', 'details', 'photos', 'times', 'book', 'visits', 'change', 'cancel', 'wait', 'gone', 'person', 'complaint', 'payment', 'contract', 'emergency', 'stop', 'start', 'ask', 'other'] as const
const plainWish = z.enum(plainWishes)
export type PlainWish = z.infer<typeof plainWish>
export const meaning = z.discriminatedUnion('wish', [
  z.strictObject({ wish: z.literal('search'), bedrooms: z.int().min(0).max(9).optional(), area: place.optional() }),
  z.strictObject({ wish: z.literal('pick'), place }),
  z.strictObject({ wish: z.literal('press'), about: z.enum(['tour', 'wait']), verb }),
  z.strictObject({ wish: z.literal('privacy'), kind: z.enum([...arcoKinds, 'stop']) }),
  z.strictObject({ wish: plainWish }),
])
export type Meaning = z.infer<typeof meaning>

// From outside, as far as the house knows of it. Of vendors it knows the minute.
const came = z.discriminatedUnion('is', [
  z.strictObject({ atMs, is: z.literal('wrote'), means: meaning }),
  z.strictObject({ atMs, is: z.enum(['answered', 'taken', 'given-back', 'renamed']) }), // answered: by somebody of ours, in the vendor's inbox
  z.strictObject({ atMs, is: z.literal('deal-moved'), to: z.enum([...stages, 'elsewhere']) }),
  z.strictObject({ atMs, is: z.literal('event-moved'), at: name, minutes }),
  z.strictObject({ atMs, is: z.literal('event-dropped'), at: name }),
  z.strictObject({ atMs, is: z.literal('failed'), vendor: name, code, times: z.int().min(1), forMs: z.int().min(0) }), // forMs: nothing went through for so long; 0: some did
  z.strictObject({ atMs, is: z.literal('began-again'), awayMs: z.int().min(0) }),
])
export type Came = z.infer<typeof came>

// What the house did. home: in the order of the catalogue. inMinutes: until the visit.
const who = z.enum(['prospect', 'staff', 'workflow', 'system', 'calendar'])
export const deeds = ['booked', 'held', 'confirmed', 'moved', 'cancelled', 'marked', 'reassigned', 'released', 'not'] as const
const did = z.discriminatedUnion('is', [
  z.strictObject({ atMs, is: z.literal('tool'), tool: name, code: toolCode.optional() }), // code: of a refusal
  z.strictObject({ atMs, is: z.literal('said'), by: z.enum(['bot', 'human', 'portero']), status: z.enum(['accepted', 'sent', 'delivered', 'read', 'failed']), failure: failureReason.optional(), isSms: z.literal(true).optional() }),
  z.strictObject({ atMs, is: z.literal('visit'), deed: z.enum(deeds), by: who, home: z.int().min(1).max(99_999).optional(), inMinutes: minutes.optional() }),
  z.strictObject({ atMs, is: z.literal('called'), reason, by: who }),
  z.strictObject({ atMs, is: z.enum(['stopped', 'started', 'silent', 'back']) }), // silent: the bot, since somebody of ours has it in hand
  z.strictObject({ atMs, is: z.literal('command'), command: name, vendor: name.optional(), state: z.enum(['scheduled', 'ready', 'running', 'done', 'dead', 'shadowed', 'dropped']), tries: z.int().min(0), code: code.optional() }), // that didn't go well at once
])
export type Did = z.infer<typeof did>

export const incident = z.strictObject({
  portero: z.literal('incident'), version: z.literal(1),
  agent: z.enum(['bird', 'portero']), // whose talks with prospects there
  began: z.strictObject({ weekday, minute: z.int().min(0).max(1_439) }), // by the clock of most homes
  came: z.array(came).max(2_000), did: z.array(did).max(20_000),
  left: z.strictObject({ files: z.int(), edited: z.int(), unread: z.int() }), // what is told as less than it was: files as words, what was edited as it stood last; what can't be read any more not at all
})
export type Incident = z.infer<typeof incident>

// The kinds of what happened, one after the other: what two incidents have to have in common to be the same. What vendors do is known too roughly for that.
export const kindsOf = ({ came, did }: Pick<Incident, 'came' | 'did'>): string[] =>
  [...came.flatMap((each) => (each.is === 'failed' || each.is === 'began-again' ? [] : [{ atMs: each.atMs, kind: kindOfCame(each) }])), ...did.flatMap((each) => (each.is === 'command' || each.is === 'said' ? [] : [{ atMs: each.atMs, kind: kindOfDid(each) }]))]
    .toSorted((a, b) => a.atMs - b.atMs).map(({ kind }) => kind)
export const kindOfCame = (each: Came): string =>
  each.is === 'wrote' ? `wrote ${Object.values(each.means).join(' ')}` : each.is === 'deal-moved' ? `deal-moved ${each.to}` : each.is === 'event-moved' || each.is === 'event-dropped' ? `${each.is} ${each.at}` : each.is === 'failed' ? `${each.vendor} ${each.code}` : each.is
export const kindOfDid = (each: Did): string => {
  switch (each.is) {
    case 'tool': return `tool ${each.tool} ${each.code ?? 'well'}`
    case 'said': return `said by ${each.by}, ${each.failure ?? each.status}`
    case 'visit': return `visit ${each.deed} by ${each.by}`
    case 'called': return `called ${each.reason}`
    case 'command': return `${each.command} ${each.state}${each.code === undefined ? '' : `: ${each.code}`}, ${each.tries} tries`
    default: return each.is
  }
}
