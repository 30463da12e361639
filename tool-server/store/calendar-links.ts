import { timingSafeEqual } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import type { Known } from '../domain/reads.ts'
import type { Tour } from '../domain/tours.ts'
import type { Vault } from '../spine/vault.ts'

// The name of a tour's calendar file: good for this one tour, for whoever was given it, until some days after it ends. A forged, foreign or old one opens nothing, and all alike.
const keptMs: Millis = 7 * 24 * 60 * 60_000
const idLength = 16
const macLength = 16

type On = { on: Kysely<DB>; vault: Vault }
type Named = { tenant: string; tour: string }
export const calendarToken = async (on: On, named: Named): Promise<string> => Buffer.concat([bytes(named.tenant), bytes(named.tour), await macOf(on, named)]).toString('base64url')

export type CalendarTour = Pick<Tour, 'id' | 'home' | 'startsAt' | 'endsAt' | 'status' | 'version'> & { tenant: string; language: Known['language'] }
export const tourOfToken = async (on: On, token: string, now: Millis): Promise<CalendarTour | undefined> => {
  const given = Buffer.from(token, 'base64url')
  if (given.length !== 2 * idLength + macLength || given.toString('base64url') !== token) return undefined
  const named = { tenant: uuid(given.subarray(0, idLength)), tour: uuid(given.subarray(idLength, 2 * idLength)) }
  const { rows: [tour] } = await sql<CalendarTour>`select t.tenant_id as tenant, t.id, home_id as home, starts_at as "startsAt", ends_at as "endsAt", t.status, version, p.language
    from tour t join person p on p.tenant_id = t.tenant_id and p.id = t.person_id where t.tenant_id = ${named.tenant} and t.id = ${named.tour} and p.blocked_at is null`.execute(on.on)
  if (!tour || tour.endsAt + keptMs < now) return undefined
  return timingSafeEqual(given.subarray(2 * idLength), await macOf(on, named)) ? tour : undefined
}

const macOf = async ({ on, vault }: On, { tenant, tour }: Named): Promise<Buffer> => (await vault.blindIndex(on, tenant, 'calendar-file', tour)).subarray(0, macLength)
const bytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
const uuid = (id: Buffer): string => id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
