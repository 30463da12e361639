import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openCards, portal, secrets, type CardsStage, type Record as Asked } from './support/cards-stage.ts'

// Who may do what from a card: the person whom HubSpot has signed for, by the lists of the connection.
const phone = '+525511112222'
const digits = /55\D{0,3}1111\D{0,3}2222/
let stage: CardsStage
let contact: Asked
beforeAll(async () => {
  stage = await openCards()
  await stage.say(phone, 'Hola')
  await stage.follow()
  contact = stage.recordOf(phone)
})
afterAll(() => stage.end())

const unknown: Asked = { type: 'contact', id: '999999' }

describe('a role', () => {
  const reading: [string, object][] = [['transcript', {}], ['visit', {}], ['preview', {}], ['slots', { home: 'x' }], ['why', { field: 'stage' }]]
  const writing: [string, object][] = [
    ['reveal', {}], ['book', { key: 'key-of-a-role', slot: 's_x' }], ['move', { key: 'key-of-a-role', tour: 't_x', version: 1, slot: 's_x' }], ['mark', { key: 'key-of-a-role', tour: 't_x', version: 1, to: 'completed' }],
  ]
  const people: Record<string, { user: string; email?: string }> = { admin: { user: '11', email: 'ana@urbanhub.mx' }, agent: { user: '22' }, viewer: { user: '33' }, nobody: { user: '44', email: 'leo@urbanhub.mx' } }
  const queryFor = ({ user, email }: { user: string; email?: string }): string => `portalId=${portal}&userId=${user}${email === undefined ? '' : `&userEmail=${encodeURIComponent(email)}`}&appId=31337`
  const staffed = async (staff: object | undefined): Promise<void> => {
    const { account, settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
    await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'hubspot', account, settings: { ...settings, clientSecrets: secrets, staff } })
  }
  const named = { admins: ['Ana@UrbanHub.mx'], agents: ['22'], viewers: ['33'] }
  const knocks = async (doors: [string, object][], person: { user: string; email?: string }): Promise<number[]> =>
    Promise.all(doors.map(async ([name, more]) => (await stage.knock({ name, body: { record: unknown, ...more }, query: queryFor(person) })).status))
  const all = (doors: [string, object][], status: number): number[] => doors.map(() => status)
  afterAll(() => staffed(undefined))

  test.each([['admin', 200, 200], ['agent', 200, 200], ['viewer', 200, 403], ['nobody', 403, 403]] as const)('of %s opens every view with %i, every write with %i', async (who, views, writes) => {
    await staffed({ ...named, default: 'none' })
    expect([await knocks(reading, people[who]!), await knocks(writing, people[who]!)]).toEqual([all(reading, views), all(writing, writes)])
  })
  test.each([['agent', 200, 200], ['viewer', 200, 403], ['none', 403, 403]] as const)('by default %s: whoever is in no list', async (byDefault, views, writes) => {
    await staffed({ ...named, default: byDefault })
    expect([await knocks(reading, people['nobody']!), await knocks(writing, people['nobody']!)]).toEqual([all(reading, views), all(writing, writes)])
  })
  test('without any list: an agent is whoever HubSpot signs for', async () => {
    await staffed(undefined)
    expect([await knocks(reading, people['nobody']!), await knocks(writing, people['nobody']!)]).toEqual([all(reading, 200), all(writing, 200)])
  })
  test.each([undefined, 'agent', 'none'] as const)('of a function, for which HubSpot names nobody, is never more than to look (default %s)', async (byDefault) => {
    await staffed(byDefault && { default: byDefault })
    expect([await knocks(reading, { user: '0' }), await knocks(writing, { user: '0' })]).toEqual([all(reading, byDefault === 'none' ? 403 : 200), all(writing, 403)])
    await staffed({ ...named, default: 'agent' })
    expect(await knocks(writing, { user: '0', email: 'ana@urbanhub.mx' })).toEqual(all(writing, 403))
  })
  test('that is refused says so as the cards understand it, and shows nothing', async () => {
    await staffed({ default: 'viewer' })
    const { status, body, text } = await stage.knock({ name: 'reveal', body: { record: contact }, query: queryFor(people['nobody']!) })
    expect({ status, body, leak: digits.exec(text)?.[0] }).toEqual({ status: 403, body: { ok: false, say: expect.any(String), error: { code: 'refused', retryable: false }, trace: expect.any(String) }, leak: undefined })
  })
  test.each<[string, string, number]>([
    ['by an e-mail in other capitals', 'userEmail=ANA%40urbanhub.MX', 200],
    ['by an e-mail that only begins alike', 'userEmail=ana%40urbanhub.mx.example', 403],
    ['by an e-mail with another letter that folds onto ours', `userEmail=${encodeURIComponent('ana@urban\u212Aub.mx')}`, 403],
    ['by a list of e-mails', 'userEmail=ana%40urbanhub.mx%2Cleo%40urbanhub.mx', 403],
    ['by two e-mails', 'userEmail=ana%40urbanhub.mx&userEmail=leo%40urbanhub.mx', 401],
    ['by two e-mails, one in disguise', '%75serEmail=ana%40urbanhub.mx&userEmail=leo%40urbanhub.mx', 401],
    ['by an e-mail where the user id goes', 'userEmail=22', 403],
    ['by no e-mail', 'userEmail=', 403],
  ])('%s', async (_title, email, status) => {
    await staffed({ admins: ['ana@urbanhub.mx', 'ana@urbankub.mx'], agents: ['22'], default: 'viewer' })
    expect((await stage.knock({ name: 'reveal', body: { record: unknown }, query: `portalId=${portal}&userId=44&${email}` })).status).toBe(status)
  })
  test('that the body names is none', async () => {
    await staffed({ ...named, default: 'viewer' })
    expect((await stage.knock({ name: 'reveal', body: { record: unknown, userEmail: 'ana@urbanhub.mx' }, query: queryFor(people['nobody']!) })).status).toBe(403)
  })
  test.each<[string, object]>([['a list of its own', { owners: ['1'] }], ['user 0', { agents: ['0'] }], ['a name', { admins: ['Ana'] }], ['somebody twice', { admins: ['ana@urbanhub.mx'], viewers: ['ANA@urbanhub.mx'] }], ['a default that gives all', { default: 'admin' }]])('is not set by %s', async (_title, staff) => {
    await expect(staffed(staff)).rejects.toThrow(/staff/)
  })
})
