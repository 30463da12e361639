import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { makeBirdAgent } from './lab/bird/agent.ts'
import { makeBird, type Bird } from './lab/bird/simulator.ts'
import { account } from './support/bird-lab-stage.ts'
import { fakeClock } from './support/clock.ts'
import { portOf } from './support/http-stage.ts'

// What the stand-in for Bird's agent offers to be pressed, and what it makes of it. How it asks is in bird-agent.test.ts.
const number = '+525512345678'
const slot = (id: string, label: string) => ({ slot_id: id, start: '2026-11-23T10:00:00-06:00', label, seats_left: 1 })
const long = 's.'.repeat(200) // a signed handle is longer than what a row may carry
let slots = [slot(`${long}1`, 'lunes 23 nov, 10:00 h'), slot(`${long}2`, 'miércoles 25 nov, 11:00 h')]
const homes = [{ home: 'roma-norte-302', title: 'Roma Norte 302', area: 'Roma Norte', rent_mxn: 18_500 }]
const answers: Record<string, () => object> = {
  find_homes: () => ({ ok: true, say: 'Encontré uno.', data: { homes } }),
  get_home: () => ({ ok: true, say: 'Tiene dos recámaras.', data: {} }),
  check_availability: () => ({ ok: true, say: 'Estos horarios hay.', data: { slots } }),
  book_tour: () => ({ ok: true, say: 'Tu visita quedó.', data: {} }),
}
const asked: [string, unknown][] = []
const server = createServer(async (request, response) => {
  const tool = request.url?.replace('/tools/', '') ?? ''
  const isGate = tool === '/gate/inbound'
  if (!isGate) asked.push([tool, await json(request)])
  response.writeHead(isGate ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[tool]?.() ?? {}))
})
let bird: Bird
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())))
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  asked.length = 0
  slots = [slot(`${long}1`, 'lunes 23 nov, 10:00 h'), slot(`${long}2`, 'miércoles 25 nov, 11:00 h')]
  const clock = fakeClock()
  bird = makeBird({ clock, account, serverUrl: 'http://127.0.0.1:9', agent: makeBirdAgent({ toolsUrl: `http://127.0.0.1:${portOf(server)}`, toolKey: 'tk_lab', clock }) })
})
const latest = () => bird.phone.messages(number).at(-1)!
const say = async (text: string) => {
  bird.phone.write(number, { text })
  await bird.silent()
  return latest()
}
const press = async (message: string, payload: string) => {
  bird.phone.write(number, { press: { message, payload } })
  await bird.silent()
  return latest()
}

describe('the agent that can be pressed', () => {
  test('offers homes, then their times, then books what was pressed', async () => {
    const offer = await say('busco depa')
    expect(offer).toMatchObject({ list: { label: 'Ver opciones', rows: [{ text: 'Roma Norte 302', description: 'Roma Norte, $18,500 al mes' }] } })
    const times = await press(offer.id, offer.list!.rows[0]!.payload)
    expect(times.list?.rows.map(({ text }) => text)).toEqual(['lunes 23 nov, 10:00 h', 'miércoles 25 nov, 11:00'])
    expect(await press(times.id, times.list!.rows[1]!.payload)).toMatchObject({ text: 'Tu visita quedó.' })
    expect(asked.at(-1)).toEqual(['book_tour', expect.objectContaining({ slot_id: `${long}2` })])
  })
  test('books the time that a row of yesterday stood for, not one that stands in its place now', async () => {
    await say('busco depa')
    const before = await say('la 1')
    slots = [slot('other', 'jueves 26 nov, 10:00 h')]
    await say('¿otros horarios?')
    await press(before.id, before.list!.rows[0]!.payload)
    expect(asked.at(-1)).toEqual(['book_tour', expect.objectContaining({ slot_id: `${long}1` })])
  })
  test('puts a button under the details of a home', async () => {
    await say('busco depa')
    const details = await say('cuéntame de Roma Norte 302')
    expect(details).toMatchObject({ text: 'Tiene dos recámaras.', buttons: [{ text: 'Ver horarios' }] })
    expect(await press(details.id, details.buttons![0]!.payload!)).toMatchObject({ list: { label: 'Ver horarios' } })
    expect(asked.at(-1)).toEqual(['check_availability', expect.objectContaining({ home: 'roma-norte-302' })])
  })
  test('numbers what WhatsApp would not take as a list', async () => {
    slots = Array.from({ length: 11 }, (_slot, at) => slot(`s-${at}`, `lunes 23 nov, ${8 + at}:00 h`))
    await say('busco depa')
    const times = await say('la 1')
    expect(times.list).toBeUndefined()
    expect(times.text.split('\n')).toHaveLength(12)
  })
})
