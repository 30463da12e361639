import { z } from 'zod'
import type { Millis } from '../../define.ts'

// Between Calendly's words and ours. Unknown fields are fine; a missing one is a bad response.
const when = z.iso.datetime({ offset: true })
export const wireEvent = z.object({
  uri: z.url(), name: z.string().nullish(), status: z.enum(['active', 'canceled']), start_time: when, end_time: when, updated_at: when,
  event_memberships: z.array(z.object({ user: z.string() })), event_guests: z.array(z.object({ email: z.string() })).default([]),
})
export const wireInvitee = z.object({
  uri: z.url(), email: z.string(), status: z.enum(['active', 'canceled']), event: z.url(),
  tracking: z.object({ utm_source: z.string().nullish(), utm_content: z.string().nullish() }).nullish(),
  rescheduled: z.boolean().default(false), old_invitee: z.string().nullish(), new_invitee: z.string().nullish(),
})
export const oneEvent = z.object({ resource: wireEvent })
export const oneInvitee = z.object({ resource: wireInvitee })
export const oneUser = z.object({ resource: z.object({ uri: z.url(), email: z.email(), current_organization: z.url() }) })
export const eventTypes = z.object({ collection: z.array(z.object({ uri: z.url() })) })
export const busyTimes = z.object({ collection: z.array(z.object({ type: z.string(), start_time: when, end_time: when })) })
export const schedulingLink = z.object({ resource: z.object({ booking_url: z.url() }) })
export const wireSubscription = z.object({ uri: z.url(), callback_url: z.string(), state: z.string(), events: z.array(z.string()) })
export const oneSubscription = z.object({ resource: wireSubscription })
export type WireEvent = z.infer<typeof wireEvent>
export type WireInvitee = z.infer<typeof wireInvitee>

export const timeOf = (ms: Millis): string => new Date(ms).toISOString()
export const last = (uri: string): string => new URL(uri).pathname.split('/').at(-1) ?? ''
// 'https://api.calendly.com/scheduled_events/{event}/invitees/{invitee}': both of them.
export const placesOf = (invitee: string | null | undefined): { event: string; invitee: string } | undefined => {
  const [, event, id] = /\/scheduled_events\/([^/?#]+)\/invitees\/([^/?#]+)/.exec(invitee ?? '') ?? []
  return event && id ? { event, invitee: id } : undefined
}

// What is ours is known by its tracking, which Calendly keeps with whoever was booked: it has no other place for it.
const source = 'portero'
export const trackingOf = (ours: string): Record<string, string | null> => ({ utm_campaign: null, utm_source: source, utm_medium: null, utm_content: ours, utm_term: null, salesforce_uuid: null })
export const trackedLink = (link: string, ours: string): string => {
  const url = new URL(link)
  url.searchParams.set('utm_source', source)
  url.searchParams.set('utm_content', ours)
  return url.href
}
export const oursIn = ({ tracking }: Pick<WireInvitee, 'tracking'>): string | undefined =>
  tracking?.utm_source === source ? z.uuid().safeParse(tracking.utm_content).data : undefined

// Calendly books nobody without an address, and writes to it whatever we ask: so a real one is given only where the calendar is to write.
export const aliasOf = (ours: string, domain: string): string => `wa+${ours}@${domain}`
export const isAlias = (email: string, domain: string): boolean => email.startsWith('wa+') && email.endsWith(`@${domain}`)
