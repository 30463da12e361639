import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { agentWords } from '@portero/shared'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { lastSay } from '@portero/tool-server/agent/next.ts'
import { spokenBy } from '@portero/tool-server/agent/opening.ts'
import { sampleOf } from './lab/bird/samples.ts'
import { openAgent, phone, type AgentStage } from './support/agent-stage.ts'

// When our own agent has to be silent, wait or forget, and what becomes of a run whose beginning fails.
let stage: AgentStage
beforeEach(async () => void (stage = await openAgent()))
afterEach(() => stage.end())

const words = agentWords['es-MX']
const minuteMs = 60_000
const staff = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, 'all')
const house = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const lastInput = (): Record<string, any>[] => stage.asked().at(-1)!.input
const read = (): string => JSON.stringify(lastInput())
const texts = (): string[] => stage.heard().map(({ text }) => text)

describe('who asked for a person', () => {
  test.each(['quiero hablar con una persona', 'me quiero matar', 'los voy a demandar'])('is left to them, whatever they write next: %s', async (text) => {
    expect(await stage.says(text)).toHaveLength(1)
    await stage.follow(2 * minuteMs, 10_000)
    stage.heard()
    expect(await stage.says('es que busco depa en la Roma')).toEqual([])
    expect(stage.asked()).toHaveLength(0)
    await staff()(handBack, { conversation: await stage.conversation() })
    await stage.follow(5_000)
    expect(texts()).toEqual([expect.stringContaining('Roma')])
  })
  test('is not answered by the model too once they are given back', async () => {
    await stage.says('quiero hablar con una persona')
    const conversation = await stage.conversation()
    await staff()(takeOver, { conversation })
    await staff()(handBack, { conversation })
    await stage.follow(15_000)
    expect(stage.asked()).toHaveLength(0)
  })
})

describe('a voice note', () => {
  test('that takes long to write down is waited for', async () => {
    await stage.openai.controls.hear({ bytes: sampleOf('voice').bytes.toString('base64'), text: 'busco depa en la Roma' })
    stage.desk.fault({ on: 'POST /v1/audio/transcriptions', fault: 'slow', ms: 8_000 })
    stage.bird.phone.write(phone, { media: { kind: 'voice' } })
    await stage.follow(6_000)
    expect(stage.asked()).toHaveLength(0)
    await stage.follow(15_000)
    expect(stage.asked()[0]!.input).toContainEqual(expect.objectContaining({ content: '[nota de voz] busco depa en la Roma' }))
    expect(texts()).toEqual([expect.stringContaining('Roma')])
  })
  test('that was written down after an answer stands after that answer', async () => {
    stage.openai.say({ say: 'No te escuché bien. ¿Qué buscas?' })
    stage.bird.phone.write(phone, { media: { kind: 'voice' } })
    await stage.follow(15_000)
    await sql`update media set told_at = ${new Date(stage.clock.now() - 5_000).toISOString()}`.execute(stage.house.db.bare)
    await stage.says('¿hola?')
    const said = lastInput().map(({ content }) => String(content))
    const places = ['No te escuché bien', '[nota de voz]', '¿hola?'].map((text) => said.findIndex((each) => each.startsWith(text)))
    expect([places.includes(-1), places]).toEqual([false, places.toSorted((a, b) => a - b)])
  })
})

describe('what was said before', () => {
  test('is nothing that was held back', async () => {
    stage.openai.say({ call: 'find_homes', args: { area: 'Roma' } })
    stage.openai.say({ say: '¡Listo! Tu visita quedó agendada para mañana a las 03:00 h.' })
    for (const ms of [100, 100, 6_000]) stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms })
    stage.writes('busco depa en la Roma')
    await stage.follow(6_500)
    expect(stage.asked()).toHaveLength(3)
    stage.writes('¿hola?')
    await stage.follow(20_000)
    expect((await stage.runs()).map(({ outcome }) => outcome)).toEqual(['superseded', 'said'])
    expect(read()).toContain('¿hola?')
    expect(read()).not.toContain('quedó agendada')
  })
  test('reads the same, byte for byte, each time', async () => {
    await stage.says('busco depa en la Roma')
    const calls = (): unknown[] => lastInput().flatMap(({ type, call_id: id }) => (type === 'function_call' ? [id] : [])).slice(0, 1)
    await stage.says('gracias')
    const before = calls()
    await stage.says('¿hay algo en la Condesa?')
    await stage.says('ok')
    expect([before.length, calls()]).toEqual([1, before])
    expect((await stage.runs()).map(({ outcome }) => outcome)).toEqual(['said', 'said', 'said', 'said'])
  })
})

test.each([
  [{ ok: true, say: 'Encontré dos.' }, 'Encontré dos.'],
  [{ ok: false, say: 'Ese horario ya no está.', error: { code: 'slot_taken', retryable: false } }, 'Ese horario ya no está.'],
  [{ ok: false, say: 'unit_id: no existe.', error: { code: 'invalid_input', retryable: false } }, undefined],
  [{ ok: false, say: 'Algo falló de nuestro lado.', error: { code: 'bug', retryable: false } }, undefined],
])('of %j is said: %s', (answer, said) => expect(lastSay([{ kind: 'answer', id: 'a', text: JSON.stringify(answer) }])).toBe(said))

test('a persona is asked for no language that it has not', () => {
  expect([spokenBy({ languages: ['es-MX'] }, 'en'), spokenBy({ languages: ['es-MX', 'en'] }, 'en'), spokenBy({ languages: ['en'] }, 'es-MX')]).toEqual(['es-MX', 'en', 'en'])
})

test('who was given back by itself at night is answered in the morning', async () => {
  await stage.says('hola')
  const conversation = await stage.conversation()
  await staff()(takeOver, { conversation })
  stage.clock.advance(9 * 60 * minuteMs)
  stage.writes('busco depa en la Roma')
  await stage.follow(1_000)
  const before = stage.asked().length
  stage.clock.advance(6 * 60 * minuteMs)
  await house()(handBack, { conversation })
  await stage.follow(5_000)
  expect(stage.asked()).toHaveLength(before)
  stage.clock.advance(6 * 60 * minuteMs)
  await stage.follow(5_000)
  expect(stage.asked().length).toBeGreaterThan(before)
})

test('a budget that is spent is told once a day', async () => {
  await stage.says('hola')
  await sql`update agent_run set micros = 1000000`.execute(stage.house.db.bare)
  expect(await stage.says('¿hay depas?')).toEqual([words.called])
  expect(await stage.says('soy un contestador automático')).toEqual([])
  expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'answered' })
})

describe('a run that cannot begin', () => {
  test('ends with a person being called, and the house says that it is not ready', async () => {
    await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'openai', account: 'second', settings: { baseUrl: `${stage.lab.url}/openai/v1`, apiKey: 'sk-lab-second' } })
    stage.writes('hola')
    await stage.follow(150_000, 2_000) // after a minute, and behind the last try to begin, which may wait for as long again
    expect(texts()).toEqual([words.called])
    expect((await stage.runs()).at(-1)).toMatchObject({ state: 'over', outcome: 'fell-back' })
    const told = (await (await fetch(new URL('/readyz', stage.serverUrl))).json()) as { conditions: { name: string; ok: boolean; detail?: string }[] }
    expect(told.conditions).toContainEqual(expect.objectContaining({ name: 'agents', ok: false, detail: expect.stringContaining('2 connections') }))
  })
  test('since another died in its middle begins once that one is given up', async () => {
    await stage.says('hola')
    await sql`update agent_run set state = 'active', outcome = null, over_at = null, has_effect = true, begun_at = ${new Date(stage.clock.now()).toISOString()}`.execute(stage.house.db.bare)
    stage.writes('busco depa en la Roma')
    await stage.follow(20_000, 2_000)
    expect(texts()).toEqual([])
    await stage.follow(90_000, 2_000)
    expect(texts()).toEqual([expect.stringContaining('Roma')])
    expect((await stage.runs()).map(({ outcome }) => outcome)).toEqual(['lost', 'said'])
  })
})
