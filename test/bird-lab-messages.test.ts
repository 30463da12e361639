import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { account, openBird, text, to, type BirdStage } from './support/bird-lab-stage.ts'

// What comes in through the lab's Bird and what goes out, with all that WhatsApp refuses.
let stage: BirdStage
beforeAll(async () => void (stage = await openBird()))
afterAll(() => stage.close())

const hour = 3_600_000
const inbound = async (event = 'whatsapp.inbound'): Promise<Record<string, any>> => {
  await stage.settle()
  return stage.heard.findLast((each) => each.event === event)?.payload ?? {}
}
const send = (number: string, said: object) => stage.ask('POST', `/channels/${account.channel}/messages`, to(number, said))
const body = (number: string, said: object) => send(number, { body: said })
const fates = (id: string): string[] => stage.heard.filter(({ event, payload }) => event === 'whatsapp.outbound' && payload['id'] === id).map(({ payload }) => payload['status'])
const last = (number: string) => stage.bird.phone.messages(number).at(-1)

describe('what comes in', () => {
  const number = '+525544440001'
  test.each([
    ['a photo', { kind: 'image', caption: 'mi sala' }, { type: 'image', image: { text: 'mi sala', images: [{ mediaUrl: expect.any(String) }] } }, 'image', [0x89, 0x50, 0x4e, 0x47]],
    ['a voice note', { kind: 'voice' }, { type: 'file', file: { files: [{ contentType: 'audio/ogg; codecs=opus', mediaUrl: expect.any(String) }] } }, 'voice', [...Buffer.from('OggS')]],
    ['a sound', { kind: 'audio' }, { type: 'file', file: { files: [{ contentType: 'audio/mpeg', mediaUrl: expect.any(String) }] } }, 'audio', [...Buffer.from('ID3')]],
    ['a video', { kind: 'video' }, { type: 'file', file: { files: [{ contentType: 'video/mp4', mediaUrl: expect.any(String) }] } }, 'video', [0, 0, 0, 24]],
    ['a document', { kind: 'file', filename: 'recibo.pdf' }, { type: 'file', file: { files: [{ contentType: 'application/pdf', filename: 'recibo.pdf', mediaUrl: expect.any(String) }] } }, 'document', [...Buffer.from('%PDF-')]],
    ['a sticker', { kind: 'sticker' }, { type: 'file', file: { files: [{ contentType: 'image/webp', mediaUrl: expect.any(String) }] } }, undefined, [...Buffer.from('RIFF')]],
  ])('%s is a file of that kind', async (_name, media, expected, whatsappType, magic) => {
    await stage.dial(number, { media })
    const payload = await inbound()
    expect(payload['body']).toEqual(expected)
    expect(payload['meta'].extraInformation['whatsapp.media.type']).toBe(whatsappType)
    const { mediaUrl } = (payload['body'].image?.images ?? payload['body'].file.files)[0]
    const signed = await fetch(mediaUrl, { headers: { authorization: `AccessKey ${account.apiKey}` } , redirect: 'manual' })
    const file = await fetch(signed.headers.get('location')!)
    expect([...new Uint8Array(await file.arrayBuffer()).subarray(0, magic.length)]).toEqual(magic)
  })
  test('a file may be what it doesn\'t say it is, may be the phone\'s own, and may be far too big', async () => {
    const first = async (media: object) => {
      expect((await stage.dial(number, { media })).status).toBe(200)
      const { body } = await inbound()
      const { mediaUrl, contentType } = (body.image?.images ?? body.file.files)[0]
      const location = (await fetch(mediaUrl, { headers: { authorization: `AccessKey ${account.apiKey}` }, redirect: 'manual' })).headers.get('location')!
      return { contentType, bytes: Buffer.from(await (await fetch(location)).arrayBuffer()) }
    }
    const lie = await first({ kind: 'file', contentType: 'application/pdf', data: Buffer.from('MZ, and so on').toString('base64') })
    expect({ type: lie.contentType, bytes: lie.bytes.toString() }).toEqual({ type: 'application/pdf', bytes: 'MZ, and so on' })
    expect((await first({ kind: 'video', megabytes: 17 })).bytes.length).toBeGreaterThan(16 * 2 ** 20)
    expect([...(await first({ kind: 'image', contentType: 'image/jpeg' })).bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
    expect((await stage.dial(number, { media: { kind: 'image', data: 'not base64!' } })).status).toBe(400)
  })
  test('a link to a file wants the key, leads elsewhere for a quarter of an hour, and then no more', async () => {
    await stage.dial(number, { media: { kind: 'file' } })
    const { mediaUrl } = (await inbound())['body'].file.files[0]
    const path = new URL(mediaUrl).pathname.replace(`/bird/workspaces/${account.workspace}`, '')
    expect((await stage.ask('GET', path, undefined, { authorization: '' })).status).toBe(401)
    const { status, headers } = await stage.ask('GET', path)
    const location = headers.get('location')!
    expect({ status, expires: new URL(location).searchParams.get('X-Amz-Expires') }).toEqual({ status: 302, expires: '900' })
    expect((await fetch(location)).headers.get('content-type')).toBe('application/pdf')
    expect((await fetch(location, { headers: { authorization: `AccessKey ${account.apiKey}` } })).status).toBe(400)
    expect((await fetch(location.replace(/Signature=../, 'Signature=zz'))).status).toBe(403)
    stage.clock.advance(899_000)
    expect((await fetch(location)).status).toBe(200)
    stage.clock.advance(1_000)
    expect((await fetch(location)).status).toBe(403)
    expect((await fetch((await stage.ask('GET', path)).headers.get('location')!)).status).toBe(200)
    await stage.control('forget', { url: mediaUrl })
    expect((await stage.ask('GET', path)).status).toBe(404)
  })
  test('a place, a card, and an answer to something', async () => {
    await stage.dial(number, { media: { kind: 'location', latitude: 19.39, longitude: -99.17, caption: 'Parque Hundido' } })
    expect((await inbound())['body']).toEqual({ type: 'location', location: { coordinates: { latitude: 19.39, longitude: -99.17 }, location: { label: 'Parque Hundido', address: 'Álvaro Obregón 151' } } })
    const { messageId } = (await stage.dial(number, { card: { name: 'Mi aval', number: '+525500001111' } })).body
    expect((await inbound())['body']).toMatchObject({ type: 'contact', contact: { name: { displayName: 'Mi aval' }, phoneNumbers: [{ value: '+525500001111' }] } })
    await stage.dial(number, { text: 'es este', replyTo: messageId })
    expect((await inbound())['replyTo']).toEqual({ id: messageId, order: 0, type: 'message' })
    expect(last(number)).toMatchObject({ text: 'es este', quotes: '[contact]' })
  })
  test('a button or a row that is pressed is its words and what it stands for, and names the message', async () => {
    const { body: { id } } = await body(number, { type: 'text', text: { text: '¿Confirmas?', actions: [{ type: 'postback', postback: { text: 'Sí', payload: 'tour-1-yes' } }, { type: 'postback', postback: { text: 'No', payload: 'tour-1-no' } }] } })
    expect(last(number)).toMatchObject({ id, buttons: [{ text: 'Sí', payload: 'tour-1-yes' }, { text: 'No', payload: 'tour-1-no' }] })
    await stage.dial(number, { press: { message: id, payload: 'tour-1-no' } })
    expect(last(number)).toMatchObject({ from: 'me', text: 'No', quotes: '¿Confirmas?' })
    expect(last(number)).not.toHaveProperty('buttons')
    expect(await inbound()).toMatchObject({ body: { type: 'text', text: { text: 'No', actions: [{ postback: { payload: 'tour-1-no' } }] } }, replyTo: { id, type: 'click' } })
    expect((await stage.dial(number, { press: { message: id, payload: 'another' } })).status).toBe(400)
    const list = await body(number, { type: 'list', list: { text: 'Horarios', items: [{ title: 'lunes 11:00', description: 'Roma Norte', actions: [{ type: 'postback', postback: { text: 'lunes 11:00', payload: 's-1' } }] }], metadata: { button: { label: 'Ver' } } } })
    expect(last(number)).toMatchObject({ text: 'Horarios\n1. lunes 11:00, Roma Norte', list: { label: 'Ver', rows: [{ text: 'lunes 11:00', payload: 's-1', description: 'Roma Norte' }] } })
    await stage.dial(number, { press: { message: list.body.id, payload: 's-1' } })
    expect(await inbound()).toMatchObject({ body: { text: { text: 'lunes 11:00', actions: [{ postback: { payload: 's-1' } }] } }, replyTo: { id: list.body.id } })
  })
  test('a reaction marks a message; what was written is changed and taken back', async () => {
    const { body: { id } } = await body(number, text('Te espero el lunes'))
    await stage.dial(number, { react: { message: id, emoji: '👍' } })
    expect(await inbound()).toMatchObject({ body: { type: 'reaction', reaction: { emoji: '👍' } }, replyTo: { id, type: 'reaction' } })
    expect(last(number)).toMatchObject({ id, reaction: '👍' })
    await stage.dial(number, { react: { message: id, emoji: '' } })
    expect(last(number)).not.toHaveProperty('reaction')
    const { messageId } = (await stage.dial(number, { text: 'el martes' })).body
    stage.clock.advance(1_000)
    await stage.dial(number, { edit: { message: messageId, text: 'el miércoles' } })
    const edited = await inbound()
    expect(edited).toMatchObject({ id: messageId, body: text('el miércoles'), meta: { extraInformation: { edited: 'true' } } })
    expect(Date.parse(edited['updatedAt'])).toBeGreaterThan(Date.parse(edited['createdAt']))
    await stage.dial(number, { delete: { message: messageId } })
    const deleted = await inbound()
    expect(deleted).toMatchObject({ id: messageId, status: 'deleted', meta: { extraInformation: { deleted: 'true' } } })
    expect(deleted).not.toHaveProperty('body')
    expect(last(number)).toMatchObject({ id: messageId, text: '', isDeleted: true })
    expect((await stage.dial(number, { delete: { message: id } })).status).toBe(400)
  })
})

describe('what goes out', () => {
  const number = '+525555550001'
  beforeAll(() => void stage.bird.phone.write(number, { text: 'hola' }))
  const button = (title: string, payload = title) => ({ type: 'postback', postback: { text: title, payload } })
  const rows = (count: number, more: object = {}) => ({ type: 'list', list: { text: 'Horarios', items: Array.from({ length: count }, (_row, at) => ({ title: `hora ${at}`, actions: [button(`hora ${at}`)], ...more })), metadata: { button: { label: 'Ver' } } } })
  const words = (count: number, actions?: object[]) => ({ type: 'text', text: { text: 'a'.repeat(count), ...(actions && { actions }) } })
  const url = 'https://fotos.casas.example/302.jpg'

  test.each<[string, object]>([
    ['4,096 letters', words(4_096)],
    ['three buttons', words(1_024, ['a'.repeat(20), 'b', 'c'].map((each) => button(each)))],
    ['a link', words(5, [{ type: 'link', link: { text: 'Agenda', url: 'https://portero.example/book/1' } }])],
    ['ten rows', rows(10)],
    ['ten rows in one section', { type: 'list', list: { text: 'x', items: [{ title: 'lunes', actions: Array.from({ length: 10 }, (_row, at) => button(`hora ${at}`)) }], metadata: { button: { label: 'Ver' } } } }],
    ['a photo', { type: 'image', image: { text: 'La sala', images: [{ mediaUrl: url, altText: 'sala' }] } }],
    ['a file', { type: 'file', file: { files: [{ contentType: 'application/pdf', mediaUrl: url, filename: 'contrato.pdf' }] } }],
    ['a place', { type: 'location', location: { coordinates: { latitude: 19.4, longitude: -99.1 }, location: { label: 'Roma Norte 302' } } }],
  ])('%s is taken', async (_name, said) => expect((await body(number, said)).status).toBe(202))
  test.each<[string, object]>([
    ['no letter', words(0)],
    ['4,097 letters', words(4_097)],
    ['more than 1,024 letters beside buttons', words(1_025, [button('Sí')])],
    ['four buttons', words(5, ['a', 'b', 'c', 'd'].map((each) => button(each)))],
    ['a button of 21 letters', words(5, [button('a'.repeat(21))])],
    ['a button that stands for too much', words(5, [button('Sí', 'x'.repeat(257))])],
    ['the same label twice', words(5, [button('Sí', '1'), button('Sí', '2')])],
    ['eleven rows', rows(11)],
    ['eleven rows in two sections', { type: 'list', list: { text: 'x', items: [0, 6].map((from) => ({ title: `s${from}`, actions: Array.from({ length: from === 0 ? 6 : 5 }, (_row, at) => button(`hora ${from + at}`)) })), metadata: { button: { label: 'Ver' } } } }],
    ['a long description', rows(1, { description: 'x'.repeat(73) })],
    ['a long row', { type: 'list', list: { text: 'x', items: [{ title: 'a', actions: [button('a'.repeat(25))] }], metadata: { button: { label: 'Ver' } } } }],
    ['a list without its button', { type: 'list', list: { text: 'x', items: [{ title: 'a', actions: [button('a')] }] } }],
    ['two photos', { type: 'image', image: { images: [{ mediaUrl: url }, { mediaUrl: url }] } }],
    ['a long caption', { type: 'image', image: { text: 'x'.repeat(1_025), images: [{ mediaUrl: url }] } }],
    ['a photo from nowhere', { type: 'image', image: { images: [{ mediaUrl: 'sala.jpg' }] } }],
    ['a long file name', { type: 'file', file: { files: [{ contentType: 'application/pdf', mediaUrl: url, filename: 'x'.repeat(101) }] } }],
    ['a place off the earth', { type: 'location', location: { coordinates: { latitude: 91, longitude: 0 } } }],
    ['something else', { type: 'dance' }],
  ])('%s is refused', async (_name, said) => {
    const count = stage.bird.sent().length
    expect(await body(number, said)).toMatchObject({ status: 422, body: { code: 'InvalidPayload', details: { where: expect.any(String) } } })
    expect(stage.bird.sent()).toHaveLength(count)
  })
  test('is one thing, to somebody', async () => {
    expect((await send(number, {})).status).toBe(422)
    expect((await stage.ask('POST', `/channels/${account.channel}/messages`, { receiver: { contacts: [{ id: 'nobody' }] }, body: text('x') })).status).toBe(422)
  })
  test('is accepted, sent, delivered and read', async () => {
    const { body: { id } } = await body(number, text('Te espero'))
    await stage.settle(1_000)
    const interactions = async () => (await stage.ask('GET', `/channels/${account.channel}/messages/${id}/interactions`)).body.results
    expect(await interactions()).toEqual([])
    stage.bird.phone.read(number)
    await stage.settle()
    expect(fates(id)).toEqual(['accepted', 'sent', 'delivered'])
    expect(await inbound('whatsapp.interaction')).toMatchObject({ type: 'read', messageId: id })
    expect(await interactions()).toMatchObject([{ type: 'read', messageId: id }])
    expect((await stage.ask('GET', `/channels/${account.channel}/messages/${id}`)).body).toMatchObject({ status: 'read', context: { id: expect.stringContaining(id) } })
  })
  test('may fail on its way, for a reason', async () => {
    stage.bird.fail(number, { status: 'delivery_failed', code: '131026', reason: 'Message undeliverable' })
    const { body: { id } } = await body(number, text('¿llegó?'))
    await stage.settle(1_000)
    expect(fates(id)).toEqual(['accepted', 'sent', 'delivery_failed'])
    expect((await stage.ask('GET', `/channels/${account.channel}/messages/${id}`)).body).toMatchObject({ status: 'delivery_failed', reason: 'Message undeliverable', failure: { code: '131026' } })
    expect(last(number)?.text).not.toBe('¿llegó?')
    expect((await body(number, text('¿y ahora?'))).status).toBe(202)
    expect(last(number)?.text).toBe('¿y ahora?')
  })
  test('is fetched from our house when it is a file, and fails where it is not there', async () => {
    const photo = (name: string) => body(number, { type: 'image', image: { images: [{ mediaUrl: `${stage.doorUrl}/${name}` }] } })
    const { body: { id } } = await photo('302.jpg')
    await stage.settle(1_000)
    expect(fates(id)).toEqual(['accepted', 'sent', 'delivered'])
    expect(await (await fetch(last(number)!.media!.url!)).text()).toBe('bytes of /302.jpg')
    stage.answerWith(404)
    const lost = await photo('303.jpg')
    await stage.settle()
    stage.answerWith(200)
    await stage.settle(1_000)
    expect((await stage.ask('GET', `/channels/${account.channel}/messages/${lost.body.id}`)).body).toMatchObject({ status: 'sending_failed', failure: { code: '131053' } })
    expect(last(number)?.id).toBe(id)
  })
  test('is free within 24 hours of their last word, and fails after it was accepted', async () => {
    const { conversationId } = stage.bird.phone.write('+525555550002', { text: 'hola' })
    const window = async () => (await stage.ask('GET', `/channels/${account.channel}/contacts/${stage.bird.conversation(conversationId)?.contact.id}?contactIdentifierValue=%2B525555550002`)).body
    expect(await window()).toMatchObject({ serviceWindowExpireAt: new Date(stage.clock.now() + 24 * hour).toISOString(), isPermanentSession: false })
    stage.clock.advance(24 * hour - 1)
    const inTime = await body('+525555550002', text('a tiempo'))
    stage.clock.advance(1)
    expect((await window()).serviceWindowExpireAt).toBeNull()
    const late = await body('+525555550002', text('tarde'))
    expect(late).toMatchObject({ status: 202, body: { status: 'accepted', reason: '' } })
    await stage.settle(1_000)
    expect([fates(inTime.body.id).at(-1), fates(late.body.id)]).toEqual(['delivered', ['accepted', 'sending_failed']])
    expect(stage.heard.findLast(({ payload }) => payload['id'] === late.body.id)?.payload).toMatchObject({ reason: expect.stringContaining('24 hours'), failure: { code: '131047' } })
    expect(last('+525555550002')?.text).toBe('a tiempo')
    expect((await stage.ask('GET', `/channels/${account.channel}/contacts/nobody`)).status).toBe(404)
  })
})

describe('a template', () => {
  const locale = 'es-MX'
  const wanted = {
    defaultLocale: locale, deployments: [{ key: 'whatsappTemplateName', value: 'tour_reminder' }, { key: 'whatsappCategory', value: 'UTILITY' }], variables: [{ key: 'name' }, { key: 'when' }],
    platformContent: [{ platform: 'whatsapp', locale, blocks: [{ type: 'text', role: 'body', text: { text: 'Hola {{name}}, te esperamos {{when}}.' } }, { type: 'reply-action', reply: { text: 'Confirmo', payload: 'yes' } }] }],
  }
  let project: string
  let template: string
  const say = (more: object = {}) => send('+525566660001', { template: { projectId: project, version: 'latest', locale, parameters: [{ type: 'string', key: 'name', value: 'Ana' }, { type: 'string', key: 'when', value: 'el lunes' }], ...more } })
  const put = (status: string) => stage.control('template', { project, status })
  const shown = async () => (await stage.ask('GET', `/projects/${project}/channel-templates/${template}`)).body

  test('is made in a project, sent to Meta, and approved there, each told by a webhook', async () => {
    project = (await stage.ask('POST', '/projects', { name: 'Portero: recordatorio', type: 'channelTemplate' })).body.id
    const made = await stage.ask('POST', `/projects/${project}/channel-templates`, wanted)
    expect(made).toMatchObject({ status: 201, body: { status: 'draft', localeStatuses: { [locale]: 'draft' } } })
    template = made.body.id
    expect((await stage.ask('PUT', `/projects/${project}/channel-templates/${template}/activate`)).body).toMatchObject({ status: 'pending', localeStatuses: { [locale]: 'pending' } })
    expect(await say()).toMatchObject({ status: 422, body: { code: 'TemplateNotActive', details: { status: 'pending' } } })
    await put('approved')
    await stage.settle()
    expect(stage.heard.filter(({ service }) => service === 'templates').map(({ event, payload }) => [event, payload['status']])).toEqual([['template.created', 'draft'], ['template.updated', 'pending'], ['template.updated', 'active']])
    expect((await stage.ask('GET', `/projects/${project}/channel-templates`)).body.results).toMatchObject([{ id: template, status: 'active', platformInfo: { whatsapp: { category: 'UTILITY', locales: { [locale]: { status: 'APPROVED' } } } } }])
    expect((await stage.ask('GET', '/projects')).body.results).toMatchObject([{ id: project, name: 'Portero: recordatorio', activeResourceId: template }])
  })
  test('is said to whom may not be written to freely, as it reads', async () => {
    const { status, body } = await say()
    expect({ status, template: body.template }).toMatchObject({ status: 202, template: { projectId: project, locale } })
    expect((await say({ version: template })).status).toBe(202)
    await stage.settle(1_000)
    expect(fates(body.id)).toEqual(['accepted', 'sent', 'delivered'])
    expect(last('+525566660001')).toMatchObject({ text: 'Hola Ana, te esperamos el lunes.', buttons: [{ text: 'Confirmo', payload: 'yes' }] })
  })
  test.each([
    ['another language', { locale: 'en' }, 'TemplateNotFound'],
    ['another project', { projectId: 'p' }, 'TemplateNotFound'],
    ['another version', { version: 'v' }, 'TemplateNotFound'],
    ['a parameter too few', { parameters: [{ type: 'string', key: 'name', value: 'Ana' }] }, 'TemplateParameterMismatch'],
    ['an empty one', { parameters: [{ type: 'string', key: 'name', value: '' }, { type: 'string', key: 'when', value: 'hoy' }] }, 'TemplateParameterMismatch'],
    ['one too many', { parameters: ['name', 'when', 'where'].map((key) => ({ type: 'string', key, value: 'x' })) }, 'TemplateParameterMismatch'],
  ])('is refused with %s', async (_name, more, code) => expect(await say(more)).toMatchObject({ status: 422, body: { code } }))
  test.each([['paused', 'PAUSED'], ['rejected', 'REJECTED']])('is refused once Meta has %s it', async (status, told) => {
    await put(status)
    expect((await say()).body).toMatchObject({ code: 'TemplateNotActive', details: { status } })
    expect(await shown()).toMatchObject({ status: 'inactive', platformInfo: { whatsapp: { locales: { [locale]: { status: told } } } } })
  })
  test('is not made without its default language, or with a variable that nobody knows', async () => {
    expect((await stage.ask('POST', `/projects/${project}/channel-templates`, { ...wanted, defaultLocale: 'en' })).status).toBe(422)
    expect((await stage.ask('POST', `/projects/${project}/channel-templates`, { ...wanted, variables: [] })).status).toBe(422)
    expect((await stage.ask('POST', '/projects/nobody/channel-templates', wanted)).status).toBe(404)
    expect((await stage.ask('DELETE', `/projects/${project}/channel-templates/${template}`)).status).toBe(204)
    expect((await stage.ask('GET', `/projects/${project}/channel-templates/${template}`)).status).toBe(404)
  })
})

describe('by SMS', () => {
  const sms = (words: string) => stage.ask('POST', `/channels/${account.channel}-sms/messages`, to('+525577770001', { body: text(words) }))
  test.each([
    ['a'.repeat(160), 1], ['a'.repeat(161), 2], ['ñ'.repeat(160), 1], ['€'.repeat(80), 1], ['€'.repeat(81), 2],
    ['í'.repeat(70), 1], ['í'.repeat(71), 2], ['a'.repeat(307), 3], [`${'a'.repeat(60)}🏠`, 1],
  ])('%.12s… is charged as what it takes', async (words, units) => expect((await sms(words)).body).toMatchObject({ status: 'accepted', chargeableUnits: units }))
  test('only words go out, whatever the hour, and what comes in has its own event and no conversation', async () => {
    const { body: { id } } = await sms('Tu visita es mañana a las 11')
    expect((await stage.ask('POST', `/channels/${account.channel}-sms/messages`, to('+525577770001', { body: { type: 'image', image: { images: [{ mediaUrl: 'https://a.example/b' }] } } }))).status).toBe(422)
    await stage.settle(1_000)
    expect(stage.heard.filter(({ event, payload }) => event === 'sms.outbound' && payload['id'] === id).map(({ payload }) => payload['status'])).toEqual(['accepted', 'sent', 'delivered'])
    await stage.dial('+525577770001', { sms: 'Gracias' })
    const payload = await inbound('sms.inbound')
    expect(payload).toMatchObject({ channelId: `${account.channel}-sms`, body: text('Gracias'), sender: { contact: { identifierValue: '+525577770001' } }, chargeableUnits: 1 })
    expect(payload).not.toHaveProperty('context')
    expect((await stage.ask('GET', `/channels/${account.channel}-sms/messages`)).body.results[0]).toMatchObject({ id: payload['id'] })
    expect((await stage.ask('GET', `/channels/${account.channel}/messages/${id}`)).status).toBe(404)
    expect(stage.bird.phone.messages('+525577770001').at(-1)).toMatchObject({ text: 'Gracias', isSms: true })
  })
})
