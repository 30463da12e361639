import type { z } from 'zod'
import type { putCommunication, putContact, putDeal, putMeeting, putTask } from '../../domain/ports/crm.ts'
import type { Settings } from './settings.ts'

// From our words to HubSpot's properties. All values are texts, and '' clears a property: what we don't know is not sent.
export type Properties = Record<string, string>

export const contactOf = ({ phone, name, language, needsPerson }: z.infer<typeof putContact.args>): Properties =>
  known({ phone, ...(name !== undefined && splitName(name)), hs_language: language === 'es-MX' ? 'es-mx' : 'en', portero_escalation: needsPerson })

export const dealOf = ({ title, stage, rentMxn, facts }: z.infer<typeof putDeal.args>, { pipeline, stages, currency }: Settings): Properties =>
  known({
    dealname: title,
    pipeline,
    dealstage: stages[stage],
    amount: rentMxn,
    deal_currency_code: rentMxn === undefined ? undefined : currency,
    portero_budget: facts.budgetMxn,
    portero_bedrooms: facts.bedrooms,
    portero_occupants: facts.occupants,
    portero_pets: facts.pets,
    portero_move_in: facts.moveIn,
    portero_months: facts.months,
    portero_guarantee: facts.guarantee,
    portero_home: facts.home,
  })

type Meeting = z.infer<typeof putMeeting.args>
const outcomes: Record<Meeting['status'], string> = { held: 'SCHEDULED', confirmed: 'SCHEDULED', completed: 'COMPLETED', no_show: 'NO_SHOW', cancelled: 'CANCELED' }
export const meetingOf = ({ title, body, location, startsAt, endsAt, status }: Meeting): Properties => ({
  hs_timestamp: iso(startsAt), // where it stands on the record's timeline
  hs_meeting_title: title,
  hs_meeting_body: richText(body),
  hs_meeting_location: location,
  hs_meeting_start_time: iso(startsAt),
  hs_meeting_end_time: iso(endsAt),
  hs_meeting_outcome: outcomes[status],
})

export const communicationOf = ({ body, at }: z.infer<typeof putCommunication.args>): Properties => ({
  hs_communication_channel_type: 'WHATS_APP',
  hs_communication_logged_from: 'CRM',
  hs_communication_body: richText(body),
  hs_timestamp: iso(at),
})

export const taskOf = ({ title, body, dueAt, isUrgent, isDone }: z.infer<typeof putTask.args>): Properties => ({
  hs_timestamp: iso(dueAt),
  hs_task_subject: title,
  hs_task_body: richText(body),
  hs_task_type: 'TODO',
  hs_task_priority: isUrgent ? 'HIGH' : 'MEDIUM',
  hs_task_status: isDone ? 'COMPLETED' : 'NOT_STARTED',
})

// A body is HTML of at most 65,536 characters. What is too long loses its oldest lines.
const mostCharacters = 65_000
export const richText = (text: string): string => {
  const lines = text.split(/\r?\n/).map(escaped)
  const kept: string[] = []
  let room = mostCharacters - cut.length
  for (const line of lines.toReversed()) {
    room -= line.length + lineBreak.length
    if (room < 0) break
    kept.unshift(line)
  }
  if (kept.length === lines.length) return kept.join(lineBreak)
  return cut + (kept.length > 0 ? kept.join(lineBreak) : escaped(lastOf(text)))
}
const lineBreak = '<br>'
const cut = `…${lineBreak}`
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
// Of a last line that is too long by itself: escaped, each character may be five.
const lastOf = (text: string): string => text.slice(-mostCharacters / 6).toWellFormed()

// Two family names as in Mexico: one given name goes with one or two of them, several with two. 'de la Cruz' is one name, and so is 'Cruz y Vera'.
export const splitName = (name: string): { firstname: string | undefined; lastname: string | undefined } => {
  const names = name.replace(/\s+/g, ' ').trim().match(/(?:(?:de|del|la|las|los) )*\S+(?: y (?:(?:de|del|la|las|los) )*\S+)*/gi) ?? []
  const given = names.length < 4 ? 1 : names.length - 2
  return { firstname: names.slice(0, given).join(' '), lastname: names.slice(given).join(' ') }
}

const iso = (ms: number): string => new Date(ms).toISOString()
const known = (properties: Record<string, string | number | boolean | undefined>): Properties =>
  Object.fromEntries(Object.entries(properties).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [[name, String(value)]])))
