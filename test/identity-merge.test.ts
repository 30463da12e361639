import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Action } from '@portero/tool-server/define.ts'
import { changeNumber, claimIdentity } from '@portero/tool-server/actions/claim-identity.ts'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { mergePeople, refuseMerge } from '@portero/tool-server/actions/merge-people.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { updateLead } from '@portero/tool-server/actions/update-lead.ts'
import type { Contact } from '@portero/tool-server/domain/ports/messaging.ts'
import { blinded, contactOf } from '@portero/tool-server/store/people.ts'
import { messageBody, personName } from '@portero/tool-server/store/places.ts'
import { serverUrl } from './support/databases.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { until } from './support/process.ts'
import { tinyConnector } from './support/tiny.ts'

// Whose names are whose, on a real database: claimed at once by many, changing hands, brought together and taken apart again.
const day = 86_400_000
let house: TestHouse
let connection = ''
let count = 0
let phone = ''
let account = ''
beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }] })
  connection = (await house.connection('tiny')).id
})
beforeEach(() => {
  house.clock.advance(1_000)
  count++
  phone = `+5255${String(10_000_000 + count)}`
  account = `MX.${count}`
})
afterAll(() => house.end())

const act = (action: Action, args: object): Promise<any> => house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(action, args)
const rows = async (statement: ReturnType<typeof sql>): Promise<any[]> => (await statement.execute(house.db.bare)).rows
const hear = (contact: Partial<Contact>, { text = 'hola', conversation }: { text?: string; conversation?: string } = {}): Promise<{ isNew: boolean }> => {
  house.clock.advance(1) // ids are in the order of their milliseconds
  return act(hearMessage, { connection, message: `m-${++count}`, ...(conversation && { conversation }), contact: { id: `bc-${phone}`, ...contact }, body: { kind: 'text', text }, at: house.clock.now() })
}
// Everybody in force, by when they came; only those of this test.
let since = ''
beforeEach(async () => void (since = (await rows(sql`select coalesce(max(id::text), '') as last from person`))[0].last))
const people = async (): Promise<string[]> => (await rows(sql`select id from person where merged_into is null and id::text > ${since} order by id`)).map(({ id }) => id)
const conversationsOf = async (person: string): Promise<any[]> => rows(sql`select id, external_id as external from conversation where person_id = ${person} order by id`)
const claimsOf = async (person: string): Promise<string[]> => (await rows(sql`select kind from claim where person_id = ${person} order by kind`)).map(({ kind }) => kind)
const spokenBy = async (person: string): Promise<string[]> => {
  const found = await rows(sql`select m.id, m.body_sealed from message m join conversation c on c.id = m.conversation_id where c.person_id = ${person} order by m.id`)
  return Promise.all(found.map(async ({ id, body_sealed }) => JSON.parse((await house.vault.open(house.db.bare, house.tenant, messageBody(id), body_sealed)).toString()).text))
}
const merges = (): Promise<any[]> => rows(sql`select id, kept_id as kept, merged_id as merged, state from merge where kept_id::text > ${since} order by made_at, id`)
const reach = (person: string): Promise<Contact | undefined> => house.db.tx((tx) => contactOf(house.acting.within(tx, { tenant: house.tenant, by: 'system' }), person))

describe('messages at once', () => {
  test.each([
    ['of one number in both its forms', (n: number) => ({ phone: n % 2 ? phone : phone.replace('+52', '+521') })],
    ['each with other of their names', (n: number) => [{ phone }, { whatsapp: account }, { phone, whatsapp: account }][n % 3]!],
  ])('fifty %s are one person and one conversation', async (_title, contact) => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => hear(contact(n))))
    const [person, ...others] = await people()
    expect([others, (await conversationsOf(person!)).length, (await spokenBy(person!)).length]).toEqual([[], 1, 50])
  })
  test('fifty under three vendor contacts, that only a number and an account bring together, are one person', async () => {
    const contacts = [{ id: `a-${count}`, phone }, { id: `b-${count}`, whatsapp: account }, { id: `a-${count}`, phone, whatsapp: account }]
    await Promise.all(Array.from({ length: 50 }, (_, n) => hear(contacts[n % 3]!)))
    const [person, ...others] = await people()
    expect([others, (await spokenBy(person!)).length]).toEqual([[], 50])
  })
  // The embedded engine does one transaction after the other.
  const onServer = serverUrl ? test : test.skip
  onServer('that bring two people together wait for nobody who has one of the other names and waits for them', async () => {
    await hear({ id: `p-${phone}`, phone })
    await hear({ id: `w-${phone}`, whatsapp: account })
    const [held, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const other = house.db.tx(async (tx) => {
      const [name] = await blinded(house.acting.within(tx, { tenant: house.tenant, by: 'system' }), [{ kind: 'bird-contact', value: `w-${phone}` }])
      await sql`select pg_advisory_xact_lock(${name!.bidx.readBigInt64BE().toString()}::bigint)`.execute(tx)
      held.resolve()
      await go.promise
    })
    await held.promise
    let isDone = false
    const bringing = hear({ id: `p-${phone}`, phone, whatsapp: account }).then(() => void (isDone = true))
    await until('they are one, or it waits', async () => isDone || (await rows(sql`select 1 from pg_locks where not granted and locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`)).length > 0)
    expect(isDone).toBe(true)
    go.resolve()
    await Promise.all([other, bringing])
    expect(await people()).toHaveLength(1)
  })
  test('200 ms apart are one person and one conversation', async () => {
    const first = hear({ phone })
    house.clock.advance(200)
    await Promise.all([first, hear({ phone, whatsapp: account })])
    const [person, ...others] = await people()
    expect([others, (await conversationsOf(person!)).length]).toEqual([[], 1])
  })
  test('of fifty numbers are fifty people', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => hear({ id: `many-${n}`, phone: `+5233${10_000_000 + n}` })))
    expect(await people()).toHaveLength(50)
  })
})

// Known by their number, and by WhatsApp's own id, and nobody knew that it is one person.
const twoHalves = async (): Promise<[string, string]> => {
  await hear({ id: `p-${phone}`, phone, name: 'Ana' }, { text: 'por número', conversation: `cv-p-${phone}` })
  house.clock.advance(1_000)
  await hear({ id: `w-${phone}`, whatsapp: account }, { text: 'por cuenta', conversation: `cv-w-${phone}` })
  return (await people()) as [string, string]
}

describe('two people that a message shows to be one', () => {
  test('are one, with all that was said to both, and nothing of it is sealed anew', async () => {
    const [one, other] = await twoHalves()
    const before = await rows(sql`select id, body_sealed from message order by id`)
    await hear({ id: `w-${phone}`, phone, whatsapp: account }, { text: 'por ambos', conversation: `cv-w-${phone}` })
    expect([await people(), await spokenBy(one), await claimsOf(one), await claimsOf(other)]).toEqual([[one], ['por número', 'por cuenta', 'por ambos'], ['bird-contact', 'bird-contact', 'phone', 'whatsapp'], []])
    expect((await rows(sql`select id, body_sealed from message order by id`)).slice(0, before.length)).toEqual(before)
    expect(await reach(one)).toMatchObject({ phone, whatsapp: account })
  })
  test('keep the deal that is further along, and its facts', async () => {
    const [, other] = await twoHalves()
    await house.acting.as({ tenant: house.tenant, by: 'staff', person: other }, 'all')(updateLead, { facts: { budgetMxn: 21_000 }, stage: 'qualified' })
    await hear({ id: `w-${phone}`, phone, whatsapp: account })
    expect([await people(), await rows(sql`select stage from lead where person_id = ${other}`)]).toEqual([[other], [{ stage: 'qualified' }]])
  })
  test('are told to the CRM again, as one', async () => {
    const [one, other] = await twoHalves()
    await rows(sql`insert into counterpart (tenant_id, kind, our_id, external_id, told, person_id) values (${house.tenant}, 'contact', ${other}, ${`77${count}`}, '3:abc', ${other})`)
    await hear({ phone, whatsapp: account })
    expect(await rows(sql`select told, person_id as person from counterpart where our_id = ${other}`)).toEqual([{ told: '3:moved', person: one }])
    expect(await rows(sql`select key from job where key in (${`timer:crm:${one}`}, ${`timer:crm:${other}`}) and state in ('ready', 'scheduled')`)).toEqual([{ key: `timer:crm:${one}` }])
  })
  test('are erased as one', async () => {
    const [one] = await twoHalves()
    await hear({ phone, whatsapp: account })
    expect(await spokenBy(one)).toHaveLength(3)
    await house.vault.erasePerson(house.db.bare, house.tenant, one)
    await expect(spokenBy(one)).rejects.toMatchObject({ code: 'not_found' })
    expect(await rows(sql`select 1 from data_key where person_id::text > ${since}`)).toEqual([])
  })
  test('are erased as one also by the name of the one who is no more', async () => {
    const [, other] = await twoHalves()
    await hear({ phone, whatsapp: account })
    await house.vault.erasePerson(house.db.bare, house.tenant, other)
    expect(await rows(sql`select 1 from data_key where person_id::text > ${since}`)).toEqual([])
  })
})

describe('a merge that is taken back', () => {
  const merged = async (): Promise<{ one: string; other: string; merge: string }> => {
    const [one, other] = await twoHalves()
    await hear({ id: `w-${phone}`, phone, whatsapp: account }, { text: 'ya juntos', conversation: `cv-w-${phone}` })
    return { one, other, merge: (await merges())[0].id }
  }
  const stateOf = async (): Promise<unknown[]> => Promise.all(['person', 'claim', 'conversation', 'lead', 'tour', 'escalation', 'consent', 'notice_shown'].map((table) =>
    rows(sql`select ${table === 'claim' ? sql`kind, value_bidx, person_id` : table === 'person' ? sql`id, merged_into, name_sealed is null` : sql`*`} from ${sql.table(table)} order by 1, 2, 3`)))
  test('leaves everything as it was', async () => {
    const people = await twoHalves()
    const before = await stateOf()
    const { merge } = await act(mergePeople, { people })
    expect(await stateOf()).not.toEqual(before)
    await act(unmergePeople, { merge })
    expect(await stateOf()).toEqual(before)
    expect(await Promise.all(people.map(spokenBy))).toEqual([['por número'], ['por cuenta']])
  })
  test('gives back what was said meanwhile, under the key of whose it is', async () => {
    const { one, other, merge } = await merged()
    await act(unmergePeople, { merge })
    expect(await Promise.all([one, other].map(spokenBy))).toEqual([['por número'], ['por cuenta', 'ya juntos']])
    await house.vault.erasePerson(house.db.bare, house.tenant, one)
    expect(await spokenBy(other)).toEqual(['por cuenta', 'ya juntos'])
    await expect(spokenBy(one)).rejects.toMatchObject({ code: 'not_found' })
  })
  test('is not done again by the next message', async () => {
    const { one, other, merge } = await merged()
    await act(unmergePeople, { merge })
    await hear({ phone, whatsapp: account })
    expect([await people(), (await merges()).map(({ state }) => state)]).toEqual([[one, other], ['undone']])
  })
  test('can be done again by hand, and taken back again', async () => {
    const { one, other, merge } = await merged()
    await act(unmergePeople, { merge })
    const again = await act(mergePeople, { people: [one, other] })
    expect(await people()).toEqual([one])
    await act(unmergePeople, { merge: again.merge })
    expect(await people()).toEqual([one, other])
  })
  test('is refused twice, and while a later one holds', async () => {
    const { one, merge } = await merged()
    await hear({ id: `third-${phone}`, phone: phone.replace('+5255', '+5281') })
    const third = (await people())[1]!
    await house.acting.as({ tenant: house.tenant, by: 'staff', person: third }, 'all')(updateLead, { facts: {}, stage: 'qualified' })
    const last = await act(mergePeople, { people: [one, third] })
    expect(last.kept).toBe(third)
    await expect(act(unmergePeople, { merge })).rejects.toMatchObject({ code: 'conflict' })
    await act(unmergePeople, { merge: last.merge })
    await act(unmergePeople, { merge })
    await expect(act(unmergePeople, { merge })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a number', () => {
  test('that changes hands leads the new owner to nothing of the old one', async () => {
    await hear({ phone, whatsapp: account, name: 'Ana' }, { text: 'lo de Ana', conversation: `cv-${phone}` })
    const [ana] = await people()
    house.clock.advance(46 * day)
    await hear({ phone, whatsapp: `${account}.new` }, { text: 'soy Luis', conversation: `cv-${phone}` })
    const luis = (await people())[1]!
    expect(await Promise.all([ana!, luis].map(spokenBy))).toEqual([['lo de Ana'], ['soy Luis']])
    expect([await claimsOf(ana!), await claimsOf(luis), (await rows(sql`select kind, reason from retired_claim where person_id = ${ana} order by kind`))]).toEqual([
      ['whatsapp'], ['bird-contact', 'phone', 'whatsapp'], [{ kind: 'bird-contact', reason: 'recycled' }, { kind: 'phone', reason: 'recycled' }],
    ])
  })
  test('with another account a few days later is the same person still', async () => {
    await hear({ phone, whatsapp: account })
    house.clock.advance(5 * day)
    await hear({ phone, whatsapp: `${account}.new` })
    const [person, ...others] = await people()
    expect([others, await claimsOf(person!)]).toEqual([[], ['bird-contact', 'phone', 'whatsapp', 'whatsapp']])
  })
  test('of somebody with another account, both lively, is for people to decide', async () => {
    await hear({ id: `a-${phone}`, phone, whatsapp: account })
    await hear({ id: `b-${phone}`, phone: phone.replace('+5255', '+5256'), whatsapp: `${account}.b` })
    await hear({ id: `b-${phone}`, phone, whatsapp: `${account}.b` })
    const [one, other] = await people()
    const [proposal, ...more] = await merges()
    expect([more, proposal]).toEqual([[], expect.objectContaining({ kept: other, merged: one, state: 'proposed' })])
    await act(refuseMerge, { merge: proposal.id })
    await hear({ id: `b-${phone}`, phone, whatsapp: `${account}.b` })
    expect((await merges()).map(({ state }) => state)).toEqual(['refused'])
  })
  test('that somebody changed is theirs at once, and the old one is free', async () => {
    await hear({ phone, whatsapp: account })
    const [person] = await people()
    const fresh = phone.replace('+5255', '+5281')
    await act(changeNumber, { connection, contact: { id: `bc-${phone}`, phone: fresh, whatsapp: `${account}.new` }, before: phone.replace('+52', '521'), at: house.clock.now() })
    expect(await reach(person!)).toEqual({ id: `bc-${phone}`, phone: fresh, whatsapp: `${account}.new` })
    await hear({ id: `next-${phone}`, phone })
    expect([(await people()).length, await claimsOf(person!)]).toEqual([2, ['bird-contact', 'phone', 'whatsapp']])
  })
  test('that somebody changed, and wrote from before it was told, makes one person of two', async () => {
    const fresh = phone.replace('+5255', '+5281')
    await hear({ id: `old-${phone}`, phone })
    await hear({ id: `new-${phone}`, phone: fresh, whatsapp: account })
    await act(changeNumber, { connection, contact: { id: `new-${phone}`, phone: fresh, whatsapp: account }, before: phone, at: house.clock.now() })
    expect(await people()).toHaveLength(1)
  })
})

describe('a name that a system vouches for', () => {
  test('is claimed for whom it is said to be', async () => {
    await hear({ phone })
    const [person] = await people()
    expect(await act(claimIdentity, { person, claims: [{ kind: 'crm-contact', value: phone }] })).toEqual({ person })
    expect(await claimsOf(person!)).toEqual(['bird-contact', 'crm-contact', 'phone'])
  })
  test('claimed for two at once is one person', async () => {
    const [one, other] = await twoHalves()
    await Promise.all([one, other].map((person) => act(claimIdentity, { person, claims: [{ kind: 'crm-contact', value: phone }] })))
    expect(await people()).toEqual([one])
  })
  test("fills an empty display name, and nobody's is taken for who they are", async () => {
    await hear({ phone, name: 'Ana García' })
    await hear({ id: `other-${phone}`, whatsapp: account, name: 'Ana García' })
    const found = await people()
    expect(found).toHaveLength(2)
    const [{ name_sealed }] = await rows(sql`select name_sealed from person where id = ${found[0]}`)
    expect((await house.vault.open(house.db.bare, house.tenant, personName(found[0]!), name_sealed)).toString()).toBe('Ana García')
  })
})
