import { createServer, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { makeBirdAgent } from './lab/bird/agent.ts'
import { makeBird, type Bird } from './lab/bird/simulator.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { portOf } from './support/http-stage.ts'

// The scripted agent against a tiny door: it must ask as Bird's HTTP action does, and say what it was told.
type Asked = { tool: string; headers: Record<string, unknown>; body: Record<string, unknown> }
const asked: Asked[] = []
const waiting = new Set<() => void>()
let answer: (tool: string, response: ServerResponse) => void
// The gate in front of it: unset, there is none.
let gate: object | undefined
const heardByGate: unknown[] = []
const server = createServer(async (request, response) => {
  if (request.url === '/gate/inbound') {
    heardByGate.push({ key: request.headers.authorization, conversation: request.headers['x-bird-conversation-id'], ...((await json(request)) as object) })
    return tell(response, gate ?? {}, gate ? 200 : 404)
  }
  const tool = request.url?.replace('/tools/', '') ?? ''
  asked.push({ tool, headers: request.headers, body: (await json(request)) as Record<string, unknown> })
  answer(tool, response)
  for (const look of waiting) look()
})
const tell = (response: ServerResponse, body: object, status = 200): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const slots = [{ slot_id: 's-10', start: '2026-11-23T10:00:00-06:00', label: 'lunes 23 nov, 10:00 h', seats_left: 1 }, { slot_id: 's-11', start: '2026-11-23T11:00:00-06:00', label: 'lunes 23 nov, 11:00 h', seats_left: 1 }]
const homes = [{ home: 'roma-norte-302', title: 'Roma Norte 302', area: 'Ciudad de México', rent_mxn: 18_500, bedrooms: 2, pets: true }, { home: 'condesa-7b', title: 'Condesa 7B', area: 'Ciudad de México', rent_mxn: 21_000, bedrooms: 2, pets: false }]
const answers: Record<string, object> = {
  find_homes: { ok: true, say: 'Encontré dos.', data: { homes } },
  get_home: { ok: true, say: 'Tiene dos recámaras.', data: {} },
  check_availability: { ok: true, say: 'Estos horarios hay.', data: { slots } },
  book_tour: { ok: true, say: 'Tu visita quedó para el lunes.', data: { tour: {} } },
  my_tours: { ok: true, say: 'Tienes una visita.', data: { tours: [{ tour_id: 't-1', title: 'Roma Norte 302', label: 'lunes 23 nov, 10:00 h', status: 'confirmed' }, { tour_id: 't-2', title: 'Condesa 7B', label: 'martes 24 nov, 12:00 h', status: 'confirmed' }, { tour_id: 't-0', title: 'Condesa 7B', label: 'lunes 16 nov, 12:00 h', status: 'cancelled' }] } },
  reschedule_tour: { ok: true, say: 'Listo, cambié tu visita.' },
  cancel_tour: { ok: true, say: 'Cancelé tu visita. ¿La movemos mejor?', data: { tour: { home: 'condesa-7b' } } },
  update_deal: { ok: true, say: 'Gracias por avisar.' },
  escalate: { ok: true, say: 'Te paso con Bruno.' },
}

let clock: FakeClock
let phones: Bird
const number = '+525512345678'
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())))
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
beforeEach(() => {
  clock = fakeClock()
  asked.length = 0
  heardByGate.length = 0
  gate = undefined
  answer = (tool, response) => tell(response, answers[tool] ?? {})
  const url = `http://127.0.0.1:${portOf(server)}`
  const agent = makeBirdAgent({ toolsUrl: url, toolKey: 'tk_lab', clock })
  phones = makeBird({ clock, serverUrl: 'http://127.0.0.1:9', agent, account: { workspace: 'w', channel: 'c', apiKey: 'k', signingKeys: ['s'], number: '+525588990011', botName: 'Vivi' } })
})
afterEach(() => phones.close())

const say = async (...texts: string[]): Promise<string> => {
  for (const text of texts) {
    phones.phone.write(number, { text })
    await phones.silent()
  }
  return phones.phone.messages(number).at(-1)?.text ?? ''
}
const known = ({ body }: Asked): object => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== '' && !/^{{.*}}$/.test(String(value))))
const calls = (): [string, object][] => asked.map((each) => [each.tool, known(each)])

describe('the scripted agent', () => {
  test('says first that it is an assistant, and only once', async () => {
    expect(await say('Hola')).toMatch(/^Hola, soy el asistente virtual de UrbanHub\. ¿Qué buscas/)
    expect(await say('hola')).not.toContain('asistente virtual')
    expect(asked).toEqual([])
  })
  test('asks as an HTTP action does: key, conversation, flat strings, and nothing or a template where it knows nothing', async () => {
    await say('busco depa de dos recámaras en Roma Norte, hasta 20 mil y tengo perro')
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer tk_lab', 'x-bird-conversation-id': phones.conversationFor(number), 'content-type': 'application/json' })
    expect(asked[0]?.body).toEqual({ area: 'Roma Norte', bedrooms: '2', budget_max: '20000', pets: 'true', move_in: '' })
    await say('busco otro depa', 'y otro depa con presupuesto de $18,500')
    expect(asked[1]?.body).toEqual({ area: '{{area}}', bedrooms: '{{variables.bedrooms}}', budget_max: '', pets: '{{pets}}', move_in: '{{variables.move_in}}' })
    expect(asked[2]?.body).toMatchObject({ budget_max: '18500' })
  })
  test('lists homes, then times, and books what was picked', async () => {
    expect(await say('busco depa')).toBe('Hola, soy el asistente virtual de UrbanHub. Encontré dos.\n1. Roma Norte 302, Ciudad de México, $18,500 al mes\n2. Condesa 7B, Ciudad de México, $21,000 al mes')
    expect(await say('el primero, ¿el lunes en la mañana?')).toBe('Estos horarios hay.\n1. lunes 23 nov, 10:00 h\n2. lunes 23 nov, 11:00 h')
    expect(await say('la 2')).toBe('Tu visita quedó para el lunes.')
    expect(calls().slice(1)).toEqual([['check_availability', { home: 'roma-norte-302', from_day: 'lunes', part_of_day: 'morning' }], ['book_tour', { slot_id: 's-11' }]])
  })
  test.each<[string[], [string, object]]>([
    [['busco depa', 'cuéntame de Condesa 7B'], ['get_home', { home: 'condesa-7b' }]],
    [['busco depa', 'Condesa 7B', 'a las 10 está bien'], ['book_tour', { slot_id: 's-10' }]],
    [['busco depa', 'la 2', 'quiero una visita el lunes a las 11'], ['book_tour', { home: 'condesa-7b', when: 'el lunes a las 11' }]],
    [['quiero una visita el lunes a las 11 en Roma Norte 302'], ['book_tour', { home: 'Roma Norte 302', when: 'el lunes a las 11' }]],
    [['busco depa', 'quiero una visita el martes a las 12 en el segundo'], ['book_tour', { home: 'condesa-7b', when: 'el martes a las 12' }]],
    [['agenda una visita en Roma Norte 302 el martes a las 4:30 de la tarde'], ['book_tour', { home: 'Roma Norte 302', when: 'el martes a las 4:30 de la tarde' }]],
    [['cancelar mi visita'], ['cancel_tour', {}]],
    [['ya no voy a poder, cancélame la cita'], ['cancel_tour', {}]],
    [['quiero reagendar'], ['reschedule_tour', {}]],
    [['cámbiame la visita'], ['reschedule_tour', {}]],
    [['¿puedo mover mi visita al martes a las 12?'], ['reschedule_tour', { when: 'martes a las 12' }]],
    [['reagendar para el jueves'], ['reschedule_tour', { when: 'jueves' }]],
    [['¿cuáles son mis visitas?'], ['my_tours', {}]],
    [['ya no me interesa, gracias'], ['update_deal', { stage: 'lost' }]],
    [['hola', 'quiero hablar con una persona'], ['escalate', { reason: 'asked_for_person', summary: 'hola / quiero hablar con una persona' }]],
  ])('%j', async (texts, [tool, body]) => {
    await say(...texts)
    expect(calls().at(-1) ?? ['none', {}]).toEqual([tool, body])
  })
  test('says it is sorry when something is taken, and remembers what is free instead', async () => {
    answer = (_tool, response) => tell(response, { ok: false, say: 'Ese horario ya se ocupó.', error: { code: 'slot_taken', retryable: false, alternatives: slots } })
    expect(await say('hola', 'quiero una visita el lunes a las 9 en Roma Norte 302')).toBe('Perdón. Ese horario ya se ocupó.\n1. lunes 23 nov, 10:00 h\n2. lunes 23 nov, 11:00 h')
    await say('la primera')
    expect(calls().at(-1)).toEqual(['book_tour', { slot_id: 's-10' }])
  })
  const latest = () => phones.phone.messages(number).at(-1)!
  const press = async (payload: string): Promise<string> => {
    phones.phone.write(number, { press: { message: latest().id, payload } })
    await phones.silent()
    return latest().text
  }
  test('asks what a bare «cancelar» means, and does what is pressed', async () => {
    expect(await say('cancelar')).toMatch(/¿Qué hacemos con tu visita\?$/)
    expect([latest().buttons?.map(({ text }) => text), calls()]).toEqual([['Cambiarla de horario', 'Cancelarla'], []])
    expect(await press('do:cancel')).toBe('Cancelé tu visita. ¿La movemos mejor?')
    expect([calls(), latest().buttons]).toEqual([[['cancel_tour', {}]], [{ text: 'Ver horarios', payload: 'times:condesa-7b' }]])
  })
  test('lists the times to which a visit can be put, and moves it to the one that is pressed', async () => {
    answer = (tool, response) => tell(response, asked.length === 1 ? { ok: false, say: '¿Para cuándo?', error: { code: 'invalid_input', alternatives: slots } } : answers[tool]!)
    await say('reagendar')
    expect(latest()).toMatchObject({ list: { text: expect.stringMatching(/¿Para cuándo\?$/), rows: [{ text: 'lunes 23 nov, 10:00 h' }, { text: 'lunes 23 nov, 11:00 h' }] } })
    expect(await press(latest().list!.rows[1]!.payload)).toBe('Listo, cambié tu visita.')
    expect(calls()).toEqual([['reschedule_tour', {}], ['reschedule_tour', { slot_id: 's-11' }]])
    await say('busco depa', 'la 1', 'la 1')
    expect(calls().at(-1)).toEqual(['book_tour', { slot_id: 's-10' }])
  })
  test.each(['move', 'cancel'])('lists the visits where there are several, and means the one that is chosen: %s', async (deed) => {
    const tool = deed === 'move' ? 'reschedule_tour' : 'cancel_tour'
    answer = (name, response) => tell(response, name === tool && asked.length === 1 ? { ok: false, say: '¿Cuál?', error: { code: 'which_tour' } } : answers[name]!)
    await say(deed === 'move' ? 'cámbiame la visita' : 'cancela mi visita')
    expect(latest().list?.rows.map(({ text, description }) => `${text} · ${description}`)).toEqual(['lunes 23 nov, 10:00 h · Roma Norte 302', 'martes 24 nov, 12:00 h · Condesa 7B'])
    await say('la 2')
    expect(calls().at(-1)).toEqual([tool, { tour_id: 't-2' }])
  })
  describe('with the gate in front', () => {
    test('says the notice first, as a message of its own, and does not introduce itself again', async () => {
      gate = { ok: true, answer: 'bot', notice: 'Soy el asistente virtual. Aviso: https://portero.example/aviso' }
      await say('hola')
      expect(phones.phone.messages(number).map(({ text }) => text)).toEqual(['hola', 'Soy el asistente virtual. Aviso: https://portero.example/aviso', '¿Qué buscas? Dime zona, recámaras y presupuesto.'])
      expect(heardByGate).toEqual([{ key: 'Bearer tk_lab', conversation: phones.conversationFor(number), text: 'hola' }])
      gate = { ok: true, answer: 'bot' }
      expect(await say('busco depa')).toMatch(/^Encontré dos/)
    })
    test.each(['human', 'paused', 'optout'])('is silent where it says %s', async (now) => {
      gate = { ok: true, answer: now }
      await say('busco depa')
      expect([asked, phones.phone.messages(number)]).toEqual([[], [expect.objectContaining({ from: 'me' })]])
      gate = { ok: true, answer: 'bot' }
      expect(await say('busco depa')).toMatch(/^Encontré dos/)
    })
  })
  test.each<[string, typeof answer, RegExp]>([
    ['a refusal', (_tool, response) => tell(response, { ok: false, say: 'No te reconozco.', error: { code: 'refused', retryable: false } }, 403), /^Perdón\. No te reconozco\.$/],
    ['no JSON', (_tool, response) => void response.end('<html>'), /^Perdón\. Ahora no puedo/],
    ['nothing', (_tool, response) => void response.destroy(), /^Perdón\. Ahora no puedo/],
  ])('survives %s', async (_title, how, words) => {
    await say('hola')
    answer = how
    expect(await say('mis visitas')).toMatch(words)
  })
  test('waits ten seconds and no longer', async () => {
    await say('hola')
    const heard = new Promise<void>((resolve) => void waiting.add(resolve))
    answer = () => {}
    const said = say('mis visitas')
    await heard
    clock.advance(9_999)
    expect(phones.phone.messages(number).at(-1)).toMatchObject({ from: 'me' })
    clock.advance(1)
    expect(await said).toMatch(/^Perdón/)
  })
  test('is silent once a person of ours has spoken, until it is given the conversation back', async () => {
    await say('hola')
    phones.staffSays(phones.conversationFor(number), 'Soy Bruno')
    expect(await say('mis visitas')).toBe('mis visitas')
    expect(asked).toEqual([])
    phones.assign(phones.conversationFor(number), 'bot')
    expect(await say('mis visitas')).toBe('Tienes una visita.')
  })
  test('keeps what it knows apart for each conversation', async () => {
    await say('busco depa')
    phones.phone.write('+525599990000', { text: 'el primero' })
    await phones.silent()
    expect(calls()).toHaveLength(1)
  })
})
