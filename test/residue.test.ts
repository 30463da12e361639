import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { erasePerson } from '@portero/tool-server/actions/erase-person.ts'
import { archiveOf } from '@portero/tool-server/actions/person-archive.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { acceptCase } from '@portero/tool-server/actions/privacy-answer.ts'
import { writeNote } from '@portero/tool-server/actions/reply.ts'
import { requestPrivacy } from '@portero/tool-server/actions/request-privacy.ts'
import { noteEmail } from '@portero/tool-server/store/invitations.ts'
import { personal } from '@portero/tool-server/store/personal.ts'
import { headings, transcript } from '@portero/tool-server/store/transcripts.ts'
import { sampleOf } from './lab/bird/samples.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { testHouse } from './support/house.ts'
import { openCalendarHouse, type CalendarHouse } from './support/calendar-house.ts'
import { filesIn, residueIn } from './support/residue.ts'
import { hour, type Visitor } from './support/visits-stage.ts'

// Somebody who lived a long history through every door cancels. What is left of them is looked for everywhere, and then everything that could bring them back is run.
jest.setTimeout(240_000)
const sample = fileURLToPath(new URL('../tool-server/catalogue.sample.yaml', import.meta.url))
const name = 'Zoraida Quetzalmarca'
const mail = 'zoraida.quetzal@ejemplo.mx'
const words = 'tengo un axolotl llamado Xóchitl'
const photo = sampleOf('image').bytes
const [number, second] = ['+525519283746', '+525519283747'] as const // the second was a person of its own for a while
const marks = ['Zoraida', 'Quetzalmarca', mail, 'axolotl', '5519283746', '5519283747', photo.subarray(40, 90)]
const messages = 250

let stage: CalendarHouse
let who: Visitor & { external: string }
let other: Visitor & { external: string }
let privacyCase: string
let heardBefore = 0
let before: Awaited<ReturnType<typeof look>>
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const look = async () => {
  const { house, lab } = stage
  const { calls: _calls, ...bird } = lab.bird.state() as { calls: unknown }
  const text = (state: unknown): string => JSON.stringify(state, (_key, value) => (value?.status === 'cancelled' && value.kind === 'calendar#event' ? undefined : value)) // what was deleted lies in Google's own bin for a month
  return residueIn(house, marks, {
    'the logs': house.logged(), 'the metrics': await (await fetch(`${stage.url}/metrics`)).text(), 'the data directory': filesIn(house.dataDir),
    Bird: text(bird), HubSpot: text(lab.hubspot.state()), Google: text(lab.google.state()), Microsoft: text(lab.graph.state()), Calendly: text(lab.calendly.state()),
  })
}
const heard = (): string[] => [number, second].flatMap((each) => stage.lab.bird.phone.messages(each)).filter(({ from }) => from === 'them').map(({ text }) => text)
const people = async () => (await stage.rows<{ id: string }>('select id from person where erased_at is null and merged_into is null order by id')).map(({ id }) => id)

beforeAll(async () => {
  stage = await openCalendarHouse()
  const { lab: { bird, hubspot }, house } = stage
  other = await stage.visitor()
  await bird.answeredBy('portero') // nobody answers, so that there is nothing but what they write
  const { conversationId } = bird.phone.write(number, { text: 'Hola', name })
  await stage.settle(2_000)
  const [row] = await stage.rows<{ person: string; conversation: string }>(`select person_id as person, id as conversation from conversation where external_id = '${conversationId}'`)
  who = { tenant: house.tenant, by: 'prospect', number, external: conversationId, ...row! }
  await house.db.tx((tx) => noteEmail(house.acting.within(tx, { tenant: house.tenant, by: 'system', person: who.person }), who.person, mail))
  const [google, graph] = stage.places
  const day = Math.floor(stage.clock.now() / 86_400_000) * 86_400_000
  await stage.book(who, google!, day + 3 * 86_400_000 + 18 * hour)
  await stage.book(who, graph!, day + 4 * 86_400_000 + 18 * hour)
  await stage.book(other, google!, day + 3 * 86_400_000 + 20 * hour)
  // Our own agent answers them, with calls of its tools.
  const { account } = await house.connection('bird')
  await house.switchAgent(account, 'portero')
  bird.phone.write(number, { text: `¿qué departamentos tienen? ${words}` })
  await stage.settle(12_000, 2_000)
  await house.switchAgent(account, 'bird')
  for (const tool of ['find_homes', 'my_tours']) await stage.ask(who, tool, {})
  await stage.ask(who, 'escalate', { reason: 'asked_for_person', summary: `${name}: ${words}` })
  await stage.ask(who, 'qualify_lead', { home: google!.home.slug })
  bird.phone.write(number, { media: { kind: 'image', caption: `mi sala, ${words}` } })
  for (let n = 0; n < messages; n++) bird.phone.write(number, { text: `${n}: ${words}` })
  await stage.settle(3_000)
  const contact = hubspot.state().contacts.find(({ properties }) => properties['phone'] === number)!
  hubspot.controls.change({ type: 'contacts', id: contact.id, properties: { email: mail, firstname: 'Zoraida', lastname: 'Quetzalmarca' } })
  await stage.settle(3_000)
  // A note in the team's inbox.
  await house.acting.as({ tenant: house.tenant, by: 'staff', user: 'sofia', person: who.person, conversation: who.conversation }, ['conversations:write'])(writeNote, { conversation: who.conversation, text: `${name}: ${words}`, key: 'nota-residuo' })
  // Somebody else of the same name turned out to be them.
  const { conversationId: elsewhere } = bird.phone.write(second, { text: words, name })
  await stage.settle(2_000)
  const [twin] = await stage.rows<{ person: string }>(`select person_id as person from conversation where external_id = '${elsewhere}'`)
  const { kept } = await system()(mergePeople, { people: [who.person, twin!.person] })
  expect(kept).toBe(who.person)
  await stage.settle(3_000)
  heardBefore = heard().length
  // A delivery that nobody could read, with somebody else's in the same batch.
  const connection = await house.connection('hubspot')
  await house.inbox.accept(connection, { method: 'POST', url: '/webhooks/hubspot', headers: {}, rawBody: Buffer.from(JSON.stringify([{ objectId: Number(contact.id), propertyValue: name, odd: true }, { objectId: 7, propertyValue: 'otra', odd: true }])) }, 'a'.repeat(32))
  await stage.settle(500)
  const asked = house.acting.as({ tenant: house.tenant, by: 'prospect', person: who.person, conversation: who.conversation }, 'all')
  privacyCase = (await asked(requestPrivacy, { kind: 'cancel', details: `soy ${name}: ${words}` })).case
  await stage.settle(500)
  before = await look()
})
afterAll(() => stage.end())

test('before, they are everywhere', () => {
  const where = new Set(before.found.map((each) => each.where))
  for (const place of ['message.body_sealed, opened', 'person.name_sealed, opened', 'claim.value_sealed, opened', 'media_bytes.bytes_sealed, opened', 'job.args_sealed, opened', 'inbox.raw_sealed, opened', 'escalation.summary_sealed, opened', 'Bird', 'HubSpot', 'Google', 'Microsoft']) expect(where).toContain(place)
})

describe('what they are handed who asks for their data', () => {
  let files: Map<string, Buffer>
  beforeAll(async () => {
    const { bytes } = await archiveOf(stage.house, { tenant: stage.house.tenant, person: who.person, there: { records: [], silent: [] } })
    const folder = mkdtempSync(join(tmpdir(), 'zip-'))
    writeFileSync(join(folder, 'a.zip'), bytes)
    execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, 'a.zip'), join(folder, 'all')]) // a reader that isn't ours, and checks its sums
    files = new Map(readdirSync(join(folder, 'all'), { recursive: true, encoding: 'utf8' }).map((file) => [file, join(folder, 'all', file)] as const).filter(([, path]) => statSync(path).isFile()).map(([file, path]) => [file, readFileSync(path)]))
    rmSync(folder, { recursive: true })
  })
  test('is one archive with all that they said, sent, wanted and were told, and the file itself', async () => {
    const data = JSON.parse(files.get('data.json')!.toString())
    expect(data.tables.message.length).toBeGreaterThan(messages + 4) // with what our agent answered, and what came from the other number
    for (const table of ['agent_run', 'agent_item', 'note']) expect([table, data.tables[table]?.length > 0]).toEqual([table, true])
    expect((await sql`select 1 from merge where state = 'merged' and ${who.person}::uuid in (kept_id, merged_id)`.execute(stage.house.db.bare)).rows.length).toBeGreaterThan(0)
    expect([data.tables.person[0].name, data.tables.person[0].email, data.tables.claim.some(({ value }: { value: string }) => value === number)]).toEqual([name, mail, true])
    for (const table of ['tour', 'lead', 'escalation', 'tool_fact', 'counterpart', 'projection', 'audit', 'conversation']) expect([table, data.tables[table]?.length > 0]).toEqual([table, true])
    expect([...files].filter(([file, bytes]) => file.startsWith('archivos/') && bytes.equals(photo))).toHaveLength(1)
    expect(data.tables.audit.every((row: Record<string, unknown>) => row['what'] && row['at'] && row['by'])).toBe(true)
  })
  test('reads well, in Spanish', () => {
    const page = files.get('index.html')!.toString()
    for (const text of ['<html lang="es-MX">', 'Tus datos personales', 'Mensajes', 'Visitas', '249: tengo un axolotl', 'archivos/']) expect(page).toContain(text)
    expect(page).not.toContain('Otra persona')
  })
  test('leaves out no table that has something of a person, but for a reason', async () => {
    const { rows } = await sql<{ table: string }>`select distinct table_name as table from information_schema.columns where table_schema = 'public'
      and column_name in ('person_id', 'conversation_id', 'tour_id', 'tours', 'escalation_id', 'message_id', 'run_id', 'case_id', 'kept_id', 'merged_id', 'people', 'merged_into')`.execute(stage.house.db.bare)
    expect(rows.map(({ table }) => table).toSorted()).toEqual(personal.map(({ table }) => table).toSorted())
    const { tables, notHere } = JSON.parse(files.get('data.json')!.toString())
    for (const { table } of personal) expect([table, table === 'media_bytes' || tables[table] !== undefined || notHere[table]?.length > 10]).toEqual([table, true])
  })
})

describe('blocked', () => {
  beforeAll(async () => {
    const { house } = stage
    const accept = house.acting.as({ tenant: house.tenant, by: 'staff', user: '00000000-0000-7000-8000-00000000000f' }, 'all')
    expect(await accept(acceptCase, { case: privacyCase, mail: false, eraseAt: stage.clock.now() + hour })).toEqual({ came: 'ok' })
    await stage.settle(3_000)
  })
  test('nothing of theirs is read, in no list and by nobody', async () => {
    const { house: { db, vault, tenant } } = stage
    expect((await headings({ db, vault, tenant }, { most: 50 })).headings.map(({ person }) => person)).toEqual([other.person])
    expect(await transcript({ db, vault, tenant }, who.conversation)).toBeUndefined()
    expect((await look()).found.filter(({ where }) => where.endsWith('opened') && !/^(job|inbox|tombstone|privacy|audit)/.test(where))).toEqual([])
    expect(await stage.ask(who, 'my_tours', {})).toMatchObject({ ok: false })
  })
  test('their visits are off without a word, and their times free', async () => {
    expect(await stage.rows(`select status from tour where person_id = '${who.person}' and starts_at > to_timestamp(${stage.clock.now() / 1_000})`)).toEqual([{ status: 'cancelled' }, { status: 'cancelled' }])
    expect((await look()).found.filter(({ where }) => where === 'Google' || where === 'Microsoft')).toEqual([])
    expect(heard().slice(heardBefore)).toEqual([expect.stringContaining('desde hoy tus datos están bloqueados')])
  })
  test('nothing is told to the CRM any more', async () => {
    const written = stage.lab.hubspot.requests().length
    stage.lab.hubspot.controls.change({ type: 'contacts', id: stage.lab.hubspot.state().contacts.find(({ properties }) => properties['phone'] === number)!.id, properties: { lastname: 'Otra' } })
    await stage.settle(3_000)
    expect(stage.lab.hubspot.requests().slice(written).filter(({ method, path }) => method === 'POST' && /upsert|update/.test(path))).toEqual([])
  })
})

describe('erased at its date', () => {
  let proof: Record<string, number>
  beforeAll(async () => {
    await stage.settle(hour + 5_000, hour / 2)
    await stage.settle(5_000, 2_500)
    ;({ proof } = await system()(erasePerson, { person: who.person, case: privacyCase }))
  })
  test('nothing of them is left, here or at any vendor', async () => {
    const { found, opened, closed, tables } = await look()
    expect([...new Set(found.map(({ where, what }) => `${where}: ${what}`))]).toEqual([])
    expect([opened > 50, closed > 300, tables > 60]).toEqual([true, true, true])
  })
  test('it is written down what was deleted', async () => {
    expect(proof).toMatchObject({ message: expect.any(Number), tour: 2, privacy_step: expect.any(Number) })
    const vendors = await stage.rows<{ vendor: string; what: string; state: string }>(`select distinct vendor, what, state from erasure_there order by vendor, what`)
    expect(vendors).toEqual(expect.arrayContaining([{ vendor: 'bird', what: 'contact', state: 'done' }, { vendor: 'bird', what: 'conversation', state: 'done' }, { vendor: 'hubspot', what: 'contact', state: 'done' }]))
    expect(vendors.filter(({ state }) => state !== 'done')).toEqual([])
    expect(await stage.rows(`select state, certificate::jsonb -> 'certificate' ->> 'result' as result from privacy_case where id = '${privacyCase}'`)).toEqual([{ state: 'done', result: 'done' }])
    expect(proof['message']).toBeGreaterThan(messages)
  })
  test('somebody else has all of theirs', async () => {
    expect(await people()).toEqual([other.person])
    expect(await stage.rows(`select status from tour where person_id = '${other.person}'`)).toEqual([{ status: 'confirmed' }])
    expect(await stage.rows(`select 1 as one from inbox where state = 'dead' and raw_sealed is not null`)).toHaveLength(1)
  })
  test('a full pull, a backfill, a reconcile and what comes late bring nobody back', async () => {
    const { house, lab, clock } = stage
    const at = clock.now() - 2 * hour
    await stage.rows(`update pull_cursor set cursor = null`)
    await stage.rows(`update job set state = 'ready', run_at = to_timestamp(${clock.now() / 1_000}) where kind = 'pull'`)
    await stage.settle(5_000)
    await house.crm.reconcile({ repair: true, wait: async (ms) => clock.advance(ms) })
    await stage.settle(5_000)
    await expect(house.crm.rebuild()).rejects.toMatchObject({ code: 'refused' })
    const { hearMessage } = await import('@portero/tool-server/actions/hear-message.ts')
    const { noteSaid } = await import('@portero/tool-server/actions/note-said.ts')
    const bird = (await house.connection('bird')).id
    expect(await system()(hearMessage, { connection: bird, message: 'late', contact: { id: 'someone', phone: number }, body: { kind: 'text', text: 'hola' }, at })).toEqual({ isNew: false })
    expect(await system()(noteSaid, { connection: bird, message: 'later', contact: { id: 'someone', phone: number }, author: 'bot', status: 'delivered', at: clock.now() })).toEqual({ isNew: false })
    expect(await people()).toEqual([other.person])
    expect(lab.hubspot.state().contacts.filter(({ properties }) => properties['phone'] === number)).toEqual([])
  })
  test('a database that was lost and is made again from the CRM and the calendars has nothing of them', async () => {
    const { lab, clock, url } = stage
    const accounts = lab.accounts.filter(({ vendor }) => vendor !== 'eco')
    const fresh = await testHouse({ connectors, flows, accounts, clock, config: { publicBaseUrl: url, catalogue: sample } })
    const { people: back } = await fresh.crm.rebuild({ wait: async (ms) => clock.advance(ms) })
    const { found } = await residueIn(fresh, marks, { 'its logs': fresh.logged() })
    await fresh.end()
    expect([found, back]).toEqual([[], 1]) // the other, who has a visit ahead
  })
  test('who writes after that begins anew', async () => {
    stage.lab.bird.phone.write(number, { text: 'busco depa' })
    await stage.settle(3_000)
    const [, fresh] = await people()
    expect(fresh).not.toBe(who.person)
    expect(await sql`select 1 from message m join conversation c on c.id = m.conversation_id where c.person_id = ${fresh}`.execute(stage.house.db.bare)).toMatchObject({ rows: [{}] })
  })
})
