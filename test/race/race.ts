import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at, type Db } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeToolKeys } from '@portero/tool-server/spine/tool-keys.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { bookingToken } from '@portero/tool-server/store/booking-links.ts'
import { makeHandles } from '@portero/tool-server/store/handles.ts'
import { fakeClock } from '../support/clock.ts'
import { furnish, prospects } from '../support/homes.ts'
import { cleanUp, root, type Env } from '../support/process.ts'
import { freshHome, onServer, withDb } from '../support/process-databases.ts'
import { makeDoor, Unexpected } from './door.ts'
import { layOut, type Ground } from './ground.ts'
import { startProcesses } from './processes.ts'
import { attempt, newProspect, type Outcome, type Prospect, type Way } from './prospect.ts'
import { againstRules, againstWord, kinds, type Fault, type Visit } from './verdict.ts'

// Many prospects at few slots of several processes on one database, which are killed meanwhile. What came of it is looked at from outside.
// kills: so many, spread over the run; without, one every few seconds.
export type Race = { attempts: number; slots: number; processes: number; lanes: number; kills?: number; seed?: number; said?: (line: string) => void }
// standing: visits that were confirmed at the end. again: what had to be asked again, since nobody answered. looks: how often everything was checked.
export type Raced = Record<Outcome, number> & {
  engine: string; attempts: number; slots: number; processes: number; kills: number; seconds: number; people: number; standing: number; again: number; looks: number
  violations: Record<Fault['kind'] | 'unexpected', number>; first: string[] // first: of what went wrong, a few
}
const perPerson = 4 // attempts
const killEveryMs = 5_000
const lookEveryMs = 5_000
const clock = { ...realClock(), advance() {}, pending: () => 0 } // furnish() and prospects() take one that can be moved
const masterKey = Buffer.alloc(32, 7)

export const race = async (how: Race): Promise<Raced> => {
  try {
    return await run(how)
  } finally {
    await cleanUp()
  }
}

const run = async ({ attempts, slots, processes: count, lanes, kills: wantedKills, seed = 1, said = () => {} }: Race): Promise<Raced> => {
  const ground = layOut({ slots, now: clock.now() })
  const env: Env = { ...(await freshHome()), PORTERO_LAB: '0', PORTERO_KEY: masterKey.toString('base64'), PUBLIC_BASE_URL: 'https://portero.example', NODE_COMPILE_CACHE: `${root}node_modules/.cache/compile` }
  const { key, people, ways } = await withDb(env, (db) => settle(db, ground, Math.ceil(attempts / perPerson)))
  said(`${people.length} prospects, ${ground.slots} slots`)
  const processes = await startProcesses(count, env)
  const door = makeDoor({ ports: processes.ports, key })
  const { chance } = fakeClock({ seed })
  const outcomes: Record<Outcome, number> = { booked: 0, moved: 0, cancelled: 0, refused: 0, left: 0 }
  const faults: (Fault | { kind: 'unexpected'; says: string })[] = []
  let [begun, done, kills, looks, isOver] = [0, 0, 0, 0, false]

  const live = async (who: Prospect): Promise<void> => {
    for (let tries = 0; tries < perPerson && begun < attempts && !isOver; tries++) {
      const rush = Math.floor(begun++ / lanes)
      try {
        outcomes[await attempt(who, { ...ways, door, chance, wish: () => wishOf(ground, rush, chance) }, tries === perPerson - 1)]++
      } catch (thrown) {
        if (!(thrown instanceof Unexpected)) throw thrown
        faults.push({ kind: 'unexpected', says: thrown.message })
      }
      if (++done % 5_000 === 0) said(`${done} attempts, ${kills} kills, ${JSON.stringify(outcomes)}, ${faults.length} faults`)
    }
  }
  const left = people.values()
  const lane = async (): Promise<void> => {
    for (const who of left) await live(who)
  }
  const living = async (): Promise<void> => {
    await Promise.all(Array.from({ length: lanes }, lane))
    isOver = true
  }
  const killing = async (): Promise<void> => {
    for (let last = performance.now(); !isOver; await sleep(20)) {
      const isDue = wantedKills === undefined ? performance.now() - last > killEveryMs : kills < wantedKills && done >= (attempts * (kills + 1)) / (wantedKills + 1)
      if (!isDue) continue
      kills++
      last = performance.now()
      await processes.kill(chance())
    }
  }
  const looking = async (): Promise<void> => {
    if (!env['DATABASE_URL']) return // embedded, nobody else can look while a server runs
    for (let last = performance.now(); !isOver; await sleep(100)) {
      if (performance.now() - last < lookEveryMs) continue
      last = performance.now()
      looks++
      faults.push(...againstRules(await visitsNow(env), ground.rules))
    }
  }

  const began = performance.now()
  await Promise.all([living(), killing(), looking()]).finally(() => {
    isOver = true
    return door.close()
  })
  const seconds = Math.round((performance.now() - began) / 100) / 10
  await processes.end()
  const visits = await visitsNow(env)
  faults.push(...againstRules(visits, ground.rules), ...againstWord(visits, people.map(({ told }) => told)))
  return {
    engine: env['DATABASE_URL'] ? 'postgres' : 'pglite', attempts: done, slots: ground.slots, processes: count, kills, seconds, people: people.length, ...outcomes, standing: visits.filter(({ status }) => status === 'confirmed').length, again: door.again(), looks: looks + 1,
    violations: Object.fromEntries([...kinds, 'unexpected' as const].map((kind) => [kind, faults.filter((fault) => fault.kind === kind).length])) as Raced['violations'], first: faults.slice(0, 5).map(({ kind, says }) => `${kind}: ${says}`),
  }
}

// Two of three want what all want just then: a few hours of one day in one town.
const wishOf = ({ homes, starts }: Ground, rush: number, chance: () => number): { home: string; startsAt: number } => {
  const upTo = (most: number): number => Math.floor(chance() * most)
  const [town, start] = chance() < 0.67 ? [rush, rush * 7 + upTo(4)] : [upTo(homes.length), upTo(starts.length)]
  const there = homes[town % homes.length] ?? []
  return { home: there[upTo(there.length)] ?? '', startsAt: starts[start % starts.length] ?? 0 }
}

// Everything that is there before anybody calls: homes, a key for the tools, prospects in a conversation each. No vendor is connected.
type Settled = { key: string; people: Prospect[]; ways: Pick<Way, 'slotFor' | 'pathFor' | 'tourOf'> }
const settle = async (db: Db, ground: Ground, count: number): Promise<Settled> => {
  const vault = makeVault({ db, clock, keys: keyring([masterKey]) })
  const house = { db, vault, tenant: firstTenant, clock }
  await furnish(house, ground.yaml)
  const connection = newId(clock)
  await sql`insert into connection (tenant_id, id, vendor, account, settings_sealed, created_at) values (${firstTenant}, ${connection}, 'nobody', 'one', ${Buffer.of()}, ${at(clock.now())})`.execute(db.bare)
  const key = await makeToolKeys({ db, clock }).make({ tenant: firstTenant, name: 'race', scopes: ['tours:read', 'tours:write'] })
  const people = (await prospects(house, connection, count)).map(({ person, conversation }) => newProspect(person, conversation))
  const { rows } = await sql<{ slug: string; no: number }>`select slug, no from home`.execute(db.bare)
  const numbers = new Map(rows.map(({ slug, no }) => [slug, no]))
  const on = { on: db.bare, vault }
  await vault.blindIndex(db.bare, firstTenant, 'race', '') // from here on links and handles are made without asking the database, which may be closed by then
  const handles = makeHandles({ ...on, tenant: firstTenant, now: clock.now })
  const number = (home: string): number => numbers.get(home) ?? 0
  return {
    key, people,
    ways: {
      slotFor: (person, { home, startsAt }) => handles.slot(person, { home: number(home), startsAt }),
      tourOf: async (person, handle) => (await handles.tourOf(person, handle)) ?? `what ${handle} is`,
      pathFor: async (conversation, what) => `/book/${await bookingToken(on, { tenant: firstTenant, conversation, wish: 'home' in what ? { home: number(what.home), language: what.language } : what }, clock.now())}`,
    },
  }
}

// As anybody sees it who may look into the tables.
const visitsNow = async (env: Env): Promise<Visit[]> => {
  const statement = `select t.id::text as id, t.person_id::text as person, h.slug as home, b.slug as building, a.slug as agent, t.status, t.session_id::text as session, t.party, t.language,
    (extract(epoch from t.starts_at) * 1000)::float8 as "startsAt", (extract(epoch from t.ends_at) * 1000)::float8 as "endsAt"
    from tour t join home h on h.id = t.home_id join building b on b.id = t.building_id join agent a on a.id = t.agent_id where t.status = 'confirmed' or (t.status = 'held' and t.held_until > now())`
  const rows: unknown = env['DATABASE_URL'] ? await onServer(env['DATABASE_URL'], statement) : await withDb(env, async (db) => (await sql.raw(statement).execute(db.bare)).rows)
  return rows as Visit[]
}
