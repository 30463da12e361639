import { z } from 'zod'
import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Connection, Connector, Millis, Quota, Subject } from '../define.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import { deadline, type Clock } from '../spine/clock.ts'
import { hasten } from '../spine/connection-work.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import { attempt, examineConnection, type Finding } from '../spine/doctor-connection.ts'
import type { Seen } from '../spine/doctor-look.ts'
import { vendorChecks } from '../spine/doctor-vendors.ts'
import { makeKnock } from '../spine/knocks.ts'
import type { WayOut } from '../spine/outbox.ts'
import type { Registry } from '../spine/registry.ts'
import { connectionMade } from './connection-ended.ts'

// What an admin does with a connection from the console: look whether it works, and connect what is let in by a key.
// mostAMinute: calls, for one connection. quotas: what the vendor says that it allows. isHeard: whether it sends webhooks. mustHear: whether they are what we live by.
export type About = { mostAMinute: number; quotas: readonly Quota[]; isHeard: boolean; mustHear: boolean }
export type Tried = { vendor: string; account: string; findings: readonly Finding[] }
export type Trying = {
  keyed: readonly string[] // vendors that are let in by what is pasted
  about(vendor: string): About | undefined
  test(subject: Subject, connection: string): Promise<Tried>
  paste(subject: Subject, account: { vendor: string; account: string; settings: unknown }): Promise<Connection>
}
type Needs = { db: Db; clock: Clock; registry: Registry; connections: Connections; acting: Acting; audit: Audit; http: WayOut; publicBaseUrl: string; shown: readonly string[]; wake(): void } // shown: vendors that people know, beside which there are the house's own
const testMs: Millis = 20_000 // somebody looks at an empty page meanwhile
const testsAMinute = 6

export const makeTrying = ({ db, clock, registry, connections, acting, audit, http, publicBaseUrl, shown, wake }: Needs): Trying => {
  const knock = makeKnock(clock, testsAMinute)
  const keyed = shown.filter((vendor) => registry.connectors.get(vendor)?.consent === undefined)
  return {
    keyed,
    about(vendor) {
      const connector = registry.connectors.get(vendor)
      if (!connector) return undefined
      const { limits: { perSecond, burst = perSecond }, quotas = [] } = connector
      return { mostAMinute: burst + 60 * perSecond, quotas, isHeard: connector.webhook !== undefined, mustHear: (vendorChecks[vendor] ?? []).some(({ what }) => what === 'webhook') }
    },
    async test(subject, id) {
      const connection = await connections.byId(db.bare, id)
      const connector = connection && registry.connectors.get(connection.vendor)
      if (!connection || !connector || connection.tenant !== subject.tenant || !shown.includes(connection.vendor)) throw new AppError('not_found', 'no such connection')
      knock(id)
      const limit = deadline(clock, testMs)
      try {
        const { signal } = limit
        const asked = http(connection, connector, { lane: 'live', signal, reading: true })
        const findings = [...(await examineConnection({ db, publicBaseUrl, now: clock.now(), signal, http: asked }, connection, connector)), ...(await whose(connector, connection, () => connector.consent?.who(asked))), await aboutWork(db, connection)]
        await audit.record(db.bare, { subject, what: 'test:connection', object: id, after: { amiss: findings.flatMap(({ what, mend }) => (mend === undefined ? [] : [what])) } })
        return { vendor: connection.vendor, account: connection.account, findings }
      } finally {
        limit.release()
      }
    },
    // What is not said anew stays as it was, so that a new key is a short form. Where the address is another one nothing stays, or whoever may write it could have the old key sent to themselves.
    async paste(subject, { vendor, account, settings }) {
      if (!keyed.includes(vendor)) throw new AppError('invalid_input', `${vendor} is not connected by a key`)
      const given = z.record(z.string(), z.unknown()).safeParse(settings)
      if (!given.success) throw new AppError('invalid_input', 'the settings are no JSON object')
      const made = await connections.put({ tenant: subject.tenant, vendor, account, settings: (before) => ({ ...(given.data['baseUrl'] === undefined || given.data['baseUrl'] === before['baseUrl'] ? before : {}), ...given.data }) }, async (tx, connection) => {
        await hasten(tx, connection, clock.now())
        await acting.within(tx, subject).act(connectionMade, { connection: connection.id, vendor, account })
      })
      wake()
      return made
    },
  }
}

// Whoever consented may have meant another account. An app that is let in by its own name is nobody's.
const whose = async ({ name, auth }: Connector, { account, settings }: Connection, who: () => Promise<string> | undefined): Promise<Finding[]> => {
  if (auth.kind !== 'token' || auth.from(settings).by === 'app') return []
  const look = async (): Promise<Seen> => {
    const owner = await who()
    return owner === undefined || owner === account.toLowerCase() ? { told: `lets us into ${account}` } : { told: `lets us into ${owner}`, mend: `Connect it again, as ${account}.` }
  }
  return [await attempt(`${name} account`, look, 'Connect it again: /console/connections')]
}

// What is done there again and again, and how it went the last time.
const aboutWork = async (db: Db, { tenant, id, vendor }: Connection): Promise<Finding> => {
  const { rows } = await sql<{ name: string; code: string }>`select distinct name, error_code as code from job where tenant_id = ${tenant} and connection_id = ${id} and error_code is not null and state in ('ready', 'running', 'scheduled') order by 1, 2 limit 5`.execute(db.bare)
  const what = `${vendor} work`
  const [first] = rows
  if (!first) return { what, told: 'nothing is put off' }
  return { what, code: first.code, told: rows.map(({ name, code }) => `${name}: ${code}`).join(', '), mend: 'It is tried again by itself. Where the lines above are well, wait a minute.' }
}
