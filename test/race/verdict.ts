import type { Rules } from './ground.ts'

// Written from the rules and from what callers were told, with nothing of ours. Every sentence that comes out is a promise broken.
export type Visit = { id: string; person: string; home: string; building: string; agent: string; startsAt: number; endsAt: number; status: string; session: string | null; party: number; language: string | null } // held or confirmed; a hold that is over is none
export type Asked = { home: string; startsAt: number; language?: string | undefined }
export type Told = { person: string; visits: Map<string, Asked>; held: string | undefined } // what one prospect has, by all they were answered
export const kinds = ['overlap', 'gap', 'seats', 'daily', 'weekly', 'person', 'language', 'lost', 'unasked'] as const
export type Kind = (typeof kinds)[number]
export type Fault = { kind: Kind; says: string }

const minute = 60_000

// What must be so at every moment.
export const againstRules = (visits: readonly Visit[], { zone, wayMinutes, seats, perDay, perWeek, languages }: Rules): Fault[] => {
  const local = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayOf = ({ startsAt }: Visit): string => local.format(startsAt)
  const mondayOf = (visit: Visit): string => {
    const day = new Date(`${dayOf(visit)}T12:00:00Z`)
    day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7))
    return day.toISOString().slice(0, 10)
  }
  const way = (building: string): number => (wayMinutes[building] ?? Infinity) * minute
  const isOne = (a: Visit, b: Visit): boolean => a.session !== null && a.session === b.session && a.home === b.home && a.startsAt === b.startsAt && a.endsAt === b.endsAt // seen together
  const ofTwo = ([a, b]: [Visit, Visit]): Fault[] => {
    if (isOne(a, b)) return []
    const apart = Math.max(a.startsAt, b.startsAt) - Math.min(a.endsAt, b.endsAt)
    if (apart < 0) return [{ kind: 'overlap', says: `${a.agent} is at ${a.id} and at ${b.id}` }]
    const needed = a.building === b.building ? 0 : Math.max(way(a.building), way(b.building))
    return apart < needed ? [{ kind: 'gap', says: `${a.agent} has ${apart / minute} of ${needed / minute} minutes between ${a.building} and ${b.building}: ${a.id}, ${b.id}` }] : []
  }
  const tooMany = (kind: Kind, each: (visit: Visit) => string, most: (agent: string) => number): Fault[] =>
    [...Map.groupBy(visits, (visit) => `${visit.agent} ${each(visit)}`)].flatMap(([name, those]) => {
      const count = those.filter((visit, at) => !those.slice(0, at).some((before) => isOne(before, visit))).length
      return count > most(those[0]?.agent ?? '') ? [{ kind, says: `${name} has ${count}` }] : []
    })
  const ofSession = ([session, those]: [string | null, Visit[]]): Fault[] => {
    const [guests, most] = [those.reduce((sum, { party }) => sum + party, 0), seats[those[0]?.home ?? ''] ?? 0]
    return session !== null && guests > most ? [{ kind: 'seats', says: `${guests} are to see ${those[0]?.home} at once, and ${most} may` }] : []
  }
  const ofPerson = ([person, those]: [string, Visit[]]): Fault[] => [
    ...pairs(those.filter(({ status }) => status === 'confirmed')).filter(([a, b]) => a.startsAt < b.endsAt && b.startsAt < a.endsAt).map(([a, b]): Fault => ({ kind: 'person', says: `${person} is at ${a.id} and at ${b.id}` })),
    ...(those.filter(({ status }) => status === 'held').length > 1 ? [{ kind: 'person' as const, says: `${person} holds more than one` }] : []),
  ]
  return [
    ...[...Map.groupBy(visits, ({ agent }) => agent).values()].flatMap(pairs).flatMap(ofTwo),
    ...[...Map.groupBy(visits, ({ session }) => session)].flatMap(ofSession),
    ...tooMany('daily', dayOf, () => perDay), ...tooMany('weekly', mondayOf, (agent) => perWeek[agent] ?? Infinity),
    ...[...Map.groupBy(visits, ({ person }) => person)].flatMap(ofPerson),
    ...visits.flatMap(({ id, agent, language }): Fault[] => (language === null || languages[agent]?.includes(language) ? [] : [{ kind: 'language', says: `${agent} does not speak ${language}, in which ${id} was asked for` }])),
  ]
}
const pairs = (visits: readonly Visit[]): [Visit, Visit][] => visits.flatMap((a, at) => visits.slice(at + 1).map((b): [Visit, Visit] => [a, b]))

// What must be so once everybody has been answered.
export const againstWord = (visits: readonly Visit[], told: readonly Told[]): Fault[] => {
  const there = new Map(visits.map((visit) => [visit.id, visit]))
  const known = new Set(told.flatMap(({ visits, held }) => [...visits.keys(), ...(held === undefined ? [] : [held])]))
  const lost = told.flatMap(({ person, visits }) => [...visits].filter(([id, { home, startsAt, language }]) => {
    const found = there.get(id)
    return found?.status !== 'confirmed' || found.person !== person || found.home !== home || found.startsAt !== startsAt || (language !== undefined && found.language !== language)
  }).map(([id]): Fault => ({ kind: 'lost', says: `${person} was told of ${id}, and it is ${there.get(id)?.status ?? 'nowhere'}` })))
  const isTheirs = new Set(told.flatMap(({ visits }) => [...visits.keys()]))
  const unasked = visits.filter(({ id, status }) => !known.has(id) || (status === 'confirmed' && !isTheirs.has(id)))
  return [...lost, ...unasked.map(({ id, person, status }): Fault => ({ kind: 'unasked', says: `${id} of ${person} is ${status}, and nobody was told` }))]
}
