import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { account, isSigned, openBird, text, to, type BirdStage } from './support/bird-lab-stage.ts'

// Who is told by the lab's Bird, how it tells them, and its bad days.
const publicUrl = 'https://portero.example'
const url = `${publicUrl}/webhooks/bird/018f`
let stage: BirdStage
beforeEach(async () => void (stage = await openBird({ publicUrl })))
afterEach(() => stage.close())

const hour = 3_600_000
const write = (said = 'hola', number = '+525511112222') => stage.bird.phone.write(number, { text: said })
const subscribe = (more: object = {}) => stage.ask('POST', '/webhook-subscriptions', { service: 'channels', event: 'whatsapp.inbound', url, signingKey: 'key-of-the-subscription', ...more })
const events = (): string[] => stage.heard.map(({ event }) => event)
const words = (): string[] => stage.heard.filter(({ event }) => event === 'whatsapp.inbound').map(({ payload }) => payload['body'].text.text)

describe('a subscription', () => {
  test('decides who is told of what, from the first one on, under its own key and address', async () => {
    write()
    await stage.settle()
    expect(events()).toEqual(['conversation.created', 'whatsapp.inbound', 'conversation.updated'])
    expect(isSigned(stage.heard[1]!, `${publicUrl}/webhooks/bird`, account.signingKeys[0]!)).toBe(true)
    stage.heard.length = 0
    const { status, body } = await subscribe()
    expect({ status, body }).toMatchObject({ status: 201, body: { status: 'active', eventFilters: [] } })
    write()
    await stage.settle()
    expect(stage.heard.map(({ event, url }) => [event, url])).toEqual([['whatsapp.inbound', '/webhooks/bird/018f']])
    expect(isSigned(stage.heard[0]!, url, 'key-of-the-subscription')).toBe(true)
    expect(isSigned(stage.heard[0]!, `${publicUrl}/webhooks/bird`, 'key-of-the-subscription')).toBe(false)
  })
  test('never tells its key again', async () => {
    const { body } = await subscribe()
    for (const answer of [body, (await stage.ask('GET', '/webhook-subscriptions')).body, (await stage.ask('GET', `/webhook-subscriptions/${body.id}`)).body, (await stage.ask('PATCH', `/webhook-subscriptions/${body.id}`, { signingKey: 'key-that-is-newer' })).body, stage.bird.state()]) {
      expect(JSON.stringify(answer)).not.toMatch(/key-of-the-subscription|key-that-is-newer/)
    }
    write()
    await stage.settle()
    expect(isSigned(stage.heard[0]!, url, 'key-that-is-newer')).toBe(true)
  })
  test.each(['http://portero.example/x', 'https://portero.example:8443/x', 'https://10.0.0.1/x', 'https://localhost/x', 'portero.example'])('is refused the address %s', async (bad) => {
    expect(await subscribe({ url: bad })).toMatchObject({ status: 422, body: { details: { where: 'url' } } })
    const { id } = (await subscribe()).body
    expect((await stage.ask('PATCH', `/webhook-subscriptions/${id}`, { url: bad })).status).toBe(422)
  })
  test('may have an address of the lab once that is allowed, and no other', async () => {
    const own = `${stage.doorUrl}/webhooks/bird`
    expect((await subscribe({ url: own })).status).toBe(422)
    await stage.control('own-addresses', { yes: true })
    expect((await subscribe({ url: own })).status).toBe(201)
    expect((await subscribe({ url: 'http://127.0.0.1:1/x' })).status).toBe(422)
    write()
    await stage.settle()
    expect(isSigned(stage.heard[0]!, own, 'key-of-the-subscription')).toBe(true)
  })
  test('shares its event and filters with four others at most', async () => {
    const filtered = { eventFilters: [{ key: 'channelId', value: account.channel }] }
    for (let at = 0; at < 5; at++) expect((await subscribe(filtered)).status).toBe(201)
    expect(await subscribe(filtered)).toMatchObject({ status: 422, body: { code: 'SubscriptionLimitReached' } })
    expect((await subscribe()).status).toBe(201)
    expect((await subscribe({ eventFilters: [{ key: 'colour', value: 'red' }] })).status).toBe(422)
  })
  test('hears what all its filters let through', async () => {
    await subscribe({ event: 'whatsapp.outbound', eventFilters: [{ key: 'channelId', value: account.channel }, { key: 'messageStatus', value: 'delivered' }] })
    await subscribe({ event: 'whatsapp.inbound', eventFilters: [{ key: 'channelId', value: 'another' }] })
    write()
    await stage.ask('POST', `/channels/${account.channel}/messages`, to('+525511112222', { body: text('hola') }))
    await stage.settle(1_000)
    expect(stage.heard.map(({ event, payload }) => [event, payload['status']])).toEqual([['whatsapp.outbound', 'delivered']])
  })
  test('drifts: it is inactive or gone, and nobody says so', async () => {
    const { id } = (await subscribe()).body
    await stage.control('subscription', { id, status: 'inactive' })
    write()
    await stage.settle()
    expect(events()).toEqual([])
    expect((await stage.ask('GET', '/webhook-subscriptions')).body.results).toMatchObject([{ id, status: 'inactive' }])
    expect((await stage.ask('PATCH', `/webhook-subscriptions/${id}`, { status: 'active' })).body.status).toBe('active')
    write()
    await stage.settle()
    expect(words()).toEqual(['hola'])
    await stage.control('subscription', { id, status: 'deleted' })
    write('¿hay alguien?')
    await stage.settle()
    expect(words()).toEqual(['hola'])
    expect((await stage.ask('DELETE', `/webhook-subscriptions/${id}`)).status).toBe(404)
  })
  test('of a stranger is written down, and nobody is knocked at', async () => {
    await subscribe({ url: 'https://stranger.example/hook' })
    const { fetch } = globalThis
    const knocked: string[] = []
    globalThis.fetch = (input, init) => (knocked.push(input instanceof Request ? input.url : String(input)), fetch(input, init))
    try {
      write()
      await stage.settle()
    } finally {
      globalThis.fetch = fetch
    }
    expect(stage.bird.calls('whatsapp.inbound')).toMatchObject([{ statuses: [0] }])
    expect(knocked).toEqual([])
  })
})

describe('on a bad day', () => {
  test('what nobody took comes again for most of a day, with the time and the signature of its first try', async () => {
    stage.answerWith(503)
    write()
    await stage.settle()
    for (const ms of [5_000, 30_000, 300_000, 1_800_000, 2 * hour, 5 * hour]) await stage.settle(ms)
    stage.answerWith(200)
    await stage.settle(10 * hour)
    const tries = stage.heard.filter(({ event }) => event === 'whatsapp.inbound')
    expect(stage.bird.calls('whatsapp.inbound')[0]?.statuses).toEqual([503, 503, 503, 503, 503, 503, 503, 200])
    expect(new Set(tries.map(({ seconds, signature }) => `${seconds} ${signature}`)).size).toBe(1)
    await stage.settle(48 * hour)
    expect(stage.heard.filter(({ event }) => event === 'whatsapp.inbound')).toHaveLength(tries.length)
  })
  test('webhooks come twice', async () => {
    await stage.control('twice', { yes: true })
    write()
    await stage.settle()
    expect(words()).toEqual(['hola', 'hola'])
  })
  test('webhooks are held back, and come the last first', async () => {
    await stage.control('hold', {})
    for (const said of ['uno', 'dos', 'tres']) write(said)
    await stage.settle()
    expect(events()).toEqual([])
    await stage.control('let-go', { backwards: true })
    await stage.settle()
    expect(words()).toEqual(['tres', 'dos', 'uno'])
    write('cuatro')
    await stage.settle()
    expect(words().at(-1)).toBe('cuatro')
  })
  test('what our people say in the Inbox comes without its words, which the message has', async () => {
    await stage.control('bodiless', { yes: true })
    const { conversationId } = write()
    stage.bird.staffSays(conversationId, 'Soy Bruno')
    await stage.settle(1_000)
    const told = stage.heard.filter(({ event }) => event === 'whatsapp.outbound').map(({ payload }) => payload)
    expect(told.map((payload) => 'body' in payload)).toEqual([false, false, false])
    expect((await stage.ask('GET', `/channels/${account.channel}/messages/${told[0]!['id']}`)).body.body).toEqual(text('Soy Bruno'))
  })
  test('the 51st look in a second is refused, and the 501st word, and a second later all is well', async () => {
    const looks = await Promise.all(Array.from({ length: 51 }, () => stage.ask('GET', '/contacts')))
    expect(looks.filter(({ status }) => status === 429)).toHaveLength(1)
    const { headers, body } = looks.find(({ status }) => status === 429)!
    expect({ after: headers.get('retry-after'), body }).toMatchObject({ after: '1', body: { code: 'TooManyRequests' } })
    const { conversationId } = write()
    const say = () => stage.ask('PATCH', `/conversations/${conversationId}`, {})
    const said = await Promise.all(Array.from({ length: 501 }, say))
    expect(said.filter(({ status }) => status === 429)).toHaveLength(1)
    stage.clock.advance(1_000)
    expect([(await stage.ask('GET', '/contacts')).status, (await say()).status]).toEqual([200, 200])
  })
  test('the key is revoked, and given back', async () => {
    await stage.control('revoke', { yes: true })
    expect(await stage.ask('GET', '/contacts')).toMatchObject({ status: 401, body: { code: 'Unauthorized' } })
    await stage.control('revoke', { yes: false })
    expect((await stage.ask('GET', '/contacts')).status).toBe(200)
  })
  test('the answer is lost although the word went out, and the list is behind', async () => {
    const list = 'GET /workspaces/:workspace/channels/:channel/messages'
    stage.desk.fault({ on: 'POST /workspaces/:workspace/channels/:channel/messages', fault: 'lost' }, { on: list, fault: 'lag', ms: 3_000, times: 2 })
    write()
    stage.clock.advance(10_000)
    await expect(stage.ask('POST', `/channels/${account.channel}/messages`, to('+525511112222', { body: text('una vez'), reference: 'portero:1' }))).rejects.toThrow()
    expect(stage.bird.sent('portero:1')).toHaveLength(1)
    const listed = async () => (await stage.ask('GET', `/channels/${account.channel}/messages`)).body.results.map((each: any) => each.reference)
    expect(await listed()).toEqual([''])
    stage.clock.advance(3_000)
    expect(await listed()).toEqual(['portero:1', ''])
  })
  test.each([['template', { project: 'nobody', status: 'approved' }], ['fail', {}], ['hold', { now: true }], ['subscription', { id: 'nobody', status: 'inactive' }], ['nothing-like-it', {}]])('the control %s is not done by halves', async (name, wanted) => {
    expect((await stage.control(name, wanted)).status).toBeGreaterThanOrEqual(400)
  })
})

test("the agent's list can be pressed", async () => {
  await stage.close()
  const heard: unknown[] = []
  const list = { type: 'list' as const, list: { text: 'Horarios', items: [{ title: 'lunes', actions: [{ type: 'postback' as const, postback: { text: 'lunes', payload: 'slot:1' } }] }], metadata: { button: { label: 'Ver' } } } }
  stage = await openBird({ agent: { answer: async (_conversation, said, pick) => (heard.push([said, pick]), [pick === undefined ? list : 'Hecho']) } })
  write()
  await stage.settle()
  const [, offer] = stage.bird.phone.messages('+525511112222')
  expect(offer).toMatchObject({ list: { rows: [{ payload: 'slot:1' }] } })
  await stage.dial('+525511112222', { press: { message: offer!.id, payload: 'slot:1' } })
  await stage.settle()
  expect(heard).toEqual([['hola', undefined], ['lunes', 'slot:1']])
  expect(stage.bird.phone.messages('+525511112222').at(-1)?.text).toBe('Hecho')
})
