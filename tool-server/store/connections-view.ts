import { sql } from 'kysely'
import type { Millis } from '../define.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { TroubleKind } from '../domain/troubles.ts'
import { troublesNow } from './troubles.ts'

// What operators see of the accounts that we work with: whether each works, how fresh what we know of it is, and what waits for it.
export type AccountShown = { id: string; vendor: string; account: string; since: Millis; readAt: Millis | undefined; heardAt: Millis | undefined; waiting: number; troubles: readonly TroubleKind[] }
export type AgentShown = { id: string; slug: string; name: string; address: string | undefined }
export type ConnectionsShown = { agents: AgentShown[]; accounts: AccountShown[] }

// Whether we work with that account, or, where nobody knows whose it is, with any of that vendor's.
export const isWorkedWith = async ({ db, tenant }: { db: Db; tenant: string }, vendor: string, account: string | undefined): Promise<boolean> => {
  const { rows } = await sql`select from connection where tenant_id = ${tenant} and vendor = ${vendor} and ended_at is null and (${account === undefined} or lower(account) = ${account?.toLowerCase() ?? ''}) limit 1`.execute(db.bare)
  return rows.length > 0
}

type Row = { id: string; since: Millis; readAt: Millis | null; heardAt: Millis | null; waiting: number }
export const connectionsShown = async ({ db, connections, tenant }: { db: Db; connections: Pick<Connections, 'all'>; tenant: string }): Promise<ConnectionsShown> => {
  const { rows } = await sql<Row>`select c.id, c.created_at as since, (select min(p.pulled_at) from pull_cursor p where p.tenant_id = c.tenant_id and p.connection_id = c.id and p.name not in ('reconcile', 'reconcile-walk')) as "readAt",
      (select max(i.received_at) from inbox i where i.tenant_id = c.tenant_id and i.connection_id = c.id) as "heardAt",
      (select count(*) from job j where j.tenant_id = c.tenant_id and j.connection_id = c.id and j.kind = 'command' and j.state in ('ready', 'running')) as waiting
    from connection c where c.tenant_id = ${tenant}`.execute(db.bare)
  const { rows: agents } = await sql<Omit<AgentShown, 'address'> & { address: string | null }>`select id, slug, details->>'name' as name, lower(coalesce(details->>'calendar', details->>'email')) as address from agent where tenant_id = ${tenant} and active order by position, slug`.execute(db.bare)
  const troubles = await troublesNow(db.bare, tenant)
  const known = new Map(rows.map((row) => [row.id, row]))
  return {
    agents: agents.map(({ address, ...agent }) => ({ ...agent, address: address ?? undefined })),
    accounts: (await connections.all(db.bare)).flatMap(({ id, tenant: whose, vendor, account }) => {
      const row = known.get(id)
      if (!row || whose !== tenant) return []
      const { since, readAt, heardAt, waiting } = row
      return [{ id, vendor, account, since, readAt: readAt ?? undefined, heardAt: heardAt ?? undefined, waiting, troubles: troubles.flatMap(({ connection, what }) => (connection === id && what !== 'silent' ? [what] : [])) }]
    }),
  }
}
