import { sql } from 'kysely'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { keyScopes } from '@portero/tool-server/app.ts'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import type { Home } from '@portero/tool-server/domain/homes.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { newId, pause, realClock } from '@portero/tool-server/spine/clock.ts'
import { importCatalogue, loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { calendlyWorld, googleWorld, graphWorld, type World } from '../support/calendar-worlds.ts'
import { setUp } from '../support/crm-stage.ts'
import { building } from '../support/homes.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'

// npm run bench -- calendars [CHANGES]: so many changes in the calendar of each vendor, in real time, all three at once; 300 without a word.
// Half of them are somebody's own events, until check_availability says so; the rest are visits that people move, and now and then delete, until the visit, HubSpot's meeting and the message on the prospect's phone do.
// More than five deletions in a minute would be an emptied calendar and no decision, so one in twenty is one. Bar: p99 of each 3 s, counted from the moment at which somebody changed it; nothing of it is taken off for the vendor. Baseline: what the vendor took to answer a call.
const everyMs = 1_200
const bar = { addedP99Ms: 3_000, missed: 0 }
const hourMs = 3_600_000
const lookMs = 50
const mostMs = 60_000
// It is Monday at 11:00 in Mexico City whenever it is run: nobody is written to at night.
const real = realClock()
const aheadMs = Date.UTC(2026, 10, 23, 17) - real.now()
const clock = { ...real, now: () => real.now() + aheadMs }

type Sight = { what: 'slots' | 'visit' | 'meeting' | 'message'; ms: number | undefined } // undefined: never
type Booked = { tour: string; number: string; startsAt: number; otherAt: number }
type Place = World & { home: Home; days: number[]; booked: Booked[]; sights: Sight[] }

export const calendars = async (): Promise<object> => {
  const [changes = 300] = process.argv.slice(3).map(Number)
  const bench = await benchHouse({ vendors: ['bird', 'hubspot', 'google', 'graph', 'calendly'], knocks: true, furnished: false, clock, work: false })
  try {
    const places = await furnish(bench, Math.ceil(changes / 8) + Math.ceil(changes / 20))
    await quiet(bench)
    const begun = places.map(({ desk }) => desk.requests().length)
    const began = clock.now()
    await Promise.all(places.map((place, at) => churn(bench, place, { changes, began: began + (at * everyMs) / places.length })))
    const figures = Object.fromEntries(places.map((place, at) => [place.vendor, figuresOf(place, begun[at] ?? 0)]))
    const misses = Object.entries(figures).flatMap(([vendor, { missed, ...each }]) => [
      ...(missed > bar.missed ? [`${vendor}: ${missed} never seen`] : []),
      ...whats.flatMap((what) => (each[what].p99Ms > bar.addedP99Ms ? [`${vendor}: ${what} p99 ${each[what].p99Ms} ms`] : [])),
    ])
    return { engine: bench.engine, changesEach: changes, everyMs, seconds: Math.round((clock.now() - began) / 1_000), ...figures, bar, misses }
  } finally {
    await bench.end()
  }
}

// What the bookings themselves led to is over.
const quiet = async ({ house: { db } }: BenchHouse): Promise<void> => {
  for (let still = 0; still < 4; ) {
    await pause(clock, 500)
    const { rows: [row] } = await sql<{ left: number }>`select count(*) as left from job where kind in ('turn', 'command') and state in ('scheduled', 'ready', 'running') and (name like 'crm.%' or name like 'calendar.%')`.execute(db.bare)
    still = row?.left === 0 ? still + 1 : 0
  }
}

const whats = ['slots', 'visit', 'meeting', 'message'] as const
const figuresOf = ({ sights, desk }: Place, begun: number) => {
  const of = (what: Sight['what']) => {
    const seen = sights.flatMap((sight) => (sight.what === what && sight.ms !== undefined ? [sight.ms] : [])).toSorted((a, b) => a - b)
    return { count: seen.length, p50Ms: percentile(seen, 0.5), p99Ms: percentile(seen, 0.99), mostMs: percentile(seen, 1) }
  }
  const answers = desk.requests().slice(begun).flatMap(({ ms }) => ms ?? []).toSorted((a, b) => a - b)
  return { slots: of('slots'), visit: of('visit'), meeting: of('meeting'), message: of('message'), missed: sights.filter(({ ms }) => ms === undefined).length, vendor: { calls: answers.length, p50Ms: percentile(answers, 0.5), p99Ms: percentile(answers, 0.99) } }
}

// A building for each vendor, shown by one person: one slot in the morning, which their own events take, and visits in the afternoon.
const agentOf = ({ vendor, email }: World): string => `
  - { slug: ${vendor}, name: ${vendor}, email: ${email}, hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: '08:00', to: '08:30' }, { days: [mon, tue, wed, thu, fri, sat, sun], from: '15:00', to: '20:00' }], buildings: [${vendor}] }`
const furnish = async (bench: BenchHouse, visits: number): Promise<Place[]> => {
  const { house, lab } = bench
  const { db, tenant } = house
  lab.calendly.plan('lucia.becerril@casas.example', 'enterprise') // whose bookings in a minute are enough for this
  const worlds = [googleWorld(lab), graphWorld(lab), calendlyWorld(lab, async (text) => (await sql<any>`${sql.raw(text)}`.execute(db.bare)).rows)]
  const file = parseCatalogue(`buildings:${worlds.map(({ vendor }) => building(vendor, 'perAgentAndDay: 20, horizonDays: 40')).join('')}\nagents:${worlds.map(agentOf).join('')}\n`)
  await db.tx((tx) => importCatalogue(tx, tenant, file, () => newId(clock)))
  const crm = (await house.connections.all(db.bare)).find(({ vendor }) => vendor === 'hubspot')
  if (crm) await setUp(crm)
  await house.toolKeys.make({ tenant, name: 'lab', scopes: keyScopes, secret: lab.toolKey })
  house.worker.start()
  const { homes } = await loadCatalogue(db.bare, tenant)
  const from = Date.parse('2026-11-25T08:00-06:00')
  return Promise.all(worlds.map(async (world, place): Promise<Place> => {
    const home = homes.find(({ slug }) => slug === `${world.vendor}-1`)
    if (!home) throw new Error(`${world.vendor} has no home`)
    const days = Array.from({ length: 36 }, (_, at) => from + at * 24 * hourMs).filter((day) => !['2026-12-01', '2026-12-25'].includes(dayOf(home.building.zone, day)))
    const booked: Booked[] = []
    for (let at = 0; at < visits; at++) booked.push(await book(bench, { home, number: `+5255440${place}${String(at).padStart(4, '0')}`, startsAt: (days[at % days.length] ?? 0) + (7 + 2 * Math.floor(at / days.length)) * hourMs }))
    for (let left = mostMs; world.visits().length < visits; left -= 100) {
      if (left < 0) throw new Error(`${world.vendor} has ${world.visits().length} of ${visits} visits`)
      await pause(clock, 100)
    }
    return { ...world, home, days, booked, sights: [] }
  }))
}
const book = async ({ house: { db, acting, tenant }, lab }: BenchHouse, { home, number, startsAt }: { home: Home; number: string; startsAt: number }): Promise<Booked> => {
  const { conversationId } = lab.bird.phone.write(number, { text: 'hola' })
  for (let left = mostMs; left > 0; left -= lookMs) {
    const { rows: [row] } = await sql<{ person: string; conversation: string }>`select person_id as person, id as conversation from conversation where external_id = ${conversationId}`.execute(db.bare)
    if (!row) {
      await pause(clock, lookMs)
      continue
    }
    const agents = (await sql<{ id: string }>`select id from agent where slug = ${home.building.slug}`.execute(db.bare)).rows.map(({ id }) => id)
    const came = await acting.as({ tenant, by: 'prospect', ...row }, 'all')(bookTour, {
      home: home.id, building: home.building.id, day: dayOf(home.building.zone, startsAt), startsAt, endsAt: startsAt + hourMs / 2, gapMs: gapMs(home.building, false), perDay: 20, agents, elsewhere: { agents, from: startsAt, to: startsAt },
    })
    if (came.status !== 'booked' || !came.tour) throw new Error(`not booked but ${came.status}`)
    return { tour: came.tour, number, startsAt, otherAt: startsAt + hourMs }
  }
  throw new Error('nobody heard them write')
}

// One change after the other, each watched until whoever is to see it has.
const churn = async (bench: BenchHouse, place: Place, { changes, began }: { changes: number; began: number }): Promise<void> => {
  const taken = new Map<number, readonly string[]>()
  const watched: Promise<void>[] = []
  let own = 0
  let moved = 0
  for (let n = 0; n < changes; n++) {
    const waitMs = began + n * everyMs - clock.now()
    if (waitMs > 0) await pause(clock, waitMs)
    const since = clock.now()
    if (n % 2 === 0) {
      const day = place.days[own++ % place.days.length] ?? 0
      const ids = taken.get(day)
      if (ids) {
        place.frees(ids)
        taken.delete(day)
      } else taken.set(day, place.occupies(day, day + hourMs / 2))
      const isFree = ids !== undefined
      watched.push(watch(place, { what: 'slots', since }, async () => (await isOffered(bench, place, day)) === isFree))
      continue
    }
    const isDeletion = n % 20 === 19
    const visit = isDeletion ? place.booked.pop() : place.booked[moved++ % place.booked.length]
    const event = place.visits().find(({ ours }) => ours === visit?.tour)
    if (!visit || !event) throw new Error(`${place.vendor} has lost a visit`)
    const heard = messages(bench, visit).length
    if (isDeletion) place.drops(event)
    else {
      place.moves(event, visit.otherAt)
      ;[visit.startsAt, visit.otherAt] = [visit.otherAt, visit.startsAt]
    }
    const { tour, startsAt } = visit
    watched.push(
      watch(place, { what: 'visit', since }, async () => {
        const { rows: [row] } = await sql<{ status: string; startsAt: number }>`select status, starts_at as "startsAt" from tour where id = ${tour}`.execute(bench.house.db.bare)
        return isDeletion ? row?.status === 'cancelled' : row?.startsAt === startsAt
      }),
      watch(place, { what: 'meeting', since }, async () => {
        const properties = bench.lab.hubspot.state().meetings.find((each) => each.properties['portero_id'] === tour)?.properties
        return isDeletion ? properties?.['hs_meeting_outcome'] === 'CANCELED' : Date.parse(properties?.['hs_meeting_start_time'] ?? '') === startsAt
      }),
      watch(place, { what: 'message', since }, async () => messages(bench, visit).length > heard),
    )
  }
  await Promise.all(watched)
}
const watch = async ({ sights }: Place, { what, since }: { what: Sight['what']; since: number }, isSeen: () => Promise<boolean>): Promise<void> => {
  for (;;) {
    if (await isSeen()) return void sights.push({ what, ms: clock.now() - since })
    if (clock.now() - since > mostMs) return void sights.push({ what, ms: undefined })
    await pause(clock, lookMs)
  }
}
const messages = ({ lab }: BenchHouse, { number }: Booked) => lab.bird.phone.messages(number).filter(({ from }) => from === 'them')

let asked = 0
const isOffered = async ({ lab, origin }: BenchHouse, { home, booked }: Place, day: number): Promise<boolean> => {
  const number = booked[asked++ % booked.length]?.number ?? ''
  const response = await fetch(`${origin}/tools/check_availability`, {
    method: 'POST', headers: { authorization: `Bearer ${lab.toolKey}`, 'x-bird-conversation-id': lab.bird.conversationFor(number), 'content-type': 'application/json' },
    body: JSON.stringify({ home: home.slug, from_day: dayOf(home.building.zone, day), part_of_day: 'morning' }),
  })
  const { data }: any = await response.json()
  return (data?.slots ?? []).some(({ start }: { start: string }) => Date.parse(start) === day)
}
