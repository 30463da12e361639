import { z } from 'zod'
import { cadenceWords } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { cadence, firstLookMs, followKey, followsUp, notLooking, stillLooking, templateAt, type Outcome, type Quiet } from '../domain/cadence.ts'
import type { Catalogue } from '../domain/homes.ts'
import { mayMoveByTalking } from '../domain/leads.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { noteFollowUp, quietIn } from '../store/cadence.ts'
import { cardZone } from '../store/card-transcript.ts'
import { toursAhead } from '../store/crm-adopt.ts'
import { changeLead, findLead, leadToChange, openLead } from '../store/leads.ts'
import { contactOf } from '../store/people.ts'
import { conversationsOf, standing } from '../store/standing.ts'
import { templateFor } from '../store/templates.ts'
import { say, unattended } from './say.ts'
import { sayVisit } from './say-visit.ts'
import { waitsNoMore } from './waitlist.ts'

// Who asked about a home and then went silent is followed up. Each message sets the clock of its conversation anew, and who wrote in another one since is followed up there.
export const leadSilent = { name: 'leads.silent', payload: z.strictObject({ conversation: z.uuid() }) }
const timerOf = (conversation: string): string => `follow:${conversation}`

type Heard = { conversation: string; person: string }
export const watchLead = (act: Act, { conversation, person }: Heard, heardAt: Millis): Promise<void> => lookAgain(act, { conversation, person }, Math.max(heardAt + firstLookMs, act.now))
const lookAgain = (act: Act, { conversation, person }: Heard, at: Millis): Promise<void> => act.later(leadSilent, { conversation }, { key: timerOf(conversation), at, lane: 'bulk', person })

// Until they write again: what changed their standing counts from now on, also if it is changed back.
export const stopFollowing = async (act: Act, person: string): Promise<void> => {
  for (const { id } of await conversationsOf(act, person)) {
    await act.drop(timerOf(id))
    await act.drop(`${unattended(id)}service:${followsUp}`)
  }
}

// Under a message from before they had a visit ahead or applied, it ends nothing: somebody is to ask what they mean.
export const mayLookNoMore = async (act: Act, person: string): Promise<boolean> =>
  (await findLead(act.tx, act.subject.tenant, person))?.stage !== 'application' && (await toursAhead(act, person)).length === 0

// They pressed that they look no more, by which their lead is lost wherever talking may bring that about, and they wait for no time.
export const looksNoMore = async (act: Act, { conversation, person, message }: Heard & { message: string }): Promise<void> => {
  await stopFollowing(act, person)
  const lead = await leadToChange(act, person)
  if (mayMoveByTalking(lead.stage, 'lost')) await changeLead(act, lead, 'lost', lead.facts)
  await waitsNoMore(act, { person, state: 'left' })
  await sayVisit(act, { person, conversation }, { purpose: 'answer', key: `pick:${message}` }, (language) => ({ content: { type: 'text', text: cadenceWords[language].thanks } }))
}

// The time has come to look. Whatever has happened meanwhile counts, whether or not the timer has heard of it.
export const followLead = async (act: Act, { conversation }: z.infer<typeof leadSilent.payload>, catalogue: Catalogue): Promise<void> => {
  const known = await standing(act, conversation) // locked: an answer and a takeover come before or after
  if (!known) return
  const { person, connection, language, isOptedOut } = known
  const row = await findLead(act.tx, act.subject.tenant, person)
  const silence = row && (await quietIn(act.tx, { tenant: act.subject.tenant, conversation, person, now: act.now }))
  if (!silence) return
  act.concerns(person)
  const { stage, facts } = await openLead(row, act.sealing.open)
  const home = catalogue.homes.find(({ slug }) => slug === facts.home)
  const building = (home ?? catalogue.homes[0])?.building
  const quiet: Quiet = { ...silence, stage, isOptedOut }
  const step = cadence(quiet, { days: building?.visits.followUps.days ?? [], zone: home?.building.zone ?? cardZone, now: act.now })
  const note = (day: number, outcome: Outcome): Promise<void> => noteFollowUp(act, { conversation, since: quiet.since, day, outcome })
  if (step.does === 'end') {
    if (step.day !== undefined && step.because !== 'over') await note(step.day, step.because)
    return
  }
  if (step.does === 'skip') await note(step.day, step.because)
  if (step.does === 'send') {
    const { anyHome, press } = cadenceWords[language]
    const instead = byTemplate(templateAt(step.place), language, { home: home?.isOpen ? home.title : anyHome })
    const buttons = [{ id: stillLooking, title: press.looking }, { id: notLooking, title: press.done }]
    await note(step.day, await told(act, { conversation, connection, language, person }, { key: followKey(quiet.since, step.day), content: { type: 'text', text: instead.text, buttons }, instead }))
  }
  if (step.next !== undefined) await lookAgain(act, { conversation, person }, step.next)
}

// Only what is approved is said, even where the window is open and nobody would ask: by having its words approved somebody wants it.
type Whose = { conversation: string; connection: string; language: 'es-MX' | 'en'; person: string }
const told = async (act: Act, { conversation, connection, language, person }: Whose, what: Pick<Parameters<typeof say>[1], 'key' | 'content'> & { instead: ReturnType<typeof byTemplate> }): Promise<Outcome> => {
  if ((await templateFor(act, { connection, name: what.instead.template, language }))?.status !== 'approved') return 'template_unapproved'
  if (!(await contactOf(act, person))) return 'no_address'
  const came = await say(act, { conversation, purpose: 'service', ...what })
  return came.said ? 'sent' : came.because
}
