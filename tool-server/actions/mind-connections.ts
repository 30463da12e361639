import { AppError } from '@portero/shared'
import { lacked } from '../domain/ports/answers.ts'
import { ofHouse, type ConnectionTrouble } from '../domain/troubles.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import type { Vault } from '../spine/vault.ts'
import { agentIn, rivalsHeard } from '../store/agent-channels.ts'
import { signsOf, troublesNow, type Found, type Refused } from '../store/troubles.ts'
import { noteTroubles } from './note-troubles.ts'
import { adminsOf, alertsOf } from './whom-to-tell.ts'

// A connection that is refused, at whose vendor something is not as we need it, or on whose channel two agents answer.
type Needs = { db: Db; clock: Clock; vault: Vault; registry: Registry; connections: Connections; acting: Acting; tenant: string; publicBaseUrl: string }
export const mindConnections = (needs: Needs): Chore => ({
  everyMs: 60_000,
  async run() {
    const { db, acting, tenant, publicBaseUrl } = needs
    const found: Found[] = []
    const over: Omit<Found, 'said' | 'waiting' | 'since'>[] = []
    const known = await troublesNow(db.bare, tenant)
    const twice = await withTwoAgents(needs)
    for (const { connection, vendor, refused, amiss, grant, isWatched, isWell, waiting } of await signsOf(db.bare, tenant)) {
      const lacks = await Promise.all(refused.map((job) => lacksOf(needs, job)))
      const scopes = [...new Set(lacks.flatMap((some) => some ?? []))]
      const still = new Map<ConnectionTrouble, string>()
      for (const [at, { error, detail }] of refused.entries()) {
        const kind = lacks[at] ? 'scopes' : 'key'
        if (!still.has(kind) || detail) still.set(kind, kind === 'scopes' && scopes.length > 0 ? scopes.join(', ') : error) // what the vendor said, rather than what came of it
      }
      if (amiss !== undefined) still.set('setup', amiss)
      if (grant !== undefined) {
        still.delete('key') // it is refused for that
        still.set('grant', grant)
      }
      if (twice.has(connection)) still.set('agents', '')
      for (const [kind, said] of still) found.push({ connection, vendor, what: kind, about: '', said, waiting })
      for (const { connection: its, what: kind } of known) if (its === connection && kind !== 'silent' && !ofHouse(kind) && !still.has(kind) && (kind === 'agents' || kind === 'grant' || (kind === 'setup' ? isWatched : isWell))) over.push({ connection, vendor, what: kind, about: '' })
    }
    const isNews = ({ connection, what: kind, said, waiting }: (typeof found)[number]): boolean => !known.some((each) => each.connection === connection && each.what === kind && each.toldAt !== undefined && each.waiting >= waiting && (kind === 'key' || each.said === said))
    const news = found.filter(isNews)
    if (news.length === 0 && over.length === 0) return {}
    const to = await adminsOf(needs, found.flatMap(({ connection }) => connection ?? []))
    return acting.as({ tenant, by: 'system' }, 'all')(noteTroubles, { seen: news, over, reach: { ...(to && { to }), alerts: await alertsOf(needs), console: `${publicBaseUrl}/console` } })
  },
})

// Where ours answers, and the vendor's own was heard all the same.
const withTwoAgents = async (needs: Needs): Promise<ReadonlySet<string>> => {
  const heard = await rivalsHeard(needs)
  if (heard.size === 0) return heard
  return new Set((await needs.connections.all(needs.db.bare)).flatMap(({ id, settings }) => (heard.has(id) && agentIn(settings) === 'portero' ? [id] : [])))
}

// Of a job that may not do what it wants, what it lacks; of one whose key is refused, undefined.
const lacksOf = async ({ db, vault, tenant }: Needs, { id, detail }: Refused): Promise<readonly string[] | undefined> => {
  if (!detail) return undefined
  try {
    return lacked.safeParse(JSON.parse((await vault.open(db.bare, tenant, `job.error:${id}`, detail)).toString())).data?.lacks
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined // it was about somebody who is erased by now
    throw thrown
  }
}
