import type { RequestListener } from 'node:http'
import express, { type Express } from 'express'
import helmet from 'helmet'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { retention } from '@portero/tool-server/app.ts'
import { makeSee } from '@portero/tool-server/actions/see.ts'
import { roles, type Role } from '@portero/tool-server/domain/roles.ts'
import { consoleDoors } from '@portero/tool-server/console/doors.ts'
import type { Flow } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { traced } from '@portero/tool-server/spine/doors.ts'
import { makeLimits } from '@portero/tool-server/spine/knocks.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import { claimValue, escalationSummary, leadFacts, messageBody, personName } from '@portero/tool-server/store/places.ts'
import { testHouse, type TestHouse } from './house.ts'
import { tinyConnector } from './tiny.ts'

// A house with a console in front of it, and people in it.
export type Said = { author?: 'prospect' | 'bot' | 'human' | 'portero'; text: string; agoMs?: number; status?: string }
export type Guest = { name?: string; phone?: string; state?: 'bot' | 'human' | 'paused'; said?: Said[] }
export type Browser = { get(path: string, headers?: Record<string, string>): Promise<Response>; post(path: string, fields: Record<string, string>): Promise<Response>; csrfOf(text: string): string; cookies(): string[] }
export type ConsoleStage = {
  house: TestHouse
  app: Express
  woken: string[]
  browser(from?: string): Browser
  signedIn(role: Role): Promise<Browser>
  guest(guest: Guest): Promise<{ conversation: string; person: string }>
  enrich(guest: { conversation: string; person: string }): Promise<void> // a lead, a visit, a call for help
  dead(row: { name: string; uncertain?: boolean; code?: string }): Promise<string>
  audited(what: string): Promise<{ user_id: string | null; person_id: string | null; object: string }[]>
  close(): void // as a server that stops: nobody is told anything more
  end(): Promise<void>
}
export const passwords = { admin: 'la-llave-del-patio', agent: 'la-llave-del-cuarto', officer: 'la-llave-del-archivo', viewer: 'la-llave-del-balcon' } as const

export const openConsole = async ({ publicBaseUrl = 'https://portero.example', flows = [] }: { publicBaseUrl?: string; flows?: readonly Flow[] } = {}): Promise<ConsoleStage> => {
  const house = await testHouse({ connectors: [tinyConnector()], flows, accounts: [{ vendor: 'tiny', account: 'a', settings: { baseUrl: 'http://127.0.0.1:1' } }] })
  const { db, clock, vault, audit, acting, tenant } = house
  const connection = await house.connection('tiny')
  for (const role of roles) await putOperator({ db, clock }, { tenant, name: role, password: passwords[role], role })
  const woken: string[] = []
  const closing = new AbortController()
  const app = express()
  app.set('trust proxy', true) // so that a test may come from anywhere
  app.disable('etag')
  app.use(traced(clock))
  app.use(helmet())
  app.use(consoleDoors({ db, clock, vault, audit, acting, see: makeSee({ db, acting }), log: makeLog({ level: 'silent', clock }), tenant, publicBaseUrl, tools, toolKeys: house.toolKeys, company: 'UrbanHub', wake: () => void woken.push('all'), connections: house.connections, connecting: house.connecting, review: house.review, trying: house.trying, limits: makeLimits({ clock }), heldThere: async () => ({ records: [], silent: [] }), retention, closing: closing.signal, own: makeOwnReads({ db, clock, vault, publicBaseUrl }) }))

  const browser = (from?: string): Browser => browserOf(app, from)

  const insert = async (table: string, row: Record<string, unknown>): Promise<void> => {
    const names = Object.keys({ tenant_id: tenant, ...row })
    await sql`insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))}) values (${sql.join(Object.values({ tenant_id: tenant, ...row }))})`.execute(db.bare)
  }
  const seal = (person: string, place: string, plain: string): Promise<Buffer> => vault.seal(db.bare, { tenant, person }, place, plain)

  return {
    house, app, woken, browser,
    async signedIn(role) {
      const one = browser()
      await enter(one, role)
      return one
    },
    async guest({ name, phone, state = 'bot', said = [] }) {
      const [person, conversation] = [newId(clock), newId(clock)]
      const now = clock.now()
      await insert('person', { id: person, name_sealed: name === undefined ? null : await seal(person, personName(person), name), created_at: at(now) })
      if (phone) await insert('claim', { kind: 'phone', value_bidx: await vault.blindIndex(db.bare, tenant, 'claim:phone', phone), person_id: person, value_sealed: await seal(person, claimValue('phone', person), phone), claimed_at: at(now) })
      await insert('conversation', { id: conversation, person_id: person, connection_id: connection.id, state, opened_at: at(now), heard_at: at(now) })
      for (const { author = 'prospect', text, agoMs = 0, status = 'delivered' } of said) {
        const id = newId(clock)
        await insert('message', { id, conversation_id: conversation, connection_id: connection.id, external_id: id, direction: author === 'prospect' ? 'in' : 'out', author, body_sealed: await seal(person, messageBody(id), JSON.stringify({ text })), status, sent_at: at(now - agoMs) })
      }
      return { conversation, person }
    },
    async enrich({ conversation, person }) {
      const now = clock.now()
      const [building, home, agent, lead, escalation] = Array.from({ length: 5 }, () => newId(clock))
      const details = { title: 'Loft con terraza', unit: '4B', bedrooms: 1, bathrooms: 1, areaM2: 52, rentMxn: 18_500, pets: 'small', availableFrom: '2026-12-01' }
      const facts = { budgetMxn: 19_000, bedrooms: 1, pets: true, moveIn: '2026-12-15', guarantee: 'policy' }
      await insert('building', { id: building, slug: 'roma', position: 1, name: 'Casa Jalapa', zone: 'America/Mexico_City', details: JSON.stringify({ address: 'Jalapa 84', neighbourhood: 'Roma Norte', city: 'Ciudad de México' }) })
      await insert('home', { id: home, building_id: building, slug: 'roma-4b', no: 1, position: 1, status: 'open', details: JSON.stringify(details) })
      await insert('agent', { id: agent, slug: 'lucia', position: 1, active: true, details: JSON.stringify({ name: 'Lucía Ferrer', hours: [] }) })
      await insert('tour', { id: newId(clock), person_id: person, conversation_id: conversation, home_id: home, building_id: building, agent_id: agent, day: '2026-11-25', starts_at: at(now + 172_800_000), ends_at: at(now + 174_600_000), status: 'confirmed', made_at: at(now), changed_at: at(now) })
      await insert('lead', { id: lead, person_id: person, stage: 'visit_scheduled', facts_sealed: await seal(person, leadFacts(lead!), JSON.stringify(facts)), opened_at: at(now), changed_at: at(now) })
      await insert('escalation', { id: escalation, person_id: person, conversation_id: conversation, reason: 'asked', summary_sealed: await seal(person, escalationSummary(escalation!), 'Pregunta por el aval y pide hablar con alguien.'), opened_at: at(now), due_at: at(now + 900_000) })
    },
    async dead({ name, uncertain = false, code = 'unavailable' }) {
      const id = newId(clock)
      await insert('job', {
        id, kind: 'command', name, key: id, connection_id: connection.id, lane: 'live', state: 'dead', run_at: at(clock.now()), attempts: 3, uncertain_since: uncertain ? at(clock.now()) : null,
        error_code: code, error: 'the vendor did not answer in time', trace: '4bf92f3577b34da6a3ce929d0e0e4736', created_at: at(clock.now()), finished_at: at(clock.now()),
      })
      return id
    },
    audited: async (what) => (await sql<{ user_id: string | null; person_id: string | null; object: string }>`select user_id, person_id, object from audit where what = ${what} order by at, id`.execute(db.bare)).rows,
    close: () => closing.abort(),
    end: () => house.end(),
  }
}

// The password is that of the role, and so is the name.
export const enter = async (one: Browser, role: Role): Promise<void> => {
  const csrf = one.csrfOf((await one.get('/console/sign-in')).text)
  await one.post('/console/sign-in', { csrf, next: '/console', name: role, password: passwords[role] })
}
// Somebody's browser, with the cookies that it was given.
export const browserOf = (app: RequestListener, from = '203.0.113.1'): Browser => {
  const jar = new Map<string, string>()
  const keep = (response: Response): Response => {
    for (const line of [response.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  const cookies = (): string[] => [...jar].map(([name, value]) => `${name}=${value}`)
  const headers = (more: Record<string, string> = {}): Record<string, string> => ({ 'accept-language': 'es-MX', 'x-forwarded-for': from, ...(jar.size > 0 && { cookie: cookies().join('; ') }), ...more })
  return {
    cookies,
    csrfOf: (text) => /name="csrf" value="([^"]*)"/.exec(text)?.[1] ?? '',
    get: async (path, more) => keep(await request(app).get(path).set(headers(more))),
    post: async (path, fields) => keep(await request(app).post(path).set(headers()).type('form').send(fields)),
  }
}
