import type { z } from 'zod'
import type { ReviewWords } from '@portero/shared'
import type { Connection, Delivery, Doing, Inbound, Subject } from '../define.ts'
import { linesOf, pathShown, type Shown } from '../domain/mask-shown.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import { newId, type Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import { replayDead } from '../spine/dead.ts'
import type { Db } from '../spine/db.ts'
import { misfit, place, unpack } from '../spine/inbox.ts'
import { applyEdits, asDocument, editsIn, json, mended, mendPlace, pathOf, valueAt, wasPlace, type Edit, type Json } from '../spine/mend.ts'
import type { Registry } from '../spine/registry.ts'
import { Erased, type Vault } from '../spine/vault.ts'
import { deadRow, insertMend, mendsOf, setArgs, setMend, turnsKnown, type DeadRow, type Mend } from '../store/review.ts'
import { failureOf, hidingOf, rehearse, type Failed, type Rehearsed } from './rehearse.ts'

// What has stopped, for whoever decides about it: what it was with nothing personal in it, corrections, what a replay would do, and the replay. The console and the command line do the same by it.
export type Looked = { row: DeadRow; vendor: string | undefined; account: string | undefined; lines: Shown[] | undefined; bytes: number; mends: Mend[]; again: 'vendor-key' | 'same-effect' | 'never' | 'find' | undefined } // lines: undefined: nothing is kept any more
export type Problem = { path?: string; issue: keyof ReviewWords['issue']; expected?: string } | Failed
export type Event = { flow: string; fate: 'new' | 'done' | 'waits' | 'stopped' | 'misfit'; problems: Problem[]; rehearsed?: Rehearsed }
export type Preview = { problems: Problem[]; events?: Event[]; more?: number; rehearsed?: Rehearsed; call?: { name: string; vendor: string; account: string; args: Shown[] } } // more: events that weren't looked into
export type Mended = 'back' | 'repeated' | 'gone' | 'uncertain' | 'unknown' | { problems: Problem[] }
export type Review = ReturnType<typeof makeReview>
type Needs = { db: Db; clock: Clock; vault: Vault; audit: Audit; acting: Acting; registry: Registry; connections: Connections; reads(tenant: string): unknown; tenant: string; wake(): void }
type Kept = { inbound: Inbound; edits: Edit[] }
const mostEvents = 20

export const makeReview = (needs: Needs) => {
  const { db, clock, vault, audit, registry, connections, tenant, wake } = needs
  const connectionOf = async ({ connection }: DeadRow): Promise<Connection | undefined> => (connection === null ? undefined : connections.byId(db.bare, connection))
  const keptOf = async ({ id, raw, mend }: DeadRow): Promise<Kept | undefined> =>
    raw === null ? undefined : { inbound: unpack(await vault.open(db.bare, tenant, place(id), raw)), edits: mend === null ? [] : editsIn(await vault.open(db.bare, tenant, mendPlace(id), mend)) }
  const argsOf = async ({ id, args }: DeadRow): Promise<Json | undefined> => {
    const opened = args === null ? undefined : await vault.open(db.bare, tenant, `job.args:${id}`, args).catch(unlessErased)
    return opened && json.parse(JSON.parse(opened.toString()))
  }
  const documentOf = async (row: DeadRow): Promise<Json | undefined> => {
    if (row.kind !== 'delivery') return argsOf(row)
    const kept = await keptOf(row)
    return kept && asDocument(mended(kept.inbound, kept.edits))
  }
  // One that was sent when nobody did it belongs to whoever does it by now (spine/outbox.ts).
  const doingOf = async (row: DeadRow): Promise<{ connection: Connection; doing: Doing } | undefined> => {
    if (row.kind !== 'command' || row.name === null) return undefined
    const { name } = row
    const known = row.connection === null ? (await connections.all(db.bare)).filter((each) => each.tenant === tenant && registry.doing(each.vendor, name)) : [await connectionOf(row)]
    const [connection] = known
    const doing = connection && registry.doing(connection.vendor, name)
    return connection && doing && known.length === 1 ? { connection, doing } : undefined
  }
  const recorded = (subject: Subject, what: string, row: DeadRow, more: { before?: unknown; after?: unknown } = {}): Promise<void> => audit.record(db.bare, { subject: { ...subject, ...(row.person !== null && { person: row.person }) }, what, object: row.id, ...more })

  const eventsOf = async (connection: Connection, deliveries: readonly Delivery[], isRehearsed: boolean): Promise<Event[]> => {
    const keyOf = ({ id }: Delivery): string => `delivery:${connection.id}:${id}`
    const known = await turnsKnown({ db, tenant }, deliveries.map(keyOf))
    const all = await connections.all(db.bare)
    const events: Event[] = []
    for (const delivery of deliveries) {
      const { flow: name, payload } = delivery
      const flow = registry.flows.get(name)
      const wrong = misfit(registry, delivery)
      const state = known.get(keyOf(delivery))
      if (!flow || wrong) events.push({ flow: name, fate: 'misfit', problems: [...(flow ? problemsOf(flow.payload, payload) : []), ...(wrong ? [failureOf(wrong)] : [])].slice(0, 5) })
      else if (state !== undefined) events.push({ flow: name, fate: fates[state] ?? 'waits', problems: [] })
      else events.push({ flow: name, fate: 'new', problems: [], ...(isRehearsed && { rehearsed: await rehearse(needs, { flow, payload: flow.payload.parse(payload), subject: { tenant, by: 'system' }, connections: all }) }) })
    }
    return events
  }
  const ofDelivery = async (row: DeadRow, wanted: readonly Edit[], isRehearsed: boolean): Promise<Preview> => {
    const kept = await keptOf(row)
    const connection = await connectionOf(row)
    const webhook = connection && registry.connectors.get(connection.vendor)?.webhook
    if (!kept || !connection || !webhook) return { problems: [{ issue: kept ? 'disconnected' : 'gone' }] }
    try {
      const deliveries = webhook.parse(mended(kept.inbound, [...kept.edits, ...wanted]), connection)
      const looked = isRehearsed ? deliveries.slice(0, mostEvents) : deliveries
      return { problems: [], events: await eventsOf(connection, looked, isRehearsed), more: deliveries.length - looked.length }
    } catch (thrown) {
      return { problems: [failureOf(thrown)] }
    }
  }
  const ofJob = async (row: DeadRow, wanted: readonly Edit[], isRehearsed: boolean): Promise<Preview> => {
    const kept = await argsOf(row)
    if (kept === undefined) return { problems: [{ issue: 'gone' }] }
    if (row.uncertainSince !== null && wanted.length > 0) return { problems: [{ issue: 'uncertain' }] }
    const args = attempt(() => applyEdits(kept, wanted))
    if ('problems' in args) return args
    const found = await doingOf(row)
    if (found) {
      const { connection: { vendor, account }, doing } = found
      const problems = problemsOf(doing.command.args, args.value)
      return { problems, ...(problems.length === 0 && { call: { name: doing.command.name, vendor, account, args: linesOf(args.value, hidingOf(registry, vendor)) } }) }
    }
    const flow = row.kind === 'turn' ? registry.flows.get(row.name ?? '') : undefined
    if (!flow) return { problems: [{ issue: row.kind === 'turn' ? 'noFlow' : 'disconnected' }] }
    const problems = problemsOf(flow.payload, args.value)
    if (problems.length > 0 || !isRehearsed) return { problems }
    return { problems, rehearsed: await rehearse(needs, { flow, payload: flow.payload.parse(args.value), subject: { tenant, by: 'system', ...(row.person !== null && { person: row.person }) }, connections: await connections.all(db.bare) }) }
  }
  const previewOf = (row: DeadRow, wanted: readonly Edit[], isRehearsed: boolean): Promise<Preview> => (row.kind === 'delivery' ? ofDelivery : ofJob)(row, wanted, isRehearsed)

  const look = async (id: string): Promise<Looked | undefined> => {
    const row = await deadRow(db.bare, tenant, id)
    if (!row) return undefined
    const connection = await connectionOf(row)
    const found = await doingOf(row)
    const vendor = connection?.vendor ?? found?.connection.vendor
    const document = await documentOf(row)
    const again = found?.doing.again
    return {
      row, vendor, account: connection?.account ?? found?.connection.account, bytes: row.raw?.length ?? row.args?.length ?? 0, mends: await mendsOf({ db, tenant }, id),
      lines: document === undefined ? undefined : linesOf(document, hidingOf(registry, vendor)), again: typeof again === 'object' ? 'find' : again,
    }
  }

  return {
    async look(subject: Subject, id: string): Promise<Looked | undefined> {
      const found = await look(id)
      if (found) await recorded(subject, 'read:review', found.row)
      return found
    },
    async preview(subject: Subject, id: string, wanted: readonly Edit[]): Promise<Preview | undefined> {
      const row = await deadRow(db.bare, tenant, id)
      if (!row) return undefined
      await recorded(subject, 'read:review-preview', row, { after: { paths: wanted.map(({ path }) => pathShown(path)) } })
      return row.state === 'dead' ? previewOf(row, wanted, true) : { problems: [{ issue: 'repeated' }] }
    },
    // Nothing is saved that still wouldn't be understood. What it was stays beside it.
    async mend(subject: Subject, id: string, wanted: readonly Edit[]): Promise<Mended> {
      const row = await deadRow(db.bare, tenant, id)
      if (!row) return 'unknown'
      if (row.state !== 'dead') return 'repeated'
      if (row.uncertainSince !== null) return 'uncertain'
      const document = await documentOf(row)
      if (document === undefined) return 'gone'
      const { problems, events = [] } = await previewOf(row, wanted, false)
      const wrong = [...problems, ...events.filter(({ fate }) => fate === 'misfit').flatMap(({ problems }) => problems)]
      if (wrong.length > 0) return { problems: wrong }
      const after = applyEdits(document, wanted)
      const hiding = hidingOf(registry, (await connectionOf(row))?.vendor)
      const shownAt = (value: Json): object[] => wanted.map(({ path }) => ({ path: pathShown(path), value: linesOf(valueAt(value, path) ?? null, hiding).map((line) => (typeof line.value === 'string' ? line.value : line.value.hidden)) }))
      const earlier = (await keptOf(row))?.edits ?? []
      const isMended = await db.tx(async (tx) => {
        const now = clock.now()
        const owner = { tenant, ...(row.person !== null && { person: row.person }) }
        const mendId = newId(clock)
        const was = row.kind === 'delivery' ? null : await vault.seal(tx, owner, wasPlace(mendId), JSON.stringify(document))
        const isOurs = row.kind === 'delivery' ? await setMend(tx, tenant, { id, sealed: await vault.seal(tx, { tenant }, mendPlace(id), JSON.stringify([...earlier, ...wanted])) }) : await setArgs(tx, tenant, { id, sealed: await vault.seal(tx, owner, `job.args:${id}`, JSON.stringify(after)) })
        if (!isOurs) return false
        await insertMend(tx, tenant, { id: mendId, of: id, user: subject.user ?? 'system', paths: wanted.map(({ path }) => pathShown(path)), was, at: now })
        await audit.record(tx, { subject: { ...subject, ...(row.person !== null && { person: row.person }) }, what: 'mend:dead', object: id, before: shownAt(document), after: shownAt(after) })
        await replayDead({ on: tx, db, clock }, { id, sure: false })
        return true
      })
      if (isMended) wake()
      return isMended ? 'back' : 'repeated'
    },
    // What was done already stays done.
    async replay(subject: Subject, id: string, sure: boolean): Promise<'back' | 'repeated' | 'gone' | 'unknown'> {
      const row = await deadRow(db.bare, tenant, id)
      if (!row) return 'unknown'
      if (row.state === 'dead' && row.kind === 'delivery' && row.raw === null) return 'gone'
      await recorded(subject, 'replay:dead', row, { after: { sure } })
      const count = await replayDead({ db, clock }, { id, sure })
      wake()
      return count === 1 ? 'back' : 'repeated'
    },
  }
}

const unlessErased = (thrown: unknown): undefined => {
  if (!(thrown instanceof Erased)) throw thrown
}
const fates: Readonly<Record<string, Event['fate']>> = { done: 'done', shadowed: 'done', dropped: 'done', dead: 'stopped' }
const attempt = <T>(work: () => T): { value: T } | { problems: Problem[] } => {
  try {
    return { value: work() }
  } catch (thrown) {
    return { problems: [failureOf(thrown)] }
  }
}
const problemsOf = (schema: z.ZodType, value: unknown): Problem[] => (schema.safeParse(value).error?.issues ?? []).slice(0, 10).map((issue) => ({ path: pathShown(pathOf(issue.path)), ...issueOf(issue) }))
const issueOf = (issue: z.core.$ZodIssue): { issue: Extract<Problem, { issue: string }>['issue']; expected?: string } => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.includes('undefined') ? { issue: 'missing' } : { issue: 'type', expected: issue.expected }
    case 'unrecognized_keys':
      return { issue: 'unknownKey', expected: issue.keys.map((key) => pathShown(`/${key}`)).join(' ') }
    case 'invalid_value':
      return { issue: 'value', expected: issue.values.map(String).slice(0, 12).join(', ') }
    case 'too_small':
    case 'too_big':
      return { issue: 'size', expected: String(issue.code === 'too_small' ? issue.minimum : issue.maximum) }
    case 'invalid_format':
      return { issue: 'format', expected: issue.format }
    default:
      return { issue: 'other' }
  }
}
