import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { emailHint, emailOf, phoneOf, type Claim } from '@portero/tool-server/domain/identity.ts'
import { match, type Known, type Sighting } from '@portero/tool-server/domain/identity-match.ts'
import { invent, type Population, type Raw, type Truth } from './identity-people.ts'

// How well records of three systems are brought together, one by one in the order of their time, beside libphonenumber alone and equal strings.
// A pair is two records that are of one person, or are said to be. What is ambiguous is left apart and counted: it is not merged, and costs recall.
// recall: of the pairs that can be known, recallOfAll: of all. A pair can be known if it is linked, through that person's other records if need be, by what a system vouches for on both sides
// (WhatsApp's own id; a number or Bird's contact seen twice within 90 days), or by a number or mailbox that nobody else ever uses, with a name on both sides that tells something.
export const identity = async (): Promise<object> => {
  const population = invent({ people: 12_000, seed: 20_261_200 })
  const began = performance.now()
  const { groups, ambiguous } = resolve(population.records)
  const tookMs = performance.now() - began
  return {
    people: population.people, records: population.records.length, ambiguous, usPerRecord: Math.round((tookMs * 1_000) / population.records.length),
    ours: score(groups, population.truths), libphonenumber: score(libphonenumberAlone(population), population.truths), exact: score(exactly(population), population.truths),
    bars: { precision: 0.999, recall: 0.99 },
  }
}

export const sightingOf = (raw: Raw): Sighting => {
  const claim = (kind: Claim['kind'], value: string | undefined): Claim[] => (value === undefined ? [] : [{ kind, value }])
  const number = (text: string | undefined): string | undefined => (text === undefined ? undefined : phoneOf(text))
  if (raw.system === 'whatsapp') return { vouched: [...claim('bird-contact', raw.contact), ...claim('phone', number(raw.from)), ...claim('whatsapp', raw.bsuid)], ...(raw.profile && { name: raw.profile }), seenAt: raw.at }
  if (raw.system === 'bird') return { vouched: [...claim('bird-contact', raw.contact), ...claim('phone', number(raw.identifier))], ...(raw.name && { name: raw.name }), seenAt: raw.at }
  const [phone, email] = [number(raw.phone), raw.email === undefined ? undefined : emailOf(raw.email)]
  return { vouched: claim('crm-contact', raw.record), typed: { ...(phone && { phone }), ...(email && { email }) }, name: [raw.firstname, raw.lastname].filter(Boolean).join(' '), seenAt: raw.at }
}

// To whom each record went. Only those are asked about who share anything at all with it.
export const resolve = (records: readonly Raw[]): { groups: number[]; ambiguous: number } => {
  const people: { id: string; sightings: Sighting[] }[] = []
  const byKey = new Map<string, Set<number>>()
  const groups = Array.from({ length: records.length }, () => -1)
  let ambiguous = 0
  const bringTogether = (group: number, other: number): void => {
    for (const [at, each] of groups.entries()) if (each === other) groups[at] = group
    for (const sighting of people[other]!.sightings.splice(0)) {
      people[group]!.sightings.push(sighting)
      for (const key of keysOf(sighting)) byKey.get(key)!.add(group).delete(other)
    }
  }
  for (const at of records.keys().toArray().toSorted((a, b) => records[a]!.at - records[b]!.at || a - b)) {
    const sighting = sightingOf(records[at]!)
    const keys = keysOf(sighting)
    const near = [...new Set(keys.flatMap((key) => [...(byKey.get(key) ?? [])]))].map((index): Known => people[index]!)
    const found = match(sighting, near)
    if (found.is === 'ambiguous') ambiguous++
    const [group = people.push({ id: String(people.length), sightings: [] }) - 1, ...more] = found.is === 'same' ? found.people.map(Number) : []
    for (const other of more) bringTogether(group, other)
    people[group]!.sightings.push(sighting)
    groups[at] = group
    for (const key of keys) byKey.set(key, (byKey.get(key) ?? new Set()).add(group))
  }
  return { groups, ambiguous }
}
const keysOf = ({ vouched, typed }: Sighting): string[] => [...vouched.map(({ kind, value }) => `${kind}:${value}`), ...(typed?.phone ? [`phone:${typed.phone}`] : []), ...(typed?.email ? [`email:${emailHint(typed.email)}`] : [])]

export type Score = { precision: number; recall: number; recallOfAll: number; merged: number; wrong: number; knowable: number; pairs: number }
export const score = (groups: readonly number[], truths: readonly Truth[]): Score => {
  const knowable = knowableGroups(truths)
  const [ofAll, ofKnowable, decided] = [truths.map(({ person }) => person), knowable, groups].map((labels) => pairsIn(labels))
  const right = pairsIn(truths.map(({ person }, at) => `${person}/${groups[at]}`))
  const rightKnowable = pairsIn(knowable.map((group, at) => `${group}/${groups[at]}`))
  const share = (part: number, whole: number): number => Math.floor((part / whole) * 100_000) / 100_000
  return { precision: share(right, decided!), recall: share(rightKnowable, ofKnowable!), recallOfAll: share(right, ofAll!), merged: decided!, wrong: decided! - right, knowable: ofKnowable!, pairs: ofAll! }
}
const pairsIn = (labels: readonly (string | number)[]): number => {
  const sizes = new Map<string | number, number>()
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
  return [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0)
}

const surelyMs = 90 * 86_400_000 // seen twice within this time, a number or Bird's contact is in the same hand
const knowableGroups = (truths: readonly Truth[]): number[] => {
  const users = new Map<string, Set<number>>()
  for (const { person, number, mailbox } of truths) for (const name of [number, mailbox]) if (name) users.set(name, (users.get(name) ?? new Set()).add(person))
  const ownOf = ({ number, mailbox }: Truth): string[] => [number, mailbox].filter((name) => name !== undefined).filter((name) => users.get(name)?.size === 1)
  const links: [string, number, number][] = []
  const last = new Map<string, number>()
  for (const at of truths.keys().toArray().toSorted((a, b) => truths[a]!.at - truths[b]!.at)) {
    const truth = truths[at]!
    const { person, contact, number, bsuid, isTelling } = truth
    for (const name of [contact, contact && number]) { // contact: it is WhatsApp's or Bird's word
      if (name === undefined) continue
      const before = last.get(`${name}/${person}`)
      if (before !== undefined && truth.at - truths[before]!.at < surelyMs) links.push([`${name} at ${at}`, before, at])
      last.set(`${name}/${person}`, at)
    }
    for (const name of [...(bsuid ? [bsuid] : []), ...(isTelling ? ownOf(truth) : [])]) links.push([name, at, at])
  }
  const keys = truths.map((): string[] => [])
  for (const [key, one, other] of links) for (const at of [one, other]) keys[at]!.push(key)
  return united(keys)
}

const libphonenumberAlone = ({ records }: Population): number[] => united(records.map((raw) => {
  const text = raw.system === 'whatsapp' ? raw.from : raw.system === 'bird' ? raw.identifier : raw.phone
  const number = text === undefined ? undefined : parsePhoneNumberFromString(text, 'MX')?.number
  return number ? [number] : []
}))
const exactly = ({ records }: Population): number[] => united(records.map((raw) => {
  const texts = raw.system === 'whatsapp' ? [raw.contact, raw.from, raw.bsuid] : raw.system === 'bird' ? [raw.contact, raw.identifier] : [raw.phone, raw.email]
  return texts.filter((text) => text !== undefined)
}))

// Records that share a key are one group, and so on through the others.
const united = (keys: readonly (readonly string[])[]): number[] => {
  const parents = [...keys.keys()]
  const rootOf = (at: number): number => {
    let root = at
    while (parents[root] !== root) root = parents[root] = parents[parents[root]!]!
    return root
  }
  const first = new Map<string, number>()
  for (const [at, each] of keys.entries()) {
    for (const key of each) {
      const other = first.get(key)
      if (other === undefined) first.set(key, at)
      else parents[rootOf(at)] = rootOf(other)
    }
  }
  return [...keys.keys()].map(rootOf)
}
