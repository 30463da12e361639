// What Calendly keeps of its users, their events and who was invited, and how it shows them.
import type { Plan } from './limits.ts'

export const api = 'https://api.calendly.com'
export const organization = `${api}/organizations/lab-organization`
const minuteMs = 60_000

export type User = { id: string; email: string; zone: string; plan: Plan; hasTwoTypes: boolean }
export type Tracking = Record<'utm_campaign' | 'utm_source' | 'utm_medium' | 'utm_content' | 'utm_term' | 'salesforce_uuid', string | null>
export type Invitee = {
  id: string; event: string; email: string; name: string; zone: string; status: 'active' | 'canceled'; tracking: Tracking; answers: object[]; madeAt: number; changedAt: number
  rescheduled: boolean; oldInvitee: string | null; newInvitee: string | null; noShowAt: number | null
}
export type Canceled = { by: 'host' | 'invitee'; who: string; reason: string | null }
export type Event = { id: string; user: string; name: string; startsAt: number; endsAt: number; location: string | null; guests: string[]; madeAt: number; changedAt: number; canceled: Canceled | null; invitees: Invitee[] }

export const userUri = (id: string): string => `${api}/users/${id}`
export const eventUri = (id: string): string => `${api}/scheduled_events/${id}`
export const inviteeUri = ({ event, id }: { event: string; id: string }): string => `${eventUri(event)}/invitees/${id}`
export const typeUri = (user: string): string => `${api}/event_types/type-of-${user}`
export const visitMs = 30 * minuteMs
export const typeName = 'Visita'
export const nothingTracked: Tracking = { utm_campaign: null, utm_source: null, utm_medium: null, utm_content: null, utm_term: null, salesforce_uuid: null }

export const iso = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z') // Calendly counts microseconds
const nameOf = (email: string): string => (email.split('@')[0] ?? email).replaceAll('.', ' ')

export const shownUser = ({ id, email, zone }: User): object => ({
  uri: userUri(id), name: nameOf(email), slug: id, email, scheduling_url: `https://calendly.com/${id}`, timezone: zone, avatar_url: null, created_at: iso(0), updated_at: iso(0), current_organization: organization, resource_type: 'User', locale: 'es',
})
export const shownType = ({ id, email }: User): object => ({
  uri: typeUri(id), name: typeName, active: true, slug: 'visita', scheduling_url: `https://calendly.com/${id}/visita`, duration: visitMs / minuteMs, kind: 'solo', pooling_type: null, type: 'StandardEventType', color: '#0f766e', created_at: iso(0), updated_at: iso(0),
  internal_note: null, description_plain: null, description_html: null, profile: { type: 'User', name: nameOf(email), owner: userUri(id) }, secret: false, booking_method: 'instant', custom_questions: [], deleted_at: null, kind_description: 'One-on-One', admin_managed: false,
})

const shownCanceled = ({ by, who, reason }: Canceled): object => ({ canceled_by: who, reason, canceler_type: by })
export const shownEvent = ({ id, user, name, startsAt, endsAt, location, guests, madeAt, changedAt, canceled, invitees }: Event, { email }: User): object => ({
  uri: eventUri(id), name, status: canceled ? 'canceled' : 'active', start_time: iso(startsAt), end_time: iso(endsAt), event_type: typeUri(user), location: location === null ? null : { type: 'physical', location },
  invitees_counter: { total: invitees.length, active: invitees.filter(({ status }) => status === 'active').length, limit: 1 }, created_at: iso(madeAt), updated_at: iso(changedAt),
  event_memberships: [{ user: userUri(user), user_email: email, user_name: nameOf(email) }], event_guests: guests.map((each) => ({ email: each, created_at: iso(madeAt), updated_at: iso(madeAt) })), calendar_event: null,
  ...(canceled && { cancellation: shownCanceled(canceled) }),
})
export const shownInvitee = (invitee: Invitee, { canceled }: Event): object => {
  const { id, event, email, name, zone, status, tracking, answers, madeAt, changedAt, rescheduled, oldInvitee, newInvitee, noShowAt } = invitee
  return {
    uri: inviteeUri(invitee), email, first_name: null, last_name: null, name, status, questions_and_answers: answers, timezone: zone, event: eventUri(event), created_at: iso(madeAt), updated_at: iso(changedAt), tracking, text_reminder_number: null,
    rescheduled, old_invitee: oldInvitee, new_invitee: newInvitee, cancel_url: `https://calendly.com/cancellations/${id}`, reschedule_url: `https://calendly.com/reschedulings/${id}`, routing_form_submission: null, payment: null,
    no_show: noShowAt === null ? null : { uri: `${api}/invitee_no_shows/${id}`, created_at: iso(noShowAt) }, reconfirmation: null, scheduling_method: null, invitee_scheduled_by: null, ...(canceled && status === 'canceled' && { cancellation: shownCanceled(canceled) }),
  }
}
