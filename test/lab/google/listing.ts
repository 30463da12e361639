import { z } from 'zod'
import type { Answer } from '../simulator.ts'
import { invalid, ok, Refusal } from './answers.ts'
import type { Calendar } from './calendar.ts'
import { shown, shownGone } from './wire.ts'

// Lists, and lists of what changed since: https://developers.google.com/workspace/calendar/api/guides/sync
const flag = z.enum(['true', 'false']).default('false')
const asked = z.looseObject({
  singleEvents: flag, showDeleted: flag, maxResults: z.coerce.number().int().min(1).default(250), pageToken: z.string().optional(), syncToken: z.string().optional(),
  timeMin: z.iso.datetime({ offset: true }).optional(), timeMax: z.iso.datetime({ offset: true }).optional(), orderBy: z.enum(['startTime', 'updated']).optional(),
})
const token = z.strictObject({ of: z.string(), age: z.int(), after: z.int(), upto: z.int(), same: z.string() })
type Token = z.infer<typeof token>
const mostResults = 2_500
const notWithSync = ['iCalUID', 'orderBy', 'privateExtendedProperty', 'q', 'sharedExtendedProperty', 'timeMin', 'timeMax', 'updatedMin']

export const makeListing = () => {
  const ages = new Map<string, number>() // older tokens are good for nothing
  const pack = (of: Token): string => Buffer.from(JSON.stringify(of)).toString('base64url')
  const unpack = (text: string): Token | undefined => {
    try {
      return token.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    } catch {
      return undefined
    }
  }
  const age = (email: string): number => ages.get(email) ?? 0
  const isGood = (found: Token | undefined, { email }: Calendar): found is Token => found !== undefined && found.of === email && found.age === age(email)

  return {
    kill(calendar: Calendar): void {
      ages.set(calendar.email, age(calendar.email) + 1)
      calendar.forget()
    },
    list(calendar: Calendar, query: Record<string, string>): Answer {
      const parsed = asked.safeParse(query)
      if (!parsed.success) throw invalid(`Invalid value for: ${parsed.error.issues[0]?.path.join('.')}`)
      const { singleEvents, showDeleted, maxResults, pageToken, syncToken, timeMin, timeMax } = parsed.data
      const { email } = calendar
      const clash = syncToken === undefined ? undefined : notWithSync.find((name) => query[name] !== undefined)
      if (clash !== undefined) throw invalid(`Sync token cannot be combined with ${clash}.`)
      if (syncToken !== undefined && query['showDeleted'] === 'false') throw invalid('Sync token cannot be combined with showDeleted=false.')
      const since = syncToken === undefined ? undefined : unpack(syncToken)
      if (syncToken !== undefined && !isGood(since, calendar)) throw new Refusal(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', { domain: 'calendar', location: 'syncToken', locationType: 'parameter' })
      if (since && since.same !== singleEvents) throw invalid('The request is not the one that the sync token was made by.')
      const { pageToken: _page, ...rest } = query
      const same = JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      const page = pageToken === undefined ? undefined : unpack(pageToken)
      if (pageToken !== undefined && (!isGood(page, calendar) || page.same !== same)) throw invalid('Invalid page token value.')

      const after = page?.after ?? since?.upto ?? 0
      const upto = page?.upto ?? calendar.revision()
      const all = singleEvents === 'true' ? calendar.events() : calendar.masters()
      const wanted = all.filter(({ revision, status, start, end }) =>
        revision > after && revision <= upto && (since !== undefined || showDeleted === 'true' || status !== 'cancelled') && (timeMin === undefined || end.ms > Date.parse(timeMin)) && (timeMax === undefined || start.ms < Date.parse(timeMax)))
      const some = wanted.slice(0, Math.min(maxResults, mostResults))
      const last = some.at(-1)
      const next = last && wanted.length > some.length ? { nextPageToken: pack({ of: email, age: age(email), after: last.revision, upto, same }) } : { nextSyncToken: pack({ of: email, age: age(email), after: 0, upto, same: singleEvents }) }
      return ok({
        kind: 'calendar#events', etag: `"p${upto}"`, summary: email, description: '', updated: new Date(upto).toISOString(), timeZone: calendar.zone, accessRole: 'owner', defaultReminders: [{ method: 'popup', minutes: 30 }], ...next,
        items: some.map((event) => (event.status === 'cancelled' ? shownGone(event, calendar.zone) : shown(event, calendar))),
      })
    },
  }
}
