import { z } from 'zod'
import { parsed, Refusal } from './answers.ts'
import type { Event, Mailbox, Mailboxes } from './mailboxes.ts'
import { instantOf, moment, momentIn, windowsName } from './zones.ts'

// When people are busy: https://learn.microsoft.com/graph/api/calendar-getschedule
const asking = z.object({ schedules: z.array(z.string()).min(1).max(20), startTime: moment, endTime: moment, availabilityViewInterval: z.int().min(5).max(1440).default(30) })
const mostDays = 62
const digits: Record<string, string> = { free: '0', tentative: '1', busy: '2', oof: '3', workingElsewhere: '4', unknown: '2' }
const strength = '40123' // of what lies in one stretch the strongest is told

export const scheduleOf = (boxes: Mailboxes, body: unknown, zone: string, unknowable: ReadonlySet<string>): object => {
  const { schedules, startTime, endTime, availabilityViewInterval } = parsed(asking, body)
  const [from, to] = [instantOf(startTime), instantOf(endTime)]
  if (to <= from || to - from > mostDays * 86_400_000) throw new Refusal(400, 'ErrorInvalidTimeInterval', `The requested time duration specified for FreeBusyViewOptions.TimeWindow is invalid; at most ${mostDays} days.`)
  const step = availabilityViewInterval * 60_000
  return {
    '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Collection(microsoft.graph.scheduleInformation)',
    value: schedules.map((email) => {
      const mailbox = boxes.all().find((each) => each.email.toLowerCase() === email.toLowerCase())
      if (!mailbox || unknowable.has(mailbox.email)) return { scheduleId: email, availabilityView: '', error: { message: 'Microsoft.Exchange.InfoWorker.Common.Availability.MailRecipientNotFoundException', responseCode: 'ErrorMailRecipientNotFound' } }
      const events = [...mailbox.events.values()].filter((event) => counts(event) && event.startsAt < to && event.endsAt > from).toSorted((a, b) => a.startsAt - b.startsAt)
      const view = Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => strongest(events.filter(({ startsAt, endsAt }) => startsAt < from + (at + 1) * step && endsAt > from + at * step)))
      return { scheduleId: email, availabilityView: view.join(''), scheduleItems: events.map((event) => itemOf(event, zone)), workingHours: workingHours(mailbox) }
    }),
  }
}
const counts = ({ isGone, isCancelled, type, response }: Event): boolean => !isGone && !isCancelled && type !== 'seriesMaster' && response !== 'declined'
const strongest = (events: readonly Event[]): string => events.map(({ showAs }) => digits[showAs] ?? '2').toSorted((a, b) => strength.indexOf(b) - strength.indexOf(a))[0] ?? '0'
const itemOf = (event: Event, zone: string): object => {
  const isPrivate = event.sensitivity === 'private'
  return { isPrivate, status: event.showAs, ...(!isPrivate && { subject: event.subject, location: event.location.displayName }), start: momentIn(event.startsAt, zone), end: momentIn(event.endsAt, zone) }
}
const workingHours = ({ zone }: Mailbox): object => ({ daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], startTime: '08:00:00.0000000', endTime: '17:00:00.0000000', timeZone: { name: windowsName(zone) } })
