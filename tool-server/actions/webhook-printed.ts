import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Connector, Inbound, Millis, Subject, Webhook } from '../define.ts'
import { bodyFields, bytesIn, curlLine, jsonOf, parseDelivery, textOfFile, type DeliveryFile } from '../domain/delivery-file.ts'
import { maskBody, maskHeaders } from '../domain/mask-delivery.ts'
import type { Audit } from '../spine/audit.ts'
import { pause, type Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import type { Vault } from '../spine/vault.ts'
import { webhookUrl } from '../spine/webhooks.ts'
import { knockAgain, ownDoor, type Answered } from '../spine/webhook-send.ts'
import { deliveriesIn, fateOf, type Came, type Fate } from '../store/deliveries.ts'
import { checkPassword } from '../store/operators.ts'

// The workbench for webhooks, from the command line: what came in as files, what a vendor would send with a body, and the same once more.
type House = { db: Db; vault: Vault; audit: Audit; connections: Connections; tenant: string }
type Flags = { connection?: string | undefined; vendor?: string | undefined; url?: string | undefined; id?: string | undefined; since?: string | undefined; until?: string | undefined; raw?: boolean | undefined; as?: string | undefined; sure?: boolean | undefined }
type Needs = {
  clock: Clock; registry: Registry; say(line: string): void; typed(): Promise<string>
  config(): { publicBaseUrl: string; lab: boolean; shadow: boolean }
  withHouse(work: (house: House) => Promise<void>): Promise<void>
}
export const webhookUsage = 'portero webhook record DIR | sign BODY --connection ID | resend FILE: portero --help says more'

// Answers whether all went as it should.
export const printWebhook = async ([verb, named, ...rest]: readonly string[], flags: Flags, needs: Needs): Promise<boolean> => {
  if (named === undefined || rest.length > 0) throw new AppError('invalid_input', webhookUsage)
  if (verb === 'record') return record(named, flags, needs)
  if (verb === 'sign') return sign(named, flags, needs)
  if (verb === 'resend') return resend(named, flags, needs)
  throw new AppError('invalid_input', webhookUsage)
}

// On the embedded engine the server holds the database; what needs only a secret goes without.
const opened = (needs: Needs, work: (house: House) => Promise<void>, without: string): Promise<void> =>
  needs.withHouse(work).catch((thrown: unknown) => {
    throw thrown instanceof AppError && thrown.code === 'conflict' ? new AppError('conflict', `${thrown.message}: ${without}`, { cause: thrown }) : thrown
  })

const dayMs: Millis = 86_400_000
const timeIn = (text: string | undefined, flag: string): Millis | undefined => {
  if (text === undefined) return undefined
  if (z.union([z.iso.date(), z.iso.datetime({ offset: true })]).safeParse(text).success) return Date.parse(text)
  throw new AppError('invalid_input', `${flag} ${text} is no time: write it as 2026-11-23 or 2026-11-23T17:00:00Z`)
}

const record = async (dir: string, flags: Flags, needs: Needs): Promise<boolean> => {
  const { clock, say, typed } = needs
  if (flags.id !== undefined && !z.uuid().safeParse(flags.id).success) throw new AppError('invalid_input', `"${flags.id}" is no id: portero replay lists those of what is dead`)
  if (flags.raw && flags.as === undefined) throw new AppError('invalid_input', '--raw shows what people wrote: it needs --as NAME, an admin of the console, and their password on standard input')
  const until = timeIn(flags.until, '--until') ?? clock.now() + 1
  const since = timeIn(flags.since, '--since') ?? until - dayMs
  const password = flags.raw ? await typed() : ''
  await opened(needs, async (house) => {
    const { db, audit, tenant } = house
    const user = flags.raw ? await adminNamed(house, clock, flags.as ?? '', password) : 'cli'
    const connection = flags.connection === undefined ? undefined : await connectionNamed(house, flags.connection)
    const { came, gone } = await deliveriesIn(house, { id: flags.id, connection: connection?.id, since, until })
    if (came.length === 0) throw new AppError('not_found', gone > 0 ? `${gone} came, and their bytes are not kept any more: after a week they are gone` : 'nothing came in that time: --since and --until say another, --id one delivery')
    const subject: Subject = { tenant, by: 'staff', user }
    await audit.record(db.bare, { subject, what: 'read:deliveries', object: connection?.id ?? tenant, after: { deliveries: came.map(({ id }) => id), masked: flags.raw !== true } })
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    const maskedBy = masking(needs.registry, await house.connections.all(db.bare), clock.bytes(32))
    for (const each of came) writeFileSync(join(dir, nameOf(each)), textOfFile(fileOf(each, flags.raw ? undefined : maskedBy(each))), { mode: 0o600 })
    say(`${came.length} deliveries written to ${dir}${flags.raw ? ', as they came: they say what people wrote, so delete them when you are done' : '; names, numbers and words are replaced'}.`)
    if (gone > 0) say(`${gone} more came, and their bytes are not kept any more.`)
    say('portero webhook resend FILE sends one of them again.')
  }, 'stop the server, record, and start it again')
  return true
}
const adminNamed = async ({ db, tenant }: House, clock: Clock, name: string, password: string): Promise<string> => {
  const operator = await checkPassword({ db, clock }, { tenant, name, password })
  if (!operator) throw new AppError('unauthorized', `"${name}" and that password are nobody's: portero operator NAME --role admin lets somebody in`)
  if (operator.role !== 'admin') throw new AppError('refused', `${operator.name} is ${operator.role}, and only an admin sees deliveries as they came; without --raw they are masked`)
  return operator.name
}

const nameOf = ({ id, vendor, receivedAt }: Came): string => `${new Date(receivedAt).toISOString().replaceAll(/[:.]/g, '-')}-${vendor}-${id}.json`
const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}
type Masked = Pick<DeliveryFile, 'headers' | 'body' | 'base64'>
const fileOf = ({ id, connection, vendor, receivedAt, state, inbound }: Came, masked: Masked | undefined): DeliveryFile => {
  const about = { vendor, connection, id, receivedAt: new Date(receivedAt).toISOString(), state, masked: masked !== undefined, method: inbound.method === 'GET' ? 'GET' as const : 'POST' as const, path: masked ? new URL(inbound.url).pathname : pathOf(inbound.url) }
  return { ...about, ...(masked ?? { headers: Object.fromEntries(Object.entries(inbound.headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))), ...bodyFields(inbound.rawBody) }) }
}
const baseOf = z.object({ baseUrl: z.url() })
const masking = (registry: Registry, connections: readonly Connection[], secret: Buffer) => ({ connection, vendor, inbound }: Came): Masked => {
  const { redact = [], hosts = [] } = registry.connectors.get(vendor) ?? {}
  const base = baseOf.safeParse(connections.find(({ id }) => id === connection)?.settings).data
  const origins = [...hosts, ...(base ? [new URL(base.baseUrl).origin] : [])]
  const body = jsonOf(inbound.rawBody.toString('utf8')) ?? inbound.rawBody.toString('utf8')
  return { headers: maskHeaders(inbound.headers), body: maskBody(body, { redact, origins, secret }) }
}

// An id, or a vendor's name where it has one connection.
const connectionNamed = async ({ db, connections, tenant }: House, named: string): Promise<Connection> => {
  const all = (await connections.all(db.bare)).filter((each) => each.tenant === tenant)
  const found = all.filter(({ id, vendor }) => id === named || vendor === named)
  if (found.length === 1 && found[0]) return found[0]
  const known = (found.length > 1 ? found : all).map(({ id, vendor, account }) => `${vendor} ${account} ${id}`)
  throw new AppError('not_found', `--connection ${named} names ${found.length > 1 ? 'several' : 'none'}: ${known.join(', ') || 'there is none yet, portero connect VENDOR ACCOUNT makes one'}`)
}
type Signs = NonNullable<Webhook['signs']>
const signsOf = (registry: Registry, vendor: string): Signs => {
  const signs = registry.connectors.get(vendor)?.webhook?.signs
  if (signs) return signs
  throw new AppError('invalid_input', `${vendor} sends no webhooks: ${[...registry.connectors.values()].filter((each) => each.webhook?.signs).map(({ name }) => name).join(', ')} do`)
}
// As signsOf, and of those that we tell something as well: what they would get.
const signsOrTells = (registry: Registry, vendor: string): Signs => registry.connectors.get(vendor)?.tells ?? signsOf(registry, vendor)
const newest = (signs: Signs, { settings, vendor, account }: Connection): string => {
  const [secret] = signs.secrets(settings)
  if (secret === undefined) throw new AppError('not_found', `${vendor} ${account} has no secret that its webhooks are signed with: add it to its settings and portero connect ${vendor} ${account} once more`)
  return secret
}
// The secret itself, or the settings that were connected with: then what a delivery means can be told, too.
const typedSecret = async ({ typed }: Needs, signs: Signs, connector: Connector | undefined): Promise<{ secret: string; settings?: unknown }> => {
  const told = await typed()
  if (told === '') throw new AppError('invalid_input', 'the secret comes on standard input, so that no list of processes shows it: portero webhook sign BODY --vendor NAME < secret.txt')
  const json = told.startsWith('{') ? jsonOf(told) : undefined
  if (json === undefined) return { secret: told }
  const settings = connector?.settings.safeParse(json)
  const [secret] = settings?.success ? signs.secrets(settings.data) : []
  if (!settings?.success || secret === undefined) throw new AppError('invalid_input', `the settings on standard input are not those of ${connector?.name}, or have no secret: those of portero connect, or the secret alone`)
  return { secret, settings: settings.data }
}
const readFile = (file: string): Buffer => {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new AppError('not_found', `${file} can't be read: name a file that is there`, { cause })
  }
}
const urlOf = (text: string): string => {
  if (URL.canParse(text)) return text
  throw new AppError('invalid_input', `"${text}" is no address: --url takes the whole of it, such as https://portero.example.com/webhooks/hubspot`)
}

const sign = async (file: string, { connection: named, vendor, url: wanted }: Flags, needs: Needs): Promise<boolean> => {
  const { clock, registry, say, config } = needs
  if ((named === undefined) === (vendor === undefined)) throw new AppError('invalid_input', 'whose secret? --connection ID has one in the database, --vendor NAME takes it on standard input')
  const rawBody = readFile(file)
  const show = (by: { vendor: string; secret: string; url: string }): void => {
    const signed = signsOrTells(registry, by.vendor).sign({ method: 'POST', url: urlOf(by.url), headers: rawBody.length > 0 ? { 'content-type': 'application/json' } : {}, rawBody }, by.secret, clock.now())
    for (const [name, value] of Object.entries(signed.headers)) say(`${name}: ${value ?? ''}`)
    if (!signed.rawBody.equals(rawBody)) say(`\n${signed.rawBody.toString('utf8')}\n(${by.vendor} proves itself within the body)`)
    say('')
    say(curlLine(signed))
  }
  if (vendor !== undefined) {
    const { secret, settings } = await typedSecret(needs, signsOrTells(registry, vendor), registry.connectors.get(vendor))
    const tells = registry.connectors.get(vendor)?.tells
    if (tells && wanted === undefined && settings === undefined) throw new AppError('invalid_input', `where to? --url says it, or all settings of ${vendor} on standard input`)
    show({ vendor, secret, url: wanted ?? tells?.url(settings) ?? `${config().publicBaseUrl}/webhooks/${vendor}` })
  } else {
    await opened(needs, async (house) => {
      const connection = await connectionNamed(house, named ?? '')
      await house.audit.record(house.db.bare, { subject: { tenant: house.tenant, by: 'staff', user: 'cli' }, what: 'webhook:sign', object: connection.id }) // whoever signs speaks as the vendor
      show({ vendor: connection.vendor, secret: newest(signsOrTells(registry, connection.vendor), connection), url: wanted ?? registry.connectors.get(connection.vendor)?.tells?.url(connection.settings) ?? webhookUrl(config().publicBaseUrl, connection) })
    }, `stop it, or give the secret on standard input with --vendor NAME instead of --connection`)
  }
  return true
}

const resend = async (file: string, flags: Flags, needs: Needs): Promise<boolean> => {
  const { registry, config } = needs
  const told = parseDelivery(readFile(file).toString('utf8'), file)
  const { publicBaseUrl, lab, shadow } = config()
  const signs = signsOf(registry, told.vendor)
  if (flags.vendor !== undefined && flags.vendor !== told.vendor) throw new AppError('invalid_input', `${file} is of ${told.vendor}, not of ${flags.vendor}`)
  if (told.masked && !lab && !shadow && !flags.sure) throw new AppError('refused', 'what is masked names people who do not exist: send it to a house in the lab or with PORTERO_SHADOW=1, or add --sure if that is what you want here')
  const go = async (by: { secret: string; connection: Connection | undefined; house: House | undefined }): Promise<boolean> => {
    const inbound: Inbound = { method: told.method, url: `${publicBaseUrl}${pathFor(told, flags, by.connection)}`, headers: { 'content-type': 'application/json', ...told.headers }, rawBody: bytesIn(told) }
    const target = ownDoor(inbound.url, { door: flags.url, publicBaseUrl })
    return send(needs, { ...by, signed: signs.sign(inbound, by.secret, needs.clock.now()), target })
  }
  if (flags.vendor !== undefined) {
    const { secret, settings } = await typedSecret(needs, signs, registry.connectors.get(told.vendor))
    return go({ secret, connection: settings === undefined ? undefined : { id: flags.connection ?? told.connection ?? '', tenant: '', vendor: told.vendor, account: '', settings }, house: undefined })
  }
  let isWell = false
  await opened(needs, async (house) => {
    const connection = await connectionNamed(house, flags.connection ?? told.connection ?? told.vendor)
    if (connection.vendor !== told.vendor) throw new AppError('invalid_input', `${file} is of ${told.vendor}, and that connection of ${connection.vendor}`)
    isWell = await go({ secret: newest(signs, connection), connection, house })
  }, 'while the server runs on the embedded database, give the secret, or the settings, on standard input with --vendor NAME')
  return isWell
}

// A recorded path names the connection of the house that it came to; whoever names one, or the vendor alone, means this house. The query stays.
const pathFor = ({ path = '', vendor }: DeliveryFile, named: Flags, connection: Connection | undefined): string => {
  if (path !== '' && named.connection === undefined && named.vendor === undefined) return path
  const id = named.vendor === undefined ? connection?.id : named.connection
  return `/webhooks/${vendor}${id === undefined ? '' : `/${id}`}${/\?.*/.exec(path)?.[0] ?? ''}`
}

type Sending = { signed: Inbound; target: string; connection: Connection | undefined; house: House | undefined }
const send = async ({ clock, registry, say }: Needs, { signed, target, connection, house }: Sending): Promise<boolean> => {
  const told = connection ? deliveriesOf(registry, signed, connection) : []
  const look = (): Promise<Fate> | undefined => (house && connection ? fateOf(house.db, registry, { connection, inbound: signed, told: Array.isArray(told) ? told : [] }) : undefined)
  const before = await look()
  if (house && connection) await house.audit.record(house.db.bare, { subject: { tenant: house.tenant, by: 'staff', user: 'cli' }, what: 'webhook:resend', object: connection.id, after: { told: Array.isArray(told) ? told.map(({ id }) => id) : [] } })
  const answered = await knockAgain({ clock }, target, signed)
  say(`POST ${target}${target === signed.url ? '' : `, signed for ${signed.url}`}`)
  say(`${answered.status}: ${sentenceFor(answered)}`)
  if (answered.status !== 200) return false
  if (!connection) {
    say('What it means is told with the settings on standard input, or from the database while the server may share it (PostgreSQL).')
    return true
  }
  if (!Array.isArray(told)) {
    say(`No event could be read from it: ${told.message}. It is kept; portero replay lists it, and tries it again after a fix.`)
    return false
  }
  const after = await settled({ clock }, look)
  say(`${told.length} events${told.length === 0 ? ': nothing in it is of use to us' : ''}`)
  for (const { flow, id } of told) say(`  ${flow}  ${id}  ${wordFor(before?.turns.get(id), after?.turns.get(id), house !== undefined)}`)
  if (after?.row?.state === 'dead') say(`It could not be read: ${after.row.error ?? 'no cause was kept'}. portero replay tries it again after a fix.`)
  return after?.row?.state !== 'dead'
}
const deliveriesOf = (registry: Registry, inbound: Inbound, connection: Connection): ReturnType<Webhook['parse']> | AppError => {
  try {
    return registry.connectors.get(connection.vendor)?.webhook?.parse(inbound, connection) ?? []
  } catch (thrown) {
    return thrown instanceof AppError ? thrown : new AppError('bug', 'its parser failed')
  }
}
const sentenceFor = ({ status, repeated, say }: Answered): string => {
  if (status === 200) return repeated ? 'known already: these bytes came before, and nothing happens again' : 'taken'
  const next: Record<number, string> = {
    401: 'the server computes from its own PUBLIC_BASE_URL and secrets: run this with the same ones', 404: 'portero doctor lists the connections; a recorded path may be of another house, and --connection names one here', 413: 'the door reads a megabyte', 429: 'wait a minute', 503: 'the server is starting or stopping: try again in a moment',
  }
  return `${say ?? 'not as Portero answers'} (${next[status] ?? 'the log of the server says more'})`
}
const wordFor = (before: string | undefined, after: string | undefined, isSeen: boolean): string => (before !== undefined ? `known before (${before}): a duplicate, which does nothing` : !isSeen ? 'what became of it, the server knows' : after === undefined ? 'waits to be read' : `new, ${after}`)

const lookEveryMs: Millis = 250
const looks = 40
const settled = async ({ clock }: { clock: Clock }, look: () => Promise<Fate> | undefined): Promise<Fate | undefined> => {
  let fate = await look()
  for (let times = 0; fate && times < looks && (fate.row?.state === 'new' || [...fate.turns.values()].some((state) => state === 'ready' || state === 'running')); times++) {
    await pause(clock, lookEveryMs)
    fate = await look()
  }
  return fate
}
