import { endOf, ends, isErasedThere, type End, type Entry } from './crm-record.ts'
import { phoneOf } from './identity.ts'
import { ownerOf, type Kind } from './ports/crm-fields.ts'
import type { Kept } from './ports/crm-kept.ts'
import { textsOf } from './ports/crm-seen.ts'
import type { Counterpart } from './reads.ts'

// What we hold beside what stands at the CRM, record by record and field by field.
// matched: says what we say. drifted: says something else in these fields, or doesn't hang on its contact or its deal. missing: ours, and not there. duplicate: a second one of theirs for one of ours. foreign: carries an id of ours that we know nothing of.
export const outcomes = ['matched', 'drifted', 'missing', 'duplicate', 'foreign'] as const
export type Outcome = (typeof outcomes)[number]
export type Finding = { is: Outcome; kind: Kind; ours?: string; external?: string; person?: string; fields: readonly string[] }
export type Held = { person: string; entries: readonly Entry[]; counterparts: readonly Counterpart[] }

export const nameOf = ({ kind, id }: { kind: Kind; id: string }): string => `${kind}:${id}`

// kept: what of it stands there, by nameOf.
export const compare = ({ person, entries, counterparts }: Held, kept: ReadonlyMap<string, Kept>): Finding[] => {
  if (isErasedThere(counterparts)) return []
  const found = entries.flatMap((entry): Finding[] => {
    const { kind, args: { ours } } = entry
    const counterpart = counterparts.find((each) => each.kind === kind && each.ours === ours)
    if (isMeantToBeGone(entry, counterpart)) return []
    const external = counterpart?.external
    const record = external === undefined ? undefined : kept.get(nameOf({ kind, id: external }))
    const about = { kind, ours, person, ...(external !== undefined && { external }) }
    if (!counterpart || !record) return [{ ...about, is: 'missing', fields: [] }]
    const fields = [...driftOf(entry, record), ...looseEnds({ person, counterparts }, counterpart, record).filter(({ kind: end, id }) => kept.has(nameOf({ kind: end, id }))).map(({ kind: end }) => end)]
    return [{ ...about, is: fields.length === 0 ? 'matched' : 'drifted', fields }]
  })
  // Whoever was two people to us, and is one by now, may still be two there.
  const others = counterparts.flatMap(({ kind, ours, external }): Finding[] => (kind === 'contact' && ours !== person && external !== undefined && kept.has(nameOf({ kind, id: external })) ? [{ is: 'duplicate', kind, ours, external, person, fields: [] }] : []))
  return [...found, ...others]
}

// A meeting that people took away is not made anew for a visit that is off.
const isMeantToBeGone = (entry: Entry, counterpart: Counterpart | undefined): boolean => entry.kind === 'meeting' && entry.args.status !== 'confirmed' && (counterpart?.told?.endsWith(':off') ?? false)

// What is people's is not among an entry's args, and may say what it likes. What whoever changed it last decides has to be the same on both sides: also where we know nothing of it yet.
export const idField = 'ours' // the record carries no id of ours, or another one
const driftOf = ({ kind, args }: Entry, { ours, fields }: Kept): string[] => {
  const mine = textsOf(args)
  const named = [...new Set([...Object.keys(mine), ...Object.keys(fields).filter((field) => ownerOf(kind, field) === 'latest')])]
  const drifted = named.filter((field) => ownerOf(kind, field) !== undefined && !isSame(field, mine[field], fields[field]))
  return ours === args.ours ? drifted : [...drifted, idField]
}
const isSame = (field: string, mine: string | undefined, theirs: string | undefined): boolean => {
  if (mine === theirs) return true
  if (mine === undefined || theirs === undefined) return false
  if (field === 'phone') return phoneOf(theirs) === mine // however it is written
  // What was too long for the CRM was cut at its beginning.
  return field === 'body' && theirs.startsWith(cut) && mine.endsWith(theirs.slice(cut.length).trim())
}
const cut = '…'

// On what of theirs it doesn't hang, though we hung it there. What it hangs on besides is people's business, and so is what they cut and meant to.
const looseEnds = ({ person, counterparts }: Omit<Held, 'entries'>, { hung }: Counterpart, { on = {} }: Kept): { kind: End; id: string }[] =>
  ends.flatMap((kind) => {
    const told = endOf(hung, kind)
    const id = counterparts.find((each) => each.kind === kind && (kind === 'contact' ? each.ours === person : each.external === told?.id))?.external
    return id === undefined || told?.cut === 'meant' || (on[kind]?.includes(id) ?? true) ? [] : [{ kind, id }]
  })

// Of those that carry an id of ours, the ones that are none of our counterparts. external: whether we know it by its own id; ours: whether the id that it carries is somebody's at all.
export const strange = (records: readonly Kept[], known: { external: ReadonlySet<string>; ours: ReadonlyMap<string, string | undefined> }): Finding[] =>
  records.flatMap(({ kind, id, ours }): Finding[] => {
    if (ours === undefined || known.external.has(id)) return []
    if (!known.ours.has(ours)) return [{ is: 'foreign', kind, ours, external: id, fields: [] }]
    return known.ours.get(ours) === undefined ? [] : [{ is: 'duplicate', kind, ours, external: id, fields: [] }] // without one of its own it is found again when it is told
  })

// Contacts with somebody's number that are nobody of ours. apart: those that are somebody of ours, or of whom people have said that they are not.
export type Numbered = { person: string; phone: string; external: string | undefined }
export const twins = (ours: readonly Numbered[], contacts: readonly Kept[], apart: ReadonlySet<string>): Finding[] =>
  ours.flatMap(({ person, phone, external }) =>
    contacts.flatMap(({ id, phones }): Finding[] => (external !== undefined && id !== external && !apart.has(id) && phones.some((each) => phoneOf(each) === phone) ? [{ is: 'duplicate', kind: 'contact', ours: person, external: id, person, fields: [] }] : [])))
