import type { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Do, Millis } from '../define.ts'
import { dueOf, entriesOf, placeOf } from '../domain/crm-record.ts'
import { seatsOf, type Catalogue } from '../domain/homes.ts'
import type { Kind } from '../domain/ports/crm-fields.ts'
import type { Kept } from '../domain/ports/crm-kept.ts'
import type { Own, Reads } from '../domain/reads.ts'
import { tourStatuses } from '../domain/tours.ts'
import { dayOf } from '../domain/zones.ts'
import type { Db } from '../spine/db.ts'
import { hasPeople, visitsAhead, type Ahead } from '../store/rebuild.ts'
import { noteToldCrm } from './crm-told.ts'
import { restorePerson } from './restore-person.ts'

// A lost database is made again from what the CRM keeps under our ids: whoever has a visit ahead, with all that they had there, and whoever asked to be left alone. The CRM is only read.
export type Rebuilding = { db: Db; tenant: string; own: Own; crm: Reads['crm']; act: Do; now(): Millis; see(seen: { done: number; people: number }): void }
export type Lost = { meeting: string; why: 'no contact' | 'no id' | 'no home' | 'nobody shows it' | 'no time' | 'overlaps' } // meeting: the CRM's id
export type Rebuilt = { people: number; leads: number; visits: Ahead[]; lost: Lost[] }

export const rebuildTours = async ({ db, tenant, own, crm, act, now, see }: Rebuilding): Promise<Rebuilt> => {
  if (await hasPeople(db.bare, tenant)) throw new AppError('refused', 'this database is not empty: a database is rebuilt into an empty one only')
  const catalogue = await own.homes.catalogue()
  if (catalogue.homes.length === 0) throw new AppError('refused', 'this database has no homes: set CATALOGUE to your file')
  const lost: Lost[] = []
  const ahead = (await all(crm, 'meeting')).filter((each) => each.fields['status'] === 'confirmed' && Number(each.fields['endsAt']) > now())
  const whose = await hung(crm, 'meeting', ahead, 'contact')
  for (const { id } of ahead) if (!whose.get(id)?.length) lost.push({ meeting: id, why: 'no contact' })
  const wanted = new Set([...whose.values()].flat())
  const contacts = (await all(crm, 'contact')).filter(({ id, fields }) => wanted.has(id) || fields['consent'] === 'revoked' || fields['marketing'] === 'revoked')
  for (const [meeting, ids] of whose) if (ids.length > 0 && !ids.some((id) => contacts.some((contact) => contact.id === id))) lost.push({ meeting, why: 'no id' })

  const leads = await hung(crm, 'contact', contacts, 'deal')
  const meetings = await hung(crm, 'contact', contacts, 'meeting')
  const records = new Map([...(await these(crm, 'deal', [...leads.values()].flat())), ...(await these(crm, 'meeting', [...meetings.values()].flat()))].map((record) => [`${record.kind}:${record.id}`, record]))
  const taken = new Set<string>() // of a visit that hangs on two contacts the first has it
  let count = 0
  for (const [at, contact] of contacts.entries()) {
    const { id, ours: person, fields } = contact
    if (person === undefined) continue
    const theirs = (kind: 'deal' | 'meeting', ids: readonly string[] = []): Kept[] => ids.flatMap((each) => records.get(`${kind}:${each}`) ?? []).filter(({ ours }) => ours !== undefined)
    const isAhead = (meeting: Kept): boolean => ahead.some((each) => each.id === meeting.id)
    const found = theirs('meeting', meetings.get(id)).filter(({ id: meeting }) => !taken.has(meeting)).map((meeting) => ({ meeting, visit: visitOf(meeting, catalogue) }))
    for (const { meeting, visit } of found) if (typeof visit === 'string' && isAhead(meeting) && !isArranged(meeting)) lost.push({ meeting: meeting.id, why: visit })
    const visits = found.flatMap(({ meeting, visit }) => (typeof visit === 'string' ? [] : [{ ...visit, fields: { ...meeting.fields } }]))
    for (const { external } of visits) taken.add(external)
    const deals = theirs('deal', leads.get(id)).flatMap(({ id: external, ours, fields: said }) => (ours === undefined ? [] : [{ ours, external, fields: { ...said } }]))
    const { clashes } = await act(restorePerson, { person, external: id, fields: { ...fields }, leads: deals, visits })
    for (const { ours, external } of visits) if (clashes.includes(ours)) lost.push({ meeting: external, why: 'overlaps' })
    count += deals.filter(({ ours }) => !clashes.includes(ours)).length
    await asTold({ own, act, crm }, person, catalogue)
    see({ done: at + 1, people: contacts.length })
  }
  return { people: contacts.length, leads: count, visits: await visitsAhead(db.bare, tenant, now()), lost }
}

const all = async (crm: Reads['crm'], kind: Kind): Promise<Kept[]> => {
  const found: string[] = []
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const { records, next } = await crm.carrying(kind, after)
    found.push(...records.map(({ id }) => id))
    after = next
  }
  return these(crm, kind, found) // once more, since the index of the search is behind
}
const most = 100
const these = async (crm: Reads['crm'], kind: Kind, ids: readonly string[]): Promise<Kept[]> => {
  const found: Kept[] = []
  for (let from = 0; from < ids.length; from += most) found.push(...(await crm.kept(kind, [...new Set(ids)].slice(from, from + most))))
  return found
}
const hung = async (crm: Reads['crm'], kind: Kind, records: readonly Kept[], other: Kind): Promise<Map<string, string[]>> => {
  const links = new Map<string, string[]>(records.map(({ id }) => [id, []]))
  for (let from = 0; from < records.length; from += most) for (const { id, others } of await crm.hungOn(kind, records.slice(from, from + most).map((each) => each.id), other)) links.set(id, others)
  return links
}

// What one of ours arranged with them is no visit: it has no place, and their calendar still has it.
const isArranged = ({ fields }: Kept): boolean => !fields['home'] && !fields['location']

// Home and agent by their slugs; what was told before those were, by where it takes place.
type Visit = Omit<z.infer<typeof restorePerson.args>['visits'][number], 'fields'>
const visitOf = ({ id: external, ours, fields }: Kept, catalogue: Catalogue): Visit | Lost['why'] => {
  const home = catalogue.homes.find(({ slug }) => slug === fields['home']) ?? catalogue.homes.find((each) => placeOf(each) === fields['location'])
  const agent = catalogue.agents.find(({ slug }) => slug === fields['agent'])
  const [startsAt, endsAt] = [Number(fields['startsAt']), Number(fields['endsAt'])]
  const status = tourStatuses.find((each) => each === fields['status'])
  if (ours === undefined || status === undefined || !(endsAt > startsAt)) return 'no time'
  if (!home) return 'no home'
  if (!agent) return 'nobody shows it'
  const { building } = home
  return { ours, external, home: home.id, building: building.id, zone: building.zone, agent: agent.id, day: dayOf(building.zone, startsAt), startsAt, endsAt, status, seats: seatsOf(home) }
}

// What stands there is what we would tell, until something changes.
const asTold = async ({ own, act, crm }: Pick<Rebuilding, 'own' | 'act' | 'crm'>, person: string, catalogue: Catalogue): Promise<void> => {
  const record = await own.people.record(person)
  if (!record) return
  for (const { kind, args: { ours }, number, digest } of dueOf(entriesOf(record, catalogue, await crm.hasHelpDesk()), record.counterparts)) {
    const external = record.counterparts.find((each) => each.kind === kind && each.ours === ours)?.external
    if (external !== undefined) await act(noteToldCrm, { kind, ours, external, told: `${number}:${digest}`, texts: {} })
  }
}
