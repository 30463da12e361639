import { createServer, type Server, type Socket } from 'node:net'
import tls from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { SMTPServerOptions } from 'smtp-server'
import { z } from 'zod'
import { smtp } from '@portero/tool-server/connectors/smtp/index.ts'
import { settings as smtpSettings } from '@portero/tool-server/connectors/smtp/settings.ts'
import { defineAction, type Connector, type Flow, type Http } from '@portero/tool-server/define.ts'
import { sendMail } from '@portero/tool-server/domain/ports/mail.ts'
import { isVouchedFor } from '@portero/tool-server/spine/doctor-mail.ts'
import { openMailServer, type MailServer, type Said } from './lab/smtp/mail-server.ts'
import type { Letter } from './lab/smtp/read-letter.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { failure, makeStage, portOf, type Stage } from './support/http-stage.ts'
import { cert, key } from './support/localhost-certificate.ts'

// Mail through the one way out, to a real server: what is sent once, what is sent again, and what never leaves.
const letter = { from: { name: 'Portería ñ', address: 'avisos@casas.example' }, to: 'ana@casas.example', subject: 'Te necesitan: ¿sigue libre el ático? 🏠', text: 'Hola, Ana.\n\nUna línea larga: '.padEnd(200, 'ñandú ') + '\n.\n..fin', html: '<p>Hola, <b>Ana</b></p>', messageId: 'abc.1@casas.example' }
const mail = (change: object = {}) => ({ method: 'MAIL', path: '', headers: { 'Auto-Submitted': 'auto-generated' }, body: { ...letter, ...change } })
const taken: Said = { status: 250, text: '2.0.0 OK queued' }
const login = { username: 'avisos', password: 'clave-que-nadie-sabe' }

type Post = MailServer & { letters: Letter[]; logins: string[] }
const open: MailServer[] = []
const post = async ({ says = async () => taken, known, more = {} }: { says?: (letter: Letter, count: number) => Promise<Said>; known?: typeof login; more?: SMTPServerOptions } = {}): Promise<Post> => {
  const letters: Letter[] = []
  const logins: string[] = []
  const onAuth: SMTPServerOptions['onAuth'] = ({ username = '', password }, _session, done) => {
    logins.push(username)
    return password === login.password ? done(null, { user: username }) : done(Object.assign(new Error('5.7.8 not accepted'), { responseCode: 535 }))
  }
  const server = await openMailServer({ answer: (one) => says(one, letters.push(one)), login: known, more: { onAuth, ...more } })
  open.push(server)
  return { ...server, letters, logins }
}
type Done = (refused: Error) => void
const refusing = (responseCode: number, text: string) => (...given: unknown[]): void => (given.at(-1) as Done)(Object.assign(new Error(text), { responseCode }))
const silent: Server[] = []
const sockets: Socket[] = []
const mute = async (): Promise<{ url: string; met: Promise<void> }> => {
  let meet = (): void => {}
  const met = new Promise<void>((resolve) => (meet = resolve))
  const server = createServer((socket) => (sockets.push(socket), meet()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  silent.push(server)
  return { url: `smtp://127.0.0.1:${portOf(server)}`, met }
}

const promptMs = 8_000 // nodemailer's own limit is at twice the 10 s of the clock that we move
let stage: Stage
const over = (url: string, settings: object = {}, how: object = {}): Promise<Http & { connection: { id: string } }> => stage.http(url, { auth: { kind: 'login' }, settings, ...how })
beforeAll(async () => void (stage = await makeStage()))
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of silent.splice(0)) server.close()
})
afterAll(() => stage.end())

describe('a letter', () => {
  test('arrives as it was written, once', async () => {
    const { url, letters } = await post()
    expect(await (await over(url))(mail())).toEqual({ status: 250, headers: {}, body: { secure: false } })
    expect(letters).toEqual([{ ...letter, headers: expect.objectContaining({ 'auto-submitted': 'auto-generated', date: 'Mon, 23 Nov 2026 17:00:00 +0000' }), bytes: expect.any(Buffer) }])
  })
  test.each<[string, object]>([
    ['a subject of two lines', { subject: 'Hola\r\nBcc: otra@elsewhere.example' }],
    ['a subject with a bare line feed', { subject: 'Hola\nX-Evil: 1' }],
    ['a recipient with a command in it', { to: 'ana@casas.example>\r\nRCPT TO:<otra@elsewhere.example' }],
    ['two recipients', { to: 'ana@casas.example, otra@elsewhere.example' }],
    ['a name of two lines', { from: { name: 'Ana\r\nBcc: otra@elsewhere.example', address: 'avisos@casas.example' } }],
    ['an id of two lines', { messageId: 'a@b\r\nBcc: c' }],
    ['a file for its text', { text: { path: '/etc/passwd' } }],
    ['an attachment', { attachments: [{ path: '/etc/passwd' }] }],
  ])('with %s is not sent', async (_title, change) => {
    const { url, letters } = await post()
    expect(await failure((await over(url))(mail(change)))).toMatchObject({ code: 'invalid_input', arrived: 'no' })
    expect(letters).toEqual([])
  })
  test('is all that a mail server is told', async () => {
    const { url, letters } = await post()
    const http = await over(url)
    for (const call of [{ ...mail(), method: 'POST' }, { ...mail(), path: '/x' }, { ...mail(), path: 'https://elsewhere.example/' }]) expect(await failure(http(call))).toMatchObject({ code: 'bug' })
    expect(letters).toEqual([])
  })
})

describe('what the server says before it has heard the letter', () => {
  test.each<[string, SMTPServerOptions, object]>([
    ['no such user', { onRcptTo: refusing(550, '5.1.1 <ana@casas.example> unknown') }, { code: 'refused', arrived: 'no' }],
    ['a greylist', { onRcptTo: refusing(450, '4.2.0 Greylisted') }, { code: 'unavailable', arrived: 'no', retryAfterMs: 60_000 }],
    ['not from you', { onMailFrom: refusing(553, '5.7.1 not owned by user') }, { code: 'invalid_input', arrived: 'no' }],
    ['log in first', { onMailFrom: refusing(530, '5.7.0 Authentication required') }, { code: 'disconnected', arrived: 'no' }],
    ['go away', { onConnect: refusing(554, 'No SMTP service here') }, { code: 'refused', arrived: 'no' }],
    ['not now', { onConnect: refusing(421, '4.3.2 closing') }, { code: 'unavailable', arrived: 'no' }],
    ['no larger than this', { size: 10 }, { code: 'too_large', arrived: 'no' }],
  ])('%s', async (_title, more, wanted) => {
    const { url, letters } = await post({ more })
    const failed = await failure((await over(url))(mail()))
    expect(failed).toMatchObject(wanted)
    expect(JSON.stringify([failed.message, failed.detail, failed.cause])).not.toContain('ana@')
    expect(letters).toEqual([])
  })
  test('nothing, since nobody is there', async () => {
    const { url, close } = await post()
    await close()
    open.pop()
    expect(await failure((await over(url))(mail()))).toMatchObject({ code: 'unavailable', arrived: 'no' })
  })
  test('nothing, for longer than we wait', async () => {
    const { url, met } = await mute()
    const failed = failure((await over(url))(mail()))
    await met
    stage.clock.advance(10_000)
    expect(await failed).toMatchObject({ code: 'timeout', arrived: 'no' })
  }, promptMs)
})

test('a server that is silent after the letter may have it', async () => {
  let meet = (): void => {}
  const met = new Promise<void>((resolve) => (meet = resolve))
  const { url } = await post({ says: () => (meet(), new Promise<Said>(() => {})) })
  const failed = failure((await over(url))(mail()))
  await met
  stage.clock.advance(10_000)
  expect(await failed).toMatchObject({ code: 'timeout', arrived: 'unknown' })
}, promptMs)

describe('who we are', () => {
  test('is said where it is asked', async () => {
    const { url, letters, logins } = await post({ known: login })
    await (await over(url, login))(mail())
    expect([letters.length, logins]).toEqual([1, ['avisos']])
  })
  test('is refused: nothing is sent, and nobody reads the password', async () => {
    const { url, letters } = await post({ known: login })
    const failed = await failure((await over(url, { ...login, password: 'otra-clave-secreta' }))(mail()))
    expect(failed).toMatchObject({ code: 'disconnected', arrived: 'no' })
    expect(JSON.stringify([failed.message, failed.detail, failed.cause, stage.logged()])).not.toContain('otra-clave-secreta')
    expect(letters).toEqual([])
  })
  test('can be tried without sending anything', async () => {
    const { url, letters, logins } = await post({ known: login })
    const http = await over(url, login, { reading: true })
    expect(await http({ ...mail(), reading: true })).toMatchObject({ body: { secure: false } })
    expect(await failure(http(mail()))).toMatchObject({ code: 'bug' })
    expect([letters, logins]).toEqual([[], ['avisos']])
  })
})

describe('TLS', () => {
  const secured: SMTPServerOptions = { key, cert, disabledCommands: [] }
  const required = '?tls=required'
  const trusting = async (work: () => Promise<void>): Promise<void> => {
    const before = tls.getCACertificates('default')
    tls.setDefaultCACertificates([...before, cert])
    await work().finally(() => tls.setDefaultCACertificates(before))
  }
  test.each<[string, SMTPServerOptions]>([['none is offered', {}], ['its certificate is not to be trusted', secured]])('where it is required and %s, not even the password leaves', async (_title, more) => {
    const { url, letters, logins } = await post({ known: login, more })
    expect(await failure((await over(url + required, login))(mail()))).toMatchObject({ code: 'disconnected', arrived: 'no' })
    expect([letters, logins]).toEqual([[], []])
  })
  test('is there from the beginning, or from STARTTLS on', () =>
    trusting(async () => {
      const started = await post({ known: login, more: secured })
      const begun = await post({ known: login, more: { ...secured, secure: true } })
      expect(await (await over(started.url + required, login))(mail())).toMatchObject({ body: { secure: true } })
      expect(await (await over(begun.url.replace('smtp:', 'smtps:'), login))(mail())).toMatchObject({ body: { secure: true } })
      expect([started.letters.length, begun.letters.length]).toEqual([1, 1])
    }))
})

describe('the guards of the way out', () => {
  test('who was told to slow down asks nobody for a minute', async () => {
    const { url, letters } = await post({ says: async () => ({ status: 421, text: '4.7.28 slower' }) })
    const http = await over(url)
    expect(await failure(http(mail()))).toMatchObject({ code: 'throttled' })
    expect(await failure(http(mail()))).toMatchObject({ code: 'throttled', retryAfterMs: 60_000 })
    expect(letters).toHaveLength(1)
  })
  test('a server that fails five times rests', async () => {
    const { url, letters } = await post({ says: async () => 'lost' })
    const http = await over(url)
    for (let count = 0; count < 5; count++) expect(await failure(http(mail()))).toMatchObject({ code: 'unavailable', arrived: 'unknown' })
    expect(await failure(http(mail()))).toMatchObject({ code: 'paused', arrived: 'no' })
    expect(letters).toHaveLength(5)
  })
  test('whose job others have taken over sends nothing', async () => {
    const { url, letters } = await post()
    const connection = { ...(await stage.connect({})), settings: { baseUrl: url } }
    const connector: Connector = { name: 'acme', settings: z.strictObject({}), auth: { kind: 'login' }, limits: { perSecond: 9, concurrent: 2, timeoutMs: 9_000 }, redact: [] }
    const http = stage.out.of(connection, connector, { lane: 'live', signal: new AbortController().signal, reading: false, leased: () => false })
    expect(await failure(http(mail()))).toMatchObject({ code: 'paused', arrived: 'no' })
    expect(letters).toEqual([])
  })
  test('who is called off sends nothing', async () => {
    const { url, met } = await mute()
    const off = new AbortController()
    const failed = failure((await over(url))({ ...mail(), signal: off.signal }))
    await met
    off.abort()
    expect(await failed).toMatchObject({ code: 'timeout', arrived: 'no' })
  }, promptMs)
})

describe('the command', () => {
  let house: TestHouse
  const answers: unknown[] = []
  const heard: Flow = { name: 'heard', payload: z.looseObject({}), decide: async (answer) => void answers.push(answer) }
  const nothing = z.strictObject({})
  beforeAll(async () => void (house = await testHouse({ connectors: [smtp], flows: [heard] })))
  afterAll(() => house.end())
  const send = async (url: string, key: string): Promise<void> => {
    answers.length = 0
    await house.connections.put({ tenant: house.tenant, vendor: 'smtp', account: 'avisos', settings: { baseUrl: url, from: letter.from.address } })
    const sends = defineAction({ name: 'sends', args: nothing, result: nothing, scopes: [], callers: ['system'] }).decides(async (_args, act) => {
      await act.send(sendMail, { to: letter.to, subject: letter.subject, text: letter.text }, { key, then: heard.name })
      return {}
    })
    await house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(sends, {})
    for (let passed = 0; passed < 30; passed++) {
      await house.worker.settle()
      house.clock.advance(30_000)
    }
  }
  const fate = async (key: string) => (await sql<{ state: string; code: string | null; uncertain: boolean }>`select state, error_code as code, uncertain_since is not null as uncertain from job where kind = 'command' and key = ${key}`.execute(house.db.bare)).rows[0]

  test('is tried again as long as the server says not yet, with the same Message-ID', async () => {
    const { url, letters } = await post({ says: async (_letter, count) => (count < 4 ? { status: 451, text: '4.7.1 Greylisted' } : taken) })
    await send(url, 'one')
    expect(await fate('one')).toMatchObject({ state: 'done', uncertain: false })
    expect([letters.length, new Set(letters.map(({ messageId }) => messageId)).size]).toEqual([4, 1])
    expect(answers).toEqual([expect.objectContaining({ done: { message: letters[0]!.messageId } })])
  })
  test('is done with when the server says never', async () => {
    const { url, letters } = await post({ says: async () => ({ status: 554, text: '5.7.1 spam' }) })
    await send(url, 'two')
    expect([await fate('two'), letters.length, answers]).toEqual([{ state: 'dead', code: 'refused', uncertain: false }, 1, [expect.objectContaining({ dead: { code: 'refused', uncertain: false } })]])
  })
  test('is not repeated when its answer was lost', async () => {
    const { url, letters } = await post({ says: async () => 'lost' })
    await send(url, 'three')
    expect([await fate('three'), letters.length]).toEqual([{ state: 'dead', code: 'unavailable', uncertain: true }, 1])
  })
  test('is repeated when the connection was lost before the letter', async () => {
    let count = 0
    const { url, letters } = await post({ more: { onMailFrom: (_from, _session, done) => (++count < 3 ? done(Object.assign(new Error('4.3.2 closing'), { responseCode: 421 })) : done()) } })
    await send(url, 'four')
    expect([(await fate('four'))?.state, letters.length]).toEqual(['done', 1])
  })
})

describe('the settings', () => {
  const usual = { baseUrl: 'smtp://smtp.casas.example:587', from: 'avisos@casas.example' }
  test.each<[string, object, boolean]>([
    ['a server and an address', {}, true], ['TLS from the beginning', { baseUrl: 'smtps://smtp.casas.example' }, true], ['a login', login, true],
    ['a web address', { baseUrl: 'https://smtp.casas.example' }, false], ['a password in the URL', { baseUrl: 'smtp://a:b@smtp.casas.example' }, false], ['a name of two lines', { fromName: 'a\nb' }, false], ['no address', { from: 'avisos' }, false],
  ])('take or refuse %s', (_title, change, isGood) => {
    expect(smtpSettings.safeParse({ ...usual, ...change }).success).toBe(isGood)
  })
  test('and a domain says by SPF who may write as it', () => {
    expect([isVouchedFor(['google-site-verification=x', 'v=spf1 include:_spf.google.com ~all']), isVouchedFor(['v=spf10']), isVouchedFor([])]).toEqual([true, false, false])
  })
})
