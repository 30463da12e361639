#!/usr/bin/env node
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AppError, catalogueWords } from '@portero/shared'
import { printAudit } from './actions/audit-printed.ts'
import { printKeys, printOperator, printToolKey } from './actions/access-printed.ts'
import { usage } from './actions/cli-usage.ts'
import { pageOf } from './actions/docs-printed.ts'
import { printIncident } from './actions/incident-printed.ts'
import { connectCalendar, disconnectCalendar, listCalendars } from './actions/calendars-printed.ts'
import { verifyCertificate } from './actions/privacy-printed.ts'
import { printReplay } from './actions/replay-printed.ts'
import { printRetention } from './actions/retention-printed.ts'
import { printRebuild, printReconcile, printShadow, type Paper } from './actions/crm-printed.ts'
import { printWebhook } from './actions/webhook-printed.ts'
import { aboutCatalogueFile, partlyRead } from './actions/not-yet.ts'
import { checkGiven } from './actions/whose-token.ts'
import type { CrmCare } from './actions/crm-care.ts'
import { appMeta, checkPersona, fieldOf, hubspotReference, keyScopes, makeHouse, openEngine, retention, rooms, webhooksMeta, type House } from './app.ts'
import { ConfigError, readConfig, type Config } from './config.ts'
import { parseCatalogue } from './domain/catalogue.ts'
import { changesBetween, lineOfChange, linesLeft, unsure, warnings } from './domain/catalogue-plan.ts'
import { catalogueText } from './domain/catalogue-text.ts'
import { respond } from './domain/ports/model.ts'
import type { Http } from './define.ts'
import { makeAudit } from './spine/audit.ts'
import { newId, pause, realClock } from './spine/clock.ts'
import { makeConnections } from './spine/connections.ts'
import { makeDb, type Db } from './spine/db.ts'
import { aboutSurroundings, beforeTables, examine } from './spine/doctor.ts'
import type { Finding } from './spine/doctor-connection.ts'
import { aboutCopy } from './spine/doctor-house.ts'
import { asJson, isWell, printed } from './spine/doctor-guide.ts'
import type { Seen } from './spine/doctor-look.ts'
import { readProfiles } from './spine/doctor-profiles.ts'
import { faultCode, faultFields, faultSentence } from './spine/fault.ts'
import { makeHttp } from './spine/http.ts'
import { keyring } from './spine/keyring.ts'
import { makeLog } from './spine/log.ts'
import { labKeys, writeKeys } from './spine/master-key.ts'
import { firstTenant, migrate } from './spine/migrate.ts'
import { makeTokens } from './spine/oauth.ts'
import { makeAuthServers } from './spine/oauth-server.ts'
import { makeRegistry } from './spine/registry.ts'
import { makeToolKeys, type ToolKeys } from './spine/tool-keys.ts'
import { formsOf, gateForm, kitPage, lackedBy } from './spine/tools-kit.ts'
import { tryKey } from './spine/try-key.ts'
import { makeVault } from './spine/vault.ts'
import { webhookUrl } from './spine/webhooks.ts'
import { workflowActions } from './spine/workflow-actions.ts'
import { agentsReady } from './store/agent-channels.ts'
import { catalogueNow, importCatalogue, visitsAhead } from './store/homes.ts'
import { beginBackfill, findBackfill, type Backfill } from './store/crm-backfill.ts'
import { openConflicts, openReviews } from './store/crm-reviews.ts'

// What an admin does from the command line. On the embedded engine the server must be stopped first: its directory has one owner.

const clock = realClock()
const say = (line: string): void => console.log(line)

const withDb = async (work: (db: Db, config: Config) => Promise<void>): Promise<void> => {
  const config = readConfig(process.env)
  const db = makeDb(await openEngine({ config, clock, log: makeLog({ level: 'silent', clock }) }))
  try {
    await migrate({ db, clock })
    await work(db, config)
  } finally {
    await db.close()
  }
}

const keysInUse = (config: Config): readonly Buffer[] => (config.masterKeys.length > 0 ? config.masterKeys : labKeys({ dataDir: config.dataDir, clock }))
const ring = (keys: readonly Buffer[]): ReturnType<typeof keyring> => {
  const [current, ...older] = keys
  if (!current) throw new AppError('bug', 'no master key')
  return keyring([current, ...older])
}

const rotate = (): Promise<void> =>
  withDb(async (db, config) => {
    const inLab = config.masterKeys.length === 0
    // In the lab the new key joins the file before it seals anything, and the old one leaves it after.
    const keys = inLab ? [clock.bytes(32), ...labKeys({ dataDir: config.dataDir, clock })] : config.masterKeys
    if (inLab) writeKeys(config.dataDir, keys)
    const { rewrapped, masterId } = await makeVault({ db, clock, keys: ring(keys) }).rotate()
    if (inLab) writeKeys(config.dataDir, keys.slice(0, 1))
    say(`${rewrapped} data keys are now wrapped by master key ${masterId}`)
    if (!inLab && keys.length > 1) say('When every replica runs with the new key, the old one can leave PORTERO_KEY.')
  })

const status = (): Promise<void> =>
  withDb(async (db, config) => {
    for (const { masterId, keys, known } of await makeVault({ db, clock, keys: ring(keysInUse(config)) }).masters()) say(`${masterId}  ${keys} data keys${known ? '' : '  NOT in PORTERO_KEY'}`)
  })

const typed = async (): Promise<string> => (await text(process.stdin)).trim()

const connect = (vendor: string, account: string): Promise<void> =>
  withDb(async (db, config) => {
    const vault = makeVault({ db, clock, keys: ring(keysInUse(config)) })
    const registry = makeRegistry(rooms)
    const connections = makeConnections({ db, clock, vault, log: makeLog({ level: 'silent', clock }), registry, baseUrls: config.baseUrls })
    const settings = z.record(z.string(), z.unknown()).safeParse(fromJson(await typed()))
    if (!settings.success) throw new AppError('invalid_input', 'the settings on standard input are no JSON object')
    await checkGiven({ clock, registry, baseUrls: config.baseUrls }, { vendor, account, settings: settings.data })
    const { id } = await connections.put({ tenant: firstTenant, vendor, account, settings: settings.data })
    say(registry.connectors.get(vendor)?.webhook ? `Connected. Its webhooks go to ${config.publicBaseUrl}/webhooks/${vendor}/${id}; a server that runs begins to pull from it within seconds.` : 'Connected. portero doctor says whether it works.')
  })
const fromJson = (json: string): unknown => {
  try {
    return z.json().parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

const withPeople = (work: (needs: Parameters<typeof printOperator>[0]) => Promise<void>): Promise<void> =>
  withDb((db, config) => work({ db, clock, audit: makeAudit({ db, clock, vault: makeVault({ db, clock, keys: ring(keysInUse(config)) }) }), tenant: firstTenant, say }))
const withKeys = (work: (needs: Parameters<typeof printOperator>[0], keys: ToolKeys) => Promise<void>): Promise<void> => withPeople((needs) => work(needs, makeToolKeys(needs)))

// Nobody is in a hurry here: what is more than the budget of calls waits for it. most: how often.
const patient = (http: Http, most = Number.POSITIVE_INFINITY): Http => async (call) => {
  for (let times = 1; ; times++) {
    try {
      return await http(call)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'throttled' || times > most) throw thrown
      await pause(clock, thrown.retryAfterMs ?? 1_000)
    }
  }
}
const signs = { well: '   ', missing: ' + ', wrong: ' ~ ', blocked: ' ! ' } as const
const setUp = (vendor: string, isApplied: boolean): Promise<void> =>
  withDb(async (db, config) => {
    const log = makeLog({ level: 'silent', clock })
    const registry = makeRegistry(rooms)
    const connector = registry.connectors.get(vendor)
    if (!connector?.setup) throw new AppError('invalid_input', `nothing is set up at ${vendor} from here`)
    const connections = makeConnections({ db, clock, vault: makeVault({ db, clock, keys: ring(keysInUse(config)) }), log, registry, baseUrls: config.baseUrls })
    const ours = (await connections.all(db.bare)).filter((connection) => connection.vendor === vendor)
    if (ours.length === 0) throw new AppError('not_found', `there is no connection: portero connect ${vendor} makes one`)
    const http = makeHttp({ clock, log, db })
    const { signal } = new AbortController()
    try {
      for (const connection of ours) {
        say(`${vendor} ${connection.account}`)
        const things = await connector.setup.look({ http: patient(http.of(connection, connector, { lane: 'live', signal, reading: !isApplied })), connection, now: clock.now(), signal, webhookUrl: webhookUrl(config.publicBaseUrl, connection) })
        for (const thing of things) {
          if (isApplied && 'ensure' in thing) await thing.ensure()
          say(`${signs[thing.is]}${thing.what}${thing.is === 'blocked' ? `\n      -> ${thing.mend}` : isApplied && 'ensure' in thing ? ': done' : ''}`)
        }
        const count = things.filter((thing) => 'ensure' in thing).length
        const blocked = things.filter(({ is }) => is === 'blocked').length
        if (blocked > 0) say(`${blocked} of ${things.length} for a person to do, marked with !`)
        say(count === 0 ? (blocked > 0 ? 'Nothing else to do.' : 'Nothing to do.') : isApplied ? `${count} of ${things.length} put right.` : `${count} of ${things.length} to do: portero ${vendor} apply`)
      }
    } finally {
      await http.close()
    }
  })

// The server does it; here it is begun, and watched for as long as somebody looks.
const backfill = (): Promise<void> =>
  withDb(async (db) => {
    const connection = await db.bare.selectFrom('connection').select('id').where('tenant_id', '=', firstTenant).where('vendor', '=', 'hubspot').executeTakeFirst()
    if (!connection) throw new AppError('not_found', 'there is no connection: portero connect hubspot makes one')
    const whose = { tenant: firstTenant, connection: connection.id }
    say((await db.tx((tx) => beginBackfill(tx, whose, clock.now()))) ? 'Begun.' : 'It was begun before, and goes on.')
    if (db.engine.name === 'pglite') return say('The server does it once it runs again.')
    for (let at = await findBackfill(db.bare, whose); at; at = await findBackfill(db.bare, whose)) {
      process.stdout.write(`\r${progressOf(at)}`)
      if (at.endedAt !== null) return say('')
      await pause(clock, 1_000)
    }
  })
const progressOf = ({ seen, left, linked, known, ambiguous, strangers }: Backfill): string => {
  const part = left === null ? 0 : left === 0 ? 1 : seen / (seen + left)
  return `${'█'.repeat(Math.round(part * 20)).padEnd(20, '░')} ${Math.floor(part * 100)} %  ${seen} seen: ${linked} linked, ${known} known before, ${ambiguous} to decide, ${strangers} nobody of ours`
}
const reviews = (): Promise<void> =>
  withDb(async (db) => {
    const [contacts, lost] = [await openReviews(db.bare, firstTenant), await openConflicts(db.bare, firstTenant)]
    for (const { id, external, people, reason } of contacts) say(`${id}  contact ${external}  ${reason}  ${people.join(' ')}`)
    for (const { id, person, kind, field, won } of lost) say(`${id}  ${kind} ${field}  ${won === 'ours' ? 'Portero' : 'HubSpot'} won  ${person}`)
    say(`${contacts.length} contacts to decide, ${lost.length} changes that lost`)
  })

const kit = async (isCheck: boolean): Promise<void> => {
  const { publicBaseUrl, legal } = readConfig(process.env)
  if (!isCheck) return void process.stdout.write(kitPage({ tools: rooms.tools, publicBaseUrl, company: legal?.company ?? 'LEGAL_NAME' }))
  const scopes = await tryKey({ clock, publicBaseUrl, key: await typed() })
  if (!scopes) throw new AppError('unauthorized', `${publicBaseUrl} refuses that key: npx portero keys tool bird makes one`)
  const lacking = lackedBy([gateForm(publicBaseUrl, ''), ...formsOf(rooms.tools, publicBaseUrl, '')], scopes)
  if (lacking.length > 0) throw new AppError('refused', `the key may not call ${lacking.join(', ')}: npx portero keys tool bird makes one that may`)
  say(`The key is good for all of the kit, at ${publicBaseUrl}.`)
}

// Read before the database is opened, so that a mistake in it changes nothing.
const catalogue = async (verb: 'plan' | 'apply', named: string | undefined): Promise<void> => {
  const words = catalogueWords['es-MX']
  const file = named ?? readConfig(process.env).catalogue
  if (file === undefined) throw new AppError('invalid_input', words.noFile)
  const wanted = parseCatalogue(contentOf(file), basename(file))
  await withDb(async (db) => {
    const now = await catalogueNow(db.bare, firstTenant)
    const changes = verb === 'plan' ? changesBetween(now, wanted) : await db.tx((tx) => importCatalogue(tx, firstTenant, wanted, () => newId(clock)))
    const ahead = await visitsAhead(db.bare, firstTenant, clock.now())
    for (const line of [...changes.map((change) => lineOfChange(change, ahead)), ...linesLeft(now, wanted), ...warnings(wanted), ...unsure(wanted, clock.now())]) say(line)
    say(changes.length === 0 ? words.nothing : verb === 'plan' ? words.planned(changes.length) : words.applied(changes.length))
  })
}
const contentOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError('not_found', catalogueWords['es-MX'].unreadable(file), { cause })
  }
}

// It must find a database as it is, so it doesn't bring one up to date. Without a whole environment it looks at what there is of one.
const doctor = async (json: boolean): Promise<void> => {
  const findings = await examined()
  if (json) say(asJson(findings))
  else for (const line of printed(findings)) say(line)
  if (!isWell(findings)) process.exitCode = 1
}
const configOrFaults = (env: typeof process.env): { config: Config } | { faults: readonly string[] } => {
  try {
    return { config: readConfig(env) }
  } catch (thrown) {
    if (thrown instanceof ConfigError) return { faults: thrown.faults }
    throw thrown
  }
}
const examined = async (): Promise<Finding[]> => {
  const around = { nodeVersion: process.versions.node, profiles: readProfiles(join(import.meta.dirname, '../hubspot-project')) }
  const { config, lacks } = partlyRead(process.env, configOrFaults)
  const catalogueFile = (): Seen | undefined => aboutCatalogueFile(config?.catalogue, contentOf)
  if (!config) return [{ what: 'portero', ...aboutCopy(around.nodeVersion) }, ...lacks]
  if (lacks.length > 0) return [...aboutSurroundings({ ...around, config }), ...beforeTables({ config, catalogueFile })].filter(({ what }) => !lacks.some((lack) => lack.what === what)).concat(lacks)
  const log = makeLog({ level: 'silent', clock })
  const db = makeDb(await openEngine({ config, clock, log }))
  const vault = makeVault({ db, clock, keys: ring(keysInUse(config)) })
  const tokens = makeTokens({ db, clock, log, vault, servers: makeAuthServers({ clock, apps: config.apps, authUrls: config.authUrls }) })
  const http = makeHttp({ clock, log, db, tokens })
  try {
    const registry = makeRegistry(rooms)
    const connections = makeConnections({ db, clock, vault, log, registry, baseUrls: config.baseUrls })
    const { signal } = new AbortController()
    const findings = await examine({ db, clock, vault, connections, registry, config, tenant: firstTenant, ...around, catalogueFile, http: (connection, connector) => patient(http.of(connection, connector, { lane: 'live', signal, reading: true }), 5) })
    const amiss = await agentsReady({ db, clock, connections, tenant: firstTenant, models: registry.vendorsDoing(respond.name) }).catch(() => []) // of a database that is older than its table
    for (const { ok, detail = '' } of amiss) if (!ok) findings.push({ what: 'agents', told: 'nobody, or more than one, would answer', mend: detail })
    return findings
  } finally {
    await http.close()
    await tokens.close()
    await db.close()
  }
}

// A house without a worker: what it leaves to be done, a server that runs does.
const withHouse = async (work: (house: House) => Promise<void>): Promise<void> => {
  const config = readConfig(process.env)
  const log = makeLog({ level: 'silent', clock })
  const house = makeHouse({ config, clock, log, engine: await openEngine({ config, clock, log }), ...rooms, accounts: [] })
  try {
    await migrate({ db: house.db, clock }) // says what is wrong with the database, where begin would wait for it
    await house.begin({ work: false })
    await work(house)
  } finally {
    await house.close(0)
  }
}
const withCalendars = (work: (needs: Parameters<typeof listCalendars>[0]) => Promise<void>): Promise<void> => withHouse((house) => work({ ...house, publicBaseUrl: readConfig(process.env).publicBaseUrl, say }))
// 1: something isn't as it should be.
const withCrm = (work: (crm: CrmCare) => Promise<boolean>): Promise<void> =>
  withHouse(async ({ crm }) => {
    if (!(await work(crm))) process.exitCode = 1
  })

const agentOn = (channel: string, agent: string | undefined): Promise<void> => {
  if (agent !== 'bird' && agent !== 'portero') throw new AppError('invalid_input', 'an agent is bird or portero')
  return withHouse(async (house) => {
    const { isNew } = await house.switchAgent(channel, agent)
    const who = agent === 'bird' ? "Bird's own agent" : "Portero's agent"
    say(isNew ? `From now on ${who} answers on ${channel}; a server that runs knows within seconds.${agent === 'portero' ? ' Turn off the one at Bird.' : ''}` : `${who} answers on ${channel} already.`)
  })
}
// Only where somebody watches it; over it goes what is said.
const barWidth = 30
const paper: Paper = {
  say: (line) => say(process.stderr.isTTY ? `\r\u001b[K${line}` : line),
  bar(done, of, rest) {
    if (!process.stderr.isTTY) return
    const full = of === 0 ? barWidth : Math.round((done / of) * barWidth)
    process.stderr.write(`\r[${'#'.repeat(full)}${'-'.repeat(barWidth - full)}] ${done}/${of} ${rest}\u001b[K`)
  },
}

const meta = (path: string): unknown => JSON.parse(readFileSync(join(import.meta.dirname, '../hubspot-project/src/app', path), 'utf8'))
const hubspotProject = (): Parameters<typeof hubspotReference>[0] => ({ app: appMeta.parse(meta('app-hsmeta.json')), webhooks: webhooksMeta.parse(meta('webhooks/webhooks-hsmeta.json')) })

// All of them anew, so that a tool which is no longer for workflows leaves nothing behind.
const writeActions = (project: string): void => {
  const folder = join(project, 'src/app/workflow-actions')
  mkdirSync(folder, { recursive: true })
  for (const file of readdirSync(folder)) if (file.endsWith('-hsmeta.json')) rmSync(join(folder, file))
  const actions = workflowActions(rooms.tools)
  for (const { file, text } of actions) writeFileSync(join(folder, file), text)
  say(`${actions.length} workflow actions written to ${folder}`)
}

const run = async (args: string[]): Promise<void> => {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { id: { type: 'string' }, all: { type: 'boolean' }, sure: { type: 'boolean' }, group: { type: 'string' }, fix: { type: 'string' }, preview: { type: 'boolean' }, scopes: { type: 'string' }, tools: { type: 'string' }, end: { type: 'boolean' }, role: { type: 'string' }, hubspot: { type: 'string' }, check: { type: 'boolean' }, repair: { type: 'boolean' }, json: { type: 'boolean' }, csv: { type: 'boolean' }, export: { type: 'string' }, connection: { type: 'string' }, vendor: { type: 'string' }, url: { type: 'string' }, since: { type: 'string' }, until: { type: 'string' }, out: { type: 'string' }, raw: { type: 'boolean' }, as: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
  const command = positionals.join(' ')
  const [verb, first, second] = positionals
  if (values.help || command === '') return say(usage)
  if (command === 'migrate') return withDb(async () => say('The database is up to date.'))
  if (command === 'replay') return printReplay(values, { clock, say: paper.say, bar: paper.bar, withDb, withHouse, tenant: firstTenant })
  if (verb === 'connect' && first && second && positionals.length === 3) return connect(first, second)
  if (command === 'calendars list') return withCalendars(listCalendars)
  if (verb === 'calendars' && (first === 'connect' || first === 'disconnect') && second && positionals.length === 4) return withCalendars((needs) => (first === 'connect' ? connectCalendar : disconnectCalendar)(needs, second, positionals[3] ?? ''))
  if (verb === 'operator' && first && positionals.length === 2) return withPeople((needs) => printOperator(needs, first, { ...values, typed }))
  if (verb === 'keys' && first === 'tool' && second && positionals.length === 3) return withKeys((needs, keys) => printToolKey(needs, keys, second, { ...values, known: { tools: rooms.tools, scopes: keyScopes } }))
  if (command === 'keys list') return withKeys(printKeys)
  if (command === 'docs' && values.hubspot) return writeActions(values.hubspot)
  if (verb === 'docs' && positionals.length <= 2) return void process.stdout.write(pageOf(first ?? 'tools', { ...rooms, hubspot: () => hubspotReference(hubspotProject()) }))
  if (verb === 'privacy' && first === 'verify' && second && positionals.length === 3) return withHouse((house) => verifyCertificate({ ...house, say }, second))
  if (command === 'doctor') return doctor(values.json === true)
  if (command === 'hubspot backfill') return backfill()
  if (command === 'hubspot reviews') return reviews()
  if (command === 'privacy retention') return withDb((db) => printRetention({ db, tenant: firstTenant, classes: retention, say }))
  if (verb === 'audit') return void ((await printAudit(positionals.slice(1), { say, now: clock.now, withHouse, fieldOf, dataDir: () => readConfig(process.env).dataDir, file: values.export })) || (process.exitCode = 1))
  if (verb === 'webhook') return void ((await printWebhook(positionals.slice(1), values, { clock, registry: makeRegistry(rooms), say, typed, config: () => readConfig(process.env), withHouse })) || (process.exitCode = 1))
  if (verb === 'incident' && first && positionals.length === 2) return printIncident(first, values, { clock, registry: makeRegistry(rooms), tools: rooms.tools, say, withHouse })
  if (command === 'reconcile') return withCrm((crm) => printReconcile(crm, { repair: values.repair === true, json: values.json === true }, paper))
  if (command === 'rebuild') return withCrm((crm) => printRebuild(crm, paper))
  if (command === 'shadow') return withCrm((crm) => printShadow(crm, { csv: values.csv === true }, paper))
  if (command === 'bird kit') return kit(values.check === true)
  if (verb === 'catalogue' && (first === 'plan' || first === 'apply') && positionals.length <= 3) return catalogue(first, second)
  if (command === 'catalogue export') return withDb(async (db) => void process.stdout.write(catalogueText(await catalogueNow(db.bare, firstTenant))))
  if (verb === 'agent' && first && positionals.length === 3) return agentOn(first, second)
  if (verb === 'persona' && first === 'check' && second && positionals.length === 3) return say(checkPersona(second))
  if (verb && (first === 'plan' || first === 'apply') && positionals.length === 2) return setUp(verb, first === 'apply')
  if (command === 'keys new') return say(clock.bytes(32).toString('base64'))
  if (command === 'keys status') return status()
  if (command === 'keys rotate') return rotate()
  throw new AppError('invalid_input', `there is no command "${command}": portero --help lists them`)
}

// Its first sentence says what is wrong; the next ones are for programmers.
const optionFault = (thrown: unknown): string | undefined =>
  thrown instanceof TypeError && faultCode(thrown)?.startsWith('ERR_PARSE_ARGS') ? `${thrown.message.split('. ')[0]}: portero --help lists them` : undefined

run(process.argv.slice(2)).catch((thrown: unknown) => {
  console.error(thrown instanceof ConfigError ? thrown.message : (optionFault(thrown) ?? faultSentence(thrown) ?? faultFields(thrown)))
  process.exitCode = 1
})
