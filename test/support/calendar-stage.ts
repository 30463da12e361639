import { sql } from 'kysely'
import { reassignTour } from '@portero/tool-server/actions/reassign-tour.ts'
import type { Do } from '@portero/tool-server/define.ts'
import { gapMs } from '@portero/tool-server/domain/slots.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import type { CalendarEvent } from '@portero/tool-server/domain/ports/calendar.ts'
import { missingFlow, seenFlow, seenSerial } from '@portero/tool-server/domain/ports/calendar.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { enqueue } from '@portero/tool-server/spine/jobs.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { escalationSummary } from '@portero/tool-server/store/places.ts'
import { makeGoogle, type Google } from '../lab/google/simulator.ts'
import type { Simulator } from '../lab/simulator.ts'
import type { Account } from '@portero/tool-server/app.ts'
import type { FakeClock } from './clock.ts'
import { openVisits, type VisitsStage } from './visits-stage.ts'

// Visits whose agents have calendars at the simulated Google, which tells us of changes when a test says so.
export type Standing = { ours: string; connection: string; state: string; number: number; external: string | null; versions: string[]; starts: number; seen: unknown; digest: string | null; invites: boolean }
export type CalendarStage = VisitsStage & {
  google: Google
  email(slug: string): string
  connection(slug: string): Promise<string>
  pull(slug?: string): Promise<void> // as after a push
  sees(slug: string, events: CalendarEvent[], connection?: string): Promise<void> // told directly, as a pull would; connection: that is found no more
  answers(key: string, answer: object): Promise<void> // to what it was told by that key
  misses(slug: string, ours: string): Promise<void> // whoever was to come
  summaryOf(escalation: string): Promise<string>
  events(slug: string): { id: string; summary: string; startsAt: number; endsAt: number; description: string; attendees: string[] }[] // that stand there
  standing(): Promise<Standing[]>
  rows<T>(text: string): Promise<T[]>
  system(): Do
  atGoogle(name: string, wish: object): unknown // of the simulated Google
  give(tour: string, agent: string, at: number): Promise<void> // at: a time on its day
}
// Noon of a day counted from the first of November, so that each test has a day of its own.
export const noonOf = (day: number): number => Date.parse(`2026-${day > 30 ? 12 : 11}-${String(day > 30 ? day - 30 : day).padStart(2, '0')}T12:00-06:00`)
type More = { connected?: readonly string[]; visits?: string; beside?: (clock: FakeClock) => { simulators: Simulator[]; accounts(url: string): Account[] } }

export const openCalendars = async (agents = ['ana', 'beto'], { connected = agents.map((each) => each.split(' ')[0]!), visits, beside }: More = {}): Promise<CalendarStage> => {
  const email = (slug: string): string => `${slug}@casas.example`
  let google: Google | undefined
  const stage = await openVisits(agents, visits, (clock) => {
    const made = (google = makeGoogle({ clock, accounts: agents.map((each) => ({ email: email(each.split(' ')[0]!), zone: 'America/Mexico_City' })), tokens: { whose: (bearer) => ({ email: bearer }) } }))
    const others = beside?.(clock)
    return {
      simulators: [made, ...(others?.simulators ?? [])],
      accounts: (url) => [...connected.map((slug) => ({ vendor: 'google', account: email(slug), settings: { baseUrl: `${url}/google/calendar/v3`, grant: { by: 'given', token: email(slug) }, pushSecrets: ['s'.repeat(32)] } })), ...(others?.accounts(url) ?? [])],
    }
  })
  const { house, clock, follow } = stage
  const rows = async <T>(text: string): Promise<T[]> => (await sql<T>`${sql.raw(text)}`.execute(house.db.bare)).rows
  const turn = async (name: string, payload: object, serial: string): Promise<void> => {
    const id = newId(clock)
    const args = await house.vault.seal(house.db.bare, { tenant: house.tenant }, `job.args:${id}`, JSON.stringify(payload))
    await enqueue(house.db.bare, [{ tenant: house.tenant, id, kind: 'turn', name, key: `told:${id}`, serial, lane: 'sync', runAt: clock.now(), args, trace: newTrace(clock), now: clock.now() }])
    await house.worker.settle()
  }
  const tells = (flow: string, to: string, payload: object): Promise<void> => turn(flow, { connection: to, ...payload }, seenSerial(to))
  const system = (): Do => house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')
  const connection = async (slug: string): Promise<string> => (await house.connections.all(house.db.bare)).find(({ account }) => account === email(slug))!.id
  return {
    ...stage, google: google!, email, rows, connection, system,
    atGoogle: (name, wish) => google!.controls[name]!(wish),
    async give(tour, agent, at) {
      await system()(reassignTour, { tour, version: (await stage.tour(tour))!.version, agent, day: dayOf(stage.home.building.zone, at), gapMs: gapMs(stage.home.building, false), perDay: 20 })
      await follow(1_000, 500)
    },
    async pull(slug) {
      await rows(`update job set state = 'ready', run_at = to_timestamp(${clock.now()}::double precision / 1000) where kind = 'pull' and name = 'changes' ${slug === undefined ? '' : `and connection_id = '${await connection(slug)}'`}`)
      await follow(2_000, 500)
    },
    sees: async (slug, events, to) => tells(seenFlow, to ?? (await connection(slug)), { events }),
    answers: (key, answer) => turn('calendar.told', { command: 'calendar.put-event', key, args: {}, ...answer }, key.split(':told:')[0]!),
    misses: async (slug, ours) => tells(missingFlow, await connection(slug), { ours }),
    async summaryOf(escalation) {
      const [row] = await rows<{ sealed: Buffer }>(`select summary_sealed as sealed from escalation where id = '${escalation}'`)
      return (await house.vault.open(house.db.bare, house.tenant, escalationSummary(escalation), row!.sealed)).toString()
    },
    events: (slug) => google!.calendar(email(slug)).events().filter(({ status }) => status !== 'cancelled').map(({ id, start, end, rest, attendees }) => ({ id, startsAt: start.ms, endsAt: end.ms, summary: String(rest['summary']), description: String(rest['description']), attendees: attendees.map((each) => each.email) })),
    standing: () => rows<Standing>('select ours, connection_id as connection, state, number, external_id as external, versions, starts_at as starts, seen, digest, invites from projection order by changed_at'),
  }
}
