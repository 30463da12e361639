import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { blockPerson } from '@portero/tool-server/actions/block-person.ts'
import { changeConsent } from '@portero/tool-server/actions/change-consent.ts'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { followLead } from '@portero/tool-server/actions/follow-lead.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { refreshCrm } from '@portero/tool-server/actions/refresh-crm.ts'
import { replyAsPerson, writeNote } from '@portero/tool-server/actions/reply.ts'
import { say } from '@portero/tool-server/actions/say.ts'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { paths } from '@portero/tool-server/console/frame.ts'
import { roles } from '@portero/tool-server/domain/roles.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { peopleAfter } from '@portero/tool-server/store/reconcile.ts'
import { shadowedPeople } from '@portero/tool-server/store/shadow.ts'
import { nextInLine } from '@portero/tool-server/store/waitlist.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { cardNames, pageDoors, patternOf } from './support/doors-found.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'

// Whoever cancelled is blocked: no list and no door shows them to anybody but who answers for privacy, and nothing that we do reaches them or tells a vendor of them.
jest.setTimeout(120_000)
const [theirs, seen] = ['+525512340088', '+525512340089']
const marks = ['Wenceslada', 'cacatúa', '1234 0088', '12340088']
let stage: PagesStage
let who: { person: string; conversation: string }
let record: { type: 'contact'; id: string }
let fills: Record<string, string[]>
const staff: Browser[] = []
const one = async (text: string): Promise<string> => (await sql.raw<{ id: string }>(text).execute(stage.house.db.bare)).rows[0]?.id ?? ''
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const wished = { home: 'roma-norte-203', from_day: '2026-11-24', to_day: '2026-12-05' }

beforeAll(async () => {
  stage = await openPages()
  const { house, lab: { bird: { phone } } } = stage
  for (const [number, name, pet] of [[theirs, 'Wenceslada Cacatúa', 'cacatúa'], [seen, 'Ximena Prueba', 'tortuga']] as const) {
    phone.write(number, { text: 'hola', name })
    await stage.follow()
    await stage.say(number, `Busco depa de 2 recámaras en la Roma, tengo una ${pet}`)
    await stage.tool(number, 'book_tour', { home: 'roma-norte-101', when: number === theirs ? '2026-11-25 12:00' : '2026-11-26 12:00' })
    expect(await stage.tool(number, 'join_waitlist', wished)).toMatchObject({ ok: true })
    await stage.tool(number, 'escalate', { reason: 'other', summary: `pregunta por su ${pet}` })
    await stage.follow()
  }
  const conversation = await one(`select id from conversation where external_id = '${stage.lab.bird.conversationFor(theirs)}'`)
  // Two who were made one stay in a list of their own.
  phone.write('+525512340090', { text: 'hola' })
  await stage.follow()
  await system()(mergePeople, { people: [await one(`select person_id as id from conversation where id = '${conversation}'`), await one(`select person_id as id from conversation where external_id = '${stage.lab.bird.conversationFor('+525512340090')}'`)] })
  await stage.follow()
  who = { conversation, person: await one(`select person_id as id from conversation where id = '${conversation}'`) }
  record = { type: 'contact', id: await one(`select external_id as id from counterpart where kind = 'contact' and our_id = '${who.person}'`) }
  for (const role of roles) {
    await house.putOperator({ tenant: house.tenant, name: role, password: 'la-llave-del-cuarto', role })
    const browser = browserOf(house.doors)
    await browser.post(paths.signIn, { csrf: browser.csrfOf((await browser.get(paths.signIn)).text), next: '/console', name: role, password: 'la-llave-del-cuarto' })
    staff.push(browser)
  }
  fills = { ':id': [who.conversation, who.person], ':name': ['visits', 'conversations', 'called', 'booked'], ':vendor': ['google'], ':wish': ['end'] }
})
afterAll(() => stage.end())

// Every card and every page, as each role may see it: where something of theirs is shown.
const where = async (): Promise<string[]> => {
  const found = new Set<string>()
  const look = (door: string, text: string): void => {
    if ([...marks, who.person, who.conversation].some((mark) => text.includes(mark))) found.add(door)
  }
  for (const { text: name } of cardNames) for (const body of [{ record }, { record, field: 'stage' }, { record, home: 'roma-norte-101' }, {}]) look(`card ${name}`, (await stage.ask(name, body)).text)
  for (const { text, path } of pageDoors) {
    if (!path.includes('/console/') || path.endsWith('console/privacy.ts') || path.includes('sign-in')) continue // privacy: whoever answers for it sees whom they answer
    const pattern = patternOf(text)
    const [slot] = /:(?!vendor)\w+/.exec(pattern) ?? []
    for (const fill of slot === undefined ? [''] : (fills[slot] ?? [])) {
      const url = pattern.replace(slot ?? '-', fill).replace(':vendor', 'google')
      for (const browser of staff) {
        const response = await browser.get(url.startsWith('/console/figures/') ? `${url}?from=${stage.clock.now() - 86_400_000}&to=${stage.clock.now() + 6 * 86_400_000}` : url)
        if (response.status < 400) look(`page ${text}`, response.text ?? '')
      }
    }
  }
  return [...found].toSorted()
}
const lists = async (): Promise<string[]> => {
  const { house: { db, tenant, acting } } = stage
  const catalogue = await loadCatalogue(db.bare, tenant)
  const building = catalogue.homes.find(({ slug }) => slug === 'roma-norte-101')!.building.id
  const line = await db.tx(async (tx) => (await nextInLine(acting.within(tx, { tenant, by: 'system' }), { building, day: '2026-11-27', part: 'afternoon', startsAt: Date.parse('2026-11-27T20:00Z') }))?.person)
  const found = { 'who waits for a time': [line], 'the look at the CRM': await peopleAfter(db.bare, tenant, { after: undefined, most: 50 }), 'what would have been told the CRM': (await shadowedPeople(db.bare, tenant)).map(({ id }) => id) }
  return Object.entries(found).flatMap(([name, people]) => (people.includes(who.person) ? [name] : []))
}

test('before, they are in them', async () => {
  await sql`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, trace, created_at, person_id) select tenant_id, gen_random_uuid(), 'command', 'crm.upsert-contact', 'shadowed', 'bulk', 'shadowed', created_at, '', created_at, id from person where id = ${who.person}`.execute(stage.house.db.bare)
  expect((await where()).length).toBeGreaterThan(8)
  expect(await lists()).toEqual(['who waits for a time', 'the look at the CRM', 'what would have been told the CRM'])
})

describe('once they are blocked', () => {
  let since: Map<string, number>
  const vendors = ['bird', 'hubspot', 'openai', 'google', 'graph', 'calendly', 'smtp'] as const
  const told = (): string[] => vendors.flatMap((vendor) => stage.lab.desk(vendor).requests().slice(since.get(vendor)).filter(({ method }) => method !== 'GET').map((each) => `${vendor} ${JSON.stringify(each)}`)).filter((text) => [...marks, who.person, who.conversation, stage.lab.bird.conversationFor(theirs)].some((mark) => text.includes(mark)))
  beforeAll(async () => {
    await system()(blockPerson, { person: who.person, case: await one('select gen_random_uuid() as id'), eraseAt: stage.clock.now() + 60 * 86_400_000 })
    await stage.follow(5_000)
    since = new Map(vendors.map((vendor) => [vendor, stage.lab.desk(vendor).requests().length]))
  })
  test('no card and no page has anything of theirs', async () => {
    expect(await where()).toEqual([])
  })
  test('nor has any list by which we write to people or tell of them', async () => {
    await sql`update waitlist set state = 'waiting' where person_id = ${who.person}`.execute(stage.house.db.bare) // whatever stands in their rows
    expect(await lists()).toEqual([])
  })
  test('no tool answers for them or changes anything', async () => {
    for (const { name, examples } of tools) expect([name, (await stage.tool(theirs, name, examples[0]!.input as object)).ok]).toEqual([name, false])
  })
  test('nothing of what we do reaches them, or tells a vendor of them', async () => {
    const { house } = stage
    const { tenant } = house
    const asked = { tenant, by: 'prospect' as const, ...who }
    const person = house.acting.as({ tenant, by: 'staff', user: 'sofia', ...who }, 'all')
    const tried = async (work: Promise<unknown>): Promise<unknown> => work.then((came) => came, () => 'refused')
    const says = await Promise.all((['answer', 'agent', 'service', 'staff', 'notice', 'goodbye'] as const).map((purpose) => house.db.tx((tx) => say(house.acting.within(tx, asked), { conversation: who.conversation, purpose, content: { type: 'text', text: 'hola' }, key: purpose }))))
    expect(new Set(says.map((came) => JSON.stringify(came)))).toEqual(new Set(['{"said":false,"because":"opted_out"}']))
    await tried(person(takeOver, { conversation: who.conversation }))
    await tried(person(replyAsPerson, { conversation: who.conversation, text: 'hola', key: 'llave-1' }))
    await tried(person(writeNote, { conversation: who.conversation, text: 'hola', key: 'llave-2' }))
    await tried(person(escalate, { reason: 'other', summary: 'hola', withinMs: 60_000 }))
    await tried(person(handBack, { conversation: who.conversation }))
    await tried(person(changeConsent, { ...who, purpose: 'marketing', status: 'granted', evidence: 'e', at: stage.clock.now() }))
    await tried(system()(optOut, { ...who, evidence: 'e', at: stage.clock.now() }))
    const catalogue = await loadCatalogue(house.db.bare, tenant)
    await tried(house.db.tx((tx) => followLead(house.acting.within(tx, asked), { conversation: who.conversation }, catalogue)))
    await tried(house.db.tx((tx) => refreshCrm(house.acting.within(tx, asked), who.person)))
    // Somebody else's visit is off, and the time is free; and a week goes by.
    await stage.tool(seen, 'cancel_tour', {})
    for (let day = 0; day < 8; day++) {
      stage.clock.advance(86_400_000)
      await stage.follow(2_000)
    }
    expect(told()).toEqual([])
  })
})
