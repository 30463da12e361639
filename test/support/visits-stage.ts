import { sql } from 'kysely'
import { z } from 'zod'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { defineAction, type Subject } from '@portero/tool-server/define.ts'
import { messageTemplates } from '@portero/tool-server/domain/message-templates.ts'
import type { Catalogue, Home } from '@portero/tool-server/domain/homes.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { at as instant } from '@portero/tool-server/spine/db.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { noteTemplates } from '@portero/tool-server/store/templates.ts'
import type { OnPhone } from '../lab/bird/phone-view.ts'
import { openBirdHouse, type Beside, type BirdHouse } from './bird-house.ts'
import { building, furnish } from './homes.ts'

// People with phones who have visits, in a house in which nobody else answers, and a clock that begins on Monday, 23 November, at 11:00 in Mexico City.
export type Visitor = Subject & { person: string; conversation: string; number: string }
export type VisitsStage = BirdHouse & {
  catalogue: Catalogue
  home: Home
  agents: string[]
  visitor(): Promise<Visitor>
  book(who: Subject, startsAt: number, agents?: string[], language?: 'es-MX' | 'en', seats?: number): Promise<string>
  until(at: number): Promise<void>
  writes(who: Visitor, text?: string): Promise<void>
  shown(who: Visitor): OnPhone[] // what they were told, since they wrote or since it was last asked
  press(who: Visitor, title: string): Promise<void> // under the latest message that has it
  approve(): Promise<void> // every template
  tour(id: string): Promise<{ status: string; version: number; startsAt: number; acknowledged: boolean; agent: string } | undefined>
}
export const minute = 60_000
export const hour = 60 * minute
export const at = (iso: string): number => Date.parse(`2026-11-${iso}-06:00`)
// name: with the languages behind it, where it isn't only Spanish: 'beto es-MX, en'.
const agent = (name: string, hasMail: boolean): string => {
  const [slug = '', ...languages] = name.split(/,? /)
  return `
  - { slug: ${slug}, name: ${slug}, ${hasMail ? `email: ${slug}@casas.example, ` : ''}languages: [${languages.join(', ') || 'es-MX'}], hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: '08:00', to: '20:00' }], buildings: [roma] }`
}

const approved = defineAction({ name: 'visits-stage.approve', args: z.strictObject({ connection: z.string() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ connection }, act) => {
  await noteTemplates(act, connection, messageTemplates.map(({ name }) => ({ name, language: 'es-MX', project: `p-${name}`, version: 'v-1', category: 'utility' as const, status: 'approved' as const })))
  return {}
})

// beside: other vendors; then whoever shows homes has an address.
export const openVisits = async (agents = ['ana', 'beto'], visits = '', beside?: Beside): Promise<VisitsStage> => {
  const stage = await openBirdHouse(beside && { beside })
  const { house, bird, clock, follow } = stage
  await furnish(house, `buildings:${building('roma', `perAgentAndDay: 20, horizonDays: 30${visits}`)}\nagents:${agents.map((each) => agent(each, beside !== undefined)).join('')}\n`)
  const catalogue = await loadCatalogue(house.db.bare, house.tenant)
  const [home] = catalogue.homes as [Home]
  const ids = catalogue.agents.map(({ id }) => id)
  let last = 0
  const heard = new Map<string, number>()
  const messages = (number: string): OnPhone[] => bird.phone.messages(number).filter(({ from }) => from === 'them')
  return {
    ...stage, catalogue, home, agents: ids,
    async visitor() {
      const number = `+52554100${String(++last).padStart(4, '0')}`
      const { conversationId } = bird.phone.write(number, { text: 'hola' })
      await follow(2_000, 500)
      const { rows: [row] } = await sql<{ person: string; conversation: string }>`select person_id as person, id as conversation from conversation where external_id = ${conversationId}`.execute(house.db.bare)
      return { tenant: house.tenant, by: 'prospect', number, ...row! }
    },
    async book(who, startsAt, able = ids, language, seats) {
      const came = await house.acting.as(who, 'all')(bookTour, {
        home: home.id, building: home.building.id, day: dayOf(home.building.zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: gapMs(home.building, false), perDay: 20, language, seats, agents: able, elsewhere: { agents: able, from: startsAt, to: startsAt },
      })
      if (came.status !== 'booked') throw new Error(`not booked but ${came.status}`)
      await follow(1_000, 500)
      return came.tour!
    },
    // From one thing that falls due to the next, each at its time.
    async until(to) {
      while (clock.now() < to) {
        const { rows: [next] } = await sql<{ at: number | null }>`select min(run_at) as at from job where kind in ('turn', 'command') and state = 'scheduled' and run_at > ${instant(clock.now())}`.execute(house.db.bare)
        clock.advance(Math.min(next?.at ?? to, to) - clock.now())
        await follow(1_000, 500)
      }
    },
    async writes({ number }, text = 'gracias') {
      bird.phone.write(number, { text })
      await follow(2_000, 500)
    },
    shown({ number }) {
      const all = messages(number)
      const fresh = all.slice(heard.get(number) ?? 0)
      heard.set(number, all.length)
      return fresh
    },
    async press({ number }, title) {
      const choices = ({ buttons = [], list }: OnPhone) => [...buttons, ...(list?.rows ?? [])]
      const message = messages(number).findLast((each) => choices(each).some(({ text }) => text === title))
      const payload = message && choices(message).find(({ text }) => text === title)?.payload
      if (!message || payload === undefined) throw new Error(`nothing to press is called ${title}`)
      bird.phone.write(number, { press: { message: message.id, payload } })
      await follow(6_000, 500)
    },
    async approve() {
      await house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(approved, { connection: (await house.connection('bird')).id })
    },
    async tour(id) {
      const { rows: [row] } = await sql<{ status: string; version: number; startsAt: number; acknowledged: boolean; agent: string }>`select status, version, starts_at as "startsAt", acknowledged_at is not null as acknowledged, agent_id as agent from tour where id = ${id}`.execute(house.db.bare)
      return row
    },
  }
}
