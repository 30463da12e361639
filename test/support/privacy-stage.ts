import { sql } from 'kysely'
import { requestPrivacy } from '@portero/tool-server/actions/request-privacy.ts'
import type { ArcoKind } from '@portero/tool-server/domain/privacy.ts'
import { browserOf, type Browser } from './console-stage.ts'
import { openVisit, type VisitStage } from './visit-stage.ts'

// Whoever answers for privacy at their desk, in the house as it is shipped: WhatsApp, HubSpot and mail of the lab.
export const officer = 'oficial@casas.example'
const password = 'la-llave-del-archivo'
export type Guest = { number: string; person: string; conversation: string }
export type CaseRow = { state: string; person: string | null; by: string | null; due: number; closed: number | null; certificate: string | null }
type Certificate = { result: string; folio: string; doneAt: string; deeds: { where: string; what: string; of?: string[]; count?: number }[]; left: { where: string; of: string; count: number; why: string }[] }
export type PrivacyStage = VisitStage & {
  desk(): Browser
  signIn(name?: string, password?: string): Promise<Browser> // the officer takes the desk
  rows<R>(statement: string): Promise<R[]>
  phone(number: string): string[]
  mails(to: string): object[]
  greet(): Promise<Guest>
  ask(guest: Guest, kind: ArcoKind): Promise<string>
  page(path: string, who?: Browser): Promise<string>
  move(id: string, fields: Record<string, string>): Promise<string>
  caseOf(id: string): Promise<CaseRow>
  told(id: string): Promise<Certificate> // the certificate
  dead(): Promise<object[]>
  post(fields: Record<string, string>): ReturnType<Browser['post']>
  opened(answer: { text: string }): Promise<string>
}

export const openPrivacyStage = async (how: Parameters<typeof openVisit>[1] = {}): Promise<PrivacyStage> => {
  const stage = await openVisit(undefined, how)
  const { house, lab } = stage
  await house.putOperator({ tenant: house.tenant, name: officer, password, role: 'officer' })
  const rows = async <R>(statement: string): Promise<R[]> => (await sql.raw(statement).execute(house.db.bare)).rows as never
  const enter = async (name: string, secret: string): Promise<Browser> => {
    const one = browserOf(house.doors)
    const csrf = one.csrfOf((await one.get('/console/sign-in')).text)
    await one.post('/console/sign-in', { csrf, next: '/console', name, password: secret })
    return one
  }
  let desk = await enter(officer, password)
  let numbers = 0
  const page = async (path: string, who = desk): Promise<string> => (await who.get(path)).text
  const caseOf = async (id: string): Promise<CaseRow> => (await rows<CaseRow>(`select state, person_id as person, identified_by as by, due_at as due, closed_at as closed, certificate from privacy_case where id = '${id}'`))[0]!
  return {
    ...stage, rows, page, caseOf,
    desk: () => desk,
    async signIn(name = officer, secret = password) {
      const one = await enter(name, secret)
      if (name === officer) desk = one
      return one
    },
    phone: (number) => lab.bird.phone.messages(number).map(({ text }) => text),
    mails: (to) => lab.mail.state().mails.filter((mail) => JSON.stringify(mail).includes(to)),
    async greet() {
      const number = `+52551245${String(++numbers).padStart(4, '0')}`
      const { conversationId } = lab.bird.phone.write(number, { text: 'Hola, soy Renata' })
      await stage.follow(1_000)
      const [row] = await rows<{ id: string; person: string }>(`select id, person_id as person from conversation where external_id = '${conversationId}'`)
      return { number, person: row!.person, conversation: row!.id }
    },
    ask: async ({ person, conversation }, kind) => (await house.acting.as({ tenant: house.tenant, by: 'prospect', person, conversation }, 'all')(requestPrivacy, { kind, details: 'lo que dije' })).case,
    async move(id, fields) {
      const csrf = desk.csrfOf(await page(`/console/privacy/${id}`))
      const answer = await desk.post(`/console/privacy/${id}`, { csrf, ...fields })
      if (answer.status === 303) return answer.headers['location']!.replace(/.*came=/, '')
      return `${answer.status} ${/role="status"><b>([^<]*)/.exec(answer.text)?.[1] ?? ''}`
    },
    told: async (id) => JSON.parse((await caseOf(id)).certificate!).certificate,
    dead: () => rows('select name, error from job where state = \'dead\''),
    post: (fields) => browserOf(house.doors).post('/privacidad', fields),
    opened: async ({ text }) => (await rows<{ id: string }>(`select id from privacy_case where right(id::text, 8) = '${/P-([0-9A-F]{8})/.exec(text)![1]!.toLowerCase()}'`))[0]!.id,
  }
}
export const filled = (contact: string, kind = 'access') => ({ kind, name: 'Renata Ruiz', contact, details: 'Quiero saber qué tienen de mí.' })
