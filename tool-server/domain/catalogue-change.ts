import type { Agent, Blackout, Building, Catalogue, Home, Hours, Visits } from './homes.ts'
import { versionOf } from './settings.ts'

// What an admin changes of the catalogue in the console, and the catalogue as it would be then: what is shown before it is saved.
export type Closed = Blackout & { id: string }
export type CatalogueChange =
  | { do: 'visits'; building: string; hours: Hours | undefined; visits: Visits } // hours: without, whenever somebody can show it
  | { do: 'shows'; building: string; agents: readonly string[] }
  | { do: 'home'; home: string; isOpen: boolean; rentMxn: number; availableFrom: string }
  | { do: 'agent'; agent: string; hours: Hours; perWeek: number | undefined }
  | { do: 'close'; blackouts: readonly Blackout[] }
  | { do: 'reopen'; closed: readonly Closed[] }

export const changed = (catalogue: Catalogue, change: CatalogueChange): Catalogue => {
  switch (change.do) {
    case 'visits': {
      const rebuilt = new Map<Building, Building>() // homes of one building go on sharing it
      return { ...catalogue, homes: catalogue.homes.map((home) => (home.building.id === change.building ? { ...home, building: made(rebuilt, home.building, change) } : home)) }
    }
    case 'shows':
      return { ...catalogue, agents: catalogue.agents.map((agent) => ({ ...agent, buildings: withOrWithout(agent, change) })) }
    case 'home': {
      const { home: id, isOpen, rentMxn, availableFrom } = change
      return { ...catalogue, homes: catalogue.homes.map((home) => (home.id === id ? { ...home, isOpen, rentMxn, availableFrom } : home)) }
    }
    case 'agent':
      return { ...catalogue, agents: catalogue.agents.map((agent) => (agent.id === change.agent ? timed(agent, change) : agent)) }
    case 'close':
      return { ...catalogue, blackouts: [...catalogue.blackouts, ...change.blackouts] }
    default: {
      const left = [...catalogue.blackouts]
      for (const closed of change.closed) {
        const at = left.findIndex((each) => isSame(each, closed))
        if (at >= 0) left.splice(at, 1)
      }
      return { ...catalogue, blackouts: left }
    }
  }
}
const made = (rebuilt: Map<Building, Building>, { hours: _hours, ...building }: Building, { hours, visits }: Extract<CatalogueChange, { do: 'visits' }>): Building => {
  const [known] = rebuilt.values()
  const next = known ?? { ...building, visits, ...(hours && { hours }) }
  rebuilt.set(building, next)
  return next
}
const withOrWithout = ({ id, buildings }: Agent, { building, agents }: Extract<CatalogueChange, { do: 'shows' }>): ReadonlySet<string> => {
  const others = [...buildings].filter((each) => each !== building)
  return new Set(agents.includes(id) ? [...others, building] : others)
}
const timed = ({ perWeek: _perWeek, ...agent }: Agent, { hours, perWeek }: Extract<CatalogueChange, { do: 'agent' }>): Agent => ({ ...agent, hours, ...(perWeek !== undefined && { perWeek }) })
const isSame = (one: Blackout, other: Blackout): boolean => one.building === other.building && one.agent === other.agent && one.startsAt === other.startsAt && one.endsAt === other.endsAt

// Of what a form shows, so that whoever saves over a page that is older than the last change is told.
export const versions = {
  visits: ({ hours, visits }: Pick<Building, 'hours' | 'visits'>): string => versionOf([hours ?? null, visits]),
  shows: (agents: readonly string[]): string => versionOf(agents.toSorted()),
  home: ({ isOpen, rentMxn, availableFrom }: Pick<Home, 'isOpen' | 'rentMxn' | 'availableFrom'>): string => versionOf([isOpen, rentMxn, availableFrom]),
  weekLimit: ({ perWeek }: Pick<Agent, 'perWeek'>): string => versionOf(perWeek ?? null),
}
export const showersOf = ({ agents }: Pick<Catalogue, 'agents'>, building: string): string[] => agents.filter(({ buildings }) => buildings.has(building)).map(({ id }) => id)

// By whose clocks a closed time is told: one, unless an agent shows homes in several zones, or none.
export const clocksOf = (buildings: readonly Building[], agents: readonly Agent[], { building, agent }: Pick<Blackout, 'building' | 'agent'>): string[] => {
  const shown = building === undefined ? agents.find(({ id }) => id === agent)?.buildings : new Set([building])
  return [...new Set(buildings.flatMap(({ id, zone }) => (shown?.has(id) ? [zone] : [])))]
}
