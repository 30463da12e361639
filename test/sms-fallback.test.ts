import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { noteSaid } from '@portero/tool-server/actions/note-said.ts'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { replyAsPerson } from '@portero/tool-server/actions/reply.ts'
import { say, type Instead, type Told } from '@portero/tool-server/actions/say.ts'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { defineAction } from '@portero/tool-server/define.ts'
import { byTemplate } from '@portero/tool-server/domain/message-templates.ts'
import { sendMessage, type Content } from '@portero/tool-server/domain/ports/messaging.ts'
import type { Purpose } from '@portero/tool-server/domain/send-gate.ts'
import { transcriptOf } from '@portero/tool-server/store/card-transcript.ts'
import { noteTemplates } from '@portero/tool-server/store/templates.ts'
import { transcript } from '@portero/tool-server/store/transcripts.ts'
import { openBirdHouse, type BirdHouse } from './support/bird-stage.ts'

// Whom WhatsApp can't reach is reached by SMS, once. The stage's clock begins on Monday at 11:00 in Mexico City.
jest.setTimeout(120_000)
const rates = { currency: 'USD', zone: 'America/Mexico_City', prices: [{ category: 'sms', country: 'MX', from: '2026-10-01', micros: 30_000 }] }
let stage: BirdHouse
beforeAll(async () => void (stage = await openBirdHouse({ settings: { rates } })))
afterAll(() => stage.end())

const minute = 60_000
const hour = 60 * minute
type Open = { on: BirdHouse; id: string; number: string }
const opened = async (last: number, on = stage): Promise<Open> => {
  const number = `+5255460000${String(last).padStart(2, '0')}`
  const { conversationId } = on.bird.phone.write(number, { text: 'hola' })
  await on.follow()
  const { rows: [row] } = await sql<{ id: string }>`select id from conversation where external_id = ${conversationId}`.execute(on.house.db.bare)
  return { on, id: row!.id, number }
}
const args = z.strictObject({ conversation: z.uuid(), purpose: z.string(), content: z.any(), key: z.string(), instead: z.any().optional() })
const speak = defineAction({ name: 'sms-test.say', args, result: z.strictObject({ told: z.any() }), scopes: [], callers: ['system'] }).decides(async ({ conversation, purpose, content, key, instead }, act) => ({
  told: await say(act, { conversation, purpose: purpose as Purpose, content: content as Content, key, ...(instead !== undefined && { instead: instead as Instead }) }),
}))
const system = ({ house } = stage) => house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')
const staff = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, ['conversations:write'])
const text = (words: string): Content => ({ type: 'text', text: words })
const tell = async ({ on, id }: Open, content: Content, { purpose = 'answer', key = 'k', instead }: { purpose?: Purpose; key?: string; instead?: Instead } = {}): Promise<Told> =>
  (await system(on)(speak, { conversation: id, purpose, content, key, ...(instead && { instead }) })).told
const onPhone = ({ on, number }: Open) => on.bird.phone.messages(number).filter(({ from }) => from === 'them')
const bySms = (open: Open): string[] => onPhone(open).filter(({ isSms }) => isSms).map(({ text: words }) => words)
const lost = ({ on, number }: Open): void => on.bird.unreachable(number, 'told')
const control = async (name: string, body: object): Promise<void> => {
  const { ok } = await fetch(`${stage.lab.url}/_lab/bird/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!ok) throw new Error(`the lab refuses ${name}`)
}
// What Bird says of the first that we said on WhatsApp.
const told = async ({ number }: Open, status: 'failed'): Promise<void> => {
  const { id: message, contact: { id }, reference } = stage.bird.sent().find(({ contact, platform }) => contact.number === number && platform === 'whatsapp')!
  const { id: connection } = await stage.house.connection('bird')
  await system()(noteSaid, { connection, message, contact: { id, phone: number }, author: 'portero', key: reference.replace('portero:', ''), status, failed: { reason: 'unreachable', otherwise: 'sms' }, at: stage.clock.now() })
}
const shown = async ({ on, id }: Open) => (await transcript({ db: on.house.db, vault: on.house.vault, tenant: on.house.tenant }, id))!.lines.map(({ author, status, failure, isSms, text: words }) => ({ author, status, failure, isSms, text: typeof words === 'object' ? words.known : words }))
// What we said; this clock may stand still between the two.
const inTurn = (lines: Awaited<ReturnType<typeof shown>>) => lines.slice(1).toSorted((a, b) => Number(a.isSms ?? false) - Number(b.isSms ?? false))

describe('what WhatsApp cannot bring to somebody', () => {
  test('comes once as an SMS, in thrifty letters, and the transcript says why', async () => {
    const open = await opened(1)
    lost(open)
    expect(await tell(open, text('¡Listo! Tu visita está confirmada'))).toEqual({ said: true })
    await stage.follow(3_000)
    expect(onPhone(open).map(({ text: words, isSms }) => [words, isSms])).toEqual([['¡Listo! Tu visita esta confirmada', true]])
    expect((await shown(open)).slice(1)).toEqual([
      { author: 'portero', status: 'failed', failure: 'unreachable', isSms: undefined, text: '¡Listo! Tu visita está confirmada' },
      { author: 'portero', status: 'delivered', failure: undefined, isSms: true, text: '¡Listo! Tu visita esta confirmada' },
    ])
  })
  test('is explained in the card', async () => {
    const { rows: [row] } = await sql<{ id: string; person: string }>`select c.id, c.person_id as person from conversation c join message m on m.conversation_id = c.id where m.failure = 'unreachable' limit 1`.execute(stage.house.db.bare)
    const { db, vault, tenant } = stage.house
    const around = { person: { id: row!.person, name: undefined, phone: undefined, conversations: [{ id: row!.id, state: 'bot' }] }, catalogue: { buildings: [], homes: [], agents: [] }, tours: [], mediaUrl: async () => '' }
    const { lines } = await transcriptOf({ db, vault, tenant }, { language: 'es-MX', user: undefined, now: stage.clock.now() }, around as never)
    expect(lines.map(({ note }) => note)).toEqual([undefined, 'No llegó: su número no recibe WhatsApp.', 'Por SMS, porque no llegó por WhatsApp'])
  })
  test('costs what its parts cost', async () => {
    const open = await opened(2)
    lost(open)
    await tell(open, text(Array.from({ length: 60 }, (_, at) => `palabra${at}`).join(' ')))
    await stage.follow(3_000)
    expect((await stage.lines(open.number)).map(({ micros }) => micros).slice(1)).toEqual([0, 4 * 30_000])
  })
  test.each<[string, Content, string]>([
    ['a photo', { type: 'media', kind: 'image', url: 'https://casas.example/sala.jpg', caption: 'La sala' }, 'La sala\nhttps://casas.example/sala.jpg'],
    ['a place', { type: 'location', latitude: 19.4, longitude: -99.1, label: 'Casa Tabasco' }, 'Casa Tabasco\nhttps://maps.google.com/?q=19.4,-99.1'],
  ])('is a link where it is %s', async (_title, content, words) => {
    const open = await opened(content.type === 'media' ? 3 : 4)
    lost(open)
    await tell(open, content)
    await stage.follow(3_000)
    expect(bySms(open)).toEqual([words])
  })
  test('comes by SMS as well where Bird refuses it at once, and still stands in the transcript', async () => {
    const open = await opened(5)
    stage.bird.unreachable(open.number, 'refused')
    await tell(open, text('Te espero el lunes'))
    await stage.follow(3_000)
    expect(bySms(open)).toEqual(['Te espero el lunes'])
    expect(inTurn(await shown(open)).map(({ status, failure, isSms }) => [status, failure, isSms])).toEqual([['failed', 'unreachable', undefined], ['delivered', undefined, true]])
  })
  test('is a template as it reads, however long ago they wrote', async () => {
    const open = await opened(6)
    const { id: connection } = await stage.house.connection('bird')
    const instead = byTemplate('portero_window_reopen', 'es-MX', {})
    const know = defineAction({ name: 'sms-test.know', args: z.strictObject({}), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (_none, act) => {
      await noteTemplates(act, connection, [{ name: instead.template, language: 'es-MX', project: 'p-1', version: 'v-1', category: 'utility', status: 'approved' }])
      return {}
    })
    await system()(know, {})
    stage.clock.advance(25 * hour)
    stage.bird.unreachable(open.number, 'refused')
    expect(await tell(open, text('¿sigues ahí?'), { instead })).toEqual({ said: true })
    await stage.follow(3_000)
    expect(bySms(open).join(' ').length).toBeGreaterThan(20)
  })
})

describe('no SMS goes out', () => {
  const silent = async (open: Open): Promise<void> => {
    await stage.follow(3_000)
    expect([bySms(open), stage.bird.sent().filter(({ platform, contact }) => platform === 'sms' && contact.number === open.number)]).toEqual([[], []])
  }
  test.each([
    ['that the window is closed', '131047', 'window_closed'], ['that they want none', '131050', 'opted_out'], ['that the file will not do', '131053', 'unfit'], ['that we are too fast', '131056', 'throttled'], ['something new', '999999', 'unknown'],
  ])('where WhatsApp says %s', async (_title, code, failure) => {
    const open = await opened(Number(code.slice(-2)))
    stage.bird.fail(open.number, { status: 'sending_failed', code, reason: 'no' })
    await tell(open, text('hola'))
    await silent(open)
    expect((await shown(open)).at(-1)).toMatchObject({ status: 'failed', failure })
  })
  test('to somebody who meanwhile wants none', async () => {
    const open = await opened(12)
    lost(open)
    await control('hold', {})
    await tell(open, text('hola'))
    await stage.house.worker.settle()
    stage.clock.advance(1_000)
    const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where id = ${open.id}`.execute(stage.house.db.bare)
    await system()(optOut, { person: row!.person, conversation: open.id, evidence: 'said so', at: stage.clock.now() })
    await control('let-go', {})
    await stage.follow(3_000)
    expect(bySms(open).filter((words) => words === 'hola')).toEqual([])
  })
  test('of the bot where a person of ours has taken over meanwhile', async () => {
    const open = await opened(13)
    lost(open)
    await control('hold', {})
    await tell(open, text('hola'))
    await stage.house.worker.settle()
    stage.clock.advance(1_000)
    await staff()(takeOver, { conversation: open.id })
    await control('let-go', {})
    await silent(open)
    await staff()(handBack, { conversation: open.id })
    await told(open, 'failed') // anew, and late
    await silent(open)
  })
  test('of the bot where a person of ours takes over before it leaves', async () => {
    const open = await opened(16)
    lost(open)
    await tell(open, text('hola'))
    await stage.house.worker.settle()
    stage.lab.desk('bird').fault({ on: 'POST /workspaces/:workspace/channels/:channel/messages', fault: 'away' })
    stage.clock.advance(1_000)
    await stage.bird.silent()
    await stage.house.worker.settle() // tried once, refused by Bird
    await staff()(takeOver, { conversation: open.id })
    await stage.follow(2 * minute)
    const { rows } = await sql<{ state: string }>`select state from job where kind = 'command' and key like ${`say:${open.id}:bot:k/0/sms%`}`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ state: 'dropped' }])
    await silent(open)
  })
  test('about an SMS that failed', async () => {
    const open = await opened(14)
    lost(open)
    stage.bird.fail(open.number, { status: 'delivery_failed', code: '15005', reason: 'details: unknown subscriber; reason: unknown_subscriber; code: 1' })
    await tell(open, text('hola'))
    await stage.follow(6_000)
    expect(stage.bird.sent().filter(({ contact }) => contact.number === open.number).map(({ platform }) => platform)).toEqual(['whatsapp', 'sms'])
    expect((await shown(open)).slice(1).map(({ failure, isSms }) => [failure, isSms])).toEqual([['unreachable', undefined], ['unreachable', true]])
  })
  test('where the connection has no channel for it', async () => {
    const without = await openBirdHouse({ settings: { smsChannel: undefined } })
    try {
      const open = await opened(15, without)
      lost(open)
      await tell(open, text('hola'))
      await without.follow(3_000)
      expect([bySms(open), (await shown(open)).at(-1)?.failure]).toEqual([[], 'unreachable'])
    } finally {
      await without.end()
    }
  })
})

describe('however it is told', () => {
  test('twice, and the last first, it is one SMS', async () => {
    const open = await opened(20)
    lost(open)
    await control('twice', { yes: true })
    await control('hold', {})
    await tell(open, text('una vez'))
    await stage.house.worker.settle()
    stage.clock.advance(2_000)
    await control('let-go', { backwards: true })
    await stage.follow(3_000)
    await control('twice', { yes: false })
    expect(bySms(open)).toEqual(['una vez'])
    expect((await shown(open)).map(({ status }) => status)).toEqual(['delivered', 'failed', 'delivered'])
  })
  test('told anew, an hour later, it is still one', async () => {
    const open = await opened(21)
    lost(open)
    await tell(open, text('una vez'))
    await stage.follow(3_000)
    stage.clock.advance(hour)
    await told(open, 'failed')
    await stage.follow(3_000)
    expect(bySms(open)).toEqual(['una vez'])
  })
  test('what had arrived after all needs none', async () => {
    const open = await opened(25)
    await tell(open, text('hola'))
    await stage.follow(3_000)
    await told(open, 'failed')
    await stage.follow(3_000)
    expect([bySms(open), onPhone(open)]).toEqual([[], [expect.objectContaining({ text: 'hola' })]])
  })
  test('what a person of ours wrote goes by SMS while they are in charge, as theirs', async () => {
    const open = await opened(22)
    lost(open)
    await staff()(replyAsPerson, { conversation: open.id, text: 'Soy Sofía', key: 'r-1' })
    await stage.follow(3_000)
    expect(bySms(open)).toEqual(['Soy Sofia'])
    expect((await shown(open)).slice(1).map(({ author, failure, isSms }) => [author, failure, isSms])).toEqual([['human', 'unreachable', undefined], ['human', undefined, true]])
  })
  test('and also where it is refused at once', async () => {
    const open = await opened(23)
    stage.bird.unreachable(open.number, 'refused')
    await staff()(replyAsPerson, { conversation: open.id, text: 'Soy Bruno', key: 'r-2' })
    await stage.follow(3_000)
    expect(inTurn(await shown(open)).map(({ author, status, failure, isSms }) => [author, status, failure, isSms])).toEqual([['human', 'failed', 'unreachable', undefined], ['human', 'delivered', undefined, true]])
  })
  test('of our own accord it waits for the morning', async () => {
    const open = await opened(24)
    lost(open)
    const now = new Date(stage.clock.now())
    const nineAtNight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 3)
    stage.clock.advance(nineAtNight - stage.clock.now() - 2 * minute)
    stage.bird.phone.write(open.number, { sms: 'hola' })
    await sql`update conversation set heard_at = to_timestamp(${stage.clock.now() / 1_000}) where id = ${open.id}`.execute(stage.house.db.bare)
    await control('hold', {})
    await tell(open, text('Mañana te esperamos'), { purpose: 'service' })
    await stage.house.worker.settle()
    stage.clock.advance(5 * minute)
    await control('let-go', {})
    await stage.follow(5_000)
    expect(bySms(open)).toEqual([])
    stage.clock.advance(11 * hour)
    await stage.follow(3_000)
    expect(bySms(open)).toEqual(['Mañana te esperamos'])
  })
})

describe('an answer by number', () => {
  const list: Content = { type: 'list', text: '¿Cuándo?', button: 'Horarios', rows: [{ id: 'slot:a', title: 'lunes 11:00' }, { id: 'slot:b', title: 'martes 12:00', description: 'con Ana' }] }
  const answered = async (open: Open, words: string): Promise<string | undefined> => {
    open.on.bird.phone.write(open.number, { sms: words })
    await open.on.follow(1_000)
    return (await open.on.lines(open.number)).at(-1)?.pick
  }
  test('is what would have been pressed, of the latest that was offered', async () => {
    const open = await opened(30)
    lost(open)
    await tell(open, list)
    await stage.follow(3_000)
    expect(bySms(open)).toEqual(['¿Cuando?\n\n1. lunes 11:00\n2. martes 12:00 - con Ana'].map((words) => expect.stringMatching(new RegExp(`^${words.replaceAll(/[?.]/g, String.raw`\$&`).replace('Cuando', 'Cu[aá]ndo')}$`))))
    expect([await answered(open, '2'), await answered(open, 'la primera'), await answered(open, 'Martes 12:00'), await answered(open, '7'), await answered(open, 'mejor otro día')]).toEqual(['slot:b', 'slot:a', 'slot:b', undefined, undefined])
    await tell(open, { type: 'text', text: '¿Confirmas?', buttons: [{ id: 'yes', title: 'Sí' }, { id: 'no', title: 'No' }] }, { key: 'second' })
    await tell(open, text('Te espero'), { key: 'third' })
    await stage.follow(9_000)
    expect(await answered(open, '2')).toBe('no')
  })
  test('is nothing more a day later', async () => {
    const open = await opened(31)
    lost(open)
    await tell(open, list)
    await stage.follow(3_000)
    stage.clock.advance(24 * hour)
    expect(await answered(open, '2')).toBeUndefined()
  })
  test('is not sought where they wrote on WhatsApp', async () => {
    const open = await opened(32)
    lost(open)
    await tell(open, list)
    await stage.follow(3_000)
    stage.bird.unreachable(open.number, 'no')
    stage.bird.phone.write(open.number, { text: '2' })
    await stage.follow(1_000)
    expect((await stage.lines(open.number)).at(-1)?.pick).toBeUndefined()
  })
})

test('three hundred at once go out without a single 429, and never faster than a number may', async () => {
  const numbers = Array.from({ length: 300 }, (_, at) => `+52554700${String(at).padStart(4, '0')}`)
  const burst = defineAction({ name: 'sms-test.burst', args: z.strictObject({}), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (_none, act) => {
    for (const [at, phone] of numbers.entries()) await act.send(sendMessage, { to: { id: `contact-${at}`, phone }, content: text('hola'), ...(at % 2 === 1 && { by: 'sms' as const }) }, { key: `burst:${at}` })
    return {}
  })
  await control('hold', {}) // what comes of them is not the question
  await system()(burst, {})
  for (let passed = 0; passed < 12_000; passed += 250) {
    await stage.house.worker.settle()
    stage.clock.advance(250)
  }
  const requests = stage.lab.desk('bird').requests('POST /workspaces/:workspace/channels/:channel/messages').filter(({ body }) => (body as { reference: string }).reference.startsWith('portero:burst:'))
  expect([requests.length, new Set(requests.map(({ status }) => status))]).toEqual([300, new Set([202])])
  const busiest = Math.max(...requests.map(({ at }) => requests.filter((other) => other.at >= at && other.at < at + 1_000).length))
  expect(busiest).toBeLessThanOrEqual(80) // of WhatsApp's number, even if all of it were WhatsApp
})
