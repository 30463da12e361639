import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { reviseSaid } from '@portero/tool-server/actions/revise-message.ts'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { noteUnsubscribed } from '@portero/tool-server/actions/unsubscribe.ts'
import { transcript } from '@portero/tool-server/store/transcripts.ts'
import { openBirdHouse, type BirdHouse } from './support/bird-stage.ts'

// Everything that comes in from Bird, as it stands in the transcript.
jest.setTimeout(60_000)
let stage: BirdHouse
const rates = { currency: 'USD', zone: 'America/Mexico_City', prices: [{ category: 'service', country: 'MX', from: '2026-10-01', micros: 8_500 }] }
beforeAll(async () => void (stage = await openBirdHouse({ settings: { rates } })))
afterAll(() => stage.end())

const number = (last: number): string => `+5255100000${String(last).padStart(2, '0')}`
const write = (phone: string, what: Parameters<BirdHouse['bird']['phone']['write']>[1]) => stage.bird.phone.write(phone, what)
const control = async (name: string, body: object): Promise<void> => void (await fetch(`${stage.lab.url}/_lab/bird/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')

describe('what a prospect sends', () => {
  test('is a line of its kind each, and what was pressed says what it stands for', async () => {
    const phone = number(1)
    const conversation = stage.bird.conversationFor(phone)
    await stage.follow()
    write(phone, { media: { kind: 'image', caption: 'mi sala' } })
    await stage.follow()
    write(phone, { media: { kind: 'voice' } })
    await stage.follow()
    write(phone, { media: { kind: 'sticker' } })
    await stage.follow()
    write(phone, { media: { kind: 'file', filename: 'ine.pdf' } })
    await stage.follow()
    write(phone, { media: { kind: 'location', caption: 'Parque Hundido', address: 'Insurgentes Sur' } })
    await stage.follow()
    write(phone, { card: { name: 'Tía Refugio', number: '+525511112222' } })
    await stage.follow()
    const asked = await fetch(`${stage.lab.url}/bird/workspaces/ws-casa/conversations/${conversation}/messages`, {
      method: 'POST', headers: { authorization: 'AccessKey access-key-of-the-lab', 'content-type': 'application/json' },
      body: JSON.stringify({ participantId: 'key-1', participantType: 'accessKey', addMissingParticipants: true, body: { type: 'text', text: { text: '¿Confirmas?', actions: [{ type: 'postback', postback: { text: 'Sí', payload: 'tour-1-yes' } }] } } }),
    })
    const { id } = (await asked.json()) as { id: string }
    await stage.follow()
    write(phone, { press: { message: id, payload: 'tour-1-yes' } })
    await stage.follow()
    expect((await stage.lines(phone)).map(({ author, kind, text, pick }) => ({ author, kind, text, ...(pick && { pick }) }))).toEqual([
      { author: 'prospect', kind: 'image', text: 'mi sala' }, { author: 'prospect', kind: 'audio', text: '' }, { author: 'prospect', kind: 'image', text: '' }, { author: 'prospect', kind: 'file', text: '' },
      { author: 'prospect', kind: 'location', text: 'Parque Hundido, Insurgentes Sur' }, { author: 'prospect', kind: 'other', text: 'Tía Refugio, +525511112222' },
      { author: 'bot', kind: 'text', text: '¿Confirmas?' }, { author: 'prospect', kind: 'text', text: 'Sí', pick: 'tour-1-yes' },
    ])
  })

  test('a reaction is one line, which changes and goes away', async () => {
    const phone = number(2)
    const { messageId } = write(phone, { text: 'hola' })
    await stage.follow()
    const reactions = async () => (await stage.lines(phone)).slice(1).map(({ text, isDeleted }) => ({ text, isDeleted }))
    for (const [emoji, line] of [['👍', { text: '👍', isDeleted: false }], ['❤️', { text: '❤️', isDeleted: false }], ['', { text: undefined, isDeleted: true }], ['🙏', { text: '🙏', isDeleted: false }]] as const) {
      write(phone, { react: { message: messageId, emoji } })
      await stage.follow()
      expect(await reactions()).toEqual([line])
    }
  })

  test('by SMS is in the same conversation, and opens no window on WhatsApp', async () => {
    const phone = number(3)
    const { conversationId } = write(phone, { text: 'hola' })
    await stage.follow()
    const heard = async () => (await sql<{ heard_at: number }>`select heard_at from conversation where external_id = ${conversationId}`.execute(stage.house.db.bare)).rows
    const [before] = await heard()
    await stage.follow(60_000)
    write(phone, { sms: 'no me llega el whats' })
    await stage.follow()
    expect((await stage.lines(phone)).map(({ text }) => text)).toEqual(['hola', 'no me llega el whats'])
    expect(await heard()).toEqual([before])
  })
})

describe('what its author changes', () => {
  test('is changed, and said to be; what is taken back is empty', async () => {
    const phone = number(4)
    const { messageId } = write(phone, { text: 'el martes' })
    await stage.follow()
    write(phone, { edit: { message: messageId, text: 'el miércoles' } })
    await stage.follow()
    expect(await stage.lines(phone)).toMatchObject([{ text: 'el miércoles', isEdited: true, isDeleted: false }])
    write(phone, { delete: { message: messageId } })
    await stage.follow()
    expect(await stage.lines(phone)).toMatchObject([{ text: undefined, isDeleted: true }])
  })

  test.each([['in order', 5], ['the last first', 6]])('ends the same when it is told %s', async (how, last) => {
    const phone = number(last)
    write(phone, { text: 'antes' })
    await stage.follow()
    await control('hold', {})
    const { messageId } = write(phone, { text: 'el martes' })
    stage.clock.advance(1_000)
    write(phone, { edit: { message: messageId, text: 'el miércoles' } })
    stage.clock.advance(1_000)
    const other = write(phone, { text: 'me equivoqué de chat' })
    stage.clock.advance(1_000)
    write(phone, { delete: { message: other.messageId } })
    await control('let-go', { backwards: how === 'the last first' })
    await stage.follow(5_000)
    expect((await stage.lines(phone)).map(({ text, isDeleted }) => ({ text, isDeleted }))).toEqual([{ text: 'antes', isDeleted: false }, { text: 'el miércoles', isDeleted: false }, { text: undefined, isDeleted: true }])
  })

  test('an older change that comes late changes nothing', async () => {
    const connection = (await stage.house.connection('bird')).id
    const contact = { id: 'bc-older', phone: number(7) }
    const at = stage.clock.now()
    const text = (words: string) => ({ kind: 'text' as const, text: words })
    await system()(hearMessage, { connection, message: 'older', contact, body: text('uno'), at })
    await system()(reviseSaid, { connection, message: 'older', contact, body: text('tres'), at: at + 2_000 })
    expect(await system()(reviseSaid, { connection, message: 'older', contact, body: text('dos'), at: at + 1_000 })).toEqual({ isNew: false })
    const { rows: [row] } = await sql<{ id: string; body_sealed: Buffer }>`select id, body_sealed from message where external_id = 'older'`.execute(stage.house.db.bare)
    expect(JSON.parse((await stage.house.vault.open(stage.house.db.bare, stage.house.tenant, `message.body:${row!.id}`, row!.body_sealed)).toString())).toMatchObject({ text: 'tres' })
  })

  test('an edit that says stop is heard as one', async () => {
    const phone = number(8)
    const { messageId } = write(phone, { text: 'hola' })
    await stage.follow()
    write(phone, { edit: { message: messageId, text: 'BAJA' } })
    await stage.follow()
    expect((await sql`select 1 from consent where evidence = ${messageId} and purpose = 'messages' and status = 'revoked'`.execute(stage.house.db.bare)).rows).toHaveLength(1)
  })
})

describe('what a person of ours says in the inbox', () => {
  test('has its words although the webhooks lack them', async () => {
    const phone = number(9)
    const { conversationId } = write(phone, { text: 'hola' })
    await stage.follow()
    await control('bodiless', { yes: true })
    stage.bird.staffSays(conversationId, 'Soy Bruno, te ayudo yo')
    await stage.follow(2_000)
    expect(await stage.lines(phone)).toMatchObject([{ text: 'hola' }, { author: 'human', status: 'delivered', text: 'Soy Bruno, te ayudo yo' }])
  })

  test('is a line at once, and has its words as soon as Bird shows them', async () => {
    const phone = number(10)
    const { conversationId } = write(phone, { text: 'hola' })
    await stage.follow()
    const read = 'GET /workspaces/:workspace/channels/:channel/messages/:message'
    stage.lab.desk('bird').fault({ on: read, fault: 'missing', times: 3 }) // each of its three webhooks finds nothing there yet
    stage.bird.staffSays(conversationId, 'Aquí Bruno')
    await stage.follow(1_500)
    expect(stage.lab.desk('bird').faults()).toEqual([])
    expect(await stage.lines(phone)).toMatchObject([{ text: 'hola' }, { author: 'human', status: 'delivered', text: undefined }])
    await stage.follow(3_000)
    await control('bodiless', { yes: false })
    expect(await stage.lines(phone)).toMatchObject([{ text: 'hola' }, { author: 'human', text: 'Aquí Bruno' }])
  })
})

test('whoever has another number now is the same person', async () => {
  const [old, fresh] = [number(11), number(12)]
  write(old, { text: 'soy la de siempre', name: 'Ana' })
  await stage.follow()
  stage.bird.phone.renumber(old, fresh)
  await stage.follow()
  write(fresh, { text: 'desde mi número nuevo' })
  await stage.follow()
  expect((await stage.lines(fresh)).map(({ text }) => text)).toEqual(['soy la de siempre', 'desde mi número nuevo'])
  expect((await sql`select 1 from retired_claim where reason = 'renumbered' and kind = 'phone'`.execute(stage.house.db.bare)).rows).toHaveLength(1)
})

test('who told Bird that they want no more messages gets none; whom we do not know, we do not meet by that', async () => {
  const phone = number(13)
  write(phone, { text: 'hola' })
  await stage.follow()
  const { house, clock } = stage
  const people = await stage.count('person')
  const id = stage.contactOf(phone)
  const at = clock.now()
  const connection = (await house.connection('bird')).id
  expect(await system()(noteUnsubscribed, { connection, contact: { id }, event: 'e-1', at })).toEqual({ isNew: true })
  expect(await system()(noteUnsubscribed, { connection, contact: { id }, event: 'e-2', at: at + 1 })).toEqual({ isNew: false })
  expect(await system()(noteUnsubscribed, { connection, contact: { id: 'somebody-else', phone: number(99) }, event: 'e-3', at })).toEqual({ isNew: false })
  expect(await stage.count('person')).toBe(people)
  expect((await sql`select 1 from consent where evidence = 'e-1' and purpose = 'messages' and status = 'revoked'`.execute(house.db.bare)).rows).toHaveLength(1)
})

test('what Bird says of somebody while it has yet to hear what they told us is not believed', async () => {
  const phone = number(15)
  for (const text of ['hola', 'BAJA']) {
    write(phone, { text })
    await stage.follow()
  }
  stage.lab.desk('bird').fault({ on: 'PATCH /workspaces/:workspace/contacts/identifiers/:key/:value', fault: 'away', retryAfter: 30 })
  write(phone, { text: 'PROMOS' }) // by which they want messages and offers, so that the switch is to be on
  await stage.follow()
  const connection = (await stage.house.connection('bird')).id
  const later = { connection, contact: { id: stage.contactOf(phone) }, at: stage.clock.now() }
  expect(await system()(noteUnsubscribed, { ...later, event: 'e-4' })).toEqual({ isNew: false })
  await stage.follow(60_000)
  expect(stage.lab.desk('bird').faults()).toEqual([])
  expect(await system()(noteUnsubscribed, { ...later, event: 'e-5', at: stage.clock.now() })).toEqual({ isNew: true })
})

test('what a message cost is known once it arrived, and what never arrived cost nothing', async () => {
  const phone = number(14)
  const { conversationId } = write(phone, { text: 'hola' })
  await stage.follow()
  stage.bird.staffSays(conversationId, 'Hola, soy Bruno')
  await stage.follow(2_000)
  stage.bird.fail(phone, { status: 'delivery_failed', code: '131026', reason: 'undeliverable' })
  stage.bird.staffSays(conversationId, '¿Sigues ahí?')
  await stage.follow(2_000)
  expect((await stage.lines(phone)).map(({ status, micros }) => ({ status, micros }))).toEqual([{ status: 'delivered', micros: null }, { status: 'delivered', micros: 8_500 }, { status: 'failed', micros: 0 }])
  const { db, vault, tenant } = stage.house
  const { rows: [conversation] } = await sql<{ id: string }>`select id from conversation where external_id = ${conversationId}`.execute(db.bare)
  expect((await transcript({ db, vault, tenant }, conversation!.id))?.cost).toEqual([{ currency: 'USD', micros: 8_500 }])
})

test('when Meta decides about a template, we know', async () => {
  const path = `${stage.lab.url}/bird/workspaces/ws-casa/projects`
  const post = async (url: string, body: object, method: 'POST' | 'PUT' = 'POST') => {
    const response = await fetch(url, { method, headers: { authorization: 'AccessKey access-key-of-the-lab', 'content-type': 'application/json' }, body: JSON.stringify(body) })
    return (await response.json()) as { id: string }
  }
  const project = await post(path, { name: 'portero_visita', type: 'channelTemplate' })
  const template = await post(`${path}/${project.id}/channel-templates`, {
    defaultLocale: 'es-MX', deployments: [{ key: 'whatsappCategory', value: 'UTILITY' }],
    platformContent: [{ platform: 'whatsapp', locale: 'es-MX', blocks: [{ type: 'text', role: 'body', text: { text: 'Tu visita es mañana.' } }] }],
  })
  await post(`${path}/${project.id}/channel-templates/${template.id}/activate`, {}, 'PUT')
  await stage.follow()
  const known = async () => (await sql<{ name: string; status: string; version: string }>`select name, status, version from template`.execute(stage.house.db.bare)).rows
  expect(await known()).toEqual([{ name: 'portero_visita', status: 'pending', version: template.id }])
  stage.bird.decide({ project: project.id, status: 'approved' })
  await stage.follow()
  expect(await known()).toEqual([{ name: 'portero_visita', status: 'approved', version: template.id }])
})
