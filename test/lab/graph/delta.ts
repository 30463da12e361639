import { z } from 'zod'
import type { Answer, Asked } from '../simulator.ts'
import { ok, preferred, Refusal } from './answers.ts'
import { bare, shown, type Event, type Mailbox, type Mailboxes } from './mailboxes.ts'

// What changed in a stretch of days, page by page: https://learn.microsoft.com/graph/delta-query-events
// since: the order of the last change that is known; seen: what was listed, so that what leaves the stretch can be told.
type Round = { email: string; from: number; to: number; since: number; until: number; seen: Set<string>; rows: object[]; at: number }
export type Deltas = { page(mailbox: Mailbox, asked: Asked, path: string): Answer; kill(): void }

const refuses = ['$expand', '$filter', '$orderby', '$search', '$select']
const mostRows = 10 // without another wish

export const makeDeltas = ({ boxes, url }: { boxes: Mailboxes; url(): string }): Deltas => {
  const rounds = new Map<string, Round>()
  let made = 0
  const keep = (round: Round): string => {
    const name = `R0us${(++made).toString(36)}-${Buffer.from(round.email).toString('base64url')}`
    rounds.set(name, round)
    return name
  }
  const take = (name: string, { email }: Mailbox): Round => {
    const round = rounds.get(name)
    if (!round || round.email !== email) throw new Refusal(410, 'syncStateNotFound', 'The sync state generation is not found; please restart with a full sync.')
    return round
  }
  const rowsOf = (mailbox: Mailbox, round: Round, zone: string): object[] => {
    const within = ({ startsAt, endsAt, isGone }: Event): boolean => !isGone && startsAt < round.to && endsAt > round.from
    const events = [...mailbox.events.values()]
    const changed = events.filter(({ changes, type }) => type !== 'seriesMaster' && changes.some((order) => order > round.since && order <= round.until))
    const inside = changed.filter(within)
    const rows: object[] = []
    for (const id of new Set(inside.flatMap(({ master }) => master ?? []))) {
      const master = mailbox.events.get(id)
      if (master) rows.push(shown(master, { zone }))
    }
    for (const event of inside) {
      const row = event.master === undefined ? shown(event, { zone }) : bare(event, zone)
      const times = round.since > 0 ? event.changes.filter((order) => order > round.since && order <= round.until).length : 1
      rows.push(...(times > 1 ? [row, row] : [row])) // what was changed more than once may be listed so
      round.seen.add(event.id)
    }
    for (const { id } of changed) if (!inside.some((each) => each.id === id) && round.seen.delete(id)) rows.push({ '@removed': { reason: 'deleted' }, id })
    return rows
  }
  const begun = (mailbox: Mailbox, { query, headers }: Asked): Round => {
    const zone = preferred(headers, 'outlook.timezone') ?? 'UTC'
    if (query['$deltatoken'] !== undefined) {
      const before = take(query['$deltatoken'], mailbox)
      const round = { ...before, since: before.until, until: boxes.order(), seen: new Set(before.seen), at: 0 }
      return { ...round, rows: rowsOf(mailbox, round, zone) }
    }
    const stretch = z.object({ startDateTime: z.iso.datetime(), endDateTime: z.iso.datetime() }).safeParse(query).data
    if (!stretch) throw new Refusal(400, 'ErrorInvalidParameter', 'This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.')
    const round: Round = { email: mailbox.email, from: Date.parse(stretch.startDateTime), to: Date.parse(stretch.endDateTime), since: 0, until: boxes.order(), seen: new Set(), rows: [], at: 0 }
    return { ...round, rows: rowsOf(mailbox, round, zone) }
  }

  return {
    page(mailbox, asked, path) {
      const refused = refuses.find((name) => asked.query[name] !== undefined)
      if (refused) throw new Refusal(400, 'ErrorInvalidUrlQuery', `The following parameters are not supported with change tracking over the 'CalendarView' resource: '${refused}'.`)
      const { $skiptoken: skip } = asked.query
      const round = skip === undefined ? begun(mailbox, asked) : take(skip, mailbox)
      const most = Number(preferred(asked.headers, 'odata.maxpagesize') ?? mostRows)
      const rest = { ...round, at: round.at + most }
      const isLast = rest.at >= round.rows.length
      const link = `${url()}${path}?${isLast ? '$deltatoken' : '$skiptoken'}=${keep(rest)}`
      return ok({ '@odata.context': `${url()}/v1.0/$metadata#Collection(event)`, [isLast ? '@odata.deltaLink' : '@odata.nextLink']: link, value: round.rows.slice(round.at, rest.at) })
    },
    kill: () => rounds.clear(),
  }
}
