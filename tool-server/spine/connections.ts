import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, DB, Millis, Tx } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { enqueue } from './jobs.ts'
import type { Log } from './log.ts'
import { parseOr } from './parse.ts'
import { recurringOf } from './recurring.ts'
import type { Registry } from './registry.ts'
import type { Vault } from './vault.ts'

export type Connections = {
  // One that was ended begins again, under its id. settings: or what becomes of those that it had. also: what belongs to it, in the same transaction.
  put(account: { tenant: string; vendor: string; account: string; settings: object | ((before: Readonly<Record<string, unknown>>) => object) }, also?: (tx: Tx, connection: Connection) => Promise<void>): Promise<Connection>
  end(tx: Tx, which: Pick<Connection, 'tenant' | 'id'>): Promise<boolean> // its row stays, and what was known of it; false: it was ended before
  all(on: Kysely<DB>): Promise<Connection[]>
  byId(on: Kysely<DB>, id: string): Promise<Connection | undefined>
  isOpen(id: string): boolean // as it was last seen, without a look
}

const rememberMs: Millis = 5_000 // how long another replica may work with settings that were changed elsewhere
const anySettings = z.record(z.string(), z.unknown())

type Needs = { db: Db; clock: Clock; vault: Vault; log: Log; registry: Registry; baseUrls: Readonly<Record<string, string>> }

export const makeConnections = ({ db, clock, vault, log, registry, baseUrls }: Needs): Connections => {
  let known: { connections: Connection[]; until: Millis } | undefined
  const open = new Set<string>()

  const load = async (on: Kysely<DB>): Promise<Connection[]> => {
    const rows = await on.selectFrom('connection').selectAll().where('ended_at', 'is', null).orderBy('id').execute()
    const loaded: Connection[] = []
    for (const row of rows) {
      const connector = registry.connectors.get(row.vendor)
      if (!connector) continue // of a vendor this build doesn't know
      // One that can't be read must not take the others with it.
      const unreadable = (thrown?: AppError): void => log.error('connection.settings-unreadable', { connection: row.id, vendor: row.vendor, code: thrown?.code })
      const opened = await vault.open(on, row.tenant_id, settingsPlace(row.id), row.settings_sealed).catch((thrown: unknown) => {
        if (!(thrown instanceof AppError)) throw thrown
        unreadable(thrown)
      })
      if (!opened) continue
      // A base URL from the environment always wins, so that anybody can put a judge in between.
      const settings = connector.settings.safeParse({ ...anySettings.parse(JSON.parse(opened.toString())), ...(baseUrls[row.vendor] && { baseUrl: baseUrls[row.vendor] }) })
      if (settings.success) loaded.push({ id: row.id, tenant: row.tenant_id, vendor: row.vendor, account: row.account, settings: settings.data })
      else unreadable()
    }
    return loaded
  }

  const all: Connections['all'] = async (on) => {
    if (known && known.until > clock.now()) return known.connections
    const connections = await load(on)
    if (on.isTransaction) return connections
    known = { connections, until: clock.now() + rememberMs }
    open.clear()
    for (const { id } of connections) open.add(id)
    return connections
  }

  return {
    all,
    isOpen: (id) => open.has(id),
    // What is asked for by id exists, so if it isn't remembered another replica has just made it.
    byId: async (on, id) => (await all(on)).find((connection) => connection.id === id) ?? (await load(on)).find((connection) => connection.id === id),
    async put({ tenant, vendor, account, settings }, also) {
      const connector = registry.connectors.get(vendor)
      if (!connector) throw new AppError('invalid_input', `no connector is named ${vendor}`)
      const parse = (told: object): object => parseOr('invalid_input', connector.settings, told, `the settings of ${vendor}`)
      const given = typeof settings === 'object' ? parse(settings) : undefined
      const id = await db.tx(async (tx) => {
        await sql`select from tenant where tenant_id = ${tenant} for no key update`.execute(tx) // one at a time, or two would make the same account twice
        const found = await tx.selectFrom('connection').select(['id', 'settings_sealed']).where('tenant_id', '=', tenant).where('vendor', '=', vendor).where('account', '=', account).executeTakeFirst()
        const id = found?.id ?? newId(clock)
        const before = found && typeof settings === 'function' ? anySettings.parse(JSON.parse((await vault.open(tx, tenant, settingsPlace(id), found.settings_sealed)).toString())) : {}
        const parsed = given ?? parse(typeof settings === 'function' ? settings(before) : settings)
        const sealed = await vault.seal(tx, { tenant }, settingsPlace(id), JSON.stringify(parsed))
        await sql`insert into connection (tenant_id, id, vendor, account, settings_sealed, created_at) values (${tenant}, ${id}, ${vendor}, ${account}, ${sealed}, ${at(clock.now())})
          on conflict (tenant_id, id) do update set settings_sealed = excluded.settings_sealed, ended_at = null`.execute(tx)
        const connection = { id, tenant, vendor, account, settings: parsed }
        await enqueue(tx, recurringOf(clock, connection, connector, clock.now()))
        await also?.(tx, connection)
        return id
      })
      known = undefined
      const stored = (await all(db.bare)).find((connection) => connection.id === id)
      if (!stored) throw new AppError('bug', `connection ${id} was stored but does not load`)
      return stored
    },
    async end(tx, { tenant, id }) {
      const { numAffectedRows } = await sql`update connection set ended_at = ${at(clock.now())} where tenant_id = ${tenant} and id = ${id} and ended_at is null`.execute(tx)
      db.afterCommit(() => {
        known = undefined
        open.delete(id)
      })
      return numAffectedRows === 1n
    },
  }
}

export const settingsPlace = (id: string): string => `connection.settings:${id}`
