import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { gateScope } from '@portero/tool-server/spine/gate.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What is answered before any model has read it, whether the gate or the webhook tells of it first.
let stage: VisitStage
let key: string
let count = 0
let number: string
beforeAll(async () => {
  stage = await openVisit()
  key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'flow', scopes: [gateScope] })
})
afterAll(() => stage.end())
beforeEach(() => void (number = `+5255310000${String(++count).padStart(2, '0')}`))

const db = () => stage.house.db.bare
const knock = async (conversation: string, text: string): Promise<any> => {
  const response = await fetch(`${stage.url}/gate/inbound`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'x-bird-conversation-id': conversation }, body: JSON.stringify({ text }) })
  return response.json()
}
// Where they are, which the lab's own agent does not answer.
const arrives = async (): Promise<{ external: string; id: string }> => {
  const external = stage.lab.bird.phone.write(number, { media: { kind: 'location' } }).conversationId
  await stage.follow()
  const { rows: [row] } = await sql<{ id: string }>`select id from conversation where external_id = ${external}`.execute(db())
  return { external, id: row!.id }
}
const writes = async (text: string, ms?: number): Promise<void> => {
  stage.lab.bird.phone.write(number, { text })
  await stage.follow(ms)
}
const told = (pattern: RegExp): number => stage.lab.bird.phone.messages(number).filter(({ text, by }: any) => by !== 'prospect' && pattern.test(text)).length
const calls = async (conversation: string): Promise<{ reason: string; minutes: number; isOpen: boolean }[]> =>
  (await sql<{ reason: string; minutes: number; isOpen: boolean }>`select reason, (extract(epoch from due_at - opened_at) / 60)::int as minutes, closed_at is null as "isOpen" from escalation where conversation_id = ${conversation} order by opened_at, id`.execute(db())).rows
const staff = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, ['conversations:write'])

describe('whoever asks for a person', () => {
  test('hears at once that one is coming, and one is called', async () => {
    const { id } = await arrives()
    await writes('No quiero hablar con un robot, pásame con alguien')
    expect([told(/Claro que sí, con gusto. Ya le avisé a .+ menos de 15 minutos/), await calls(id)]).toEqual([1, [{ reason: 'asked_for_person', minutes: 15, isOpen: true }]])
  })
  test('hears it once, whoever tells of it, however many there are and in whichever order', async () => {
    const { external, id } = await arrives()
    const answers = await Promise.all([...Array.from({ length: 5 }, () => knock(external, 'quiero hablar con una persona')), writes('quiero hablar con una persona'), writes('con un asesor por favor')])
    expect(answers.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => ({ ok: true, answer: 'human' })))
    expect([told(/Claro que sí, con gusto/), (await calls(id)).length]).toEqual([1, 1])
  })
  test('keeps the bot away for as long as they write it', async () => {
    const { external } = await arrives()
    await writes('asesor')
    stage.clock.advance(10 * 60_000)
    expect(await knock(external, 'quiero un asesor')).toEqual({ ok: true, answer: 'human' })
    await stage.follow()
    expect(told(/Claro que sí, con gusto/)).toBe(1)
  })
  test('who was here and has settled it is called again when they ask again', async () => {
    const { id } = await arrives()
    await writes('asesor')
    await staff()(takeOver, { conversation: id })
    await staff()(handBack, { conversation: id })
    stage.clock.advance(5 * 60_000)
    await writes('quiero hablar con una persona')
    expect([told(/Claro que sí, con gusto/), (await calls(id)).map(({ isOpen }) => isOpen)]).toEqual([2, [false, true]])
  })
  test('is left to the person of ours who has them in hand', async () => {
    const { external, id } = await arrives()
    await staff()(takeOver, { conversation: id })
    expect(await knock(external, 'quiero hablar con una persona')).toEqual({ ok: true, answer: 'human' })
    expect([told(/Claro/), (await calls(id)).length]).toEqual([0, 0])
  })
})

describe('whoever is in danger', () => {
  test('is told to call 911, at night too, and somebody must look within two minutes', async () => {
    const { id } = await arrives()
    await writes('¡Hay una fuga de gas!')
    expect([told(/llama ahora al 911/), await calls(id)]).toEqual([1, [{ reason: 'emergency', minutes: 2, isOpen: true }]])
  })
  test('does not wait for what somebody was called for before', async () => {
    const { id } = await arrives()
    await writes('quiero un asesor')
    await writes('se está quemando la cocina')
    expect(await calls(id)).toEqual([{ reason: 'asked_for_person', minutes: 15, isOpen: false }, { reason: 'emergency', minutes: 2, isOpen: true }])
  })
  test('and would harm themselves is told who listens, in their language', async () => {
    await arrives()
    await writes('I want to kill myself, please help me')
    expect(told(/Línea de la Vida now, 800 911 2000[\s\S]*911/)).toBe(1)
  })
  test('has somebody called even while a person of ours has the conversation, who may not be looking', async () => {
    const { id } = await arrives()
    await staff()(takeOver, { conversation: id })
    await writes('auxilio, hay un incendio')
    expect((await calls(id)).map(({ reason }) => reason)).toEqual(['emergency'])
  })
})

describe('the law', () => {
  test('is spoken of with a person', async () => {
    const { external, id } = await arrives()
    expect(await knock(external, 'los voy a demandar, ya hablé con Profeco')).toEqual({ ok: true, answer: 'human' })
    await stage.follow()
    expect([told(/Lo tomamos en serio/), (await calls(id)).map(({ reason }) => reason)]).toEqual([1, ['complaint']])
  })
  test('gives whoever asks about their data a folio and a day', async () => {
    const { id } = await arrives()
    await writes('quiero que borren todos mis datos personales')
    const { rows } = await sql<{ kind: string }>`select p.kind from privacy_case p join conversation c on c.person_id = p.person_id where c.id = ${id}`.execute(db())
    expect([told(/eliminación de tus datos, con folio P-/), rows, (await calls(id)).map(({ reason }) => reason)]).toEqual([1, [{ kind: 'cancel' }], ['privacy']])
  })
})

describe('who may live here', () => {
  test('has its answer, so that nobody is called because a bot says no more', async () => {
    await writes('¿aceptan niños?')
    const external = stage.lab.bird.conversationFor(number)
    const { rows: [row] } = await sql<{ id: string }>`select id from conversation where external_id = ${external}`.execute(db())
    await stage.follow(6 * 60_000)
    expect([told(/bienvenid/), await calls(row!.id)]).toEqual([1, []])
  })
  test('is everybody, and what else they wrote is for whoever answers them otherwise', async () => {
    const { external } = await arrives()
    expect(await knock(external, '¿aceptan extranjeros?')).toEqual({ ok: true, answer: 'paused' })
    expect((await knock(external, '¿Aceptan niños? Busco un depa de dos recámaras en la Roma')).answer).toBe('bot')
    await stage.follow()
    expect([told(/todas las personas son bienvenidas/), told(/niñas y los niños son bienvenidos/)]).toEqual([1, 1])
  })
  test('is nobody’s to choose, and it is said kindly', async () => {
    const { id } = await arrives()
    await writes('no quiero vecinos extranjeros')
    expect([told(/Con nosotros cualquier persona es bienvenida/), await calls(id)]).toEqual([1, []])
  })
})

describe('“cancelar” alone', () => {
  test('is asked about, and nothing is cancelled', async () => {
    const { external, id } = await arrives()
    expect(await knock(external, 'Cancelar')).toEqual({ ok: true, answer: 'paused' })
    await writes('Cancelar')
    expect(told(/No tienes ninguna visita por venir. ¿Quieres que ya no te escribamos\?/)).toBe(1)
    await writes('Ya no me escriban')
    const { rows } = await sql`select 1 from consent k join conversation c on c.person_id = k.person_id where c.id = ${id} and k.purpose = 'messages' and k.status = 'revoked'`.execute(db())
    expect(rows).toHaveLength(1)
  })
})

test('what was written a day ago is not answered any more, and what was an hour ago is', async () => {
  const { external, id } = await arrives()
  const { rows: [row] } = await sql<{ connection: string }>`select c.connection_id as connection from conversation c where c.id = ${id}`.execute(db())
  const contact = { id: 'contact-of-old', phone: number }
  const hears = (message: string, hours: number) => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(hearMessage, { connection: row!.connection, message, conversation: external, contact, body: { kind: 'text', text: 'hay un incendio' }, at: stage.clock.now() - hours * 3_600_000 })
  await hears('old', 25)
  expect(await calls(id)).toEqual([])
  await hears('young', 1)
  expect((await calls(id)).map(({ reason }) => reason)).toEqual(['emergency'])
})
test('each is on record, and counted', async () => {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from audit where what = 'action:guard-message'`.execute(db())
  expect(rows[0]!.count).toBeGreaterThan(10)
  const { rows: kinds } = await sql<{ kind: string }>`select distinct kind from guard_hit order by kind`.execute(db())
  expect(kinds.map(({ kind }) => kind)).toEqual(['apart', 'cancel', 'children', 'crisis', 'emergency', 'legal', 'person', 'privacy', 'welcome'])
})

describe('their language', () => {
  const language = async (): Promise<string | undefined> => (await sql<{ language: string }>`select p.language from person p join conversation c on c.person_id = p.id order by c.opened_at desc, c.id desc limit 1`.execute(db())).rows[0]?.language
  test('is the one that they have written twice', async () => {
    await arrives()
    await writes('Hi, I am looking for an apartment')
    expect(await language()).toBe('es-MX')
    await writes('ok')
    await writes('Is there anything with two bedrooms?')
    expect(await language()).toBe('en')
  })
  test('is the one that they ask for', async () => {
    await arrives()
    await writes('in english please')
    expect(await language()).toBe('en')
  })
})

describe('what they wrote otherwise afterwards', () => {
  const edits = async (messageId: string, text: string): Promise<void> => {
    stage.lab.bird.phone.write(number, { edit: { message: messageId, text } })
    await stage.follow()
  }
  test('is guarded as what is new', async () => {
    const { id } = await arrives()
    const { messageId } = stage.lab.bird.phone.write(number, { text: 'hay una foto' })
    await stage.follow()
    expect(await calls(id)).toEqual([])
    await edits(messageId, 'hay una fuga de gas en el departamento')
    expect([told(/911/), await calls(id)]).toEqual([1, [{ reason: 'emergency', minutes: 2, isOpen: true }]])
  })
  test('is answered once, however often it is told and mended', async () => {
    const { id } = await arrives()
    const { messageId } = stage.lab.bird.phone.write(number, { text: 'quiero hablar con una persona' })
    await stage.follow()
    await edits(messageId, 'quiero hablar con una persona por favor')
    expect([told(/Claro que sí, con gusto/), (await calls(id)).length]).toEqual([1, 1])
  })
})

test('is remembered for thirty days, and then no more', async () => {
  const { id } = await arrives()
  await writes('¿aceptan niños?')
  const kept = async (): Promise<number> => (await sql`select 1 from guard_hit where conversation_id = ${id}`.execute(db())).rows.length
  const passes = async (days: number): Promise<void> => {
    stage.clock.advance(days * 86_400_000)
    await stage.follow()
  }
  const seen = [await kept()]
  await passes(29)
  seen.push(await kept())
  await passes(2)
  expect([...seen, await kept()]).toEqual([1, 1, 0])
})
