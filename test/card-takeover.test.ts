import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { openCards, type CardsStage, type Record as Asked } from './support/cards-stage.ts'

// What a leasing agent does in a conversation from its card: take it over, answer, note, call somebody, give it back.
let stage: CardsStage
beforeAll(async () => void (stage = await openCards()))
afterAll(() => stage.end())

const keyOf = ((made = 0) => () => `key-of-a-hand-${made++}`)()
const met = async (number: string): Promise<Asked> => {
  await stage.say(number, 'Hola')
  await stage.follow()
  return stage.recordOf(number)
}
const heardBy = (number: string): string[] => stage.lab.bird.phone.messages(number).filter(({ from }) => from === 'them').map(({ text }) => text)
const view = async (record: Asked, user?: string): Promise<any> => (await stage.ask('transcript', { record }, user === undefined ? {} : { user })).body
const itemOf = (number: string) => stage.lab.bird.inboxItem(stage.lab.bird.conversationFor(number))

describe('a conversation', () => {
  const number = '+525511110001'
  let record: Asked
  beforeAll(async () => void (record = await met(number)))

  test('is taken over, and everybody sees by whom and since when', async () => {
    expect((await view(record)).state).toBe('bot')
    const key = keyOf()
    const [told, again] = [await stage.ask('takeover', { record, key, to: 'human' }), await stage.ask('takeover', { record, key, to: 'human' })]
    expect(told.body).toEqual({ ok: true, say: 'La conversación es tuya: el asistente ya no escribe.', code: 'taken' })
    expect(again.body).toEqual(told.body)
    const since = new Date(stage.clock.now()).toISOString()
    expect(await view(record)).toMatchObject({ state: 'human', taken: { by: 'me', since } })
    expect((await view(record, '77')).taken).toEqual({ by: 'other', since })
    expect((await view(record)).lines.at(-1)).toMatchObject({ kind: 'done', text: 'Un asesor tomó la conversación' })
    expect((await stage.ask('takeover', { record, key: keyOf(), to: 'human' }, { user: '77' })).body.code).toBe('alreadyTaken')
    expect((await stage.audited('action:take-over')).map(({ user_id }) => user_id).toSorted()).toEqual(['hubspot:77', 'hubspot:9411'])
  })
  test('is somebody’s in Bird’s inbox then, and the bot there is silent', async () => {
    await stage.follow()
    expect(itemOf(number)).toMatchObject({ closed: false, teamId: 'team-rentas' })
    const before = heardBy(number).length
    await stage.say(number, '¿Sigues ahí?')
    expect(heardBy(number)).toHaveLength(before)
  })
  test('is answered: at once in the transcript, once on the phone, as written by a person', async () => {
    const key = keyOf()
    const answers = await Promise.all(Array.from({ length: 3 }, () => stage.ask('reply', { record, key, text: '  Soy Sofía, te ayudo yo.  ' })))
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([JSON.stringify({ ok: true, say: 'Tu mensaje va en camino.', code: 'said' })]))
    expect((await view(record)).lines.at(-1)).toMatchObject({ author: 'human', kind: 'text', text: 'Soy Sofía, te ayudo yo.', status: 'accepted' })
    await stage.follow()
    expect(heardBy(number).filter((text) => text === 'Soy Sofía, te ayudo yo.')).toHaveLength(1)
    const said = (await view(record)).lines.filter(({ text }: any) => text === 'Soy Sofía, te ayudo yo.')
    expect(said).toMatchObject([{ author: 'human', status: 'delivered' }])
    expect((await stage.ask('reply', { record, key, text: 'Otra cosa' })).status).toBe(409)
  })
  test('has notes that the prospect never sees', async () => {
    expect((await stage.ask('note', { record, key: keyOf(), text: 'Pide factura.' })).body).toMatchObject({ ok: true, code: 'noted' })
    await stage.follow()
    expect(heardBy(number)).not.toContain('Pide factura.')
    expect((await view(record)).lines.at(-1)).toMatchObject({ kind: 'done', author: 'human', text: 'Un asesor anotó para el equipo: Pide factura.' })
  })
  test('is given back, and the bot speaks again', async () => {
    expect((await stage.ask('takeover', { record, key: keyOf(), to: 'bot' })).body).toMatchObject({ ok: true, code: 'givenBack' })
    await stage.follow()
    expect(itemOf(number)).toMatchObject({ closed: true })
    expect(await view(record)).toMatchObject({ state: 'bot' })
    expect((await view(record)).taken).toBeUndefined()
    const before = heardBy(number).length
    await stage.say(number, 'Hola otra vez')
    expect(heardBy(number).length).toBeGreaterThan(before)
    expect((await stage.ask('takeover', { record, key: keyOf(), to: 'bot' })).body).toMatchObject({ ok: true, code: 'alreadyBack' })
  })
})

describe('what may not be said', () => {
  test('after 24 hours is refused in plain words, and nobody takes anything over', async () => {
    const number = '+525511110002'
    const record = await met(number)
    stage.clock.advance(24 * 3_600_000)
    await stage.follow()
    const { body } = await stage.ask('reply', { record, key: keyOf(), text: '¿Sigues interesada?' })
    expect(body).toMatchObject({ ok: false, code: 'window_closed', say: expect.stringMatching(/24 horas/) })
    expect((await stage.ask('reply', { record, key: keyOf(), text: 'Still there?', language: 'en' })).body.say).toMatch(/24 hours/)
    await stage.follow()
    expect(heardBy(number)).not.toContain('¿Sigues interesada?')
    expect(await view(record)).toMatchObject({ state: 'bot' })
    expect((await view(record)).lines.map(({ text }: any) => text)).not.toContain('¿Sigues interesada?')
  })
  test('to somebody who opted out is refused in plain words', async () => {
    const number = '+525511110003'
    const record = await met(number)
    const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${stage.lab.bird.conversationFor(number)}`.execute(stage.house.db.bare)
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(optOut, { person: row!.person, conversation: row!.id, evidence: 'said so', at: stage.clock.now() })
    expect((await stage.ask('reply', { record, key: keyOf(), text: 'Hola' })).body).toMatchObject({ ok: false, code: 'opted_out', say: expect.stringMatching(/ya no le escribamos/) })
    await stage.follow()
    expect(heardBy(number)).not.toContain('Hola')
  })
  test.each([['nothing', '   ', 'empty'], ['too much', 'a'.repeat(4_001), 'too_long']])('%s is said to be so', async (_what, text, code) => {
    expect((await stage.ask('reply', { record: stage.recordOf('+525511110001'), key: keyOf(), text })).body).toMatchObject({ ok: false, code })
  })
  test('to nobody who ever wrote is refused', async () => {
    expect((await stage.ask('takeover', { record: { type: 'contact', id: '404' }, key: keyOf(), to: 'human' })).body).toMatchObject({ ok: false, code: 'no_conversation' })
  })
})

test('somebody is called once, and whoever only looks may do none of it', async () => {
  const number = '+525511110004'
  const record = await met(number)
  const ask = { record, key: keyOf(), reason: 'contract', summary: 'Pregunta por el aval.' }
  expect((await stage.ask('escalate', ask)).body).toMatchObject({ ok: true, code: 'escalated' })
  expect((await stage.ask('escalate', ask)).body).toMatchObject({ ok: true, code: 'escalated' })
  expect((await stage.ask('escalate', { ...ask, key: keyOf() })).body).toMatchObject({ ok: true, code: 'alreadyEscalated' })
  expect((await view(record)).escalation).toMatchObject({ reason: 'contract', summary: 'Pregunta por el aval.' })
  const { vendor, account, settings } = await stage.house.connection('hubspot')
  const staffed = (staff: object | undefined) => stage.house.connections.put({ tenant: stage.house.tenant, vendor, account, settings: { ...(settings as object), staff } })
  await staffed({ default: 'viewer' })
  const asks: [string, object][] = [['takeover', { to: 'human' }], ['reply', { text: 'Hola' }], ['note', { text: 'Nota' }], ['escalate', { reason: 'other', summary: 'x' }]]
  for (const [door, more] of asks) expect((await stage.ask(door, { record, key: keyOf(), ...more })).status).toBe(403)
  await staffed(undefined)
  expect(await view(record)).toMatchObject({ state: 'bot' })
})
