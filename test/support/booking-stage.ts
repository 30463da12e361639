import { sql } from 'kysely'
import { expect } from '@jest/globals'
import request, { type Response } from 'supertest'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import type { Action, Subject } from '@portero/tool-server/define.ts'
import type { Home } from '@portero/tool-server/domain/homes.ts'
import type { Own } from '@portero/tool-server/domain/reads.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import type { BookingFor } from '@portero/tool-server/store/booking-links.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { fakeClock } from './clock.ts'
import { furnish, prospects } from './homes.ts'
import { testHouse } from './house.ts'
import { tinyConnector } from './tiny.ts'

// The booking page as a browser without script asks for it, in a house with three buildings, one of them beyond a zone and one that nobody shows. It is Monday, eleven in the morning in Mexico City.
export const minute = 60_000
export const hour = 60 * minute
const publicBaseUrl = 'https://portero.example'
const building = (slug: string, zone: string, city: string, horizonDays: number, media = ''): string => `
  - slug: ${slug}
    name: Torre ${slug}
    zone: ${zone}
    address: Calle Álamo 1, int. 2
    neighbourhood: Centro
    city: ${city}
    visits: { horizonDays: ${horizonDays} }
    homes:
      - { slug: ${slug}-1, title: 'Depa <b>${slug}</b> & balcón', unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15000, pets: 'small', availableFrom: '2026-12-01', requirements: [aval]${media} }
      - { slug: ${slug}-2, title: 'Depa dos', unit: '2', bedrooms: 0, bathrooms: 2, areaM2: 30, rentMxn: 9000, pets: 'no', availableFrom: '2026-12-01' }`
const yaml = `buildings:${building('roma', 'America/Mexico_City', 'Ciudad de México', 14, ", media: [{ kind: photo, url: 'https://fotos.example/a/sala.jpg', caption: 'La sala' }]")}${building('rio', 'America/Tijuana', 'Tijuana', 3)}${building('solo', 'America/Mexico_City', 'Toluca', 3)}
agents:
  - { slug: ana, name: Ana Agente, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00' }], buildings: [roma] }
  - { slug: beto, name: Beto Agente, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00' }], buildings: [rio] }
`
export type Prospect = Subject & { person: string; conversation: string }
export type BookingStage = Awaited<ReturnType<typeof openBooking>>

export const openBooking = async () => {
  const house = await testHouse({ clock: fakeClock(), flows, tools, connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], config: { publicBaseUrl } })
  await furnish(house, yaml)
  const catalogue = await loadCatalogue(house.db.bare, house.tenant)
  const people = await prospects(house, (await house.connection('tiny')).id, 80)

  const homeIn = (slug: string): Home => catalogue.homes.find((home) => home.slug === slug)!
  const own = (): Own => makeOwnReads({ ...house, publicBaseUrl })(house.tenant)
  const as = (subject: Subject) => (action: Action, args: object): Promise<any> => house.acting.as(subject, 'all')(action, args)
  const place = ({ id, building }: Home, startsAt: number) => ({
    home: id, building: building.id, day: dayOf(building.zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: gapMs(building, false), perDay: 8, agents: catalogue.agents.filter(({ buildings }) => buildings.has(building.id)).map(({ id }) => id),
    weights: {}, elsewhere: { agents: [], from: startsAt, to: startsAt + 1 },
  })
  const get = (path: string, headers: Record<string, string> = {}) => request(house.doors).get(path).set(headers)
  const post = (path: string, fields: string | object, headers: Record<string, string> = {}) => request(house.doors).post(path).type('form').set(headers).send(fields)
  return {
    house, homeIn, own, as, get, post,
    someone: (): Prospect => people.pop()!,
    pathFor: async (subject: Prospect, wish: BookingFor = { home: homeIn('roma-1').no }): Promise<string> => (await own().handles.bookingUrl({ conversation: subject.conversation, wish })).slice(publicBaseUrl.length),
    async booked(subject: Prospect, home: Home, startsAt: number): Promise<string> {
      const { status, tour } = await as(subject)(bookTour, place(home, startsAt))
      expect(status).toBe('booked')
      return tour
    },
    toursOf: async ({ person }: Prospect): Promise<{ id: string; status: string; startsAt: number; home: string }[]> =>
      (await sql<any>`select id, status, starts_at as "startsAt", home_id as home from tour where person_id = ${person} order by starts_at`.execute(house.db.bare)).rows,
    async chosen(path: string, nth = 0): Promise<{ held: Response; startsAt: number }> {
      const { slot, startsAt } = slotsIn(await get(path))[nth]!
      const sent = await post(path, { do: 'hold', slot })
      expect([sent.status, sent.headers['location']]).toEqual([303, `${path}?lang=es-MX`])
      return { held: await get(sent.headers['location']!), startsAt }
    },
    // Before each test: somebody new, in a house without visits, who has not asked for anything in this minute.
    async renewed(): Promise<Prospect> {
      house.clock.advance(minute)
      await sql`delete from tour`.execute(house.db.bare)
      return people.pop()!
    },
  }
}

export const plain = ({ text }: { text: string }): string => text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
export const slotsIn = ({ text }: { text: string }): { slot: string; startsAt: number }[] =>
  [...text.matchAll(/name="slot" value="([\w-]+)" required><span><time datetime="[^"]+" data-at="(\d+)"/g)].map(([, slot = '', ms]) => ({ slot, startsAt: Number(ms) }))
export const holdIn = ({ text }: { text: string }): string => /name="hold" value="([\w-]+)"/.exec(text)?.[1] ?? ''
