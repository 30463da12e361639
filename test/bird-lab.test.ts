import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { account, openBird, text, to, type BirdStage } from './support/bird-lab-stage.ts'

// The lab's Bird as a workspace: its conversations, its Inbox and its contacts, over its own wire.
let stage: BirdStage
beforeAll(async () => void (stage = await openBird()))
afterAll(() => stage.close())

const write = (number: string, said = 'hola'): { conversationId: string; messageId: string } => stage.bird.phone.write(number, { text: said })
const contactOf = (conversation: string): string => stage.bird.conversation(conversation)?.contact.id ?? ''

describe('a conversation', () => {
  const begin = (number: string, more: object = {}) => stage.ask('POST', '/conversations', { channelId: account.channel, participants: [{ type: 'contact', identifierKey: 'phonenumber', identifierValue: number }], ...more })

  test('is made once for each contact, and the second is told which it is', async () => {
    const first = await begin('+525511110001', { name: 'Depa de la Roma', attributes: { origin: 'card' } })
    expect(first).toMatchObject({ status: 201, body: { status: 'active', name: 'Depa de la Roma', attributes: { origin: 'card', llmbotIds: [expect.any(String)] } } })
    expect(await begin('+5215511110001')).toMatchObject({ status: 409, body: { code: 'ContactAlreadyInConversation', details: { conversationId: first.body.id } } })
    expect((await begin('+525511110002', { channelId: 'another' })).status).toBe(404)
    expect((await begin('+525511110002', { participants: [] })).status).toBe(422)
  })
  test('is closed and opened, takes a name and attributes, and nothing is said in it while it is closed', async () => {
    const { conversationId: id } = write('+525511110003')
    const say = (words = 'hola') => stage.ask('POST', `/conversations/${id}/messages`, { participantId: 'key-1', participantType: 'accessKey', body: text(words) })
    expect((await say()).status).toBe(201)
    await stage.ask('PATCH', `/conversations/${id}`, { attributes: { portero: '1' } })
    expect(await stage.ask('PATCH', `/conversations/${id}`, { status: 'closed', attributes: { tour: '2' } })).toMatchObject({ status: 200, body: { status: 'closed', attributes: { portero: '1', tour: '2' } } })
    expect(await say()).toMatchObject({ status: 422, body: { code: 'ConversationClosed' } })
    const { conversationId: next } = write('+525511110003')
    expect(next).not.toBe(id)
    expect((await stage.ask('PATCH', `/conversations/${id}`, { status: 'active' })).body).toMatchObject({ code: 'ContactAlreadyInConversation', details: { conversationId: next } })
    await stage.ask('PATCH', `/conversations/${next}`, { status: 'closed' })
    expect(await stage.ask('PATCH', `/conversations/${id}`, { status: 'active' })).toMatchObject({ status: 200, body: { status: 'active' } })
    expect((await stage.ask('PATCH', '/conversations/nobody', { status: 'closed' })).status).toBe(404)
  })
  test('is listed by status and channel, and its messages both ways and page by page', async () => {
    const { conversationId: id } = write('+525511110004', 'uno')
    write('+525511110004', 'dos')
    const active = (await stage.ask('GET', '/conversations?status=active&limit=100')).body.results as { id: string; status: string }[]
    expect(active.map((each) => each.id)).toContain(id)
    expect(new Set(active.map(({ status }) => status))).toEqual(new Set(['active']))
    expect((await stage.ask('GET', '/conversations?channelId=another')).body.results).toEqual([])
    const said = async (query: string) => (await stage.ask('GET', `/conversations/${id}/messages?${query}`)).body
    expect((await said('direction=asc')).results.map((each: any) => each.body.text.text)).toEqual(['uno', 'dos'])
    const newest = await said('limit=1')
    expect(newest.results).toMatchObject([{ body: text('dos'), context: { id: expect.stringContaining(id) } }])
    expect((await said(`limit=1&pageToken=${newest.nextPageToken}`)).results).toMatchObject([{ body: text('uno') }])
    expect((await stage.ask('GET', `/conversations/${id}`)).body).toMatchObject({ lastMessage: { id: expect.any(String), type: 'text' }, lastMessageIncomingAt: expect.any(String) })
  })
  test('knows who speaks in it', async () => {
    const { conversationId: id } = write('+525511110005')
    const say = (type: string, participantId: string, more: object = {}) => stage.ask('POST', `/conversations/${id}/messages`, { participantId, participantType: type, body: text(`por ${type}`), ...more })
    expect((await say('flow', 'flow-1')).body).toMatchObject({ sender: { type: 'flow' }, direction: 'outgoing' })
    expect((await say('user', 'bruno')).status).toBe(422)
    expect((await say('user', 'bruno', { addMissingParticipants: true })).body).toMatchObject({ sender: { type: 'user' } })
    expect((await say('contact', 'somebody')).status).toBe(422)
    expect((await say('contact', contactOf(id))).body).toMatchObject({ direction: 'incoming', status: 'delivered' })
    expect((await say('clown', 'x')).status).toBe(422)
    const { results } = (await stage.ask('GET', `/conversations/${id}/participants`)).body
    expect(results.map((each: any) => each.type)).toEqual(['bot', 'contact', 'flow', 'user'])
    expect(stage.bird.phone.messages('+525511110005').map(({ from, text }) => `${from}: ${text}`)).toEqual(['me: hola', 'them: por flow', 'them: por user', 'me: por contact'])
  })
  test('keeps notes that only our own people see', async () => {
    const { conversationId: id } = write('+525511110006')
    await stage.settle(2_000)
    const told = stage.heard.length
    const note = await stage.ask('POST', `/conversations/${id}/messages`, { participantId: 'key-1', participantType: 'accessKey', draft: true, addMissingParticipants: true, body: text('Ojo: trae perro grande') })
    expect(note).toMatchObject({ status: 201, body: { draft: true } })
    await stage.settle(2_000)
    expect(stage.heard.slice(told)).toEqual([])
    expect((await stage.ask('GET', `/conversations/${id}`)).body.lastMessage.id).not.toBe(note.body.id)
    expect(stage.bird.phone.messages('+525511110006')).toHaveLength(1)
    expect((await stage.ask('GET', `/conversations/${id}/messages`)).body.results[0]).toMatchObject({ draft: true, body: text('Ojo: trae perro grande') })
    expect((await stage.ask('GET', `/channels/${account.channel}/messages?phonenumber=%2B525511110006`)).body.results).toHaveLength(1)
  })
})

describe('the Inbox', () => {
  const feed = encodeURIComponent(`channel:${account.channel}`)
  const find = async (...conversationIds: string[]) => (await stage.ask('POST', '/search/feed-items', { conversationIds })).body.results
  const assign = (item: string, to: object) => stage.ask('PATCH', `/feeds/${feed}/items/${item}`, to)

  test('has a conversation once somebody wrote in it, or once it was put there', async () => {
    const { conversationId: written } = write('+525522220001')
    const silent = stage.bird.conversationFor('+525522220002')
    expect(await find(written, silent)).toMatchObject([{ conversationId: written, feedId: `channel:${account.channel}`, closed: false, agentId: null }])
    expect((await assign('nothing-like-it', { teamId: 'team-rentas' })).status).toBe(404)
    const made = await stage.ask('POST', `/feeds/${feed}/items`, { conversationId: silent })
    expect(made).toMatchObject({ status: 201, body: { conversationId: silent } })
    expect((await assign(made.body.id, { teamId: 'team-rentas' })).body).toMatchObject({ teamId: 'team-rentas' })
    expect((await stage.ask('POST', `/feeds/${feed}/items`, { conversationId: 'nobody' })).status).toBe(404)
    expect((await stage.ask('POST', '/feeds/channel%3Aother/items', { conversationId: silent })).status).toBe(404)
  })
  test('gives it to somebody, counts what they have, and the bot is silent until it is closed', async () => {
    stage.bird.staff([
      { id: 'eva', displayName: 'Eva Ríos', email: 'eva@casas.example', languages: ['es-MX', 'en'], teams: [{ id: 't1', name: 'Roma' }] },
      { id: 'leo', displayName: 'Leo Paz', email: 'leo@casas.example', teams: [{ id: 't1', name: 'Roma' }], availability: 'away' },
      { id: 'ana', displayName: 'Ana Gil', email: 'ana@casas.example', status: 'inactive' },
    ])
    const { conversationId: id } = write('+525522220003')
    const [{ id: item }] = await find(id)
    expect((await assign(item, { teamId: 't1', agentId: 'nobody' })).status).toBe(422)
    expect((await assign(item, { teamId: 't1', agentId: 'eva' })).body).toMatchObject({ teamId: 't1', agentId: 'eva', closed: false })
    expect(stage.bird.conversation(id)?.mode).toBe('human')
    const agents = async () => (await stage.ask('GET', '/agents?agentStatuses=active')).body.results
    expect(await agents()).toMatchObject([{ id: 'eva', rootItemAssignedCount: 1, teams: [{ id: 't1' }], availability: { status: 'online', activity: 'available' } }, { id: 'leo', rootItemAssignedCount: 0, availability: { status: 'offline' } }])
    expect((await assign(item, { closed: true })).body).toMatchObject({ closed: true, agentId: 'eva' })
    expect(stage.bird.conversation(id)?.mode).toBe('bot')
    expect((await agents())[0].rootItemAssignedCount).toBe(0)
    expect((await assign(item, { closed: false, agentId: null })).body).toMatchObject({ teamId: 't1', agentId: null })
  })
  test('is manned by whom the control says', async () => {
    expect((await stage.control('agents', [{ id: 'sol', displayName: 'Sol Vera', email: 'sol@casas.example' }])).status).toBe(200)
    expect((await stage.ask('GET', '/agents')).body.results).toMatchObject([{ id: 'sol', email: 'sol@casas.example', rootItemAssignedCount: 0 }])
    expect((await stage.control('agents', [{ id: '' }])).status).toBe(400)
  })
})

describe('a contact', () => {
  test('is read, searched by what names it, and changed, but for what names it', async () => {
    const id = contactOf(write('+5215533330001').conversationId)
    expect((await stage.ask('GET', `/contacts/${id}`)).body).toMatchObject({ id, attributes: { phonenumber: ['+5215533330001'] } })
    const search = async (key: string, value: string) => (await stage.ask('POST', '/contacts/search', { identifier: { key, value } })).body.results.map((each: any) => each.id)
    expect(await search('phonenumber', '+5215533330001')).toEqual([id])
    expect(await search('emailaddress', 'nadie@ejemplo.example')).toEqual([])
    expect((await stage.ask('PATCH', `/contacts/${id}`, { attributes: { portero_stage: 'visita' } })).body.attributes).toMatchObject({ portero_stage: 'visita' })
    for (const name of ['phonenumber', 'emailaddress']) {
      expect(await stage.ask('PATCH', `/contacts/${id}`, { attributes: { portero_stage: 'otra', [name]: 'x' } })).toMatchObject({ status: 422, body: { code: 'InvalidPayload', message: expect.stringContaining('cannot edit read-only attribute') } })
    }
    expect((await stage.ask('GET', `/contacts/${id}`)).body.attributes.portero_stage).toBe('visita')
    expect((await stage.ask('GET', '/contacts/nobody')).status).toBe(404)
  })
  test('takes another identifier, unless it is somebody else\'s', async () => {
    const [ana, eva] = [contactOf(write('+525533330002').conversationId), contactOf(write('+525533330003').conversationId)]
    const add = (id: string, value: string) => stage.ask('POST', `/contacts/${id}/identifiers`, { key: 'emailaddress', value })
    expect(await add(ana, 'ana@ejemplo.example')).toMatchObject({ status: 201, body: { attributes: { emailaddress: ['ana@ejemplo.example'] } } })
    expect(await add(eva, 'ana@ejemplo.example')).toMatchObject({ status: 409, body: { details: { contactId: ana } } })
    expect((await add(ana, 'ana@ejemplo.example')).body.attributes.emailaddress).toHaveLength(1)
    expect((await add(ana, 'not an address')).status).toBe(422)
  })
  test('is told to be left alone by its number', async () => {
    const id = contactOf(write('+525533330004').conversationId)
    expect((await stage.ask('PATCH', `/contacts/identifiers/phonenumber/${encodeURIComponent('+525533330004')}`, { attributes: { subscribedWhatsapp: false } })).body).toMatchObject({ id, attributes: { subscribedWhatsapp: false } })
    expect((await stage.ask('PATCH', '/contacts/identifiers/phonenumber/%2B525500000000', { attributes: { subscribedWhatsapp: false } })).status).toBe(404)
  })
  test('may have no number, and is written to by what it has', async () => {
    stage.bird.phone.hide('+525533330005', 'ximena.a')
    const { conversationId } = write('+525533330005')
    await stage.settle()
    const { payload } = stage.heard.findLast(({ event }) => event === 'whatsapp.inbound')!
    expect(JSON.stringify(payload)).not.toContain('33330005')
    expect(payload).toMatchObject({ sender: { contact: { identifierKey: 'whatsappusername', identifierValue: 'ximena.a' } }, meta: { extraInformation: { whatsappusername: 'ximena.a', whatsappbsuid: expect.stringMatching(/^MX\.\d+$/) } } })
    expect(JSON.stringify((await stage.ask('GET', `/contacts/${contactOf(conversationId)}`)).body)).not.toContain('33330005')
    const receiver = { contacts: [{ identifierKey: 'whatsappbsuid', identifierValue: payload['meta'].extraInformation.whatsappbsuid }] }
    expect((await stage.ask('POST', `/channels/${account.channel}/messages`, { receiver, body: text('¿Seguimos?') })).status).toBe(202)
    expect(stage.bird.phone.messages('+525533330005').at(-1)).toMatchObject({ from: 'them', text: '¿Seguimos?' })
  })
  test('may be there twice, once under each form of its number', async () => {
    const first = contactOf(write('+525533330006').conversationId)
    const { contact: second } = (await stage.control('twin', { number: '+525533330006' })).body
    expect(second).not.toBe(first)
    expect(contactOf(write('+5215533330006').conversationId)).toBe(second)
    expect(contactOf(write('+525533330006').conversationId)).toBe(first)
    expect(stage.bird.phone.messages('+525533330006')).toHaveLength(3)
  })
  test('who changes their number is somebody else from then on, and WhatsApp says so', async () => {
    const before = contactOf(write('+525533330007').conversationId)
    stage.bird.phone.renumber('+525533330007', '+525533330008')
    await stage.settle()
    expect(stage.heard.findLast(({ event }) => event === 'whatsapp.inbound')?.payload).toMatchObject({ sender: { contact: { id: before } }, body: { type: 'system', system: { type: 'user_changed_number', identifierValue: '+525533330008' } } })
    expect(contactOf(write('+525533330008').conversationId)).not.toBe(before)
  })
})

test('nobody else\'s workspace, channel or key gets in', async () => {
  expect((await fetch(`${stage.url}/bird/workspaces/other/contacts`, { headers: { authorization: `AccessKey ${account.apiKey}` } })).status).toBe(404)
  expect((await stage.ask('POST', '/channels/other/messages', to('+525533330009', { body: text('x') }))).status).toBe(404)
  expect(await stage.ask('GET', '/contacts', undefined, { authorization: 'AccessKey another' })).toMatchObject({ status: 401, body: { code: 'Unauthorized' } })
})
