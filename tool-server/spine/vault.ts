import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { decrypt, encrypt, type Keyring } from './keyring.ts'

// Seals what is personal. `on` is the transaction one is in, or db.bare outside of any.
export type Owner = { tenant: string; person?: string | undefined }
export type Vault = {
  // place names the column and row, so that a ciphertext opens nowhere else: 'job.args:<id>'.
  seal(on: Kysely<DB>, owner: Owner, place: string, plain: Uint8Array | string): Promise<Buffer>
  open(on: Kysely<DB>, tenant: string, place: string, sealed: Buffer, how?: { despiteBlock: true }): Promise<Buffer> // despiteBlock: for whoever answers for privacy
  ready(on: Kysely<DB>, tenant: string, sealed: readonly (Buffer | null)[]): Promise<void> // the keys of all of these at once, before each is opened
  blindIndex(on: Kysely<DB>, tenant: string, purpose: string, value: string): Promise<Buffer>
  block(on: Kysely<DB>, tenant: string, people: readonly string[], since: Millis | undefined): Promise<void> // undefined: no longer
  erasePerson(on: Kysely<DB>, tenant: string, person: string): Promise<void>
  follow(): Promise<() => Promise<void>> // hears from now on whom others block and erase; answers how to stop
  rotate(): Promise<{ rewrapped: number; masterId: string }>
  masters(): Promise<{ masterId: string; keys: number; known: boolean }[]>
}

type Kind = 'tenant' | 'person' | 'index'
type DataKey = { id: string; head: Buffer; secret: KeyObject } // made once: from bytes, every call would make one anew, a tenth of what taking in a webhook costs
// Of whoever is blocked nothing opens, but what whoever answers for privacy still has to work with.
const opensAlways = /^(job|privacy)/
const version = 1
const headLength = 17 // version, then the data key's id
const dataKey = (id: string, bytes: Buffer): DataKey => ({ id, head: Buffer.concat([Buffer.of(version), uuidBytes(id)]), secret: createSecretKey(bytes) })
// Whoever blocks or erases somebody tells all others as it commits, who forget every person's key then. unheardMs: how long one is remembered by who wouldn't hear of it: a command of the command line, and a server that lost its connection.
const channel = 'portero_keys'
const rememberMs: Millis = 60_000
const unheardMs: Millis = 1_000
const rememberMost = 10_000

// Its person was erased, and with them whatever was to be done for them.
export class Erased extends AppError {
  constructor() {
    super('not_found', 'the key of this value was erased')
  }
}

export const makeVault = ({ db, clock, keys }: { db: Db; clock: Clock; keys: Keyring }): Vault => {
  const remembered = new Map<string, { key: DataKey; until: Millis }>()
  let hears = false
  let forgotten = 0 // times: what was read before one of them is not remembered after it

  const dropPeople = (): void => {
    for (const [name, { until }] of remembered) if (until < Infinity) remembered.delete(name)
  }
  const recall = (name: string): DataKey | undefined => {
    const found = remembered.get(name)
    return found && found.until > clock.now() ? found.key : undefined
  }
  // A key made or read inside a transaction may be rolled back with it, so it is remembered only after the commit.
  // Only people are erased: a tenant's own keys are remembered for good, so that what is sealed by them never needs a query beside an open transaction.
  const remember = (on: Kysely<DB>, kind: Kind, names: string[], key: DataKey, since: number): void => {
    const keep = (): void => {
      if (kind === 'person' && since !== forgotten) return
      if (remembered.size >= rememberMost) dropPeople()
      for (const name of names) remembered.set(name, { key, until: kind === 'person' ? clock.now() + (hears ? rememberMs : unheardMs) : Infinity })
    }
    if (on.isTransaction) db.afterCommit(keep)
    else keep()
  }
  const unwrap = (row: { tenant_id: string; id: string; master_id: string; wrapped: Buffer }): DataKey => {
    const master = keys.byId.get(row.master_id)
    if (!master) throw new AppError('bug', `a data key is wrapped by master key ${row.master_id}, which PORTERO_KEY does not hold`)
    return dataKey(row.id, decrypt(master.bytes, `${row.tenant_id}/${row.id}`, row.wrapped))
  }
  const wrap = (tenant: string, key: DataKey): Buffer => encrypt(keys.current.bytes, clock.bytes(12), `${tenant}/${key.id}`, key.secret.export())

  const keyOf = async (on: Kysely<DB>, kind: Kind, { tenant, person }: Owner): Promise<DataKey> => {
    const name = `${tenant}/${kind}/${person ?? ''}`
    const known = recall(name)
    if (known) return known
    const since = forgotten
    const { key, isBlocked } = (await findKey(on, kind, tenant, person)) ?? (await makeKey(on, kind, tenant, person))
    remember(on, kind, isBlocked ? [name] : [name, key.id], key, since)
    return key
  }
  const findKey = async (on: Kysely<DB>, kind: Kind, tenant: string, person: string | undefined): Promise<{ key: DataKey; isBlocked: boolean } | undefined> => {
    const row = await on.selectFrom('data_key').select(['tenant_id', 'id', 'master_id', 'wrapped', 'blocked_at'])
      .where('tenant_id', '=', tenant).where('kind', '=', kind).where('person_id', person ? '=' : 'is', person ?? null).executeTakeFirst()
    return row && { key: unwrap(row), isBlocked: row.blocked_at !== null }
  }
  const makeKey = async (on: Kysely<DB>, kind: Kind, tenant: string, person: string | undefined): Promise<{ key: DataKey; isBlocked: boolean }> => {
    const key = dataKey(newId(clock), clock.bytes(32))
    await sql`insert into data_key (tenant_id, id, kind, person_id, master_id, wrapped, created_at)
      select ${tenant}::uuid, ${key.id}::uuid, ${kind}, ${person ?? null}::uuid, ${keys.current.id}, ${wrap(tenant, key)}::bytea, ${at(clock.now())}
      where not exists (select 1 from person where tenant_id = ${tenant}::uuid and id = ${person ?? null}::uuid and erased_at is not null)
      on conflict (tenant_id, kind, person_id) do nothing`.execute(on)
    const stored = await findKey(on, kind, tenant, person) // another process may have been first
    if (!stored) throw person === undefined ? new AppError('bug', 'a data key vanished while it was being made') : new Erased()
    return stored
  }
  const keyById = async (on: Kysely<DB>, tenant: string, id: string, despiteBlock: boolean): Promise<DataKey> => {
    const known = recall(id)
    if (known) return known
    const since = forgotten
    const row = await on.selectFrom('data_key').select(['tenant_id', 'id', 'kind', 'master_id', 'wrapped', 'blocked_at']).where('tenant_id', '=', tenant).where('id', '=', id).executeTakeFirst()
    if (!row || (row.blocked_at !== null && !despiteBlock)) throw new Erased()
    const key = unwrap(row)
    if (row.blocked_at === null) remember(on, row.kind, [id], key, since)
    return key
  }

  const forgetKeys = (on: Kysely<DB>, tenant: string, those: readonly { id: string; person: string }[]): void => {
    const forget = (): void => {
      forgotten++
      for (const { id, person } of those) for (const name of [id, `${tenant}/person/${person}`]) remembered.delete(name)
    }
    forget()
    if (on.isTransaction) db.afterCommit(forget) // others could read it until then
  }

  const forgetPeople = (): void => {
    forgotten++
    dropPeople()
  }

  return {
    async seal(on, owner, place, plain) {
      const key = await keyOf(on, owner.person ? 'person' : 'tenant', owner)
      return Buffer.concat([key.head, encrypt(key.secret, clock.bytes(12), `${owner.tenant}/${place}`, typeof plain === 'string' ? Buffer.from(plain) : plain)])
    },
    async open(on, tenant, place, sealed, how) {
      if (sealed[0] !== version || sealed.length < headLength) throw new AppError('bug', `sealed value of unknown version ${sealed[0]}, or cut off: ${sealed.length} bytes`)
      const key = await keyById(on, tenant, uuidText(sealed.subarray(1, headLength)), how?.despiteBlock ?? opensAlways.test(place))
      return decrypt(key.secret, `${tenant}/${place}`, sealed.subarray(headLength))
    },
    async ready(on, tenant, sealed) {
      const unknown = new Set(sealed.flatMap((each) => (each && each.length >= headLength ? uuidText(each.subarray(1, headLength)) : [])).filter((id) => !recall(id)))
      if (unknown.size === 0) return
      const since = forgotten
      const rows = await on.selectFrom('data_key').select(['tenant_id', 'id', 'kind', 'master_id', 'wrapped']).where('tenant_id', '=', tenant).where('id', 'in', [...unknown]).where('blocked_at', 'is', null).execute()
      for (const row of rows) remember(on, row.kind, [row.id], unwrap(row), since)
    },
    async blindIndex(on, tenant, purpose, value) {
      const key = await keyOf(on, 'index', { tenant })
      return createHmac('sha256', key.secret).update(purpose).update('\0').update(value).digest()
    },
    async block(on, tenant, people, since) {
      const { rows } = await sql<{ id: string; person: string }>`with those as (update data_key set blocked_at = ${since === undefined ? null : at(since)} where tenant_id = ${tenant} and person_id = any(${[...people]}::uuid[]) returning id, person_id as person)
        select id, person, pg_notify(${channel}, '') from those`.execute(on)
      forgetKeys(on, tenant, rows)
    },
    async erasePerson(on, tenant, person) {
      // With all whom they turned out to be: of these, each sealed a part with a key of their own.
      const { rows: gone } = await sql<{ id: string; person: string }>`with recursive up as (select id, merged_into from person where tenant_id = ${tenant} and id = ${person}
          union select p.id, p.merged_into from person p join up on p.id = up.merged_into where p.tenant_id = ${tenant}),
        self (id) as (select coalesce((select id from up where merged_into is null), ${person}::uuid) union select p.id from person p join self on p.merged_into = self.id where p.tenant_id = ${tenant}),
        gone as (delete from data_key where tenant_id = ${tenant} and person_id in (select id from self) returning id, person_id as person) select id, person, pg_notify(${channel}, '') from gone`.execute(on)
      forgetKeys(on, tenant, [{ id: '', person }, ...gone])
    },
    async follow() {
      const hear = (can: boolean): void => {
        hears = can
        forgetPeople()
      }
      hear(true)
      const stop = await db.engine.listen(channel, () => hear(true), () => hear(false))
      if (hears) forgetPeople() // what was told before we listened
      return async () => {
        hear(false)
        await stop()
      }
    },
    async rotate() {
      for (let rewrapped = 0; ; ) {
        const moved = await db.tx(async (tx) => {
          const rows = await tx.selectFrom('data_key').select(['tenant_id', 'id', 'master_id', 'wrapped']).where('master_id', '!=', keys.current.id).limit(500).forUpdate().execute()
          for (const row of rows) {
            await tx.updateTable('data_key').set({ master_id: keys.current.id, wrapped: wrap(row.tenant_id, unwrap(row)) }).where('tenant_id', '=', row.tenant_id).where('id', '=', row.id).execute()
          }
          return rows.length
        })
        rewrapped += moved
        if (moved === 0) return { rewrapped, masterId: keys.current.id }
      }
    },
    async masters() {
      const rows = await db.bare.selectFrom('data_key').select(({ fn }) => ['master_id', fn.countAll<number>().as('keys')]).groupBy('master_id').orderBy('master_id').execute()
      return rows.map((row) => ({ masterId: row.master_id, keys: row.keys, known: keys.byId.has(row.master_id) }))
    },
  }
}

const uuidBytes = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex')
const uuidText = (bytes: Buffer): string => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
