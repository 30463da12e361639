import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { basename } from 'node:path'
import express, { type RequestHandler } from 'express'
import helmet from 'helmet'
import { sql } from 'kysely'
import { AppError, languages } from '@portero/shared'
import type { Config } from './config.ts'
import { measureAgent } from './actions/agent-end.ts'
import { cardDraft, makeDrafts } from './actions/card-draft.ts'
import { cardTakeover } from './actions/card-takeover.ts'
import { cardWrites } from './actions/card-writes.ts'
import { measureCorrections } from './actions/check-said.ts'
import { makeConnecting, type Connecting } from './actions/connecting.ts'
import { makeTrying, type Trying } from './actions/try-connections.ts'
import { makeCrmCare, measureCrm, type CrmCare } from './actions/crm-care.ts'
import { measureTold } from './actions/crm-told.ts'
import { measureHeard } from './actions/crm-weigh.ts'
import { gateInbound } from './actions/gate-inbound.ts'
import { measureGuards } from './actions/guard-message.ts'
import { heldThere } from './actions/held-there.ts'
import { meetConversation } from './actions/meet-conversation.ts'
import { mindConnections } from './actions/mind-connections.ts'
import { mindHouse } from './actions/mind-house.ts'
import { mindLockOuts } from './actions/mind-lock-outs.ts'
import { mindPrivacy } from './actions/mind-privacy.ts'
import { pushAnswer } from './actions/push-answer.ts'
import { mayStillLeave } from './actions/say.ts'
import { makeReview, type Review } from './actions/review.ts'
import { makeSee, measureSeen } from './actions/see.ts'
import { settingsWrites } from './actions/settings-writes.ts'
import { switchAgent } from './actions/switch-agent.ts'
import { measureCalendars, tendCalendars } from './actions/tend-calendars.ts'
import { readPersonas } from './agent/persona-files.ts'
import type { Door } from './agent/at.ts'
import { spendingOf } from './agent/bounds.ts'
import { draftsOf } from './agent/draft.ts'
import { agentFlows } from './agent/index.ts'
import { callTool, houseVendor, mayStillCall, ownTools } from './agent/call-tool.ts'
import type { Connector, Flow, Tool, Tx } from './define.ts'
import { connectors } from './connectors/index.ts'
import { consentDoors } from './console/consent-doors.ts'
import { consoleDoors } from './console/doors.ts'
import { parseCatalogue } from './domain/catalogue.ts'
import { noticeOf } from './domain/notice.ts'
import { behindPull, putEvent } from './domain/ports/calendar.ts'
import { checkCaller } from './domain/ports/hubspot-signature.ts'
import { sendMessage } from './domain/ports/messaging.ts'
import { senderOf, type Sender } from './domain/ports/mail.ts'
import { respond } from './domain/ports/model.ts'
import { asReads } from './domain/reads.ts'
import type { Role } from './domain/roles.ts'
import { flows } from './flows/index.ts'
import { bookingPages } from './pages/booking-page.ts'
import { calendarFiles } from './pages/calendar-file.ts'
import { mediaFiles } from './pages/media.ts'
import { privacyNotice } from './pages/privacy-notice.ts'
import { privacyRequests } from './pages/privacy-request.ts'
import { makeActing, type Acting } from './spine/act.ts'
import { makeAudit, type Audit } from './spine/audit.ts'
import { anchorAudit } from './spine/audit-anchors.ts'
import { cardDoors } from './spine/cards.ts'
import { makeChores } from './spine/chores.ts'
import { newId, pause, type Clock } from './spine/clock.ts'
import { makeConnections, type Connections } from './spine/connections.ts'
import { makeDb, type Db, type Engine } from './spine/db.ts'
import { doorFault, noSuchDoor, refuse, traced } from './spine/doors.ts'
import type { Transport } from './spine/http-send.ts'
import { makeHttp } from './spine/http.ts'
import { makeInbox, type Inbox } from './spine/inbox.ts'
import { reclaim } from './spine/jobs.ts'
import { gateDoor, gateScope } from './spine/gate.ts'
import { keyring } from './spine/keyring.ts'
import { byAddress, makeLimits, type Limits } from './spine/knocks.ts'
import { faultCode, faultFields, isDatabaseAway } from './spine/fault.ts'
import type { Log } from './spine/log.ts'
import { labKeys } from './spine/master-key.ts'
import { measureWork } from './spine/measure.ts'
import { makeMetrics } from './spine/metrics.ts'
import { firstTenant, migrate } from './spine/migrate.ts'
import { makeTokens } from './spine/oauth.ts'
import { companySignIn, makeAuthServers } from './spine/oauth-server.ts'
import { ops } from './spine/ops.ts'
import { makeOtlp } from './spine/otlp.ts'
import { makeOutbox } from './spine/outbox.ts'
import { openPglite } from './spine/pglite.ts'
import { openPostgres } from './spine/postgres.ts'
import { makePulls } from './spine/pulls.ts'
import { noSpans } from './spine/spans.ts'
import { makeAnswers, makeReads } from './spine/reads.ts'
import { makeRegistry } from './spine/registry.ts'
import { makeRunTool } from './spine/run-tool.ts'
import type { Introduce } from './spine/tool-bind.ts'
import { toolDoors } from './spine/tool-doors.ts'
import { callersOf, makeToolKeys, type ToolKeys } from './spine/tool-keys.ts'
import { makeToolTokens, type ToolTokens } from './spine/tool-token.ts'
import { makeTurns } from './spine/turns.ts'
import { makeVault, type Vault } from './spine/vault.ts'
import { makeVendorMinutes, type VendorMinutes } from './spine/vendor-minutes.ts'
import { isWebhook, webhooks } from './spine/webhooks.ts'
import { makeWorker, type Worker } from './spine/worker.ts'
import { workflowDoor } from './spine/workflow.ts'
import { measureFollowUps } from './store/cadence.ts'
import { agentsReady } from './store/agent-channels.ts'
import { forgetItems } from './store/agent-runs.ts'
import { makeTickets } from './store/card-tickets.ts'
import { cardViews } from './store/card-views.ts'
import { measureHands } from './store/escalations.ts'
import { forgetGuards } from './store/guards.ts'
import { hasHomes, importCatalogue } from './store/homes.ts'
import { measureNotices, putNotice } from './store/notices.ts'
import { putOperator } from './store/operators.ts'
import { makeOwnReads } from './store/own-reads.ts'
import { catalogueChannel } from './store/settings.ts'
import { classes, proveRetention, retentionChore } from './store/retention.ts'
import { settingsView } from './store/settings-view.ts'
import { measureTroubles } from './store/troubles.ts'
import { todayView } from './store/today-view.ts'
import { tools } from './tools/index.ts'

// Puts the rooms on the spine. Nothing runs until begin().
export { appMeta, fieldOf, hubspotReference, webhooksMeta } from './connectors/index.ts' // for the command line
export { checkPersona } from './agent/persona-files.ts'
export const rooms = { connectors, flows, tools }
export const keyScopes = [...new Set([...tools.flatMap(({ policy }) => policy.scopes), gateScope])].toSorted() // what a key may be for
export type Account = { vendor: string; account: string; settings: object }
export type House = {
  doors: RequestListener
  db: Db; vault: Vault; audit: Audit; acting: Acting; connections: Connections; inbox: Inbox; worker: Worker; minutes: VendorMinutes; toolKeys: ToolKeys; tokens: ToolTokens
  tenant: string
  crm: CrmCare
  connecting: Connecting
  review: Review
  trying: Trying
  putOperator(operator: { tenant: string; name: string; password: string; role: Role }): Promise<void> // may sign in at the console
  switchAgent(channel: string, agent: 'bird' | 'portero'): Promise<{ isNew: boolean }> // who answers prospects there
  idle(): Promise<void> // when no tool is at work any more
  begin(how?: { work: boolean }): Promise<void> // waits for the database, migrates, and sets the worker going
  leave(): void // /readyz says from now on that others are to be asked; everything goes on
  close(graceMs?: number, answered?: Promise<void>): Promise<void> // answered: when the last request is
}
export type Parts = {
  config: Config; clock: Clock; log: Log; engine: Engine
  connectors: readonly Connector[]; flows: readonly Flow[]; tools?: readonly Tool[]; accounts: readonly Account[]
  pace?: Partial<Pace>
  transport?: Transport // else sockets
  knocks?: Record<keyof Limits, number> // how often within a minute; else as often as knocks.ts says
}
export type Pace = { leaseMs: number; pollMs: number; turnAttempts: number }
const usualPace: Pace = { leaseMs: 30_000, pollMs: 1_000, turnAttempts: 8 }

const slots = { live: 32, sync: 12, bulk: 4 } // live: up to 24 of them wait for a model (connectors/openai); sync: most of its time is spent waiting for vendors
const keep = { rawDays: 7, repeatDays: 30, finishedDays: 30, agentDays: 30 }
export const retention = classes(keep)
const mostWebhookBytes = 1_048_576
const helpEveryMs = 50
const liveMs = 30 * 60_000 // a conversation that we don't know is believed only while the prospect is there

export const openEngine = async ({ config, clock, log }: Pick<Parts, 'config' | 'clock' | 'log'>): Promise<Engine> => {
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
    accessSync(config.dataDir, constants.W_OK)
  } catch (cause) {
    throw new AppError('refused', `data directory ${config.dataDir} can't be written (${faultCode(cause)}): choose another with DATA_DIR`, { cause })
  }
  return config.databaseUrl ? openPostgres({ url: config.databaseUrl, clock, log }) : openPglite({ dir: config.dataDir, clock, log })
}

export const makeHouse = ({ config, clock, log, engine, connectors, flows, tools = [], accounts, pace, knocks, transport }: Parts): House => {
  const { leaseMs, pollMs, turnAttempts } = { ...usualPace, ...pace }
  const db = makeDb(engine)
  const metrics = makeMetrics()
  const [current, ...older] = config.masterKeys.length > 0 ? config.masterKeys : labKeys({ dataDir: config.dataDir, clock })
  if (!current) throw new AppError('bug', 'no master key')
  const keys = keyring([current, ...older])
  const vault = makeVault({ db, clock, keys })
  // The house is a provider of its own tools, for the agent of its own.
  const house = ownTools(async ({ tenant, conversation, tool, args }) => {
    const key = await tokenFor({ tenant, conversation })
    const { status, code, text } = await runTool({ tool, raw: args, key, conversation: undefined, wire: 'agent' })
    return { status, code, text }
  })
  const tokenFor: Door['tokenFor'] = (which) => tokens.mint({ ...which, scopes: agentScopes })
  const agent = { door: { url: `${config.publicBaseUrl}/mcp`, tokenFor }, tools: tools.filter(({ callers }) => callers.includes('prospect')), personas: readPersonas(config.persona ?? {}), spends: spendingOf(config.agentDollars), company: config.legal?.company ?? 'UrbanHub', isShadow: config.shadow }
  const agentScopes = [...new Set(agent.tools.flatMap(({ policy }) => policy.scopes))]
  const registry = makeRegistry({ connectors: [...connectors, house], flows: [...flows, ...agentFlows(agent)] })
  const connections = makeConnections({ db, clock, vault, log, registry, baseUrls: config.baseUrls })
  const audit = makeAudit({ db, clock, vault })
  const labOrigins = config.lab ? ['localhost', '127.0.0.1'].map((host) => `http://${host}:${config.labPort}`) : []
  const { oidc } = config
  const servers = makeAuthServers({ clock, apps: { ...config.apps, ...(oidc && { [companySignIn]: oidc }) }, authUrls: { ...config.authUrls, ...(oidc && { [companySignIn]: oidc.issuer }) } })
  const lent = makeTokens({ db, clock, log, vault, servers })
  const spans = config.traces ? makeOtlp({ ...config.traces, clock, log, count: (outcome, many) => metrics.spans.inc({ outcome }, many) }) : noSpans
  const minutes = makeVendorMinutes({ db, clock, log, rests: () => http.rests(connections.isOpen) })
  const http = makeHttp({ clock, log, metrics, count: minutes.add, db, spans, tokens: lent, allow: [...Object.values(config.baseUrls), ...labOrigins], ...(transport && { transport }) })
  const wake: Worker['wake'] = (what, at) => worker.wake(what, at)
  const measures = [measureSeen(metrics), measureTold(metrics), measureHeard(metrics), measureCorrections(metrics), measureAgent(metrics), measureGuards(metrics), measureCalendars(metrics)]
  const measure = (action: string, result: unknown): void => {
    for (const each of measures) each(action, result)
  }
  const acting = makeActing({ db, clock, vault, connections, registry, audit, wake, whenFinished: (jobs, waitMs) => worker.whenFinished(jobs, waitMs), measure })
  const inbox = makeInbox({ db, clock, vault, connections, registry, log, metrics, wake })
  const outbox = makeOutbox({
    db, clock, vault, registry, connections, audit, http: http.of, shadow: config.shadow, wake, isAtWork: () => worker.isAtWork(),
    mayLeave: ({ tenant_id: tenant, name, serial, key }, args) => name === callTool.name || name === respond.name ? mayStillCall(db.bare, { tenant, key }) : mayStillLeave(db.bare, { tenant, serial, key, ...sendMessage.args.parse(args), open: async (place, sealed) => (await vault.open(db.bare, tenant, place, sealed)).toString(), now: clock.now() }),
  })
  const calendars = registry.vendorsDoing(putEvent.name)
  const connecting = makeConnecting({ db, clock, connections, registry, acting, outbox, tokens: lent, servers, calendars, log, http: http.of, publicBaseUrl: config.publicBaseUrl, shadow: config.shadow, connectAs: config.connectAs, baseUrls: config.baseUrls, wake: () => wake('all') })
  const trying = makeTrying({ db, clock, registry, connections, acting, audit, http: http.of, publicBaseUrl: config.publicBaseUrl, shown: connectors.map(({ name }) => name), wake: () => wake('all') })
  const own = makeOwnReads({ db, clock, vault, log, publicBaseUrl: config.publicBaseUrl, shadow: config.shadow, calendarVendors: calendars, lateVendors: calendars.filter((vendor) => registry.connectors.get(vendor)?.pulls?.[behindPull]), calendar: (tenant) => asReads(reads(tenant)).calendar })
  const reads = makeReads({ db, clock, registry, connections, http: http.of, own })
  const hasModel = makeAnswers({ db, registry, connections }, 'model')
  const tickets = makeTickets({ clock, ask: (tenant, ticket) => asReads(reads(tenant)).crm.contactsOf(ticket) })
  const turns = makeTurns({ db, clock, vault, registry, acting, reads: makeReads({ db, clock, registry, connections, http: http.of, own, lane: 'sync' }) }) // nobody waits for it while they talk
  const toolKeys = makeToolKeys({ db, clock })
  const tokens = makeToolTokens({ clock, keys })
  const callers = callersOf(toolKeys, tokens)
  const see = makeSee({ db, acting })
  const review = makeReview({ db, clock, vault, audit, acting, registry, connections, reads: makeReads({ db, clock, registry, connections, http: http.of, own, lane: 'bulk' }), tenant: firstTenant, wake: () => wake('all') })
  // A call that arrives before its conversation's first webhook: the vendor says whose it is.
  const introduce: Introduce = async (tenant, external) => {
    const seen = await asReads(reads(tenant)).messaging.conversation(external)
    if (seen?.heardAt === undefined || clock.now() - seen.heardAt > liveMs) return false
    await acting.as({ tenant, by: 'system' }, 'all')(meetConversation, { connection: seen.connection, conversation: seen.id, contact: seen.contact, heardAt: seen.heardAt })
    return true
  }
  const { runTool, runFor, idle } = makeRunTool({
    db, clock, log, metrics, vault, acting, tools, keys: callers, reads, spans,
    introduce,
    pushLate: async ({ subject, say, key }) => void (await acting.as(subject, 'all')(pushAnswer, { text: say, key })),
  })
  const pulls = makePulls({ db, clock, log, vault, registry, connections, http: http.of, metrics, publicBaseUrl: config.publicBaseUrl, shadow: config.shadow, wake })
  const bulkReads = makeReads({ db, clock, registry, connections, http: http.of, own, lane: 'bulk' })
  const crm = makeCrmCare({ db, clock, vault, registry, connections, acting, audit, tenant: firstTenant, own: own(firstTenant), reads: () => asReads(bulkReads(firstTenant)).crm })
  const retaining = { db, clock, tenant: firstTenant, classes: retention }
  const chores = makeChores({ db, clock, log, audit, keep, tenant: firstTenant, prove: proveRetention(retaining), more: { ...crm.chores, retention: retentionChore(retaining), 'anchor-audit': anchorAudit({ db, clock, log, audit, dataDir: config.dataDir }), 'tend-calendars': tendCalendars({ db, clock, acting, tenant: firstTenant, own: own(firstTenant), shadow: config.shadow }), 'forget-agent-items': { everyMs: 3_600_000, run: async () => ({ forgotten: await forgetItems(db.bare, firstTenant, clock.now() - keep.agentDays * 86_400_000) }) }, 'forget-guards': { everyMs: 3_600_000, run: async () => ({ forgotten: await forgetGuards(db.bare, firstTenant, clock.now() - keep.agentDays * 86_400_000) }) }, 'mind-lock-outs': mindLockOuts({ db, clock, log, registry, connections, acting, tenant: firstTenant, publicBaseUrl: config.publicBaseUrl }), 'mind-privacy': mindPrivacy({ db, clock, acting, tenant: firstTenant, reach: async () => ({ mail: (await senderOf(asReads(reads(firstTenant)).mail)) !== undefined, page: `${config.publicBaseUrl}/console/privacy` }) }), 'mind-house': mindHouse({ db, clock, registry, connections, acting, tenant: firstTenant, publicBaseUrl: config.publicBaseUrl, dataDir: config.dataDir }), 'mind-connections': mindConnections({ db, clock, vault, registry, connections, acting, tenant: firstTenant, publicBaseUrl: config.publicBaseUrl }) } })
  const worker = makeWorker({
    db, clock, log, metrics, spans, vault, outbox, inbox, id: newId(clock), slots, leaseMs, pollMs, turnAttempts, callForHelp: callOthers({ db, clock }),
    runners: { turn: turns.one, command: outbox.perform, pull: pulls.pull, watch: pulls.watch, chore: chores.run },
    company: { of: registry.together, run: (jobs, signal) => (jobs[0]?.kind === 'command' ? outbox.together(jobs, signal) : turns.together(jobs)) },
  })

  let reason: string | undefined = 'starting'
  let started = false
  let draining = false
  const closing = new AbortController()
  let stopListening: (() => Promise<void>) | undefined

  const prepare = async (): Promise<void> => {
    const ran = await migrate({ db, clock })
    if (ran.length > 0) log.info('db.migrated', { count: ran.length })
    for (const { masterId, known } of await vault.masters()) if (!known) throw new AppError('bug', `the database is sealed with master key ${masterId}, which PORTERO_KEY does not hold`)
    for (const account of accounts) await connections.put({ tenant: firstTenant, ...account })
    if (registry.vendorsDoing(respond.name).length > 0) await connections.put({ tenant: firstTenant, vendor: houseVendor, account: 'house', settings: { baseUrl: config.publicBaseUrl } })
    // On the embedded engine we hold the directory's lock, so whoever leased these is gone.
    if (engine.name === 'pglite') await reclaim(db.bare, { now: clock.now(), all: true })
    const { legal } = config
    if (legal) await db.tx((tx) => putNotices(tx, legal))
    if (config.catalogue && !(await hasHomes(db.bare, firstTenant))) await fillCatalogue(config.catalogue)
    await pulls.ensure()
    await chores.ensure(() => newId(clock))
    const stops = [await engine.listen(channel, () => wake('all')), await engine.listen(catalogueChannel, own.forget), await vault.follow()]
    stopListening = async () => void (await Promise.all(stops.map((stop) => stop())))
  }

  const putNotices = async (tx: Tx, { company, address, contact, notices = {} }: NonNullable<Config['legal']>): Promise<void> => {
    for (const language of languages) {
      const own = notices[language]
      await putNotice(tx, firstTenant, noticeOf({ company, address, contact, url: `${config.publicBaseUrl}/aviso` }, language, own === undefined ? undefined : readFileSync(own, 'utf8')), clock.now())
    }
  }

  const fillCatalogue = async (file: string): Promise<void> => {
    const catalogue = parseCatalogue(readFileSync(file, 'utf8'), basename(file))
    await db.tx((tx) => importCatalogue(tx, firstTenant, catalogue, () => newId(clock)))
    log.info('catalogue.imported', { count: catalogue.buildings.length })
  }

  const limits = makeLimits({ clock, ...(knocks && { most: knocks }) })
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag') // nothing here is asked for twice
  app.set('query parser', 'simple')
  if (config.trustProxy !== undefined) app.set('trust proxy', config.trustProxy) // else whatever a visitor says of their address is theirs to invent
  app.use(traced(clock, spans))
  const whenStarted: RequestHandler = (_request, response, next) => (started ? next() : refuse(response, 'unavailable'))
  app.use(['/tools', '/openapi.json', '/mcp', '/gate'], whenStarted) // these answer machines, in JSON: what guards browsers would be a tenth of a call's cost
  app.use(toolDoors({ tools, keys: callers, runTool, limits, publicBaseUrl: config.publicBaseUrl, lab: config.lab, log }))
  app.use(gateDoor({ keys: toolKeys, limits, gate: gateInbound({ db, clock, vault, acting, introduce }) }))
  app.use(helmet())
  app.use(ops({ db, clock, metrics, measure: async () => void (await Promise.all([measureWork({ db, clock, metrics, dataDir: config.dataDir, lines: () => http.lines(connections.isOpen) }), measureTroubles({ db, clock, metrics, tenant: firstTenant }), measureHands({ db, clock, metrics }), measureNotices({ db, metrics }), measureFollowUps({ db, clock, metrics }), measureCrm({ db, metrics, tenant: firstTenant })])), opsToken: config.opsToken, started: () => started, draining: () => draining, reason: () => reason, dependencies: () => http.conditions(connections.isOpen).filter(({ name }) => !name.startsWith(`${houseVendor} `)), more: () => agentsReady({ db, clock, connections, tenant: firstTenant, models: registry.vendorsDoing(respond.name) }) }))
  app.use(whenStarted)
  const drafts = makeDrafts({ db, clock, audit, acting, own, hasModel, model: (tenant) => asReads(reads(tenant)).model, drafting: draftsOf(agent) })
  app.use(cardDoors({
    db, clock, connections, publicBaseUrl: config.publicBaseUrl, checkCaller, limits,
    doors: {
      ...cardViews({ db, clock, vault, audit, tickets, own, hasModel, see }), ...cardWrites({ db, clock, vault, acting, tickets, own }), ...cardTakeover({ db, clock, vault, acting, tickets }),
      ...cardDraft({ db, vault, tickets, drafts }),
      ...todayView({ db, clock, vault, audit, own, conditions: () => http.conditions(connections.isOpen) }), ...settingsView({ db, clock, connections, registry, http: http.of }), ...settingsWrites({ db, clock, acting }),
    },
  }))
  app.use(workflowDoor({ db, clock, connections, runFor, publicBaseUrl: config.publicBaseUrl, checkCaller, limits }))
  const sender = (tenant: string): Promise<Sender | undefined> => senderOf(asReads(reads(tenant)).mail)
  app.use(['/ics', '/media', '/aviso', '/oauth', '/console', '/_assets'], byAddress(limits.page)) // the booking page has a tighter one
  app.use(bookingPages({ db, clock, vault, tenant: firstTenant, acting, own, isInviting: async (tenant) => (await sender(tenant))?.invites === true, log }))
  app.use(calendarFiles({ db, clock, vault, own, sender }))
  app.use(mediaFiles({ db, clock, vault, audit }))
  app.use(privacyNotice({ db, tenant: firstTenant }))
  app.use(privacyRequests({ db, clock, vault, tenant: firstTenant, acting, log, isOneAddress: config.trustProxy === undefined && config.publicBaseUrl.startsWith('https://'), contact: config.legal?.contact }))
  const staffed = { retention, db, clock, vault, audit, acting, own, drafts, see, log, tenant: firstTenant, publicBaseUrl: config.publicBaseUrl, tools, toolKeys, company: config.legal?.company ?? 'UrbanHub', wake: () => wake('all'), connections: { all: async (on: Parameters<typeof connections.all>[0]) => (await connections.all(on)).filter(({ vendor }) => vendor !== houseVendor) }, connecting, review, trying, limits, hasMail: async () => (await sender(firstTenant)) !== undefined, closing: closing.signal, heldThere: (person: string) => heldThere({ db, vault, reads: (tenant) => asReads(reads(tenant)) }, { tenant: firstTenant, person }) }
  app.use(consentDoors({ ...staffed, servers }))
  app.use(consoleDoors({ ...staffed, ...(oidc && { elsewhere: { settings: oidc, servers } }) }))
  app.use(noSuchDoor)
  app.use(doorFault(log))
  const webhook = webhooks({ db, clock, log, metrics, spans, registry, connections, inbox, limits, publicBaseUrl: config.publicBaseUrl, mostBytes: mostWebhookBytes, started: () => started })
  const doors: RequestListener = (request, response) => (isWebhook(request.url) ? webhook : app)(request, response)

  return {
    doors, db, vault, audit, acting, connections, inbox, worker, minutes, toolKeys, tokens, tenant: firstTenant, idle, crm, connecting, review, trying,
    putOperator: (operator) => putOperator({ db, clock }, operator),
    switchAgent: (channel, who) => acting.as({ tenant: firstTenant, by: 'system' }, 'all')(switchAgent, { channel, agent: who }),
    async begin({ work } = { work: true }) {
      for (let waitMs = 250; !draining; waitMs = Math.min(waitMs * 2, 4_000)) {
        try {
          await prepare()
          started = true
          reason = undefined
          if (!work) return
          worker.start()
          minutes.start()
          return
        } catch (thrown) {
          if (draining) return
          if (!isDatabaseAway(thrown)) throw thrown
          reason = 'the database cannot be reached'
          log.warn('db.unreachable', faultFields(thrown))
          await pause(clock, waitMs)
        }
      }
    },
    leave() {
      draining = true
    },
    async close(graceMs = 20_000, answered) {
      draining = true
      closing.abort()
      await Promise.all([worker.drain(graceMs), idle(), answered])
      await stopListening?.()
      await http.close()
      await minutes.close()
      await lent.close()
      await spans.close()
      await db.close()
    },
  }
}

// A full worker calls the other replicas at most every 50 ms, outside of any transaction: a NOTIFY at commit takes a lock that all commits share.
const channel = 'portero_job'
const callOthers = ({ db, clock }: { db: Db; clock: Clock }): (() => void) => {
  let called = false
  return () => {
    if (called || db.engine.name === 'pglite') return
    called = true
    clock.after(helpEveryMs, () => {
      called = false
      sql`select pg_notify(${channel}, '')`.execute(db.bare).catch(() => undefined) // they poll anyway
    })
  }
}

