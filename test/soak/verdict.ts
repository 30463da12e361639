import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '@portero/tool-server/spine/db.ts'
import type { Lab } from '../lab/index.ts'

// When it is over: each message whose webhook was acknowledged is in the house once, and what was answered to it is at Bird once.
export type Afterwards = { acknowledged: number; processed: number; missing: string[]; twice: string[]; unasked: string[]; neverAcknowledged: number; sentTwice: string[]; open: Record<string, number>; dead: Record<string, number>; restedAfterSeconds: number | undefined }
const restMs = 10 * 60_000

const openOf = async (db: Db): Promise<Record<string, number>> => {
  const { rows } = await sql<{ what: string; count: number }>`select 'delivery' as what, count(*)::int as count from inbox where state = 'new' having count(*) > 0
    union all select name as what, count(*)::int as count from job where kind in ('turn', 'command') and (state in ('ready', 'running') or (state = 'scheduled' and kind = 'command' and run_at < now() + interval '10 minutes')) group by name`.execute(db.bare)
  return Object.fromEntries(rows.map(({ what, count }) => [what, count]))
}

export const judge = async (db: Db, lab: Lab, wrote: readonly string[], mostMs = restMs): Promise<Afterwards> => {
  const began = performance.now()
  let restedAfterSeconds: number | undefined
  for (let still = 0; performance.now() - began < mostMs; await sleep(1_000)) {
    still = Object.keys(await openOf(db)).length === 0 ? still + 1 : 0
    if (still < 5) continue
    restedAfterSeconds = Math.round((performance.now() - began) / 1_000)
    break
  }
  const acknowledged = new Set(lab.bird.calls('whatsapp.inbound').flatMap(({ payload, statuses }) => ('id' in payload && typeof payload.id === 'string' && statuses.some((status) => status >= 200 && status < 300) ? [payload.id] : [])))
  const { rows } = await sql<{ id: string; count: number }>`select external_id as id, count(*)::int as count from message where author = 'prospect' group by external_id`.execute(db.bare)
  const { rows: turns } = await sql<{ key: string; count: number }>`select object as key, count(*)::int as count from audit where what like 'command:%' group by object having count(*) > 1`.execute(db.bare)
  const { rows: dead } = await sql<{ what: string; count: number }>`select 'delivery' as what, count(*)::int as count from inbox where state not in ('new', 'parsed', 'done') having count(*) > 0
    union all select name || ' ' || coalesce(error_code, '') as what, count(*)::int as count from job where state = 'dead' group by 1`.execute(db.bare)
  const processed = new Set(rows.map(({ id }) => id))
  const references = Map.groupBy(lab.bird.sent().filter(({ by }) => by === 'api'), ({ reference }) => reference)
  return {
    acknowledged: acknowledged.size, processed: processed.size,
    missing: [...acknowledged].filter((id) => !processed.has(id)),
    twice: [...rows.filter(({ count }) => count > 1).map(({ id }) => id), ...turns.map(({ key }) => key)],
    unasked: [...processed].filter((id) => !wrote.includes(id)),
    neverAcknowledged: wrote.filter((id) => !acknowledged.has(id)).length,
    sentTwice: [...references].flatMap(([reference, sent]) => (sent.length > 1 ? [reference] : [])),
    open: await openOf(db), dead: Object.fromEntries(dead.map(({ what, count }) => [what, count])), restedAfterSeconds,
  }
}
