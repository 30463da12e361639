import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { contract } from '@portero/tool-server/connectors/bird/contract.ts'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import { defineAction } from '@portero/tool-server/define.ts'
import { sendMessage, type Contact } from '@portero/tool-server/domain/ports/messaging.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { makeBird, type Bird } from './lab/bird/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { portOf } from './support/http-stage.ts'

// Bird's connector against the simulated Bird, over real HTTP, by webhooks alone. What every vendor must hold to is in connectors.test.ts.
describe("Bird's signature", () => {
  // Made with Python's hmac from the description in Bird's documentation.
  const signature = '/22qi9KoL24EhOctjJ/yyUfDerT8OBJERruPmnROpsI='
  const url = 'https://portero.example/webhooks/bird/018f?x=1&y=%C3%B1'
  const rawBody = Buffer.from('{"event":"whatsapp.inbound","payload":{"t":"¿sí?"}}')
  const connection = { id: 'c', tenant: 't', vendor: 'bird', account: 'ch', settings: { ...contract.settings(['clave-de-firma-de-prueba']), signingKeys: ['una-clave-mas-reciente', 'clave-de-firma-de-prueba'] } }
  const hour = 3_600_000
  const check = ({ at = 1_795_453_200_000, time = '1795453200', signature: given = signature, ...changes }: { at?: number; url?: string; rawBody?: Buffer; time?: string; signature?: string } = {}): string => {
    try {
      bird.webhook?.verify({ method: 'POST', url, rawBody, headers: { 'messagebird-signature': given, 'messagebird-request-timestamp': time }, ...changes }, connection, at)
      return 'good'
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown.code
      throw thrown
    }
  }
  test.each([
    ['is good', {}, 'good'],
    ['is good on a retry, a day later', { at: 1_795_453_200_000 + 25 * hour }, 'good'],
    ['is not, two days later', { at: 1_795_453_200_000 + 48 * hour }, 'unauthorized'],
    ['is not, from the future', { at: 1_795_453_200_000 - hour }, 'unauthorized'],
    ['is over the whole address', { url: url.replace('x=1', 'x=2') }, 'unauthorized'],
    ['is over the bytes', { rawBody: Buffer.concat([rawBody, Buffer.from(' ')]) }, 'unauthorized'],
  ])('%s', (_title, changes, outcome) => expect(check(changes)).toBe(outcome))
  test('covers every bit of what was signed: of five thousand changes none passes', () => {
    const flipped = (bytes: Buffer, at: number): Buffer => Buffer.from(bytes.map((byte, place) => (place === at >> 3 ? byte ^ (1 << (at & 7)) : byte)))
    fc.assert(fc.property(fc.constantFrom('body', 'url', 'time', 'signature'), fc.nat(), (part, chance) => {
      const bit = (bytes: Buffer): number => chance % (bytes.length * 8)
      const bytes = { body: rawBody, url: Buffer.from(url), time: Buffer.from('1795453200'), signature: Buffer.from(signature, 'base64') }[part]
      const changed = flipped(bytes, bit(bytes))
      const given = { body: { rawBody: changed }, url: { url: changed.toString('latin1') }, time: { time: changed.toString('latin1') }, signature: { signature: changed.toString('base64') } }[part]
      return check(given) === 'unauthorized'
    }), { numRuns: 5_000 })
  })
})

describe('with the simulated Bird', () => {
  const account = { workspace: 'ws-casa', channel: 'ch-casa', apiKey: 'access-key-of-the-lab', signingKeys: ['signing-key-of-the-lab'], number: '+525588990011', botName: 'Vivi' }
  let clock: FakeClock
  let house: TestHouse
  let lab: LabServer
  let phones: Bird
  let away = false
  const server = createServer((request, response) => void (away ? response.writeHead(503).end() : house.doors(request, response)))
  beforeAll(async () => {
    clock = fakeClock()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const serverUrl = `http://127.0.0.1:${portOf(server)}`
    phones = makeBird({ clock, account, serverUrl })
    lab = await openServer({ clock, port: 0, simulators: [phones] })
    const { workspace, channel, apiKey, signingKeys } = account
    const settings = { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys }
    house = await testHouse({ clock, connectors: [{ ...bird, pulls: {} }], flows, accounts: [{ vendor: 'bird', account: channel, settings }], config: { publicBaseUrl: serverUrl } })
  })
  afterAll(async () => {
    await house.end()
    await lab.close()
    server.close()
    server.closeAllConnections()
  })

  const settle = async (ms = 0): Promise<void> => {
    clock.advance(ms)
    await phones.silent()
    await house.worker.settle()
  }
  const transcript = async (conversation: string): Promise<{ author: string; status: string; has_body: boolean }[]> =>
    (await sql<{ author: string; status: string; has_body: boolean }>`select m.author, m.status, m.body_sealed is not null as has_body from message m
      join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where c.external_id = ${conversation} order by m.sent_at, m.id`.execute(house.db.bare)).rows
  const nothing = z.strictObject({})
  const send = (to: Contact, text: string, key: string): Promise<object> =>
    house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(
      defineAction({ name: 'bird-test.say', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(async (_args, act) => {
        await act.send(sendMessage, { to, content: { type: 'text', text } }, { key })
        return {}
      }), {})

  test('what a prospect writes is in the transcript, under the name that Bird gives the conversation', async () => {
    const { conversationId } = phones.phone.write('+52 55 1234 5678', { text: '¿sigue libre el depa?', name: 'Ximena Aldrete' })
    await settle()
    expect(phones.calls('whatsapp.inbound').at(-1)).toMatchObject({ statuses: [200], payload: expect.not.objectContaining({ context: expect.anything() }) })
    expect(await transcript(conversationId)).toEqual([{ author: 'prospect', status: 'delivered', has_body: true }])
  })
  test('what found us away comes again, hours later, with the time of the first try', async () => {
    away = true
    const { conversationId } = phones.phone.write('+525511110000', { text: 'hola' })
    for (const ms of [0, 5_000, 30_000, 300_000, 1_800_000]) await settle(ms)
    expect(await transcript(conversationId)).toEqual([])
    away = false
    await settle(7_200_000)
    expect(phones.calls('whatsapp.inbound').at(-1)?.statuses).toEqual([503, 503, 503, 503, 503, 200])
    expect(await transcript(conversationId)).toHaveLength(1)
  })
  test("fates that come the last first don't go back", async () => {
    const conversation = phones.conversationFor('+525522220000')
    phones.backwards(true)
    phones.staffSays(conversation, 'Soy Bruno, te ayudo yo')
    for (const ms of [0, 400, 500]) await settle(ms)
    phones.backwards(false)
    expect(phones.calls('whatsapp.outbound').slice(-3).map(({ payload }) => (payload as { status: string }).status)).toEqual(['accepted', 'delivered', 'sent'])
    expect(await transcript(conversation)).toEqual([{ author: 'human', status: 'delivered', has_body: true }])
    phones.phone.read('52 1 55 2222 0000')
    await settle()
    expect(await transcript(conversation)).toEqual([{ author: 'human', status: 'read', has_body: true }])
  })
  test('what we say is said once, although the answer was lost and the list is behind', async () => {
    const conversation = phones.conversationFor('+525533330000')
    const contact = { id: phones.conversation(conversation)?.contact.id ?? '', phone: '+525533330000' }
    const list = 'GET /workspaces/:workspace/channels/:channel/messages'
    lab.desk('bird').fault({ on: 'POST /workspaces/:workspace/channels/:channel/messages', fault: 'lost' }, { on: list, fault: 'lag', times: 2 })
    await send(contact, 'Tu visita quedó para el lunes', 'bird-test:once')
    for (let at = 0; at < 8; at++) await settle(2_000)
    expect(lab.desk('bird').faults()).toEqual([])
    expect(phones.sent('portero:bird-test:once')).toMatchObject([{ by: 'api', status: 'delivered', conversation }])
    expect(await transcript(conversation)).toEqual([{ author: 'portero', status: 'delivered', has_body: true }])
  })
  test('who has no number is written to by their contact', async () => {
    const conversation = phones.conversationFor('+525544440000')
    await send({ id: phones.conversation(conversation)?.contact.id ?? '' }, 'Aquí seguimos', 'bird-test:nameless')
    for (const ms of [0, 400, 500]) await settle(ms)
    expect(phones.phone.messages('+525544440000')).toMatchObject([{ from: 'them', text: 'Aquí seguimos', status: 'delivered' }])
  })
})

describe('a phone', () => {
  const phones = makeBird({ clock: fakeClock(), account: { workspace: 'w', channel: 'c', apiKey: 'k', signingKeys: ['s'], number: '+525588990011', botName: 'Vivi' }, serverUrl: 'http://127.0.0.1:9' })
  afterAll(() => phones.close())
  const dial = (method: string, number: string, body?: unknown): { status: number; body?: unknown } => phones.phoneDesk({ method, number, body })

  test('is the same one however its number is written', () => {
    const [first, second] = [dial('POST', '+52 55 5555 0000', { text: 'hola' }), dial('POST', '5215555550000', { media: { kind: 'image', caption: 'mi sala' } })]
    expect((first.body as { conversationId: string }).conversationId).toBe((second.body as { conversationId: string }).conversationId)
    expect(phones.conversationFor('5555550000')).toBe((first.body as { conversationId: string }).conversationId)
    expect(dial('GET', '55 5555 0000').body).toMatchObject([{ from: 'me', text: 'hola' }, { from: 'me', text: '[image]' }])
  })
  test.each([['POST', '+525555550000', { text: '' }, 400], ['POST', '+525555550000', {}, 400], ['POST', 'nobody', { text: 'hola' }, 400], ['DELETE', '+525555550000', undefined, 405]])('refuses %s %s %j', (method, number, body, status) => {
    expect(dial(method, number, body).status).toBe(status)
  })
  test('that writes after its conversation was closed begins another', () => {
    const before = phones.conversationFor('+525566660000')
    phones.end(before)
    expect(phones.phone.write('+525566660000', { reply: 'Sí' }).conversationId).not.toBe(before)
    expect(phones.conversation(before)?.status).toBe('closed')
  })
})
