import { statfsSync } from 'node:fs'
import { ofHouse } from '../domain/troubles.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import { houseSigns } from '../store/house-signs.ts'
import { troublesNow, vendorOf, type Found, type Which } from '../store/troubles.ts'
import { noteTroubles } from './note-troubles.ts'
import { adminsOf, alertsOf } from './whom-to-tell.ts'

// What is wrong with the house itself, and a vendor that has gone silent: looked at each minute, and told as what is wrong with a connection is.
type Needs = { db: Db; clock: Clock; registry: Registry; connections: Connections; acting: Acting; tenant: string; publicBaseUrl: string; dataDir: string; leastFree?: number } // leastFree: the share of the disk below which it is told
export const mindHouse = (needs: Needs): Chore => ({
  everyMs: 60_000,
  async run() {
    const { db, clock, acting, tenant, publicBaseUrl, dataDir, leastFree = 0.1 } = needs
    const known = (await troublesNow(db.bare, tenant)).filter(({ what }) => ofHouse(what) || what === 'silent')
    const found = [...(await houseSigns(db.bare, tenant, clock.now())), ...(db.engine.name === 'pglite' ? diskSigns(dataDir, leastFree) : [])]
    const news = found.filter((each) => !known.some((one) => isSame(one, each) && one.toldAt !== undefined && one.waiting >= each.waiting))
    const ended = known.filter((each) => !found.some((one) => isSame(one, each)))
    if (news.length === 0 && ended.length === 0) return {}
    const vendors = new Map((await needs.connections.all(db.bare)).map(({ id, vendor }) => [id, vendor]))
    const over = ended.map(({ connection, what, about }) => ({ connection, what, about, vendor: vendorOf({ what, about }, vendors.get(connection ?? '') ?? null) }))
    const to = await adminsOf(needs, (await troublesNow(db.bare, tenant)).flatMap(({ connection, what }) => (connection !== undefined && what === 'key' ? [connection] : [])))
    return acting.as({ tenant, by: 'system' }, 'all')(noteTroubles, { seen: news, over, reach: { ...(to && { to }), alerts: await alertsOf(needs), console: `${publicBaseUrl}/console` } })
  },
})

const isSame = (one: Which, other: Which): boolean => one.connection === other.connection && one.what === other.what && one.about === other.about

// Only where the database lies on it: on PostgreSQL nobody here sees that disk, and of several servers each sees its own alone.
const diskSigns = (dir: string, least: number): Found[] => {
  const { bavail, blocks } = statfsSync(dir)
  const free = bavail / blocks
  return free < least ? [{ vendor: '', what: 'disk', about: '', said: String(Math.floor(free * 100)), waiting: 0 }] : []
}
