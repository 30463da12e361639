import { sql, type Kysely } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { parts, type Part } from '../domain/hours.ts'
import { showRates, type Shown, type ShowRates } from '../domain/show-rate.ts'
import { dayMs, type Weekday } from '../domain/zones.ts'
import { at, type Db } from '../spine/db.ts'
import { heldNow } from './consents.ts'
import type { Clock } from '../spine/clock.ts'
import { faultFields } from '../spine/fault.ts'
import type { Log } from '../spine/log.ts'

// At which times people come to their visits, but for those who want no part in that: the same for everybody and slow to change, so it is asked at most once an hour. It only orders what is offered: where it can't be asked, nothing is preferred.
const rememberMs: Millis = 3_600_000
const lookBackMs: Millis = 180 * dayMs // what is older says little of who asks now

export const makeShowRates = ({ db, clock, log }: { db: Db; clock: Clock; log?: Log | undefined }): ((tenant: string) => Promise<ShowRates>) => {
  const remembered = new Map<string, { rates: Promise<ShowRates>; until: Millis }>()
  return (tenant) => {
    const known = remembered.get(tenant)
    if (known && known.until > clock.now()) return known.rates
    const rates = shownSince(db.bare, tenant, clock.now() - lookBackMs).then(showRates).catch((thrown: unknown) => {
      remembered.delete(tenant)
      log?.warn('show-rates.failed', faultFields(thrown))
      return showRates([])
    })
    remembered.set(tenant, { rates, until: clock.now() + rememberMs })
    return rates
  }
}

const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
export const shownSince = async (on: Kysely<DB>, tenant: string, since: Millis): Promise<Shown[]> => {
  const { rows } = await sql<{ building: string; weekday: number; part: Part; came: number; missed: number }>`select t.building_id as building, extract(isodow from l.starts)::int as weekday,
      case when l.minute < ${parts.morning[1]} then 'morning' when l.minute < ${parts.afternoon[1]} then 'afternoon' else 'evening' end as part,
      count(*) filter (where t.status = 'completed') as came, count(*) filter (where t.status = 'no_show') as missed
    from tour t join building b on b.tenant_id = t.tenant_id and b.id = t.building_id
      cross join lateral (select t.starts_at at time zone b.zone as starts) z cross join lateral (select z.starts, extract(hour from z.starts) * 60 + extract(minute from z.starts) as minute) l
    where t.tenant_id = ${tenant} and t.status in ('completed', 'no_show') and t.starts_at > ${at(since)} and coalesce(${heldNow(sql`t.tenant_id`, sql`t.person_id`, 'profiling')}, 'granted') = 'granted' group by 1, 2, 3`.execute(on)
  return rows.flatMap(({ weekday, ...rest }) => {
    const day = weekdays[weekday - 1]
    return day ? [{ ...rest, weekday: day }] : []
  })
}
