import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { confirmHold } from '@portero/tool-server/actions/confirm-hold.ts'
import { holdMs, holdTour } from '@portero/tool-server/actions/hold-tour.ts'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import { releaseHold } from '@portero/tool-server/actions/release-hold.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { dayOf, dayStart } from '@portero/tool-server/domain/zones.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { fakeClock } from './support/clock.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// Two prospects after the same hours of two agents, in whatever order their steps come about. Each row is one step of the real actions; every order of every pair of lives is tried.
jest.setTimeout(120_000)
const minute = 60_000
const hour = 60 * minute
const zone = 'America/Mexico_City'
const agent = (slug: string): string => `
  - { slug: ${slug}, name: ${slug}, hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: '09:00', to: '19:00' }], buildings: [roma] }`
type Prospect = Subject & { person: string; conversation: string }
type Row = { id: string; person: string; agent: string; session: string | null; party: number; status: string; version: number; startsAt: number; endsAt: number }
let house: TestHouse
let home: Home
let catalogue: Catalogue
let agents: string[]
let people: Prospect[]
beforeAll(async () => {
  house = await testHouse({ clock: fakeClock(), connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }] })
  await furnish(house, `buildings:${building('roma', 'perAgentAndDay: 50')}\nagents:${['ana', 'beto'].map(agent).join('')}\n`)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  ;[home] = catalogue.homes as [Home]
  agents = catalogue.agents.map(({ id }) => id)
  people = await prospects(house, (await house.connection('tiny')).id, 2)
}, 60_000)
afterAll(() => house.end())

type Step = 'hold' | 'confirm' | 'cancel' | 'move' | 'expire' | 'reassign'
const lives: Step[][] = [['hold', 'confirm', 'cancel'], ['hold', 'confirm', 'move'], ['hold', 'expire', 'confirm'], ['hold', 'move', 'confirm'], ['hold', 'confirm', 'reassign'], ['hold', 'cancel', 'hold']]

// Which of the two takes the next step, in every order.
const orders = (ours: number, theirs: number): (0 | 1)[][] =>
  ours === 0 || theirs === 0 ? [[...Array<0>(ours).fill(0), ...Array<1>(theirs).fill(1)]] : [...orders(ours - 1, theirs).map((rest): (0 | 1)[] => [0, ...rest]), ...orders(ours, theirs - 1).map((rest): (0 | 1)[] => [1, ...rest])]

let days = 0
let shared: { seats: number; party: number } | undefined // a visit to themselves, without
const placeAt = (startsAt: number) => ({
  ...shared, home: home.id, building: home.building.id, day: dayOf(zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: 0, perDay: 50, agents: [agents[0]!], elsewhere: { agents: [], from: 0, to: 0 },
})
const rows = async (day: number): Promise<Row[]> =>
  (await sql<Row>`select id, person_id as person, agent_id as agent, session_id as session, party, status, version, starts_at as "startsAt", ends_at as "endsAt" from tour where day = ${dayOf(zone, day)}::date`.execute(house.db.bare)).rows

// What an actor knows is what it was last answered, as it is for whoever talks or presses.
type Actor = { who: Prospect; tour: string | undefined; isConfirmed: boolean }
const take = async (step: Step, actor: Actor, day: number): Promise<string> => {
  const does = house.acting.as(actor.who, 'all')
  const { tour } = actor
  const now = tour === undefined ? undefined : (await rows(day)).find(({ id }) => id === tour)
  const [early, late] = [day + 12 * hour, day + 13 * hour]
  switch (step) {
    case 'hold': {
      const came = await does(holdTour, placeAt(early))
      if (came.status === 'held') actor.tour = came.tour
      return came.status
    }
    case 'confirm': {
      if (tour === undefined) return 'nothing'
      const { status } = await does(confirmHold, { tour })
      if (status === 'booked') actor.isConfirmed = true
      return status
    }
    case 'cancel': {
      if (tour === undefined) return 'nothing'
      const { status } = await does(cancelTour, { tour, version: now?.version ?? 1 })
      if (status === 'cancelled') actor.isConfirmed = false
      return status
    }
    case 'move':
      return tour === undefined ? 'nothing' : (await does(rescheduleTour, { ...placeAt(late), tour })).status
    case 'reassign':
      return tour === undefined ? 'nothing' : (await house.acting.as({ tenant: house.tenant, by: 'staff', user: 'leasing', person: actor.who.person }, 'all')(reassignTour, { tour, version: now?.version ?? 1, agent: agents[1]!, day: dayOf(zone, day), gapMs: 0, perDay: 50 })).status
    default: {
      house.clock.advance(holdMs)
      return tour === undefined ? 'nothing' : String((await house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(releaseHold, { tour })).isNew)
    }
  }
}

const faultsIn = (all: readonly Row[], actors: readonly Actor[]): string[] => {
  const on = all.filter(({ status }) => status === 'held' || status === 'confirmed')
  const twice = on.flatMap((a, place) => on.slice(place + 1).filter((b) => a.agent === b.agent && a.startsAt < b.endsAt && b.startsAt < a.endsAt && (a.session === null || a.session !== b.session)).map(() => 'one agent is in two places'))
  const lost = actors.flatMap(({ tour, isConfirmed }) => (isConfirmed && all.find(({ id }) => id === tour)?.status !== 'confirmed' ? ['a visit that was confirmed is gone'] : []))
  const kept = actors.flatMap(({ tour, isConfirmed }) => (!isConfirmed && all.find(({ id }) => id === tour)?.status === 'confirmed' ? ['a visit is confirmed of which its prospect was told nothing'] : []))
  const seats = (startsAt: number): number => on.filter((each) => each.startsAt === startsAt && each.agent === agents[0]).reduce((sum, { party }) => sum + party, 0)
  const oversold = on.some(({ startsAt }) => shared && seats(startsAt) > shared.seats) ? ['more come than there are seats'] : []
  return [...twice, ...lost, ...kept, ...oversold]
}

// Where both fit into one group, neither is ever refused; where they don't, it is as if the visit were private. Either way seats are counted right.
const alone = ['hold:held', 'hold:gone', 'confirm:booked', 'confirm:lapsed', 'cancel:cancelled', 'move:moved', 'move:gone', 'reassign:reassigned', 'reassign:busy', 'expire:true']
test.each([
  ['of visits that each have to themselves', undefined, alone, []],
  ['of a group with room for one of them', { seats: 3, party: 2 }, alone, []],
  ['of a group with room for both', { seats: 3, party: 1 }, ['hold:held', 'confirm:booked', 'confirm:lapsed', 'cancel:cancelled', 'move:moved', 'reassign:reassigned', 'expire:true'], ['hold:gone', 'move:gone']],
])('%s, no order of two lives puts one agent in two places, loses a visit, or makes one that nobody asked for', async (_title, seating, heard, never) => {
  shared = seating
  let tried = 0
  let together = 0
  const answers = new Set<string>()
  for (const [place, ours] of lives.entries()) {
    for (const theirs of lives.slice(place)) {
      for (const order of orders(ours.length, theirs.length)) {
        const day = dayStart(zone, dayOf(zone, house.clock.now() + ++days * 24 * hour))
        const actors = people.map((who): Actor => ({ who, tour: undefined, isConfirmed: false })) as [Actor, Actor]
        const left: [Step[], Step[]] = [[...ours], [...theirs]]
        // The first steps of both at the very same time, where the order begins with one of each.
        const [first, second] = order
        const atOnce = tried % 2 === 0 && first !== second
        if (atOnce) {
          const came = await Promise.all([take(left[0].shift()!, actors[0], day), take(left[1].shift()!, actors[1], day)])
          for (const answer of came) answers.add(answer)
          together++
        }
        const path: string[] = []
        for (const turn of atOnce ? order.slice(2) : order) {
          const step = left[turn].shift()!
          const answer = await take(step, actors[turn], day)
          answers.add(`${step}:${answer}`)
          path.push(`${turn}:${step}:${answer}`)
          const faults = faultsIn(await rows(day), actors)
          if (faults.length > 0) throw new Error(`${faults.join(', ')} after ${path.join(' ')}`)
        }
        tried++
      }
    }
  }
  process.stdout.write(`${tried} interleavings of two lives, ${together} of them with a step at the very same time\n`)
  expect(tried).toBe(420)
  for (const answer of heard) expect([...answers]).toContain(answer)
  for (const answer of never) expect([...answers]).not.toContain(answer)
  const { rows: wrong } = await sql`select 1 from session s where taken <> (select coalesce(sum(party), 0) from tour t where t.tenant_id = s.tenant_id and t.session_id = s.id and t.status <> 'cancelled')`.execute(house.db.bare)
  expect(wrong).toEqual([])
})
