import type { Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { Act, DB, Millis } from '../define.ts'
import { endOf, followSince } from '../domain/cadence.ts'
import { fitMessage, sms, whatsapp, type Choice, type Content } from '../domain/message-fit.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { nextAllowed, night } from '../domain/quiet-hours.ts'
import { gate, nextSend, type Purpose, type Refusal, type Verdict } from '../domain/send-gate.ts'
import { thrifty } from '../domain/sms.ts'
import { quietIn } from '../store/cadence.ts'
import { cardZone } from '../store/card-transcript.ts'
import { findLead, openLead, zoneIn, zoneOfLead } from '../store/leads.ts'
import { contactOf } from '../store/people.ts'
import { spaceOut, standing, standingNow, type ConversationStanding } from '../store/standing.ts'
import { isPromotion, templateFor } from '../store/templates.ts'

// The only way in which we say something to a prospect. What may not be said is refused with its reason, and nothing is sent.
// zone: of the home that it is about, by whose clock nobody is disturbed. instead: what says the same as an approved template, for when the window is closed. by: where it is not the vendor's chat; an SMS knows no window.
export type Saying = { conversation: string; purpose: Purpose; content: Content | readonly Content[]; instead?: Instead; key: string; at?: Millis; zone?: string; then?: string; by?: 'sms' }
export type Instead = { template: string; params: { key: string; value: string }[]; text: string }
export type Told = { said: true } | { said: false; because: Refusal }

export const agentSaid = 'agent:' // what our own agent says, by its key
export const serialOf = (conversation: string): string => `say:${conversation}`
// Everything that a takeover takes back begins with this.
export const unattended = (conversation: string): string => `say:${conversation}:bot:`
const keyFor = ({ conversation, purpose, key }: Saying): string => {
  if (purpose === 'staff' || purpose === 'goodbye') return `say:${conversation}:${purpose}:${key}`
  return `${unattended(conversation)}${purpose === 'service' ? 'service:' : ''}${key}`
}
// Back from the name that a command has. A notice passes the gate as an answer does.
export const sayingOf = (name: string): Pick<Saying, 'conversation' | 'purpose' | 'key'> | undefined => {
  const [, conversation, of, isService, key] = /^say:([0-9a-f-]{36}):(bot|staff|goodbye):(service:)?(.+)$/s.exec(name) ?? []
  if (conversation === undefined || key === undefined) return undefined
  return { conversation, key, purpose: of === 'staff' || of === 'goodbye' ? of : isService ? 'service' : key.startsWith(agentSaid) ? 'agent' : 'answer' }
}

export const say = async (act: Act, saying: Saying): Promise<Told> => {
  const { conversation, purpose, content, instead, at = act.now, zone, then = 'messaging.sent', by } = saying
  const known = await standing(act, conversation)
  if (known?.isBlocked) return { said: false, because: 'opted_out' } // whoever cancelled hears from nobody but who answers that
  const to = known && (await contactOf(act, known.person))
  if (!known || !to) throw new AppError('bug', 'what is said goes to somebody, in a conversation')
  const { mode, heardAt, isOptedOut, isPeopleOnly, connection, language } = known
  // When it is to leave: of our own accord we write to nobody at night.
  const wanted = Math.max(at, act.now)
  const now = purpose === 'service' ? nextAllowed(wanted, { zone: zone ?? (await zoneOfLead(act, known.person)) ?? cardZone, ...night }) : wanted
  const template = instead && (await templateFor(act, { connection, name: instead.template, language }))
  const verdict = gate(purpose, { isOptedOut, isPeopleOnly, mode, heardAt, windowed: by !== 'sms', template: !instead ? 'none' : template?.status === 'approved' ? 'approved' : 'unapproved', isPromotion: template?.category === 'marketing', isAgreed: agreesTo(known, saying.key), now })
  if (verdict.may === 'no') return { said: false, because: verdict.because }
  // What leaves later is not in line with what is said until then.
  let until = now > act.now ? now : known.sendsUntil
  for (const [place, part] of partsOf(verdict, { content, instead, template, language, by }).entries()) {
    const next = nextSend(until, now)
    until = next.until
    await act.send(sendMessage, { to, ...part, ...(known.external !== undefined && { conversation: known.external }) }, { key: `${keyFor(saying)}/${place}`, to: connection, serial: serialOf(conversation), at: next.at, person: known.person, then })
  }
  if (until !== undefined && now === act.now) await spaceOut(act, conversation, until)
  return { said: true }
}

// Who keeps silent agrees to being followed up, and to nothing else.
const agreesTo = ({ takesOffers, takesFollowUps }: Pick<ConversationStanding, 'takesOffers' | 'takesFollowUps'>, key: string): boolean => (followSince(key) === undefined ? takesOffers : takesFollowUps)

type Parts = { content: Saying['content']; instead: Instead | undefined; template: { project: string; version: string } | undefined; language: string; by: Saying['by'] }
type Part = { content: Content; by?: 'sms'; choices?: Choice[] }
const partsOf = (verdict: Verdict, { content, instead, template, language, by }: Parts): Part[] => {
  if (verdict.may === 'by-template' && instead && template) return [{ content: { type: 'template', ...instead, project: template.project, version: template.version, language } }]
  return [content].flat().flatMap((each) => (by === 'sms' ? smsOf(each) : fitMessage(each, whatsapp).messages.map((content) => ({ content }))))
}
const smsOf = (whole: Content): Part[] => {
  const { messages, choices } = fitMessage(whole, sms)
  return messages.map((content) => ({ content: content.type === 'text' ? { ...content, text: thrifty(content.text) } : content, by: 'sms', ...(choices.length > 0 && { choices }) }))
}

// Asked again when it leaves, which may be much later: a takeover and an opt-out count from the moment they are known.
type Open = (place: string, sealed: Buffer) => Promise<string>
type Leaving = { tenant: string; serial: string | null; key: string; content: Content; by?: 'sms' | undefined; open: Open; now: Millis }
export const mayStillLeave = async (on: Kysely<DB>, { tenant, serial, key, content, by, open, now }: Leaving): Promise<boolean> => {
  const conversation = /^say:(.+)$/.exec(serial ?? '')?.[1]
  const known = conversation === undefined ? undefined : await standingNow(on, tenant, conversation)
  if (!known || conversation === undefined) return true // nothing that we know of speaks against it
  if (known.isBlocked) return key.includes('privacy:')
  const { purpose, key: about } = sayingOf(key) ?? { purpose: 'answer' as const, key }
  const { person, connection, mode, heardAt, isOptedOut, isPeopleOnly } = known
  if (content.type === 'template' && !agreesTo(known, about) && (await isPromotion(on, tenant, { connection, name: content.template, language: content.language }))) return false
  const since = followSince(about)
  if (since !== undefined && !(await isStillSilent(on, { tenant, conversation, person, isOptedOut, since, open, now }))) return false
  return gate(purpose, { isOptedOut, isPeopleOnly, mode, heardAt, windowed: by !== 'sms' && content.type !== 'template', template: 'none', now }).may !== 'no'
}

// Whoever was to be followed up may have answered, booked or been told of by people since; and it may be night.
type Silent = { tenant: string; conversation: string; person: string; isOptedOut: boolean; since: Millis; open: Open; now: Millis }
const isStillSilent = async (on: Kysely<DB>, { isOptedOut, since, open, ...whose }: Silent): Promise<boolean> => {
  const { tenant, person, now } = whose
  const [row, silence] = [await findLead(on, tenant, person), await quietIn(on, whose)]
  if (!row || !silence || silence.since > since || endOf({ ...silence, stage: row.stage, isOptedOut })) return false
  const zone = (await zoneIn(on, tenant, await openLead(row, open))) ?? cardZone
  return nextAllowed(now, { zone, ...night }) === now
}
