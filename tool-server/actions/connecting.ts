import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { AuthServer, Connection, Connector, Consent, Millis, Subject, TokenFrom } from '../define.ts'
import type { Acting } from '../spine/act.ts'
import { deadline, type Clock } from '../spine/clock.ts'
import { hasten, stopWork } from '../spine/connection-work.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import { faultFields } from '../spine/fault.ts'
import type { Log } from '../spine/log.ts'
import type { Tokens } from '../spine/oauth.ts'
import type { AuthServers, Made } from '../spine/oauth-server.ts'
import type { Outbox, WayOut } from '../spine/outbox.ts'
import { parseOr } from '../spine/parse.ts'
import type { Registry } from '../spine/registry.ts'
import { webhookUrl } from '../spine/webhooks.ts'
import { erasing } from './block-person.ts'
import { connectionEnded, connectionMade } from './connection-ended.ts'
import { checkWhose, notLetIn } from './whose-token.ts'

// How accounts of people are connected and disconnected: from the console, after they consented, or from the command line.
export type Connecting = {
  calendars: readonly string[]
  vendors: readonly string[] // of these, those that can be connected from here
  asks(vendor: string): boolean // whether somebody must consent
  reach(vendor: string): { consent: Consent; server: AuthServer; baseUrl: string } // what is asked of its server, and where its account is found
  // lent: what came of the consent; without it we are let in first, or nothing is kept. settings: beside those that every account of that vendor has.
  connect(subject: Subject, account: { vendor: string; account: string; settings?: object; lent?: Made }): Promise<Connection>
  disconnect(subject: Subject, connection: string): Promise<{ endUrl?: string }> // endUrl: where its owner must take back themselves what we couldn't
}
// connectAs: of each vendor, what the environment says of how its accounts are connected.
type Needs = {
  db: Db; clock: Clock; connections: Connections; registry: Registry; acting: Acting; outbox: Outbox; tokens: Tokens; servers: AuthServers
  calendars: readonly string[]; log: Log; http: WayOut; publicBaseUrl: string; shadow: boolean; connectAs: Readonly<Record<string, object>>; baseUrls: Readonly<Record<string, string>>; wake(): void
}

const stopMs: Millis = 5_000
const based = z.object({ baseUrl: z.url() })
const secrets = z.looseObject({ pushSecrets: z.array(z.string().min(32)).min(1) })
const grants = z.object({ grant: z.looseObject({ by: z.string() }), pushSecrets: z.array(z.string()).min(1).optional() }).partial()

export const makeConnecting = ({ db, clock, connections, registry, acting, outbox, tokens, servers, calendars, log, http, publicBaseUrl, shadow, connectAs, baseUrls, wake }: Needs): Connecting => {
  const grantOf = (vendor: string): { by: string } => grants.parse(connectAs[vendor] ?? {}).grant ?? { by: 'person' }
  const consentOf = (vendor: string): { connector: Connector; consent: NonNullable<Connector['consent']> } => {
    const connector = registry.connectors.get(vendor)
    if (!connector?.consent) throw new AppError('invalid_input', `accounts of ${vendor} are not connected from here`)
    return { connector, consent: connector.consent }
  }
  const settingsOf = (vendor: string, account: string, more: object, before: Readonly<Record<string, unknown>>): object => {
    const { connector, consent } = consentOf(vendor)
    const own = grants.parse(connectAs[vendor] ?? {})
    const grant = own.grant && { grant: { ...own.grant, ...(own.grant.by === 'signed' && { forWhom: account }) } }
    return { ...consent.settings, ...(connector.settings.safeParse(before).success && before), ...('grant' in consent.settings && { grant: consent.settings.grant }), pushSecrets: own.pushSecrets ?? secrets.safeParse(before).data?.pushSecrets ?? [clock.bytes(32).toString('base64url')], ...connectAs[vendor], ...grant, ...more }
  }

  // What an operator set up is tried before anything is kept: whether we are let in by it, and to whose account.
  const letIn = async (vendor: string, account: string, more: object): Promise<void> => {
    const { connector } = consentOf(vendor)
    const settings = parseOr('invalid_input', connector.settings, { ...settingsOf(vendor, account, more, {}), ...(baseUrls[vendor] !== undefined && { baseUrl: baseUrls[vendor] }) }, `the settings of ${vendor}`)
    const from = tokenFrom(connector, settings)
    if (from.by === 'person') throw new AppError('refused', `${vendor} is connected by whoever owns the account: /console/connections`)
    try {
      if (from.by !== 'given') return void (await servers.renew(vendor, from, undefined))
      await checkWhose(servers, connector, settings, account)
    } catch (cause) {
      throw notLetIn(vendor, cause)
    }
  }

  // Whatever the vendor says: what goes on telling us ends by itself, later.
  const stopWatching = async (connection: Connection, connector: Connector): Promise<void> => {
    if (!connector.watch?.stop || shadow || !(await tokens.isAtHand(connection, tokenFrom(connector, connection.settings)))) return
    const limit = deadline(clock, stopMs)
    try {
      await connector.watch.stop({ http: http(connection, connector, { lane: 'live', signal: limit.signal, reading: false }), connection, now: clock.now(), signal: limit.signal, webhookUrl: webhookUrl(publicBaseUrl, connection) })
    } catch (thrown) {
      log.warn('watch.not-stopped', { vendor: connection.vendor, connection: connection.id, ...faultFields(thrown) })
    } finally {
      limit.release()
    }
  }

  return {
    calendars,
    vendors: calendars.filter((vendor) => registry.connectors.get(vendor)?.consent && (grantOf(vendor).by !== 'person' || servers.hasApp(vendor))),
    asks: (vendor) => grantOf(vendor).by === 'person',
    reach(vendor) {
      const { connector, consent } = consentOf(vendor)
      const { baseUrl } = based.parse(connector.settings.parse({ ...settingsOf(vendor, '', {}, {}), ...(baseUrls[vendor] !== undefined && { baseUrl: baseUrls[vendor] }) }))
      return { consent, server: consent.server, baseUrl }
    },
    async connect(subject, { vendor, account, settings = {}, lent }) {
      const { connector, consent } = consentOf(vendor)
      const whose = account.toLowerCase()
      if (!lent) await letIn(vendor, whose, settings)
      const made = await connections.put({ tenant: subject.tenant, vendor, account: whose, settings: (before) => settingsOf(vendor, whose, settings, before) }, async (tx, connection) => {
        await hasten(tx, connection, clock.now())
        const from = tokenFrom(connector, connection.settings)
        if (lent && from.by === 'person') await tokens.grant(tx, connection, { from, made: lent, scopes: consent.scopes })
        else await tokens.forget(tx, connection) // it may have been somebody's consent before
        await acting.within(tx, subject).act(connectionMade, { connection: connection.id, vendor, account: whose })
      })
      wake()
      return made
    },
    async disconnect(subject, id) {
      const connection = await connections.byId(db.bare, id)
      if (!connection || connection.tenant !== subject.tenant) throw new AppError('not_found', 'no such connection')
      const { connector, consent } = consentOf(connection.vendor)
      const from = tokenFrom(connector, connection.settings)
      await stopWatching(connection, connector)
      const takeBack = await tokens.takeBack(connection, from)
      await db.tx(async (tx) => {
        if (!(await connections.end(tx, connection))) return
        await stopWork(tx, connection, { now: clock.now(), buried: outbox.buried, keeps: erasing })
        await tokens.forget(tx, connection)
        await acting.within(tx, subject).act(connectionEnded, { connection: id, vendor: connection.vendor, account: connection.account })
      })
      const isTakenBack = await takeBack() // not before: whoever works with it meanwhile would take it for a trouble
      wake()
      return from.by === 'person' && !isTakenBack ? { endUrl: consent.endUrl } : {}
    },
  }
}

const tokenFrom = ({ name, auth }: Connector, settings: unknown): TokenFrom => {
  if (auth.kind !== 'token') throw new AppError('bug', `${name} is not connected by access tokens`)
  return auth.from(settings)
}
