import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { doing, type At, type Doing, type Http, type Millis, type Reply } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { dropEvent, putEvent, type CalendarReads } from '../../domain/ports/calendar.ts'
import { oursName, prefer, takesTime, withOurs, wireEvent, type WireEvent } from './map.ts'
import { mailboxOf, vendor, type Settings } from './settings.ts'
import { moment, momentOf, whenWas } from './zones.ts'

// The calls that we make.
type Put = z.infer<typeof putEvent.args>
type Standing = z.infer<typeof putEvent.result>

export const does: Doing<Settings>[] = [
  // Whether it arrived is seen by what stands there, not by there being something: a change that was lost leaves what was before.
  doing(putEvent, { find: async (args, at) => stands(args, await oursAt(at, args.ours)), lagMs: 10_000 }, async (args, at: At<Settings>) => {
    if (!args.standing) return make(args, at, args.ours)
    return (await change(args, at, args.standing)) ?? remake(args, at, args.standing.id)
  }),
  // https://learn.microsoft.com/graph/api/event-cancel tells the guests why; https://learn.microsoft.com/graph/api/event-delete tells them, too, but not why.
  doing(dropEvent, 'same-effect', async ({ standing: { id }, invites, reason }, { http, connection }: At<Settings>) => {
    const path = `${mailboxOf(connection)}/events/${encodeURIComponent(id)}`
    const isTold = invites && reason !== undefined && (await http({ method: 'POST', path: `${path}/cancel`, body: { comment: reason }, accept: [400, 404] })).status !== 400 // it has no guests, or another host
    if (!isTold) await http({ method: 'DELETE', path, accept: [404] })
    return {}
  }),
]

// https://learn.microsoft.com/graph/api/user-post-events: the same transactionId with the same words is answered as the first time, with others it is refused.
const make = async (args: Put, at: At<Settings>, transactionId: string): Promise<Standing> => {
  const properties = [{ id: oursName, value: args.ours }]
  const reply = await at.http({ method: 'POST', path: `${mailboxOf(at.connection)}/events`, headers: prefer, body: { ...bodyOf(args), transactionId, singleValueExtendedProperties: properties }, accept: [409] })
  if (reply.status !== 409) {
    const there = read(vendor, wireEvent.pick({ ...shown, start: true, end: true }), reply)
    return isAt(there, args) ? standingOf(there) : { ...standingOf(there), version: undefined } // it was made before, and people have moved it since: whoever reads it decides
  }
  if (transactionId === args.ours) return remake(args, at, transactionId) // deleted before we heard that it was made, or made by words of ours that are old by now
  throw new AppError('conflict', 'graph has taken that transaction for something that is not there')
}
// What somebody deleted is made anew only where nothing of ours stands. Its transaction is another one: the first is spent.
const remake = async (args: Put, at: At<Settings>, lost: string): Promise<Standing> => {
  const known = await oursAt(at, args.ours)
  const changed = known && (await change(args, at, { id: known.id }))
  return changed ?? make(args, at, `${args.ours}:${createHash('sha256').update(lost).digest('hex').slice(0, 16)}`)
}
// https://learn.microsoft.com/graph/api/event-update. 412: somebody changed it meanwhile.
const change = async (args: Put, { http, connection }: At<Settings>, { id, version }: NonNullable<Put['standing']>): Promise<Standing | undefined> => {
  const reply = await http({ method: 'PATCH', path: `${mailboxOf(connection)}/events/${encodeURIComponent(id)}`, headers: { ...prefer, ...(version !== undefined && { 'if-match': version }) }, body: bodyOf(args), accept: [404] })
  return reply.status === 404 ? undefined : standingIn(reply)
}

// Graph writes to whoever is an attendee, and can't be told not to.
const bodyOf = ({ title, body, location, startsAt, endsAt, guest, invites }: Put): object => ({
  subject: title, body: { contentType: 'text', content: body }, location: { displayName: location }, start: momentOf(startsAt), end: momentOf(endsAt), showAs: 'busy',
  ...(invites && guest?.email !== undefined && { attendees: [{ type: 'required', emailAddress: { address: guest.email, ...(guest.name !== undefined && { name: guest.name }) } }] }),
})
const standingOf = ({ id, '@odata.etag': version, webLink }: Pick<WireEvent, 'id' | '@odata.etag' | 'webLink'>): Standing => {
  const link = z.url().safeParse(webLink).data
  return { id, ...(version && { version }), isBooked: true, ...(link !== undefined && { link }) }
}
const shown = { id: true, '@odata.etag': true, webLink: true } as const
const standingIn = (reply: Reply): Standing => standingOf(read(vendor, wireEvent.pick(shown), reply))
const isAt = ({ start, end }: Pick<WireEvent, 'start' | 'end'>, { startsAt, endsAt }: Put): boolean => whenWas(start).earliest === startsAt && whenWas(end).latest === endsAt

// https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
const oursAt = async ({ http, connection }: At<Settings>, ours: string): Promise<WireEvent | undefined> => {
  const query = { $filter: `singleValueExtendedProperties/Any(ep: ep/id eq '${oursName}' and ep/value eq '${ours}')`, $expand: withOurs }
  return read(vendor, z.object({ value: z.array(wireEvent) }), await http({ method: 'GET', path: `${mailboxOf(connection)}/events`, query, headers: prefer })).value[0]
}
const stands = (args: Put, known: WireEvent | undefined): Standing | undefined => {
  const { title, location, standing } = args
  if (!known || known.subject !== title || (known.location?.displayName ?? '') !== location) return undefined
  if (standing?.version !== undefined && standing.version === known['@odata.etag']) return undefined // as it was before
  return isAt(known, args) ? standingOf(known) : undefined
}

// https://learn.microsoft.com/graph/api/calendar-getschedule. What an appointment is about stays behind here.
const schedules = z.object({
  value: z.array(z.object({ availabilityView: z.string().nullish(), scheduleItems: z.array(z.object({ status: z.string().nullish(), start: moment, end: moment })).nullish(), error: z.object({}).nullish() })),
})
const longestMs: Millis = 31 * 86_400_000
const hourMinutes = 60

export const readCalendar = ({ http, connection }: At<Settings>): CalendarReads => ({
  async busy({ from, to }) {
    const stretches: { startsAt: Millis; endsAt: Millis }[] = []
    for (let startsAt = from; startsAt < to; startsAt += longestMs) {
      const body = { schedules: [connection.account], startTime: momentOf(startsAt), endTime: momentOf(Math.min(startsAt + longestMs, to)), availabilityViewInterval: hourMinutes }
      const { value: [schedule] } = read(vendor, schedules, await http({ method: 'POST', path: `${mailboxOf(connection)}/calendar/getSchedule`, headers: prefer, body, reading: true }))
      const items = schedule?.error ? undefined : (schedule?.scheduleItems ?? (isAllFree(schedule?.availabilityView) ? [] : undefined))
      if (!items) return { isKnown: false, stretches: [] }
      stretches.push(...items.filter(({ status }) => takesTime(status)).map(({ start, end }) => ({ startsAt: whenWas(start).earliest, endsAt: whenWas(end).latest })))
    }
    return { isKnown: true, stretches }
  },
})
// Without a right to more, there is only a digit for each hour: 0 is free, 4 is working elsewhere.
const isAllFree = (view: string | null | undefined): boolean => view !== null && view !== undefined && /^[04]+$/.test(view)

// Whose account it is: https://learn.microsoft.com/graph/api/user-get
const user = z.object({ mail: z.email().nullish(), userPrincipalName: z.email().nullish() })
export const whoIs = async (http: Http): Promise<string> => {
  const { mail, userPrincipalName } = read(vendor, user, await http({ method: 'GET', path: '/me', query: { $select: 'mail,userPrincipalName' } }))
  const address = mail ?? userPrincipalName
  if (!address) throw new AppError('bad_response', 'graph knows no address of theirs')
  return address.toLowerCase()
}
