import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { openCards, type CardsStage, type Record as Asked, type Told } from './support/cards-stage.ts'

// A proposal for an answer, in the card: what the model reads, what is held against what the tools said, and that nothing else happens.
let stage: CardsStage
beforeAll(async () => void (stage = await openCards()))
afterAll(() => stage.end())
afterEach(() => stage.lab.openai.release())

const numberOf = ((made = 0) => () => `+5255222200${String(made++).padStart(2, '0')}`)()
const met = async (number: string, ...texts: string[]): Promise<Asked> => {
  for (const text of texts.length > 0 ? texts : ['Hola']) await stage.say(number, text)
  await stage.follow()
  return stage.recordOf(number)
}
const draft = (record: Asked, more: object = {}, how: { user?: string } = {}): Promise<Told> => stage.ask('draft-reply', { record, ...more }, how)
const bodies = (): Record<string, any>[] => stage.lab.openai.requests().filter(({ path }) => path.endsWith('/responses')).map(({ body }) => body as Record<string, any>)
const says = (say: string): void => stage.lab.openai.say({ say })
const rows = async (): Promise<Record<string, number>> => {
  const tables = ['message', 'job', 'agent_run', 'agent_item', 'tool_fact', 'tool_reply', 'escalation', 'conversation']
  const counts = await Promise.all(tables.map(async (table) => (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(stage.house.db.bare)).rows[0]!.count))
  return Object.fromEntries(tables.map((table, at) => [table, counts[at]!]))
}

describe('a draft of a real conversation', () => {
  const number = numberOf()
  let record: Asked
  beforeAll(async () => void (record = await met(number, 'Mi tarjeta es 4111 1111 1111 1111', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')))

  test('is the model’s, who has read it and what the tools said, and was offered no tool', async () => {
    const before = await rows()
    const { status, body } = await draft(record)
    expect({ status, body }).toEqual({ status: 200, body: { ok: true, text: expect.stringMatching(/\S/), doubts: [] } })
    const asked = bodies().at(-1)!
    expect(asked).not.toHaveProperty('tools')
    expect(asked).toMatchObject({ store: false, max_output_tokens: 1_500, safety_identifier: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(asked['instructions']).not.toContain('find_homes')
    const input: any[] = asked['input']
    const found = input.findIndex(({ type }) => type === 'function_call')
    expect(input.slice(found, found + 2)).toMatchObject([{ name: 'find_homes' }, { output: expect.stringContaining('$20,500') }])
    expect(input.findIndex(({ content }) => content === 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')).toBeLessThan(found)
    expect(input.slice(-2)).toMatchObject([{ role: 'developer', content: expect.stringContaining('Hoy es') }, { role: 'developer' }])
    expect(input.at(-1).content).toMatch(/persona del equipo, que lo va a leer, corregir y enviar/)
    expect(await rows()).toEqual(before)
  })
  test('never shows the model what is nobody’s to know', () => {
    const told = JSON.stringify(bodies())
    expect(told).toContain('[tarjeta]')
    for (const secret of ['4111', number, number.slice(3), 'Sofía']) expect(told).not.toContain(secret)
  })
  test('names what nothing backs, and leaves it where it is', async () => {
    says('La de Narvarte cuesta $20,500 al mes.')
    expect((await draft(record)).body.doubts).toEqual([])
    says('¡Claro! Te queda en $19,500 al mes. ¿Te late?')
    expect((await draft(record)).body).toEqual({ ok: true, text: '¡Claro! Te queda en $19,500 al mes. ¿Te late?', doubts: [expect.stringContaining('$19,500')] })
  })
  test('is read by somebody, and the audit says by whom', async () => {
    const before = await stage.audited('read:draft')
    await draft(record, {}, { user: '9411' })
    const [last, ...more] = (await stage.audited('read:draft')).slice(before.length)
    expect(more).toEqual([])
    expect(last).toMatchObject({ user_id: 'hubspot:9411', person_id: expect.any(String), conversation_id: expect.any(String) })
  })
  test('is for agents', async () => {
    const before = bodies().length
    const { vendor, account, settings } = await stage.house.connection('hubspot')
    const staffed = (staff: object | undefined) => stage.house.connections.put({ tenant: stage.house.tenant, vendor, account, settings: { ...(settings as object), staff } })
    await staffed({ default: 'viewer' })
    expect((await draft(record)).status).toBe(403)
    await staffed(undefined)
    expect(bodies()).toHaveLength(before)
  })
  test('can be had twenty times a day', async () => {
    for (let at = (await stage.audited('read:draft')).length; at < 20; at++) expect((await draft(record)).body.ok).toBe(true)
    const before = bodies().length
    expect((await draft(record)).body).toEqual({ ok: false, say: expect.stringMatching(/^Hoy ya se propusieron 20/) })
    expect(bodies()).toHaveLength(before)
    stage.clock.advance(24 * 3_600_000)
    await stage.say(number, '¿Siguen ahí?')
    expect((await draft(record)).body.ok).toBe(true)
  })
  test('costs what it costs, and is not had where the day is spent', async () => {
    const cost = async (): Promise<number> => (await sql<{ micros: number | null }>`select max(micros)::bigint as micros from draft_cost where day = (select max(day) from draft_cost)`.execute(stage.house.db.bare)).rows[0]!.micros ?? 0
    const before = await cost()
    expect((await draft(record)).body.ok).toBe(true)
    expect(await cost()).toBeGreaterThan(before)
    await sql`update draft_cost set micros = 100000000`.execute(stage.house.db.bare)
    const asked = bodies().length
    expect((await draft(record)).body).toEqual({ ok: false, say: expect.stringMatching(/^Por hoy se acabó lo que se puede gastar/) })
    expect(bodies()).toHaveLength(asked)
    await sql`update draft_cost set micros = 0`.execute(stage.house.db.bare)
    expect((await draft(record)).body.ok).toBe(true)
  })
})

describe('there is none', () => {
  const none = async (record: Asked, say: RegExp, more: object = {}): Promise<void> => {
    const before = bodies().length
    expect((await draft(record, more)).body).toEqual({ ok: false, say: expect.stringMatching(say) })
    expect(bodies()).toHaveLength(before)
  }
  test('for a record that is nobody’s', () => none({ type: 'contact', id: '404' }, /todavía no ha escrito/))
  test('for what could not be sent any more', async () => {
    const record = await met(numberOf())
    stage.clock.advance(24 * 3_600_000)
    await none(record, /24 horas/)
    await none(record, /24 hours/, { language: 'en' })
  })
  test('for somebody who wants no more messages', async () => {
    const number = numberOf()
    const record = await met(number)
    const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${stage.lab.bird.conversationFor(number)}`.execute(stage.house.db.bare)
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(optOut, { person: row!.person, conversation: row!.id, evidence: 'said so', at: stage.clock.now() })
    await none(record, /ya no le escribamos/)
  })
  test.each([['refuses', { refuse: 'No puedo.' }], ['says nothing', { say: ' ' }]] as const)('where the model %s', async (_how, said) => {
    const record = await met(numberOf())
    stage.lab.openai.say(said)
    expect((await draft(record)).body).toEqual({ ok: false, say: 'El modelo no dio una propuesta. Inténtalo otra vez o escribe la tuya.' })
  })
  test('after ten seconds, and nobody waits for a second one meanwhile', async () => {
    const record = await met(numberOf())
    stage.lab.openai.fault({ on: 'POST /v1/responses', fault: 'slow' })
    const before = bodies().length
    const first = draft(record)
    while (bodies().length === before) await new Promise(setImmediate)
    expect((await draft(record)).body.say).toMatch(/^Ya se está escribiendo/)
    stage.clock.advance(10_000)
    expect((await first).body).toEqual({ ok: false, say: 'El modelo tardó demasiado y no dio una propuesta. Inténtalo otra vez o escribe la tuya.' })
    stage.lab.openai.release()
    expect((await draft(record)).body.ok).toBe(true)
  }, 20_000) // the connection itself would give up after 50 s
  test('of another tenant’s, whose record has the same id', async () => {
    const record = await met(numberOf())
    const other = '0195f000-0000-7000-8000-000000000099'
    const { vendor, settings } = await stage.house.connection('hubspot')
    await sql`insert into tenant (tenant_id, name, created_at) values (${other}, 'other', now())`.execute(stage.house.db.bare)
    await stage.house.connections.put({ tenant: other, vendor, account: '777', settings: { ...(settings as object), portal: '777', clientSecrets: ['secret-of-the-other'] } })
    const before = bodies().length
    expect((await stage.ask('draft-reply', { record }, { portal: '777', secret: 'secret-of-the-other' })).body).toEqual({ ok: false, say: expect.stringMatching(/todavía no ha escrito/) })
    expect(bodies()).toHaveLength(before)
  })
  test('without a model, and the card is told so', async () => {
    const record = await met(numberOf())
    expect((await stage.ask('transcript', { record })).body.canDraft).toBe(true)
    await sql`update connection set vendor = 'openai-of-nobody' where vendor = 'openai'`.execute(stage.house.db.bare)
    stage.clock.advance(6_000)
    expect((await stage.ask('transcript', { record })).body).not.toHaveProperty('canDraft')
    await none(record, /no hay un modelo/)
    await sql`update connection set vendor = 'openai' where vendor = 'openai-of-nobody'`.execute(stage.house.db.bare)
    stage.clock.advance(6_000)
    expect((await draft(record)).body.ok).toBe(true)
  })
})
