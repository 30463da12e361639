import { sql } from 'kysely'
import { AppError, views } from '@portero/shared'
import type { Connection, Connector, Millis } from '../define.ts'
import { isoOf } from '../domain/card-views.ts'
import { stretchesOf, versionOf } from '../domain/settings.ts'
import { cardDoor, type CardDoor } from '../spine/cards.ts'
import { deadline, type Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import { vendorChecks } from '../spine/doctor-vendors.ts'
import type { WaysOut } from '../spine/http.ts'
import type { Registry } from '../spine/registry.ts'
import { settingsOf, versionOfOwners } from './settings.ts'

// What the settings page shows, and the test of a connection, which asks the vendor by reading only.
type Needs = { db: Db; clock: Clock; connections: Connections; registry: Registry; http: WaysOut['of'] }
const testMs: Millis = 10_000 // HubSpot hangs up after 15 s
type Told = 'works' | 'silent' | 'lacking' | 'keyRefused' | 'busy' | 'away' | 'strange'

export const settingsView = ({ db, clock, connections, registry, http }: Needs): Record<string, CardDoor> => {
  const ofTenant = async (tenant: string): Promise<Connection[]> => (await connections.all(db.bare)).filter((each) => each.tenant === tenant && Object.hasOwn(vendorChecks, each.vendor))

  const tested = async (connection: Connection, connector: Connector): Promise<Told> => {
    const { signal, release } = deadline(clock, testMs)
    try {
      const { rows: [inbox] } = await sql<{ heard: number }>`select count(*) as heard from (select 1 from inbox where tenant_id = ${connection.tenant} and connection_id = ${connection.id} limit 1) any_of_them`.execute(db.bare)
      const asking = { ask: http(connection, connector, { lane: 'live', signal, reading: true }), settings: connection.settings, webhook: '', heard: inbox?.heard ?? 0, hasMessages: true, askedAt: clock.now() } // by this card; whether somebody has written is no matter of the connection
      for (const { what, look } of vendorChecks[connection.vendor] ?? []) if ((await look(asking)).mend !== undefined) return what === 'webhook' ? 'silent' : 'lacking'
      return 'works'
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      return outcomes[thrown.code] ?? 'strange'
    } finally {
      release()
    }
  }

  return {
    settings: cardDoor('admin', views.settingsAsk, views.settingsView, async (_ask, { tenant }) => {
      const { buildings, agents, blackouts, owners } = await settingsOf(db.bare, tenant, clock.now())
      const buildingNamed = (id: string | null | undefined): { building?: string } => buildings.filter((each) => each.id === id).map(({ slug }) => ({ building: slug }))[0] ?? {}
      const agentNamed = (id: string | null): { agent?: string } => agents.filter((each) => each.id === id).map(({ slug }) => ({ agent: slug }))[0] ?? {}
      const zoneOf = (place: string | null, who: string | null): string => buildings.find(({ id }) => id === (place ?? agents.find((each) => each.id === who)?.buildings[0]))?.zone ?? 'UTC'
      return {
        asOf: isoOf(clock.now()),
        buildings: buildings.map(({ slug, name, zone }) => ({ building: slug, name, zone })),
        agents: agents.map(({ slug, name, isActive, hours }) => ({ agent: slug, name, isActive, version: versionOf(hours), hours: stretchesOf(hours) })),
        blackouts: blackouts.map(({ id, startsAt, endsAt, ...what }) => ({ blackout: id, startsAt: isoOf(startsAt), endsAt: isoOf(endsAt), zone: zoneOf(what.building, what.agent), ...buildingNamed(what.building), ...agentNamed(what.agent) })),
        owners: { version: versionOfOwners(owners), list: owners.map((each) => ({ agent: '', ...agentNamed(each.agent), ...(each.language && { language: each.language }), ...buildingNamed(each.building) })) },
        connections: (await ofTenant(tenant)).map(({ id, vendor, account }) => ({ connection: id, vendor: views.vendorName(vendor), account })),
      }
    }),

    probe: cardDoor('admin', views.probeAsk, views.probeView, async ({ connection: id, language = 'es-MX' }, { tenant }) => {
      const words = views.settingsAnswers[language]
      const asOf = isoOf(clock.now())
      const connection = (await ofTenant(tenant)).find((each) => each.id === id)
      const connector = connection && registry.connectors.get(connection.vendor)
      if (!connector) return { asOf, ok: false, say: words.noConnection }
      const told = await tested(connection, connector)
      return { asOf, ok: told === 'works', say: words[told](views.vendorName(connection.vendor)) }
    }),
  }
}

const outcomes: Partial<Record<string, Told>> = { unauthorized: 'keyRefused', disconnected: 'keyRefused', refused: 'keyRefused', not_found: 'lacking', throttled: 'busy', paused: 'away', unavailable: 'away', timeout: 'away' }
