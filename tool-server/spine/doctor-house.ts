import { sql } from 'kysely'
import { z } from 'zod'
import type { Connection, Millis } from '../define.ts'
import { at, type Db } from './db.ts'
import type { Seen } from './doctor-look.ts'
import { migrations } from './migrations/index.ts'

// What the house itself shows of the steps that nobody can look at: that it is at work, who hears of trouble, and that somebody has a visit.
type Here = { db: Db; tenant: string; now: Millis }
const leastNode = 24
export const aboutCopy = (version: string): Seen => {
  const told = `this copy runs on Node ${version}, and knows the database up to ${Object.keys(migrations).toSorted().at(-1) ?? ''}`
  return Number(version.split('.')[0]) >= leastNode ? { told } : { told, mend: `Run it on Node ${leastNode} or newer, or in its container.` }
}

// What is done every few seconds was due long ago: no worker is at work. On the embedded engine the doctor is alone in the house.
const late: Millis = 120_000
export const aboutServer = async ({ db, tenant, now }: Here): Promise<Seen> => {
  const { rows: [row] } = await sql<{ begun: boolean; isLate: boolean }>`select count(*) > 0 as begun, coalesce(max(run_at), 'epoch') < ${at(now - late)} as "isLate" from job where tenant_id = ${tenant} and kind = 'chore' and name = 'seal-audit'`.execute(db.bare)
  const mend = 'Start it: docker compose up -d --build --wait. What hinders it is said by: docker compose logs --tail 50 portero'
  if (!row?.begun) return { told: 'no server has begun on this database', mend }
  if (db.engine.name === 'pglite') return { told: 'has begun here; the embedded engine rests while you look' }
  return row.isLate ? { told: 'none is at work on this database', mend } : { told: 'is at work' }
}

const staffed = z.object({ staff: z.object({ admins: z.array(z.string()) }) })
export const aboutTold = async ({ db, tenant }: Here, connections: readonly Connection[]): Promise<Seen> => {
  const { rows } = await sql<{ name: string }>`select name from operator where tenant_id = ${tenant} and role = 'admin' and ended_at is null and name like '%@%'`.execute(db.bare)
  const names = new Set([...rows.map(({ name }) => name), ...connections.flatMap(({ settings }) => staffed.safeParse(settings).data?.staff.admins ?? [])].map((name) => name.toLowerCase()))
  const written = [...names].filter((name) => z.email().safeParse(name).success).length
  const has = (vendor: string): boolean => connections.some((each) => each.vendor === vendor)
  const told = [...(has('smtp') && written > 0 ? [`${written} by letter`] : []), ...(has('alerts') ? ['your webhook'] : [])]
  if (told.length > 0) return { told: `when something breaks: ${told.join(', and ')}` }
  return { told: 'nobody, when something breaks', mend: has('smtp') ? 'Let in an admin whose name is an e-mail address: npx portero operator NAME --role admin' : 'Connect mail, and let in an admin whose name is an e-mail address; or set PORTERO_ALERT_URL.' }
}

export const aboutFirstVisit = async ({ db, tenant }: Here): Promise<Seen> => {
  const { rows: [row] } = await sql<{ count: number; first: Millis | null }>`select count(*)::int as count, min(made_at) as first from tour where tenant_id = ${tenant} and status <> 'held'`.execute(db.bare)
  if (!row || row.first === null) return { told: 'nobody has booked yet', mend: 'Let somebody of your own write to the number, ask for a home, and book a visit.' }
  return { told: `${row.count} booked, the first on ${new Date(row.first).toISOString().slice(0, 10)}` }
}
