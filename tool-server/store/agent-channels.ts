import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { DB } from '../define.ts'
import type { Clock } from '../spine/clock.ts'
import { settingsPlace, type Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Condition } from '../spine/ops.ts'
import type { Vault } from '../spine/vault.ts'
import { rivals } from './agent-runs.ts'

// Who answers prospects on a channel: the vendor's own agent, unless its connection says that ours does. Never both.
export type ChannelAgent = 'vendor' | 'portero'
const settings = z.looseObject({ agent: z.string().optional() })
export const agentIn = (told: unknown): ChannelAgent => (settings.safeParse(told).data?.agent === 'portero' ? 'portero' : 'vendor')

export const agentOf = async ({ on, vault }: { on: Kysely<DB>; vault: Vault }, tenant: string, connection: string): Promise<ChannelAgent> => {
  const { rows: [row] } = await sql<{ settings_sealed: Buffer }>`select settings_sealed from connection where tenant_id = ${tenant} and id = ${connection}`.execute(on)
  return row ? agentIn(JSON.parse((await vault.open(on, tenant, settingsPlace(connection), row.settings_sealed)).toString())) : 'vendor'
}

// Ours needs one model, no fewer and no more: it can't choose. A channel on which the vendor's agent was heard although ours answers there: each prospect gets two answers. Told for a day, or until it is switched again.
const dayMs = 86_400_000
export const rivalsHeard = async ({ db, clock, tenant }: Pick<Needs, 'db' | 'clock' | 'tenant'>): Promise<ReadonlySet<string>> => new Set((await rivals(db.bare, tenant, clock.now() - dayMs)).map(({ connection }) => connection))
type Needs = { db: Db; clock: Clock; connections: Connections; tenant: string; models: readonly string[] } // models: vendors that serve one
export const agentsReady = async ({ db, clock, connections, tenant, models }: Needs): Promise<Condition[]> => {
  const all = (await connections.all(db.bare)).filter((connection) => connection.tenant === tenant)
  const ours = all.filter(({ settings }) => agentIn(settings) === 'portero')
  const able = all.filter(({ vendor }) => models.includes(vendor))
  if (ours.length > 0 && able.length !== 1) return [{ name: 'agents', ok: false, detail: `our own agent answers on ${ours.map(({ account }) => account).join(', ')}, and ${able.length} connections serve it a model: it needs one` }]
  const heard = await rivalsHeard({ db, clock, tenant })
  const both = ours.filter(({ id }) => heard.has(id))
  const [first] = both
  if (!first) return [{ name: 'agents', ok: true }]
  return [{ name: 'agents', ok: false, detail: `two agents answer on ${both.map(({ vendor, account }) => `${vendor}'s channel ${account}`).join(', ')}: turn off the one at ${first.vendor}, or run: portero agent ${first.account} ${first.vendor}` }]
}
