import { expect, test } from '@jest/globals'
import { assert, property } from 'fast-check'
import { changed, type CatalogueChange } from '@portero/tool-server/domain/catalogue-change.ts'
import { previewOf, startsIn, whyOut, type Around } from '@portero/tool-server/domain/catalogue-preview.ts'
import { agentDetails, weekday, type Agent, type Catalogue } from '@portero/tool-server/domain/homes.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { built, homeIn, hour, now, someChange, someWorld, worldOf } from './support/catalogue-worlds.ts'
import { slowSlots } from './support/slow-slots.ts'

// What a change of the catalogue does, against counting minute by minute.
const slowly = ({ homes, agents, blackouts }: Catalogue, building: string, { taken }: Around): number[] => {
  const ways = new Map(homes.map((home) => [home.building.id, gapMs(home.building, false)]))
  const all = homes.filter((home) => home.building.id === building && home.isOpen).flatMap((home) => slowSlots({ building: home.building, agents: agents.filter(({ buildings }) => buildings.has(building)), blackouts, taken, ways, now, home: home.id, seats: home.building.visits.seats }).map(({ startsAt }) => startsAt))
  return [...new Set(all)].toSorted((a, b) => a - b)
}

test('whatever is changed, what is shown before it is saved is what counting minute by minute gives then', () => {
  let [moved, many] = [0, 0]
  assert(
    property(someChange, someWorld, (change, world) => {
      const { catalogue, around } = worldOf(change, world)
      const after = changed(catalogue, change)
      const { buildings } = previewOf(catalogue, after, change, around)
      for (const id of ['roma', 'polanco']) {
        const [before, then] = [slowly(catalogue, id, around), slowly(after, id, around)]
        const shown = buildings.find(({ building }) => building.id === id)
        const starts = shown?.days.flatMap(({ starts }) => starts) ?? []
        if (shown === undefined) {
          expect([id, then]).toEqual([id, before]) // what is not shown is as it was
          continue
        }
        expect(starts.filter(({ is }) => is !== 'new').map(({ startsAt }) => startsAt)).toEqual(before)
        expect(starts.filter(({ is }) => is !== 'gone').map(({ startsAt }) => startsAt)).toEqual(then)
        expect([shown.before, shown.after, shown.after - shown.before]).toEqual([before.length, then.length, shown.added - shown.gone])
        moved += shown.added + shown.gone > 0 ? 1 : 0
        many += then.length > 0 ? 1 : 0
      }
    }),
    { numRuns: 150, seed: 39 },
  )
  expect([moved > 60, many > 80]).toEqual([true, true])
})

test('a visit falls outside exactly where its time could not be had any more', () => {
  let [out, within] = [0, 0]
  assert(
    property(someChange, someWorld, (change, { visits, ...world }) => {
      const { catalogue, around } = worldOf(change, { ...world, visits: { ...visits, perAgentAndDay: 8, seats: 1, noticeMinutes: 0 } })
      const free = { ...around, taken: [] }
      const after = changed(catalogue, change.do === 'visits' ? { ...change, visits: { ...change.visits, minutes: visits.minutes, gridMinutes: visits.gridMinutes, seats: 1, noticeMinutes: 0, horizonDays: visits.horizonDays, perAgentAndDay: 8 } } : change)
      for (const agent of ['0', '1', '2']) {
        const alone = (world: Catalogue): Catalogue => ({ ...world, homes: world.homes.filter(({ id }) => id === 'roma-1'), agents: world.agents.filter(({ id }) => id === agent) })
        const then = new Set(startsIn(alone(after), 'roma', free))
        for (const startsAt of startsIn(alone(catalogue), 'roma', free)) {
          const isOut = whyOut(after, { home: 'roma-1', agent, startsAt, endsAt: startsAt + visits.minutes * 60_000 }, []).length > 0
          expect(isOut).toBe(!then.has(startsAt))
          if (isOut) out++
          else within++
        }
      }
    }),
    { numRuns: 150, seed: 7 },
  )
  expect([out > 200, within > 200]).toEqual([true, true])
})

test('beyond a new limit are the last visits of the day, and of the week', () => {
  const home = homeIn(built('roma', {}), 'roma-1')
  const who: Agent = { ...agentDetails.parse({ name: 'Ana', hours: [{ days: [...weekday.options], from: '08:00', to: '20:00' }] }), id: 'ana', slug: 'ana', isActive: true, buildings: new Set(['roma']) }
  const catalogue: Catalogue = { homes: [home], agents: [who], blackouts: [] }
  const starts = ['2026-11-24T10:00', '2026-11-24T12:00', '2026-11-24T16:00', '2026-11-26T10:00', '2026-12-01T10:00'].map((text) => Date.parse(`${text}-06:00`))
  const booked = starts.map((startsAt, place) => ({ id: `${place}`, person: 'p', conversation: undefined, home: 'roma-1', agent: 'ana', startsAt, endsAt: startsAt + hour / 2 }))
  const around = { now: Date.parse('2026-11-23T18:00Z'), calendars: [], booked, taken: booked.map(({ startsAt, endsAt }) => ({ agent: 'ana', building: 'roma', startsAt, endsAt })) }
  const outBy = (change: CatalogueChange): unknown[] => previewOf(catalogue, changed(catalogue, change), change, around).out.map(({ id, why }) => [id, ...why])
  expect(outBy({ do: 'visits', building: 'roma', hours: undefined, visits: { ...home.building.visits, perAgentAndDay: 2 } })).toEqual([['2', 'perDay']])
  expect(outBy({ do: 'agent', agent: 'ana', hours: who.hours, perWeek: 2 })).toEqual([['2', 'perWeek'], ['3', 'perWeek']])
  expect(outBy({ do: 'home', home: 'roma-1', isOpen: false, rentMxn: 1, availableFrom: '2026-12-01' })).toHaveLength(5)
})
