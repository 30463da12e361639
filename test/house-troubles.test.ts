import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { mindHouse } from '@portero/tool-server/actions/mind-house.ts'
import { mindLockOuts } from '@portero/tool-server/actions/mind-lock-outs.ts'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { serverUrl } from './support/databases.ts'
import { browserOf, enter, passwords } from './support/console-stage.ts'
import { portOf } from './support/http-stage.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What is wrong with the house itself is told as what is wrong with a connection: one letter, one alert, a line on each page, and once more when it is over.
jest.setTimeout(120_000)
const minute = 60_000
const number = '+525512345678'
let stage: VisitStage
let receiver: Server
const taken: Record<string, unknown>[] = []
const [operators, admins] = [['sofia@portero.example', 'tomas@portero.example'], ['elena@urbanhub.mx', 'sofia@portero.example', 'tomas@portero.example']] // one is an admin in the settings of HubSpot
beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    taken.push(JSON.parse(await text(request)) as Record<string, unknown>)
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()))
  stage = await openVisit()
  const { tenant, putOperator, connections } = stage.house
  for (const name of [...operators, 'admin']) await putOperator({ tenant, name, password: passwords.admin, role: 'admin' })
  await connections.put({ tenant, vendor: 'alerts', account: 'env', settings: { baseUrl: `http://127.0.0.1:${portOf(receiver)}`, path: '/', secret: `whsec_${Buffer.from('una clave inventada de 32 bytes!').toString('base64')}` } })
  await stage.say(number, 'Hola')
  await run(sql`update job set state = 'scheduled', run_at = ${at(stage.clock.now() + 365 * 86_400_000)} where name = 'mind-house'`) // whoever looks here is this test
})
afterAll(async () => {
  await stage.end()
  receiver.closeAllConnections()
  receiver.close()
})

const chore = (more: Partial<Parameters<typeof mindHouse>[0]> = {}) => mindHouse({ ...stage.house, clock: stage.clock, registry: makeRegistry({ connectors, flows }), publicBaseUrl: stage.url, dataDir: '.', ...more })
const mails = () => stage.lab.mail.state().mails
let [mailsBefore, takenBefore] = [0, 0]
beforeEach(() => void ([mailsBefore, takenBefore] = [mails().length, taken.length]))
const letters = () => mails().slice(mailsBefore).map(({ to, subject, text: words }) => ({ to, subject, words })).toSorted((a, b) => `${a.to} ${a.subject}`.localeCompare(`${b.to} ${b.subject}`)) // several are under way at once
const subjects = () => letters().map(({ to, subject }) => [to, subject])
const alerts = () => taken.slice(takenBefore).map(({ alert, state, waiting, cause, vendor }) => ({ alert, state, waiting, ...(cause !== undefined && { cause }), ...(vendor !== undefined && { vendor }) }))
const toAll = (...told: string[]) => admins.flatMap((to) => told.toSorted((a, b) => a.localeCompare(b)).map((subject) => [to, subject]))
// So many looks, a minute apart, each by two servers at once; and whatever they send has arrived.
const looks = async (times: number, ...wanted: Parameters<typeof chore>): Promise<void> => {
  for (let n = 0; n < times; n++) {
    await Promise.all([1, 2].map(() => chore(...wanted).run(new AbortController().signal)))
    await stage.house.worker.settle()
    stage.clock.advance(minute - 5_000)
    for (let second = 0; second < 5; second++) {
      stage.clock.advance(1_000)
      await stage.house.worker.settle()
    }
  }
}
const run = (statement: ReturnType<typeof sql>): Promise<unknown> => statement.execute(stage.house.db.bare)
const page = async (): Promise<string> => {
  const admin = browserOf(stage.house.doors)
  await enter(admin, 'admin')
  return (await admin.get('/console')).text
}
const kill = async (count: number, code: string, vendor?: string): Promise<void> => {
  const { tenant, clock } = stage.house
  const connection = vendor === undefined ? null : (await stage.house.connection(vendor)).id
  await run(sql`insert into job (tenant_id, id, kind, name, key, connection_id, lane, state, run_at, error_code, error, trace, created_at, finished_at)
    select ${tenant}::uuid, gen_random_uuid(), 'command', 'messages.send', 'dead:' || gen_random_uuid(), ${connection}::uuid, 'live', 'dead', ${at(clock.now())}, ${code}, ${`POST /x said ${number}`}, 'x', ${at(clock.now())}, ${at(clock.now())} from generate_series(1, ${count}::int)`)
}
const bury = (code: string): Promise<unknown> => run(sql`update job set state = 'dropped' where state = 'dead' and error_code = ${code}`)

describe('what has stopped for good', () => {
  test('a wave of 500 is one letter with the number, by cause, and one alert, though two servers look', async () => {
    await kill(200, 'refused', 'bird')
    await looks(1)
    expect([subjects(), alerts()]).toEqual([[], []]) // it may not be all of it yet
    await kill(300, 'refused', 'bird')
    await looks(3)
    expect(subjects()).toEqual(toAll('Se detuvieron 500 pendientes de Bird'))
    expect(alerts()).toEqual([{ alert: 'work.dead', state: 'begun', waiting: 500, cause: 'refused', vendor: 'bird' }])
    const { words } = letters()[0]!
    expect([words.includes('Eso no te está permitido'), words.includes('No se borró nada'), words.includes(`${stage.url}/console/queue`), words.includes(number)]).toEqual([true, true, true, false])
    expect(JSON.stringify(taken)).not.toContain(number)
    expect(await page()).toContain('Se detuvieron 500 pendientes de Bird')
  })
  test('more of the same cause is told to nobody, another cause is', async () => {
    await kill(40, 'refused', 'bird')
    await kill(1, 'bad_response')
    await looks(3)
    expect(subjects()).toEqual(toAll('Se detuvo un pendiente'))
    expect(alerts()).toEqual([{ alert: 'work.dead', state: 'begun', waiting: 1, cause: 'bad_response' }])
    expect(await page()).toContain('Se detuvieron 540 pendientes de Bird')
  })
  test('and once none of a cause is left, that it is over', async () => {
    await bury('refused')
    await looks(2)
    expect(subjects()).toEqual(toAll('Ya no hay pendientes detenidos de Bird'))
    expect(letters()[0]!.words).toContain('Llegaron a ser 540')
    expect(alerts()).toEqual([{ alert: 'work.dead', state: 'over', waiting: 540, vendor: 'bird', cause: 'refused' }])
    expect(await page()).not.toContain('pendientes de Bird')
    await kill(2, 'refused', 'bird') // anew
    await looks(3)
    expect(subjects()).toEqual(toAll('Ya no hay pendientes detenidos de Bird', 'Se detuvieron 2 pendientes de Bird'))
  })
  test('several at one look are one letter, begun and over', async () => {
    await bury('refused')
    await bury('bad_response')
    await looks(2)
    expect(subjects()).toEqual(toAll('2 cosas de Portero ya están bien'))
    await kill(1, 'timeout', 'bird')
    await kill(3, 'conflict', 'hubspot')
    await looks(3)
    expect(subjects()).toEqual(toAll('2 cosas de Portero ya están bien', '2 cosas por atender en Portero'))
    expect(letters().find(({ subject }) => subject.includes('por atender'))!.words).toMatch(/— Se detuvo un pendiente de Bird[^]*— Se detuvieron 3 pendientes de HubSpot/)
    expect(alerts().map(({ state }) => state)).toEqual(['over', 'over', 'begun', 'begun'])
    await bury('timeout')
    await bury('conflict')
    await looks(2)
  })
  test('what is mended within a minute is told to nobody', async () => {
    await kill(5, 'timeout', 'bird')
    await looks(1)
    await bury('timeout')
    await looks(2)
    expect([subjects(), alerts()]).toEqual([[], []])
  })
})

describe('somebody asked for a person', () => {
  const escalate = async (): Promise<{ id: string; conversation: string }> => {
    const { db, tenant, clock } = stage.house
    const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation limit 1`.execute(db.bare)
    const id = newId(clock)
    const sealed = await stage.house.vault.seal(db.bare, { tenant, person: row!.person }, `escalation.summary:${id}`, `Llamar a ${number}`)
    await run(sql`insert into escalation (tenant_id, id, person_id, conversation_id, reason, summary_sealed, opened_at, due_at) values (${tenant}, ${id}, ${row!.person}, ${row!.id}, 'asked_for_person', ${sealed}, ${at(clock.now())}, ${at(clock.now() + 15 * minute)})`)
    return { id, conversation: row!.id }
  }
  test('whom nobody sees in time is told with how many and since when, without a word of who; and over when they are seen', async () => {
    const { conversation } = await escalate()
    await looks(15)
    expect([subjects(), alerts()]).toEqual([[], []])
    await looks(3)
    expect(subjects()).toEqual(toAll('Alguien pidió a una persona, y nadie lo ha visto'))
    expect(letters()[0]!.words).toMatch(/Espera una conversación; a la primera se le acabó el tiempo prometido el lunes 23 nov, \d+:\d\d h/)
    expect(alerts()).toEqual([{ alert: 'escalations.unseen', state: 'begun', waiting: 1 }])
    expect(taken.at(-1)).toMatchObject({ severity: 'critical', page: `${stage.url}/console`, runbook: 'docs/alerts.md#porteroescalationslate', since: expect.stringMatching(/^2026-11-23T/) })
    expect(JSON.stringify([letters(), taken])).not.toContain(number)
    const { acting, tenant, db } = stage.house
    const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where id = ${conversation}`.execute(db.bare)
    await acting.as({ tenant, by: 'staff', user: 'sofia', person: row!.person, conversation }, 'all')(takeOver, { conversation })
    await looks(2)
    expect(subjects()).toEqual(toAll('Alguien pidió a una persona, y nadie lo ha visto', 'Ya se vio a todos los que pedían a una persona'))
    expect(alerts().map(({ state }) => state)).toEqual(['begun', 'over'])
  })
})

describe('work that is due and is not done', () => {
  const put = async (kind: string, ms: number, more: { connection?: string; code?: string } = {}): Promise<void> => {
    const { tenant, clock } = stage.house
    const connection = more.connection === undefined ? null : (await stage.house.connection(more.connection)).id
    await run(sql`insert into job (tenant_id, id, kind, name, key, connection_id, serial, lane, state, run_at, due_at, error_code, trace, created_at) values (${tenant}, ${newId(clock)}, ${kind}, 'of-nobody', ${newId(clock)}, ${connection}, 'late', 'bulk', 'ready', ${at(clock.now() + 3_600_000)}, ${at(clock.now() - ms)}, ${more.code ?? 'paused'}, 'x', ${at(clock.now())})`)
  }
  const done = (): Promise<unknown> => run(sql`delete from job where name = 'of-nobody'`)
  test.each<[string, number, object, boolean]>([['turn', 3, {}, true], ['turn', -5, {}, false], ['command', 16, { connection: 'bird' }, true], ['command', 5, { connection: 'bird' }, false], ['command', 20, { connection: 'bird', code: 'disconnected' }, false]])('a %s, due %i minutes ago', async (kind, minutes, more, isTold) => {
    await put(kind, minutes * minute, more)
    await looks(3)
    await done()
    await looks(2)
    expect(subjects().filter(([, subject]) => subject!.startsWith('Portero'))).toEqual(isTold ? toAll('Portero va atrasado con su trabajo', 'Portero ya está al día con su trabajo') : [])
    expect(alerts().flatMap(({ alert, state }) => (alert === 'work.late' ? [[alert, state]] : []))).toEqual(isTold ? [['work.late', 'begun'], ['work.late', 'over']] : [])
  })
})

test('an audit that nobody seals', async () => {
  const { tenant, clock } = stage.house
  await run(sql`update job set state = 'scheduled', run_at = ${at(clock.now() + 86_400_000)} where name = 'seal-audit'`)
  await run(sql`insert into audit (tenant_id, id, at, by, what, object, trace) values (${tenant}, ${newId(clock)}, ${at(clock.now() - 14 * minute)}, 'system', 'test', 'x', 'x')`)
  await looks(1)
  expect(await sql`select 1 from trouble`.execute(stage.house.db.bare)).toMatchObject({ rows: [] })
  await looks(3)
  expect(alerts().map(({ alert, state }) => [alert, state])).toEqual([['audit.unsealed', 'begun']])
  await run(sql`update job set run_at = ${at(clock.now())} where name = 'seal-audit'`)
  await looks(2)
  expect(subjects()).toEqual(toAll('El registro de cambios no se está sellando', 'El registro de cambios ya se está sellando'))
})

const embedded = serverUrl ? test.skip : test
embedded('a disk that fills, where the database lies on it', async () => {
  await looks(3, { leastFree: 1.1 })
  await looks(2, { leastFree: 0 })
  expect(subjects()).toEqual(toAll('El disco de Portero se está llenando', 'El disco de Portero ya tiene espacio'))
  expect(alerts()).toEqual([{ alert: 'house.disk', state: 'begun', waiting: 0 }, { alert: 'house.disk', state: 'over', waiting: 0 }])
})

test('where there is no mail the webhook hears it all the same, and the page says it', async () => {
  await run(sql`update connection set vendor = 'smtp-away' where vendor = 'smtp'`)
  stage.clock.advance(10_000) // what is known of connections is remembered for five seconds
  await kill(7, 'refused', 'bird')
  await looks(3)
  expect([subjects(), alerts().map(({ state }) => state), (await page()).includes('Se detuvieron 7 pendientes de Bird')]).toEqual([[], ['begun'], true])
  await bury('refused')
  await run(sql`update connection set vendor = 'smtp' where vendor = 'smtp-away'`)
  await looks(2)
  expect(alerts().map(({ state }) => state)).toEqual(['begun', 'over'])
})

describe('a vendor that falls silent', () => {
  const week = 7 * 24 * 60 * minute
  // So many deliveries of it a week before the hour at hand.
  const delivered = async (count: number, agoMs: number): Promise<void> => {
    const { tenant, clock } = stage.house
    const { id } = await stage.house.connection('bird')
    await run(sql`insert into inbox (tenant_id, id, connection_id, sha256, state, received_at, parsed_at, trace) select tenant_id, gen_random_uuid(), ${id}::uuid, decode(md5(random()::text), 'hex'), 'parsed', ${at(clock.now() - agoMs)}, ${at(clock.now() - agoMs)}, 'x' from tenant, generate_series(1, ${count}::int) where tenant_id = ${tenant}`)
  }
  test('by day, having sent much a week ago, is told once, and over when something comes', async () => {
    const { clock } = stage
    clock.advance(3.5 * 60 * minute) // 14:30 or so in Mexico, and nobody has written for that long
    await delivered(20, week + 60 * minute)
    await looks(3)
    expect(alerts()).toContainEqual({ alert: 'connection.silent', state: 'begun', waiting: 0, vendor: 'bird' })
    expect(subjects()).toEqual(toAll('Bird lleva tres horas sin mandar nada'))
    await stage.say(number, 'Sigo aquí')
    await looks(2)
    expect(subjects()).toEqual(toAll('Bird lleva tres horas sin mandar nada', 'Bird ya está bien con Portero'))
  })
})

test('somebody who is locked out again and again is told to the webhook as well, once, without who or where', async () => {
  const { db, clock, tenant } = stage.house
  await run(sql`insert into sign_in_try (tenant_id, asker, tries, ends_at, locks) values (${tenant}, ${Buffer.from('digest')}, 5, ${at(clock.now() + minute)}, 3)`)
  const lockOuts = mindLockOuts({ ...stage.house, log: makeLog({ level: 'silent', clock }), registry: makeRegistry({ connectors, flows }), publicBaseUrl: stage.url })
  await Promise.all([1, 2].map(() => lockOuts.run(new AbortController().signal)))
  await looks(1)
  await lockOuts.run(new AbortController().signal)
  await looks(1)
  expect([alerts(), subjects().length]).toEqual([[{ alert: 'console.lock-outs', state: 'begun', waiting: 1 }], admins.length])
  expect(taken.at(-1)).toMatchObject({ page: `${stage.url}/console/access`, runbook: 'docs/access.md#by-a-password' })
  expect((await sql`select 1 from sign_in_try where told_at is null and locks > 2`.execute(db.bare)).rows).toEqual([])
})

test('in shadow it is recorded what would have been told, and nothing leaves', async () => {
  const shadow = await openVisit(undefined, { shadow: true })
  const { db, tenant, clock } = shadow.house
  await sql`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, error_code, trace, created_at) values (${tenant}, ${newId(clock)}, 'turn', 'of-nobody', 'dead', 'live', 'dead', ${at(clock.now())}, 'bug', 'x', ${at(clock.now())})`.execute(db.bare)
  for (let n = 0; n < 3; n++) await shadow.follow(minute)
  expect((await sql<{ state: string }>`select distinct state from job where name = 'mail.send'`.execute(db.bare)).rows).toEqual([{ state: 'shadowed' }])
  expect(shadow.lab.mail.state().mails).toEqual([])
  await shadow.end()
})
