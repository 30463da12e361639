#!/usr/bin/env node
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { keyScopes, openEngine, rooms } from './app.ts'
import { ConfigError, readConfig, type Config } from './config.ts'
import { realClock } from './spine/clock.ts'
import { makeConnections } from './spine/connections.ts'
import { makeDb, type Db } from './spine/db.ts'
import { listDead, replayDead } from './spine/dead.ts'
import { examine, lineOf } from './spine/doctor.ts'
import { readProfiles } from './spine/doctor-profiles.ts'
import { faultCode, faultSentence } from './spine/fault.ts'
import { makeHttp } from './spine/http.ts'
import { keyring } from './spine/keyring.ts'
import { makeLog } from './spine/log.ts'
import { labKeys, writeKeys } from './spine/master-key.ts'
import { firstTenant, migrate } from './spine/migrate.ts'
import { makeRegistry } from './spine/registry.ts'
import { makeToolKeys } from './spine/tool-keys.ts'
import { formsOf, gateForm, kitPage, lackedBy } from './spine/tools-kit.ts'
import { toolReference } from './spine/tools-reference.ts'
import { tryKey } from './spine/try-key.ts'
import { makeVault } from './spine/vault.ts'
import { webhookUrl } from './spine/webhooks.ts'
import { workflowActions } from './spine/workflow-actions.ts'
import { putOperator } from './store/operators.ts'

// What an admin does from the command line. On the embedded engine the server must be stopped first: its directory has one owner.
const usage = `portero migrate                 bring the database to this version
portero replay                  list what is dead: deliveries that didn't parse, jobs that gave up
portero replay --id ID | --all  try them again, after whatever was wrong has been mended
        --sure                  also send commands again whose outcome nobody knows (they may then happen twice)
portero connect VENDOR ACCOUNT  connect an account; its settings come as JSON on standard input, so that no secret is on the command line
portero operator NAME           let somebody into the console, or change their password, which comes on standard input
        --role admin|agent      an agent sees conversations; an admin the queue too
portero keys tool NAME          make a key for an agent that calls tools; it is shown once, and others of that name go on holding
        --scopes a,b            what it may do; without it, all that the tools and the gate need
        --end                   end all keys of that name instead
portero docs                    the page on the tools, for whoever types them into a form
        --hubspot DIR           write the tools into a HubSpot project instead, as its workflow actions and agent tools
portero VENDOR plan             what is lacking at a vendor: bird's webhooks and templates
portero VENDOR apply            make it so; what is there and isn't ours stays as it is
portero bird kit                what to type into Bird so that its agent works with Portero
        --check                 try the key, which comes on standard input, at the address that Bird calls
portero doctor                  look at everything that it takes to go live: what is well, what is not, and what to do about it
portero keys new                make a master key
portero keys status             which master key wraps how many data keys
portero keys rotate             wrap every data key with the first key of PORTERO_KEY ("new,old"); in the lab, with a fresh one`

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

const replay = ({ id, all, sure }: { id?: string | undefined; all?: boolean | undefined; sure?: boolean | undefined }): Promise<void> => {
  if (id !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new AppError('invalid_input', `"${id}" is no id: portero replay lists those of what is dead`)
  return withDb(async (db) => {
    if (id || all) {
      const count = await replayDead({ db, clock }, { ...(id && { id }), sure: sure === true })
      if (id && count === 0) throw new AppError('not_found', `nothing that is dead has the id ${id}`)
      return say(`${count} back in line`)
    }
    const dead = await listDead(db)
    for (const row of dead) say(`${row.id}  ${row.kind}  ${row.name}  ${row.uncertain ? 'outcome unknown  ' : ''}${row.code}: ${row.error}`)
    say(`${dead.length} dead`)
  })
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
    const connections = makeConnections({ db, clock, vault, log: makeLog({ level: 'silent', clock }), registry: makeRegistry(rooms), baseUrls: config.baseUrls })
    const settings = z.record(z.string(), z.unknown()).safeParse(fromJson(await typed()))
    if (!settings.success) throw new AppError('invalid_input', 'the settings on standard input are no JSON object')
    const { id } = await connections.put({ tenant: firstTenant, vendor, account, settings: settings.data })
    say(`Connected. Its webhooks go to ${config.publicBaseUrl}/webhooks/${vendor}/${id}; a server that runs pulls from it after its next start.`)
  })
const fromJson = (json: string): unknown => {
  try {
    return z.json().parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

const toolKey = (name: string, { scopes, end }: { scopes?: string | undefined; end?: boolean | undefined }): Promise<void> =>
  withDb(async (db) => {
    const keys = makeToolKeys({ db, clock })
    if (end) return say(`${await keys.end({ tenant: firstTenant, name })} keys ended`)
    const known = keyScopes
    const asked = scopes?.split(',').map((scope) => scope.trim()) ?? known
    const odd = asked.find((scope) => !known.includes(scope))
    if (odd !== undefined) throw new AppError('invalid_input', `there is no scope "${odd}": ${known.join(', ')}`)
    say(await keys.make({ tenant: firstTenant, name, scopes: asked }))
  })

const operator = (name: string, role = 'agent'): Promise<void> =>
  withDb(async (db) => {
    if (role !== 'admin' && role !== 'agent') throw new AppError('invalid_input', `a role is admin or agent, not "${role}"`)
    await putOperator({ db, clock }, { tenant: firstTenant, name, password: await typed(), role })
    say(`${name} can sign in at /console as ${role}`)
  })

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
        const things = await connector.setup.look({ http: http.of(connection, connector, { lane: 'live', signal, reading: !isApplied }), connection, now: clock.now(), signal, webhookUrl: webhookUrl(config.publicBaseUrl, connection) })
        for (const thing of things) {
          if (isApplied && 'ensure' in thing) await thing.ensure()
          say(`${signs[thing.is]}${thing.what}${thing.is === 'blocked' ? `\n      -> ${thing.mend}` : isApplied && 'ensure' in thing ? ': done' : ''}`)
        }
        const count = things.filter((thing) => 'ensure' in thing).length
        say(count === 0 ? 'Nothing to do.' : isApplied ? `${count} of ${things.length} put right.` : `${count} of ${things.length} to do: portero ${vendor} apply`)
      }
    } finally {
      await http.close()
    }
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

// It must find a database as it is, so it doesn't bring one up to date.
const doctor = async (): Promise<void> => {
  const config = readConfig(process.env)
  const log = makeLog({ level: 'silent', clock })
  const db = makeDb(await openEngine({ config, clock, log }))
  const http = makeHttp({ clock, log, db })
  try {
    const vault = makeVault({ db, clock, keys: ring(keysInUse(config)) })
    const registry = makeRegistry(rooms)
    const connections = makeConnections({ db, clock, vault, log, registry, baseUrls: config.baseUrls })
    const { signal } = new AbortController()
    const findings = await examine({ db, clock, vault, connections, registry, config, tenant: firstTenant, profiles: readProfiles(join(import.meta.dirname, '../hubspot-project')), http: (connection, connector) => http.of(connection, connector, { lane: 'live', signal, reading: true }) })
    for (const finding of findings) say(lineOf(finding))
    const wrong = findings.filter(({ mend }) => mend !== undefined).length
    say(wrong === 0 ? 'All is well.' : `${wrong} of ${findings.length} to mend.`)
    if (wrong > 0) process.exitCode = 1
  } finally {
    await http.close()
    await db.close()
  }
}

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
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { id: { type: 'string' }, all: { type: 'boolean' }, sure: { type: 'boolean' }, scopes: { type: 'string' }, end: { type: 'boolean' }, role: { type: 'string' }, hubspot: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
  const command = positionals.join(' ')
  const [verb, first, second] = positionals
  if (values.help || command === '') return say(usage)
  if (command === 'migrate') return withDb(async () => say('The database is up to date.'))
  if (command === 'replay') return replay(values)
  if (verb === 'connect' && first && second && positionals.length === 3) return connect(first, second)
  if (verb === 'operator' && first && positionals.length === 2) return operator(first, values.role)
  if (verb === 'keys' && first === 'tool' && second && positionals.length === 3) return toolKey(second, values)
  if (command === 'docs' && values.hubspot) return writeActions(values.hubspot)
  if (command === 'docs') return void process.stdout.write(toolReference(rooms.tools))
  if (command === 'doctor') return doctor()
  if (command === 'bird kit') return kit(values.check === true)
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
  console.error(thrown instanceof ConfigError ? thrown.message : (optionFault(thrown) ?? faultSentence(thrown) ?? thrown))
  process.exitCode = 1
})
