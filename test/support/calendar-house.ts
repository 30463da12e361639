import { sql } from 'kysely'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import { rescheduleTour } from '@portero/tool-server/actions/reschedule-tour.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { personEmail } from '@portero/tool-server/store/places.ts'
import { calendarStateOf } from '@portero/tool-server/store/projections.ts'
import { calendlyWorld, googleWorld, graphWorld, type World } from './calendar-worlds.ts'
import { setUp } from './crm-stage.ts'
import { building, furnish } from './homes.ts'
import { openVisit, type VisitStage } from './visit-stage.ts'
import { hour, minute, type Visitor } from './visits-stage.ts'

// The house as it is shipped with all of its vendors, and a building for each vendor of calendars: one of the two who show it has a calendar there, the other has none.
export type Place = World & { home: Home; agent: string; other: string; connection: string }
export type CalendarHouse = VisitStage & {
  places: readonly Place[]
  catalogue: Catalogue
  rows<T>(text: string): Promise<T[]>
  settle(ms?: number, stepMs?: number): Promise<void> // time goes by, and what comes of it is done
  pull(place: Place): Promise<void> // as when its time has come
  visitor(): Promise<Visitor & { external: string }>
  gives(who: Visitor, email: string): Promise<void> // so that they can be written to
  book(who: Visitor, place: Place, startsAt: number): Promise<string>
  move(tour: string, place: Place, startsAt: number): Promise<void> // by our people
  give(tour: string, place: Place, agent: string): Promise<void>
  close(agent: string, from: number, to: number): Promise<void> // they show nothing then
  tour(id: string): Promise<{ status: string; version: number; startsAt: number; agent: string } | undefined>
  state(tour: string): ReturnType<typeof calendarStateOf>
  meeting(tour: string): { startsAt: number; outcome: string | undefined } | undefined // at HubSpot
  told(who: Visitor): string[] // since it was last asked
  ask(who: { external: string }, tool: string, input: object): Promise<any>
  offered(who: { external: string }, place: Place, day: string): Promise<number[]> // of that day
}
const slugs = { google: ['norte', 'mariana.solis'], graph: ['sur', 'diego.arriaga'], calendly: ['este', 'lucia.becerril'] } as const
const agent = (slug: string, at: string, more = ''): string => `
  - { slug: ${slug}, name: ${slug}, ${more}hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: '08:00', to: '20:00' }], buildings: [${at}] }`
const yaml = `buildings:${Object.values(slugs).map(([at]) => building(at, 'perAgentAndDay: 20, horizonDays: 40')).join('')}
agents:${Object.values(slugs).map(([at, email]) => agent(`tiene-${at}`, at, `email: ${email}@casas.example, `) + agent(`sin-${at}`, at)).join('')}
`

export const openCalendarHouse = async ({ skewMs = 0 } = {}): Promise<CalendarHouse> => {
  const stage = await openVisit(undefined, { calendars: true, furnished: false, skewMs })
  const { house, lab, clock } = stage
  const { db, tenant } = house
  const rows = async <T>(text: string): Promise<T[]> => (await sql<T>`${sql.raw(text)}`.execute(db.bare)).rows
  await furnish(house, yaml)
  await setUp(await house.connection('hubspot'))
  const catalogue = await loadCatalogue(db.bare, tenant)
  const named = (slug: string): string => catalogue.agents.find((each) => each.slug === slug)!.id
  const places: Place[] = []
  for (const world of [googleWorld(lab), graphWorld(lab), calendlyWorld(lab, rows)]) {
    const [at] = slugs[world.vendor]
    places.push({ ...world, home: catalogue.homes.find((home) => home.slug === `${at}-1`)!, agent: named(`tiene-${at}`), other: named(`sin-${at}`), connection: (await house.connection(world.vendor)).id })
  }
  const system = house.acting.as({ tenant, by: 'system' }, 'all')
  const staff = house.acting.as({ tenant, by: 'staff', user: 'u' }, 'all')
  const quiet = async (): Promise<void> => {
    for (const vendor of [lab.bird, lab.google, lab.graph, lab.calendly]) await vendor.silent()
    await house.worker.settle()
  }
  const settle = async (ms = 2_000, stepMs = 500): Promise<void> => {
    for (let left = ms; ; left -= stepMs) {
      await quiet()
      await quiet()
      if (left <= 0) return
      clock.advance(Math.min(left, stepMs))
    }
  }
  await settle(5_000)
  let visitors = 0
  const heard = new Map<string, number>()
  const whole = async (id: string): Promise<{ status: string; version: number; startsAt: number; agent: string } | undefined> =>
    (await rows<{ status: string; version: number; startsAt: number; agent: string }>(`select status, version, starts_at as "startsAt", agent_id as agent from tour where id = '${id}'`))[0]
  const ask = async ({ external }: { external: string }, tool: string, input: object): Promise<any> => {
    clock.advance(2_000) // not to be stopped for calling too often
    const response = await fetch(`${stage.url}/tools/${tool}`, { method: 'POST', headers: { authorization: `Bearer ${lab.toolKey}`, 'x-bird-conversation-id': external, 'content-type': 'application/json' }, body: JSON.stringify(input) })
    return response.json()
  }
  return {
    ...stage, places, catalogue, rows, settle,
    async pull({ connection }) {
      await rows(`update job set state = 'ready', run_at = to_timestamp(${clock.now()}::double precision / 1000) where kind = 'pull' and name = 'changes' and connection_id = '${connection}'`)
      await settle(2_000)
    },
    async visitor() {
      const number = `+52554200${String(++visitors).padStart(4, '0')}`
      const { conversationId: external } = lab.bird.phone.write(number, { text: 'hola' })
      await settle(3_000)
      const [row] = await rows<{ person: string; conversation: string }>(`select person_id as person, id as conversation from conversation where external_id = '${external}'`)
      heard.set(number, lab.bird.phone.messages(number).length)
      return { tenant, by: 'prospect', number, external, ...row! }
    },
    async gives({ person }, email) {
      const sealed = await house.vault.seal(db.bare, { tenant, person }, personEmail(person), email)
      await sql`update person set email_sealed = ${sealed} where id = ${person}`.execute(db.bare)
    },
    async book(who, { home, agent: able }, startsAt) {
      const came = await house.acting.as({ tenant, by: 'prospect', person: who.person, conversation: who.conversation }, 'all')(bookTour, {
        home: home.id, building: home.building.id, day: dayOf(home.building.zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: gapMs(home.building, false), perDay: 20, agents: [able], elsewhere: { agents: [able], from: startsAt, to: startsAt },
      })
      if (came.status !== 'booked') throw new Error(`not booked but ${came.status}`)
      await settle(3_000)
      return came.tour!
    },
    async move(tour, { home, agent: able }, startsAt) {
      await staff(rescheduleTour, { ...placing({ catalogue, home, now: clock.now() }, startsAt, [able]), tour, version: (await whole(tour))!.version })
      await settle(3_000)
    },
    async give(tour, { home }, to) {
      const { version, startsAt } = (await whole(tour))!
      await system(reassignTour, { tour, version, agent: to, day: dayOf(home.building.zone, startsAt), gapMs: gapMs(home.building, false), perDay: 20 })
      await settle(3_000)
    },
    async close(who, from, to) {
      await rows(`insert into blackout (tenant_id, id, agent_id, starts_at, ends_at) select tenant_id, '${crypto.randomUUID()}', id, to_timestamp(${from / 1_000}), to_timestamp(${to / 1_000}) from agent where id = '${who}'`)
      clock.advance(11_000) // the catalogue is remembered for a moment
    },
    tour: whole,
    state: (tour) => db.tx((tx) => calendarStateOf({ tx, subject: { tenant } }, tour)),
    meeting(tour) {
      const found = lab.hubspot.state().meetings.find(({ properties }) => properties['portero_id'] === tour)?.properties
      return found && { startsAt: Date.parse(found['hs_meeting_start_time'] ?? ''), outcome: found['hs_meeting_outcome'] }
    },
    told({ number }) {
      const all = lab.bird.phone.messages(number)
      const fresh = all.slice(heard.get(number) ?? 0).filter(({ from }) => from === 'them')
      heard.set(number, all.length)
      return fresh.map(({ text }) => text)
    },
    ask,
    async offered(who, { home }, day) {
      const { data } = await ask(who, 'check_availability', { home: home.slug, from_day: day })
      return data.slots.map(({ start }: { start: string }) => Date.parse(start)).filter((at: number) => at < Date.parse(`${day}T00:00-06:00`) + 24 * hour)
    },
  }
}
