import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { updateLead } from '@portero/tool-server/actions/update-lead.ts'
import { changeConsent } from '@portero/tool-server/actions/change-consent.ts'
import { say, type Instead, type Told } from '@portero/tool-server/actions/say.ts'
import { defineAction } from '@portero/tool-server/define.ts'
import { followKey } from '@portero/tool-server/domain/cadence.ts'
import { byTemplate } from '@portero/tool-server/domain/message-templates.ts'
import type { Content } from '@portero/tool-server/domain/ports/messaging.ts'
import type { Purpose } from '@portero/tool-server/domain/send-gate.ts'
import { at as instant } from '@portero/tool-server/spine/db.ts'
import { putNotice, unshownNotice } from '@portero/tool-server/store/notices.ts'
import { noteTemplates } from '@portero/tool-server/store/templates.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What we say, from the gate to the phone. The stage's clock begins on Monday at 11:00 in Mexico City.
const number = '+525540000001'
let stage: VisitStage
let conversation: string
beforeAll(async () => {
  stage = await openVisit()
  const { conversationId } = stage.lab.bird.phone.write(number, { text: 'hola' })
  await stage.follow()
  conversation = (await sql<{ id: string }>`select id from conversation where external_id = ${conversationId}`.execute(stage.house.db.bare)).rows[0]!.id
})
afterAll(() => stage.end())

const args = z.strictObject({ purpose: z.string(), content: z.any(), instead: z.any().optional(), key: z.string(), at: z.int().optional(), zone: z.string().optional() })
const speak = defineAction({ name: 'say-test.say', args, result: z.strictObject({ told: z.any() }), scopes: [], callers: ['system'] }).decides(async ({ purpose, content, instead, key, at, zone }, act) => ({
  told: await say(act, { conversation, purpose: purpose as Purpose, content: content as Content, key, ...(at !== undefined && { at }), ...(zone !== undefined && { zone }), ...(instead !== undefined && { instead: instead as Instead }) }),
}))
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const tell = async (purpose: Purpose, content: Content, more: { key: string; instead?: Instead; at?: number; zone?: string }): Promise<Told> => (await system()(speak, { purpose, content, ...more })).told
const text = (words: string): Content => ({ type: 'text', text: words })
const shown = (): string[] => stage.lab.bird.phone.messages(number).filter(({ from }) => from === 'them').map(({ text: words }) => words)
const hour = 3_600_000

describe('while the prospect is there', () => {
  test('what is too long for one message comes as several, in order, and nothing is missing', async () => {
    const words = Array.from({ length: 900 }, (_, at) => `palabra${at}`).join(' ')
    expect(await tell('answer', text(words), { key: 'long' })).toEqual({ said: true })
    await stage.follow(20_000)
    const parts = shown().filter((each) => each.startsWith('palabra'))
    expect([parts.length > 1, parts.join(' ')]).toEqual([true, words])
  })
  test('the same said again is said once', async () => {
    await tell('answer', text('una vez'), { key: 'once' })
    await tell('answer', text('una vez'), { key: 'once' })
    await stage.follow(20_000)
    expect(shown().filter((each) => each === 'una vez')).toHaveLength(1)
  })
})

describe('the night', () => {
  const leaves = async (key: string): Promise<string> => new Date((await sql<{ at: number }>`select run_at as at from job where key = ${`say:${conversation}:bot:service:${key}/0`}`.execute(stage.house.db.bare)).rows[0]!.at).toISOString().slice(0, 16)
  const tellAt = async (at: string, zone?: string): Promise<string> => {
    await tell('service', text('de noche'), { key: `${at} ${zone}`, at: Date.parse(at), ...(zone !== undefined && { zone }) })
    return leaves(`${at} ${zone}`)
  }
  afterAll(() => sql`delete from job where key like 'say:%:service:2026%'`.execute(stage.house.db.bare))
  test.each([
    ['Tijuana is two hours behind in the evening', '2026-11-24T03:30Z', 'America/Tijuana', '2026-11-24T03:30'], ['and in the morning', '2026-11-24T14:30Z', 'America/Tijuana', '2026-11-24T16:00'],
    ['Ciudad Juárez is one hour behind', '2026-11-24T14:30Z', 'America/Ciudad_Juarez', '2026-11-24T15:00'], ['Cancún is one hour ahead in the evening', '2026-11-24T02:30Z', 'America/Cancun', '2026-11-24T13:00'],
    ['and in the morning', '2026-11-24T13:30Z', 'America/Cancun', '2026-11-24T13:30'], ['what is of nothing in particular keeps that of Mexico City', '2026-11-24T03:30Z', undefined, '2026-11-24T14:00'],
  ])('%s', async (_title, at, zone, left) => {
    expect(await tellAt(at, zone)).toBe(left)
  })
  test('of who looks for a home at the border is the border\'s', async () => {
    const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where id = ${conversation}`.execute(stage.house.db.bare)
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'prospect', person: row!.person, conversation }, 'all')(updateLead, { facts: { home: 'zona-rio-907' } })
    expect(await tellAt('2026-11-24T03:40Z')).toBe('2026-11-24T03:40')
    expect(await tellAt('2026-11-24T03:40Z', 'America/Mexico_City')).toBe('2026-11-24T14:00') // what it is about comes first
    await sql`update lead set facts_sealed = null where person_id = ${row!.person}`.execute(stage.house.db.bare)
  })
})

describe('at night', () => {
  beforeAll(async () => {
    stage.clock.advance(10 * hour + 30 * 60_000) // 21:30
    await stage.follow()
  })
  test('nobody is written to of our own accord before eight, and an answer goes at once', async () => {
    await tell('service', text('un recordatorio'), { key: 'night' })
    await tell('answer', text('una respuesta'), { key: 'night-answer' })
    await stage.follow(20_000)
    expect([shown().includes('una respuesta'), shown().includes('un recordatorio')]).toEqual([true, false])
    stage.clock.advance(10 * hour) // 07:30
    await stage.follow()
    expect(shown()).not.toContain('un recordatorio')
    stage.clock.advance(31 * 60_000)
    await stage.follow()
    expect(shown()).toContain('un recordatorio')
  })
})

describe('a day after they last wrote', () => {
  const instead = byTemplate('portero_window_reopen', 'es-MX', {})
  const connection = async (): Promise<string> => (await stage.house.connection('bird')).id
  const know = defineAction({ name: 'say-test.know', args: z.strictObject({ connection: z.string(), status: z.enum(['approved', 'paused']), category: z.enum(['utility', 'marketing']).optional() }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ connection: id, status, category = 'utility' }, act) => {
    await noteTemplates(act, id, [{ name: instead.template, language: 'es-MX', project: 'p-1', version: 'v-1', category, status }])
    return {}
  })
  beforeAll(() => stage.clock.advance(24 * hour))

  test('nothing is said without a template', async () => {
    expect(await tell('answer', text('¿sigues ahí?'), { key: 'closed' })).toEqual({ said: false, because: 'window_closed' })
  })
  test('nor by one that is not approved', async () => {
    expect(await tell('answer', text('¿sigues ahí?'), { key: 'unknown', instead })).toEqual({ said: false, because: 'template_unapproved' })
    await system()(know, { connection: await connection(), status: 'paused' })
    expect(await tell('answer', text('¿sigues ahí?'), { key: 'paused', instead })).toEqual({ said: false, because: 'template_unapproved' })
  })
  test('an approved one is sent in its place, by the name that Bird knows', async () => {
    await system()(know, { connection: await connection(), status: 'approved' })
    expect(await tell('answer', text('¿sigues ahí?'), { key: 'approved', instead })).toEqual({ said: true })
    await stage.house.worker.settle()
    const sent = stage.lab.desk('bird').requests('POST /workspaces/:workspace/channels/:channel/messages').at(-1)?.body
    expect(sent).toMatchObject({ template: { projectId: 'p-1', version: 'v-1', locale: 'es-MX' } })
  })

  describe('what the vendor counts as a promotion', () => {
    const leaves = async (saying: Promise<Told>): Promise<[Told, number]> => {
      const asked = (): number => stage.lab.desk('bird').requests('POST /workspaces/:workspace/channels/:channel/messages').filter(({ body }) => JSON.stringify(body).includes('"p-1"')).length
      const before = asked()
      const told = await saying
      await stage.follow(20_000)
      return [told, asked() - before]
    }
    const offer = (key: string) => tell('answer', text('¿sigues ahí?'), { key, instead })
    const says = async (status: 'granted' | 'revoked'): Promise<void> => {
      const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where id = ${conversation}`.execute(stage.house.db.bare)
      await system()(changeConsent, { person: row!.person, conversation, purpose: 'marketing', status, evidence: status, at: stage.clock.now() })
    }
    beforeAll(async () => system()(know, { connection: await connection(), status: 'approved', category: 'marketing' }))

    test('is said to nobody who only kept silent, such as a reminder that was put there; a follow-up is, where they were shown the notice in force', async () => {
      const { db, tenant } = stage.house
      const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where id = ${conversation}`.execute(db.bare)
      const inForce = async (): Promise<boolean> => (await unshownNotice(db.bare, { tenant, person: row!.person })) === undefined
      const asked = async (key: string): Promise<string[]> => Promise.all([offer(key), tell('service', text('es mañana'), { key: `tour:${key}`, instead }), tell('service', text('¿sigues?'), { key: followKey(stage.clock.now(), key.length), instead })]).then((told) => told.map((each) => (each.said ? 'said' : each.because)))
      expect([await inForce(), await asked('a')]).toEqual([true, ['no_consent', 'no_consent', 'said']])
      await db.tx((tx) => putNotice(tx, tenant, { version: 'of-other-words', language: 'es-MX', text: 'de otro modo', integral: 'todo de otro modo' }, stage.clock.now()))
      expect([await inForce(), await asked('bb')]).toEqual([false, ['no_consent', 'no_consent', 'no_consent']])
      await sql`insert into notice_shown (tenant_id, person_id, version, how, shown_at) values (${tenant}, ${row!.person}, 'of-other-words', 'bot', ${instant(stage.clock.now())})`.execute(db.bare)
      expect([await inForce(), await asked('ccc')]).toEqual([true, ['no_consent', 'no_consent', 'said']])
      await stage.follow(20_000)
    })
    test('is said once they asked for it', async () => {
      await says('granted')
      expect(await leaves(offer('asked'))).toEqual([{ said: true }, 1])
    })
    test('is not said once they took that back, nor does what was on its way leave', async () => {
      const leaving = async (): Promise<Told> => {
        const told = await offer('leaving')
        await says('revoked')
        return told
      }
      expect(await leaves(leaving())).toEqual([{ said: true }, 0])
      expect(await leaves(offer('refused'))).toEqual([{ said: false, because: 'no_consent' }, 0])
    })
    test('is no matter where it is of another category', async () => {
      await system()(know, { connection: await connection(), status: 'approved' })
      expect(await offer('utility')).toEqual({ said: true })
    })
  })
})
