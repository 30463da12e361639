import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { printWebhook } from '@portero/tool-server/actions/webhook-printed.ts'
import { rooms } from '@portero/tool-server/app.ts'
import type { Connection, Inbound } from '@portero/tool-server/define.ts'
import { bodyFields, bytesIn, curlLine, parseDelivery, textOfFile } from '@portero/tool-server/domain/delivery-file.ts'
import { phoneOf } from '@portero/tool-server/domain/identity.ts'
import { maskBody, maskHeaders } from '@portero/tool-server/domain/mask-delivery.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { bytesOf } from './contract/knock.ts'
import { vendors } from './contract/vendors.ts'

// What the workbench makes of a delivery, for every vendor that sends any: a signature that holds, and a recording that says nothing of anybody.
const now = Date.UTC(2026, 10, 23, 17)
const secrets = ['the-new-secret-of-nobody-0000000001', 'the-old-secret-of-nobody-0000000002']
const url = 'https://portero.example/webhooks/x/0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41'
const speaking = vendors.flatMap(({ name, connector, contract }) => (contract.webhook && connector.webhook ? [{ name, connector, webhook: connector.webhook, sample: contract.webhook, settings: contract.settings(secrets), account: contract.account }] : []))

describe.each(speaking)('$name', ({ name, connector, webhook, sample: { samples, unsigned }, settings, account }) => {
  const connection: Connection = { id: '0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41', tenant: 't', vendor: name, account, settings }
  const [first] = samples
  const inbound: Inbound = { method: 'POST', url, headers: first!.headers ?? {}, rawBody: bytesOf(first!.body) }
  const signed = (): Inbound => webhook.signs!.sign(inbound, secrets[0]!, now)

  test('signs with the newest of its secrets, and its own check accepts it', () => {
    expect(webhook.signs!.secrets(settings)[0]).toBe(secrets[0])
    expect(() => webhook.verify(signed(), connection, now)).not.toThrow()
    expect(() => webhook.verify(webhook.signs!.sign(inbound, 'the-secret-of-somebody-else-00000003', now), connection, now)).toThrow('does not match')
    expect(() => webhook.verify(inbound, connection, now)).toThrow('missing')
  })
  if (unsigned?.body === undefined) {
    test('one changed byte is not accepted', () => {
      const { rawBody } = signed()
      for (let at = 0; at < rawBody.length; at += Math.max(1, Math.floor(rawBody.length / 20))) {
        const changed = Buffer.from(rawBody)
        changed[at] = changed[at]! ^ 1
        expect(() => webhook.verify({ ...signed(), rawBody: changed }, connection, now)).toThrow('does not match')
      }
    })
  }
  if (unsigned?.time === undefined) test('is of its time', () => expect(() => webhook.verify(signed(), connection, now + 30 * 3_600_000)).toThrow('too old'))

  test.each(samples)('a recording of "$name" says the same, and nothing of anybody', ({ body, headers = {} }) => {
    const text = bytesOf(body).toString()
    const masking = { redact: connector.redact, origins: [...(connector.hosts ?? []), new URL(settings.baseUrl ?? 'http://x.example').origin], secret: Buffer.alloc(32, 7) }
    const json = text === '' ? '' : maskBody(JSON.parse(text), masking)
    const file = parseDelivery(textOfFile({ vendor: name, masked: true, method: 'POST', headers: maskHeaders(headers), body: json }), 'a file')
    for (const said of wordsIn(text === '' ? '' : JSON.parse(text), connector.redact)) expect([said, JSON.stringify(file)]).toEqual([said, expect.not.stringContaining(said)])
    const again = webhook.parse(webhook.signs!.sign({ method: 'POST', url, headers: file.headers, rawBody: bytesIn(file) }, secrets[0]!, now), connection)
    expect(again.map(({ flow }) => flow)).toEqual(webhook.parse(webhook.signs!.sign({ ...inbound, headers, rawBody: bytesOf(body) }, secrets[0]!, now), connection).map(({ flow }) => flow))
  })
})

// Whatever a person may have said or be called: texts under the keys that the connector hides, with a word in them, numbers and addresses, and where they are.
const wordsIn = (value: unknown, redact: readonly string[], isHidden = false): string[] => {
  if (typeof value === 'string') return /[^\s@]@[^\s@]+\./.test(value) || /^\+\d{8,}$/.test(value) || (isHidden && /\p{L}{3}/u.test(value)) ? [value] : []
  if (typeof value === 'number') return Number.isInteger(value) ? [] : [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => wordsIn(each, redact, typeof each === 'string' ? redact.includes(key) : Array.isArray(value) && isHidden))
}

describe('what is masked', () => {
  const how = { redact: ['text'], origins: ['https://api.vendor.example'], secret: Buffer.alloc(32, 7) }
  test.each([
    ['words', { note: 'Vivo en Álamos 12, interior 3' }, { note: 'xxxx xx xxxxxx 00, xxxxxxxx 0' }],
    ['a value that looks like a word of the vendor', { text: 'deleted', event: 'deleted' }, { text: 'xxxxxxx', event: 'deleted' }],
    ['what looks like an id or a time, where people write', { text: '0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41', Text: '2026-11-23' }, { text: '0000x0x0-0x0x-0x0x-0x00-0x0x0x0x0x00', Text: '0000-00-00' }],
    ['a changed property, which may be a name', { propertyName: 'firstname', propertyValue: 'ximena' }, { propertyName: 'xxxxxxxxx', propertyValue: 'xxxxxx' }],
    ["WhatsApp's own id, which has a number in it", { id: 'wamid.HBgNNTIxNTUxMjM0' }, { id: 'xxxxx.xxxxxxxxxxxxxxx0' }],
    ['ids, times and numbers stay', { id: 201, messageId: 'm-7', at: '2026-11-23T17:00:00.120Z', by: '0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41' }, { id: 201, messageId: 'm-7', at: '2026-11-23T17:00:00.120Z', by: '0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41' }],
    ["the vendor's own addresses stay, others don't", { uri: 'https://api.vendor.example/users/U1', link: 'https://ana.example/a', more: 'https://api.vendor.example/users?q=ana' }, { uri: 'https://api.vendor.example/users/U1', link: 'xxxxx://xxx.xxxxxxx/x', more: 'xxxxx://xxx.xxxxxx.xxxxxxx/xxxxx?x=xxx' }],
    ['where somebody is', { coordinates: { latitude: 19.4178, longitude: -99 }, lat: 19, at: 0.5, times: 3 }, { coordinates: { latitude: 0, longitude: 0 }, lat: 0, at: 0, times: 3 }],
    ['a number as a number', { phone: 525512345678, text: 7, count: 7 }, { phone: 0, text: 0, count: 7 }],
  ])('%s', (_title, told, wanted) => {
    expect(maskBody(told, how)).toEqual(wanted)
  })
  test('keys that are somebody', () => {
    expect(Object.keys(maskBody({ 'ana@casa.example': true, '+5215512345678': true }, how) ?? {})).toEqual([expect.stringMatching(/^x[0-9a-f]{12}@example\.invalid$/), expect.stringMatching(/^\+10\d{9}$/)])
  })
  test('one person stays one person, and a number is nobody\'s', () => {
    const masked: any = maskBody([{ phone: '+5215512345678' }, { identifierValue: '+5215512345678' }, { phone: '+5215587654321' }], how)
    expect(masked[0].phone).toMatch(/^\+10\d{9}$/)
    expect(masked[1].identifierValue).toBe(masked[0].phone)
    expect(masked[2].phone).not.toBe(masked[0].phone)
  })
  test('two people do not become one, and what they become is read as a number', () => {
    const masked: any = maskBody(Array.from({ length: 1_000 }, (_, at) => `+52155${10_000_000 + at}`), how)
    expect([new Set(masked).size, masked.filter((each: string) => phoneOf(each) !== each)]).toEqual([1_000, []])
  })
  test('headers keep what the vendor says, and neither proof nor whose machine it was', () => {
    expect(maskHeaders({ 'content-type': 'application/json', 'x-goog-channel-token': 's', 'messagebird-signature': 's', authorization: 's', 'x-forwarded-for': '10.0.0.1', 'cf-connecting-ip': '10.0.0.1', 'x-goog-channel-id': 'c-1', 'x-goog-resource-uri': 'https://x.example/calendars/ana%40casa.example/events', host: 'x' })).toEqual({ 'content-type': 'application/json', 'x-goog-channel-id': 'c-1' })
  })
})

describe('a file', () => {
  test.each([['JSON', Buffer.from('{"a":[1,"ñ"]}')], ['JSON that is written otherwise', Buffer.from('{ "a": 1.0 }')], ['a JSON text', Buffer.from('"hola"')], ['null', Buffer.from('null')], ['words', Buffer.from('hola\n')], ['bytes', Buffer.from([0, 255, 10])], ['nothing', Buffer.of()]])('gives back the very bytes of %s', (_title, bytes) => {
    expect(bytesIn(parseDelivery(textOfFile({ vendor: 'x', masked: false, method: 'POST', headers: {}, ...bodyFields(bytes) }), 'f'))).toEqual(bytes)
  })
  test.each([['no JSON', 'hola'], ['no vendor', '{"body":[]}'], ['a header in two lines', '{"vendor":"x","headers":{"a":"b\\r\\nc: d"}}'], ['a path elsewhere', '{"vendor":"x","path":"/tools/book_tour"}']])('with %s is refused, and says what one is', (_title, text) => {
    expect(() => parseDelivery(text, 'hand.json')).toThrow(/^hand\.json is no delivery .* is enough$/)
  })
  test('a line of curl says a quote as it is', () => {
    expect(curlLine({ method: 'POST', url, headers: { a: "d'" }, rawBody: Buffer.from(`{"x":"l'a"}`) })).toBe(`printf %s '{"x":"l'\\''a"}' | curl -sS -i -X POST '${url}' -H @<(printf '%s\\n' 'a: d'\\''') --data-binary @-`)
    expect(curlLine({ method: 'POST', url, headers: {}, rawBody: Buffer.from([0, 1]) })).toContain('base64 -d <<< AAE= | curl ')
  })
})

describe('what is wrong is said in one sentence, with what to do', () => {
  let dir = ''
  beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'portero-webhook-'))))
  afterAll(() => rmSync(dir, { recursive: true, force: true }))
  const ask = (words: string[], flags: Parameters<typeof printWebhook>[1], typed = '') => printWebhook(words, flags, {
    clock: realClock(), registry: makeRegistry(rooms), say() {}, typed: async () => typed, config: () => ({ publicBaseUrl: 'https://portero.example', lab: false, shadow: false }), withHouse: async () => expect('the database').toBe('left alone'),
  })
  const hand = (content: object): string => {
    const file = join(dir, 'hand.json')
    writeFileSync(file, JSON.stringify(content))
    return file
  }
  const delivery = { vendor: 'hubspot', body: [] }
  test.each<[string, () => Promise<boolean>, string]>([
    ['no such verb', () => ask(['dance', 'x'], {}), 'portero webhook record DIR'],
    ['no file', () => ask(['sign'], {}), 'portero webhook record DIR'],
    ['nobody\'s secret', () => ask(['sign', hand(delivery)], {}), '--connection ID has one in the database'],
    ['a file that is not there', () => ask(['sign', '/no/such/file'], { vendor: 'hubspot' }, 'x'), 'name a file that is there'],
    ['a vendor without webhooks', () => ask(['sign', hand(delivery)], { vendor: 'smtp' }, 'x'), 'bird'],
    ['no secret', () => ask(['sign', hand(delivery)], { vendor: 'hubspot' }), 'standard input'],
    ['settings of another vendor', () => ask(['sign', hand(delivery)], { vendor: 'hubspot' }, '{"pushSecrets":["x"]}'), 'the settings on standard input'],
    ['no address', () => ask(['sign', hand(delivery)], { vendor: 'hubspot', url: 'portero' }, 'x'), 'such as https://'],
    ['what is no list, which graph signs within', () => ask(['sign', hand(delivery)], { vendor: 'graph' }, 'x'), '"value"'],
    ['what is no delivery', () => ask(['resend', hand({})], { vendor: 'hubspot' }, 'x'), 'is enough'],
    ['a delivery of another vendor', () => ask(['resend', hand(delivery)], { vendor: 'bird' }, 'x'), 'is of hubspot'],
    ['somebody else\'s door', () => ask(['resend', hand(delivery)], { vendor: 'hubspot', url: 'https://elsewhere.example' }, 'x'), 'is not our own door'],
    ['our own door by another protocol', () => ask(['resend', hand(delivery)], { vendor: 'hubspot', url: 'http://portero.example' }, 'x'), 'is not our own door'],
    ['a door at which nobody is', () => ask(['resend', hand(delivery)], { vendor: 'hubspot', url: 'http://127.0.0.1:9' }, 'x'), 'start the server'],
    ['invented people, to a house in earnest', () => ask(['resend', hand({ ...delivery, masked: true })], { vendor: 'hubspot' }, 'x'), '--sure'],
    ['no time', () => ask(['record', dir], { since: 'ayer' }), '2026-11-23'],
    ['no id', () => ask(['record', dir], { id: 'x' }), 'portero replay'],
    ['everything, by nobody', () => ask(['record', dir], { raw: true }), '--as NAME'],
  ])('%s', async (_title, asked, said) => {
    const thrown = await asked().catch((thrown: unknown) => thrown)
    expect(thrown).toMatchObject({ name: 'AppError', message: expect.stringContaining(said) })
  })
})
