import { z } from 'zod'
import type { Do } from '../define.ts'
import { ends, entriesOf, isErasedThere, type End } from '../domain/crm-record.ts'
import { compare, nameOf, outcomes, strange, twins, type Finding, type Held, type Numbered } from '../domain/reconcile.ts'
import type { Kind } from '../domain/ports/crm-fields.ts'
import type { Kept } from '../domain/ports/crm-kept.ts'
import type { Own, Reads } from '../domain/reads.ts'
import type { Db } from '../spine/db.ts'
import { apartAmong, countPeople, externalsAmong, oursAmong, peopleAfter, settlingAmong, tally } from '../store/reconcile.ts'
import { repairRecord } from './repair-record.ts'

// Everything that we keep at the CRM, compared with what stands there: person by person, then what carries our ids or their numbers besides. It changes nothing, unless it is asked to repair.
// One step at a time, each with one search at most, of which the CRM allows few: a step that is put off is begun again, and those before it are not.
const kinds = ['contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket'] as const satisfies readonly Kind[]
// after: the last person, or the last record. within: of a step with more than a page, the last record of the one before.
export const walk = z.strictObject({ at: z.enum(['people', 'numbers', ...kinds, 'end']), after: z.string().optional(), within: z.string().optional(), done: z.int(), people: z.int(), tally })
export type Walk = z.infer<typeof walk>
export type Asked = Pick<Reads['crm'], 'hasHelpDesk' | 'kept' | 'hungOn' | 'carrying' | 'numbered'>
export type Reconciling = { db: Db; tenant: string; own: Own; crm: Asked; act: Do }
type Step = { walk: Walk; odd: readonly Finding[] } // odd: what of it isn't as it should be

const most = 100 // the CRM reads so many at once
const mostLinks = 1_000 // and of so many what they hang on
const mostPeople = 50 // and is asked for so many numbers

export const beginWalk = async ({ db, tenant }: Reconciling): Promise<Walk> => ({ at: 'people', done: 0, people: await countPeople(db.bare, tenant), tally: { matched: 0, drifted: 0, missing: 0, duplicate: 0, foreign: 0, settling: 0 } })

export const stepOn = async (needs: Reconciling, before: Walk, { repair }: { repair: boolean }): Promise<Step> => {
  const { found, settling = 0, next } = await steps[before.at](needs, before)
  const odd = found.filter(({ is }) => is !== 'matched')
  if (repair) for (const { fields, ...finding } of odd) await needs.act(repairRecord, { finding: { ...finding, fields: [...fields] } })
  const counted = { ...before.tally, settling: before.tally.settling + settling }
  for (const is of outcomes) counted[is] += found.filter((each) => each.is === is).length
  const { people, done } = before
  return { walk: { done, people, ...next, tally: counted }, odd }
}

type Found = { found: readonly Finding[]; settling?: number; next: Pick<Walk, 'at' | 'after' | 'within'> & { done?: number } }
const after = <T extends { after?: string | undefined }>({ after: last, ...rest }: T) => ({ ...rest, ...(last !== undefined && { after: last }) })
const pageOf = ({ db, tenant }: Reconciling, last: string | undefined): Promise<string[]> => peopleAfter(db.bare, tenant, { after: last, most: mostPeople })

const comparePeople = async (needs: Reconciling, { after: last, done }: Walk): Promise<Found> => {
  const ids = await pageOf(needs, last)
  if (ids.length === 0) return { found: [], next: { at: kinds[0] } }
  const first = await lookAtAll(needs, ids)
  // What changed while we looked would seem to be wrong.
  const doubtful = new Set(first.found.flatMap(({ is, person }) => (is === 'matched' || person === undefined ? [] : [person])))
  const again = await lookAtAll(needs, [...doubtful])
  const found = [...first.found.filter(({ person }) => person === undefined || !doubtful.has(person)), ...again.found]
  return { found, settling: first.settling + again.settling, next: { ...after({ at: 'numbers' as const, after: last }), done: done + ids.length } }
}
const lookAtAll = async (needs: Reconciling, ids: readonly string[]): Promise<{ found: Finding[]; settling: number }> => {
  const { db: { bare: on }, tenant, crm } = needs
  const before = await settlingAmong(on, tenant, ids)
  const { held } = await heldOf(needs, ids.filter((id) => !before.has(id)))
  const kept = await keptOf(crm, held)
  const settling = new Set([...before, ...(await settlingAmong(on, tenant, ids))])
  return { found: held.filter(({ person }) => !settling.has(person)).flatMap((each) => compare(each, kept)), settling: settling.size }
}

const compareNumbers = async (needs: Reconciling, { after: last, within }: Walk): Promise<Found> => {
  const { db: { bare: on }, tenant, crm } = needs
  const ids = await pageOf(needs, last)
  const { numbers } = await heldOf(needs, ids)
  const onward = after({ at: 'people' as const, after: ids.at(-1) })
  if (numbers.length === 0) return { found: [], next: onward }
  const { records, next } = await crm.numbered(numbers.map(({ phone }) => phone), within)
  const apart = new Set([...(await apartAmong(on, tenant, records.map(({ id }) => id))), ...(await externalsAmong(on, tenant, 'contact', records.map(({ id }) => id)))])
  // Read once more, since the index of the search is behind.
  const there = await crm.kept('contact', [...new Set(twins(numbers, records, apart).flatMap(({ external }) => external ?? []))])
  return { found: twins(numbers, there, apart), next: next === undefined ? onward : { ...after({ at: 'numbers' as const, after: last }), within: next } }
}

const compareCarriers = (kind: (typeof kinds)[number]) => async ({ db: { bare: on }, tenant, crm }: Reconciling, { after: last }: Walk): Promise<Found> => {
  const { records, next } = await crm.carrying(kind, last)
  const external = await externalsAmong(on, tenant, kind, records.map(({ id }) => id))
  const ours = await oursAmong(on, tenant, kind, records.flatMap((each) => each.ours ?? []))
  const there = await crm.kept(kind, strange(records, { external, ours }).flatMap((each) => each.external ?? []))
  return { found: strange(there, { external, ours }), next: next === undefined ? { at: kinds[kinds.indexOf(kind) + 1] ?? 'end' } : { at: kind, after: next } }
}

const steps: Record<Walk['at'], (needs: Reconciling, before: Walk) => Promise<Found>> = {
  people: comparePeople, numbers: compareNumbers, end: async () => ({ found: [], next: { at: 'end' } }),
  contact: compareCarriers('contact'), deal: compareCarriers('deal'), meeting: compareCarriers('meeting'), communication: compareCarriers('communication'), task: compareCarriers('task'), note: compareCarriers('note'), ticket: compareCarriers('ticket'),
}

const heldOf = async ({ own, crm }: Reconciling, ids: readonly string[]): Promise<{ held: Held[]; numbers: Numbered[] }> => {
  const [catalogue, hasHelpDesk] = [await own.homes.catalogue(), await crm.hasHelpDesk()]
  const [held, numbers]: [Held[], Numbered[]] = [[], []]
  for (const person of ids) {
    const record = await own.people.record(person)
    if (!record) continue
    const { counterparts, known: { phone } } = record
    held.push({ person, entries: entriesOf(record, catalogue, hasHelpDesk), counterparts })
    if (phone !== undefined && !isErasedThere(counterparts)) numbers.push({ person, phone, external: counterparts.find(({ kind, ours }) => kind === 'contact' && ours === person)?.external })
  }
  return { held, numbers }
}

const keptOf = async (crm: Asked, held: readonly Held[]): Promise<ReadonlyMap<string, Kept>> => {
  const kept = new Map<string, Kept>()
  for (const kind of kinds) {
    const ids = held.flatMap(({ counterparts }) => counterparts.flatMap((each) => (each.kind === kind && each.external !== undefined ? [each.external] : [])))
    for (let from = 0; from < ids.length; from += most) for (const record of await crm.kept(kind, ids.slice(from, from + most))) kept.set(nameOf(record), record)
    if (kind !== 'contact') for (const end of ends) if (end !== kind) await hangOn(crm, kept, { kind, end, ids: ids.filter((id) => kept.has(nameOf({ kind, id }))) })
  }
  return kept
}
const hangOn = async (crm: Asked, kept: Map<string, Kept>, { kind, end, ids }: { kind: Kind; end: End; ids: readonly string[] }): Promise<void> => {
  for (let from = 0; from < ids.length; from += mostLinks) {
    const some = ids.slice(from, from + mostLinks)
    const hung = new Map((await crm.hungOn(kind, some, end)).map(({ id, others }) => [id, others]))
    for (const id of some) {
      const record = kept.get(nameOf({ kind, id }))
      if (record) kept.set(nameOf(record), { ...record, on: { ...record.on, [end]: hung.get(id) ?? [] } })
    }
  }
}
