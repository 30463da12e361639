import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { enter, browserOf, passwords, type Browser } from './support/console-stage.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// The registers that the law asks for: who processes data for us, and what happened to it.
let stage: VisitStage
let desk: Browser
beforeAll(async () => {
  stage = await openVisit()
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'officer', password: passwords.officer, role: 'officer' })
})
afterAll(() => stage.end())
beforeEach(async () => {
  desk = browserOf(stage.house.doors)
  await enter(desk, 'officer')
})
const path = '/console/privacy/registers'
const rows = async <R>(statement: string): Promise<R[]> => (await sql.raw(statement).execute(stage.house.db.bare)).rows as never
const send = async (fields: Record<string, string>): Promise<number> => (await desk.post(path, { csrf: desk.csrfOf((await desk.get(path)).text), ...fields })).status
const greet = async (number: string): Promise<string> => {
  const { conversationId } = stage.lab.bird.phone.write(number, { text: 'Hola' })
  await stage.follow(1_000)
  return (await rows<{ person: string }>(`select person_id as person from conversation where external_id = '${conversationId}'`))[0]!.person
}

test('whoever is connected is listed as a processor, and what is noted of one stays', async () => {
  const text = (await desk.get(path)).text
  for (const words of ['Bird (MessageBird B.V.)', 'HubSpot, Inc.', 'Falta el contrato']) expect(text).toContain(words)
  expect(text).not.toContain('Calendly LLC')
  const bird = { do: 'processor', vendor: 'bird', name: 'Bird B.V.', country: 'Países Bajos', purpose: 'Mensajes', contractOn: '2026-10-01' }
  expect([await send(bird), await send({ ...bird, name: 'Bird' }), await send({ do: 'processor', name: 'Imprenta Sol', country: 'México', purpose: 'Contratos', contractOn: '' }), await send({ ...bird, name: ' ' })]).toEqual([303, 303, 303, 400])
  expect(await rows('select vendor, name, contract_on as contract from processor order by name')).toEqual([{ vendor: 'bird', name: 'Bird', contract: '2026-10-01' }, { vendor: null, name: 'Imprenta Sol', contract: null }])
  expect((await desk.get(path)).text).toContain('Contrato del 2026-10-01')
})

test('a breach finds whom it may have reached by time, place and number, and each is told once, by whichever way there is', async () => {
  const [before, during, named] = ['+525512460001', '+525512460002', '+525512460003'] as const
  await greet(before)
  const third = await greet(named)
  stage.clock.advance(3 * 86_400_000)
  desk = browserOf(stage.house.doors)
  await enter(desk, 'officer')
  const second = await greet(during)
  const today = new Date(stage.clock.now() - 6 * 3_600_000).toISOString().slice(0, 10)
  const breach = { do: 'breach', what: 'Se envió una lista a otra persona.', knownOn: today, from: today, to: today, connection: '', phones: `${named}\nno es` }
  expect([await send(breach), await send({ ...breach, from: 'ayer' })]).toEqual([303, 400])
  const [{ id } = { id: '' }] = await rows<{ id: string }>('select id from breach')
  expect(await rows('select person_id as person from breach_person order by person_id')).toEqual([second, third].toSorted().map((person) => ({ person })))
  const notice = 'Una lista con tu nombre llegó a otra persona. Ya la borró. Pregúntanos aquí.'
  expect([await send({ do: 'tell', breach: id, notice }), await send({ do: 'tell', breach: id, notice: 'otra vez' })]).toEqual([303, 303])
  await stage.follow(4_000)
  const told = (number: string): number => stage.lab.bird.phone.messages(number).filter(({ text }) => text === notice).length
  expect([told(before), told(during), told(named)]).toEqual([0, 1, 0]) // the last one's window is closed, and they have no mail
  expect(await rows(`select how from breach_person order by how`)).toEqual([{ how: 'aloud' }, { how: 'whatsapp' }])
  const text = (await desk.get(path)).text
  for (const words of ['2 personas', '1 por WhatsApp, 0 por correo, 1 sin vía', 'Una lista con tu nombre']) expect(text).toContain(words)
  expect(await rows('select 1 from job where state = \'dead\'')).toEqual([])
})

test('one at a connection that carries no messages finds whoever it knew by then, and nobody whom it did not', async () => {
  const [{ id } = { id: '' }] = await rows<{ id: string }>('select id from connection where vendor = \'hubspot\'')
  const dayOf = (at: number): string => new Date(at - 6 * 3_600_000).toISOString().slice(0, 10)
  const known = (await rows<{ person: string }>('select distinct person_id as person from counterpart where external_id is not null order by 1')).map(({ person }) => person)
  expect(known).toHaveLength(3)
  stage.clock.advance(2 * 86_400_000)
  desk = browserOf(stage.house.doors)
  await enter(desk, 'officer')
  const later = await greet('+525512460009')
  const found = async (day: string, connection: string): Promise<string[]> => {
    stage.clock.advance(1_000)
    const what = `Por ahí, el ${day}, ${connection}`
    expect(await send({ do: 'breach', what, knownOn: dayOf(stage.clock.now()), from: day, to: day, connection, phones: '' })).toBe(303)
    return (await rows<{ person: string }>(`select person_id as person from breach_person where breach_id = (select id from breach order by noted_at desc, id desc limit 1) order by 1`)).map(({ person }) => person)
  }
  expect(await found(dayOf(stage.clock.now() - 86_400_000), id)).toEqual(known)
  expect(await found(dayOf(stage.clock.now()), id)).toEqual([...known, later].toSorted())
  const [{ id: bird } = { id: '' }] = await rows<{ id: string }>('select id from connection where vendor = \'bird\'')
  expect(await found(dayOf(stage.clock.now()), bird)).toEqual([later])
})
