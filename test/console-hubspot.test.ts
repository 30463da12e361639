import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { learnFacts, renamePerson } from '@portero/tool-server/store/crm-adopt.ts'
import type { Act } from '@portero/tool-server/define.ts'
import { browserOf, enter, passwords, type Browser } from './support/console-stage.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// What the two-way sync with HubSpot leaves to people, and what an operator decides about it.
let stage: CrmStage
let admin: Browser
let agent: Browser
let numbers = 0
let number = ''
const path = '/console/hubspot'
const signedIn = async (role: 'admin' | 'agent'): Promise<Browser> => {
  await stage.house.putOperator({ tenant: stage.house.tenant, name: role, password: passwords[role], role })
  const one = browserOf(stage.house.doors)
  await enter(one, role)
  return one
}
beforeAll(async () => {
  stage = await openCrm()
  ;[admin, agent] = [await signedIn('admin'), await signedIn('agent')]
})
afterAll(() => stage.end())
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const page = async (who = admin, from = path): Promise<string> => (await who.get(from)).text
const one = (text: string, id: string): string => text.split('<section').find((part) => part.includes(`data-id="${id}"`)) ?? ''
const formOf = (text: string, id: string, has: string): Record<string, string> => {
  const form = one(text, id).split('<form').slice(1).find((part) => part.includes(has)) ?? ''
  return Object.fromEntries([...form.matchAll(/name="(csrf|key|person|keep)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
}
const make = (properties: Record<string, string>): string => (controls().create({ type: 'contacts', properties }) as { id: string }).id
const theirs = (id: string): Record<string, string> => stage.all('contacts').find((each) => each.id === id)!.properties
const deal = () => stage.hungOn('deals', stage.contactOf(number).id)[0]!
const personOf = async (contact: string): Promise<string> => (await stage.rows<{ person: string }>(`select person_id as person from counterpart where kind = 'contact' and external_id = '${contact}'`))[0]!.person
const greet = async (): Promise<string> => {
  number = `+52551237${String(++numbers).padStart(4, '0')}`
  await stage.say(number, 'Hola')
  await stage.follow()
  return personOf(stage.contactOf(number).id)
}
// As if the CRM had never answered of them.
const unknownThere = async (): Promise<string> => {
  const person = await greet()
  stage.webhooks(false)
  controls().archive({ type: 'contacts', id: stage.contactOf(number).id })
  await stage.rows(`update counterpart set external_id = null where person_id = '${person}' and kind = 'contact'`)
  stage.webhooks(true)
  return person
}
const silently = (run: (act: Act) => Promise<void>): Promise<void> => stage.house.db.tx((tx) => run(stage.house.acting.within(tx, { tenant: stage.house.tenant, by: 'system' })))
const audited = async (what: string): Promise<number> => (await stage.rows(`select 1 from audit where what = '${what}'`)).length
const reviewOf = async (external: string): Promise<{ id: string; state: string }> => (await stage.rows<{ id: string; state: string }>(`select id, state from crm_review where external_id = '${external}'`))[0]!
const conflictOf = async (person: string, field: string): Promise<{ id: string; state: string; won: string }> => (await stage.rows<{ id: string; state: string; won: string }>(`select id, state, won from crm_conflict where person_id = '${person}' and field = '${field}' order by made_at desc`))[0]!

test('with nothing to decide the page says so', async () => {
  const text = await page()
  for (const words of ['Ningún contacto por reconocer', 'Ningún cambio por revisar', 'Todavía no se ha hecho.', 'Repasar los contactos', 'aria-current="page">HubSpot</a>']) expect(text).toContain(words)
})

describe('a contact that may be somebody', () => {
  test('who has another one is told apart, or made one with it in HubSpot; once, however often the form is sent', async () => {
    const person = await greet()
    const mine = stage.contactOf(number).id
    const external = make({ phone: number, firstname: 'Rogelio', lastname: 'Zepeda' })
    await stage.follow()
    const { id } = await reviewOf(external)
    const text = await page()
    const shown = one(text, id)
    for (const words of ['ya tiene otro contacto en HubSpot', 'únelos en HubSpot', `Termina en ${number.slice(-4)}`, `/contacts/4812345/record/0-1/${external}"`, `/record/0-1/${mine}"`, 'Abrir la conversación', 'No es', '>HubSpot (1)</a>']) expect(words.startsWith('>') ? text : shown).toContain(words)
    for (const words of ['Es esta persona', number, number.slice(-8)]) expect(shown).not.toContain(words)
    expect(await stage.rows(`select 1 from audit where what = 'read:crm-reviews' and user_id is not null`)).not.toEqual([])
    const form = formOf(text, id, 'No es')
    const forged = await admin.post(`${path}/contacts/${id}`, { ...form, person })
    expect([forged.status, (await reviewOf(external)).state]).toEqual([409, 'open'])
    expect(forged.text).toContain('Esa persona ya tiene otro contacto en HubSpot. No se cambió nada')
    const sent = await Promise.all([admin.post(`${path}/contacts/${id}`, form), admin.post(`${path}/contacts/${id}`, form)])
    expect(sent.map(({ status, headers }) => [status, headers['location']])).toEqual([[303, `${path}?came=apart`], [303, `${path}?came=apart`]])
    expect([(await reviewOf(external)).state, theirs(external)['portero_id'], one(await page(), id)]).toEqual(['apart', undefined, ''])
    expect(await page(admin, `${path}?came=apart`)).toContain('Listo: no es nadie de aquí')
    const late = await admin.post(`${path}/contacts/${id}`, { ...form, person })
    expect([late.status, (await reviewOf(external)).state]).toEqual([409, 'apart'])
  })
  test('of several people is whose it is said to be, and their name is what HubSpot says', async () => {
    const ana = await unknownThere()
    const first = number
    const bea = await unknownThere()
    const external = make({ phone: first, mobilephone: number, firstname: 'Ana', lastname: 'Robles' })
    await stage.follow()
    const { id } = await reviewOf(external)
    const text = await page()
    for (const words of ['coincide con más de una persona', 'No es ninguna', `Termina en ${first.slice(-4)}`, `Termina en ${number.slice(-4)}`]) expect(one(text, id)).toContain(words)
    const form = formOf(text, id, ana)
    const stranger = await admin.post(`${path}/contacts/${id}`, { ...form, person: '019a0000-0000-7000-8000-000000000000' })
    expect([stranger.status, (await reviewOf(external)).state]).toEqual([409, 'open'])
    const before = await audited('action:link-contact')
    const sent = await Promise.all([admin.post(`${path}/contacts/${id}`, form), admin.post(`${path}/contacts/${id}`, form)])
    expect(sent.map(({ headers }) => headers['location'])).toEqual([`${path}?came=linked`, `${path}?came=linked`])
    await stage.follow()
    expect([(await reviewOf(external)).state, theirs(external)['portero_id'], await personOf(external)]).toEqual(['linked', ana, ana])
    expect([await audited('action:link-contact') >= before, (await stage.rows(`select 1 from audit where what = 'action:adopt-contact' and person_id = '${ana}'`)).length]).toEqual([true, 1])
    for (const person of [bea, undefined]) expect((await admin.post(`${path}/contacts/${id}`, { csrf: form['csrf']!, key: form['key']!, ...(person && { person }) })).status).toBe(409)
  })
  test('is whom its people have become', async () => {
    const ana = await unknownThere()
    const first = number
    const bea = await unknownThere()
    const external = make({ phone: first, mobilephone: number })
    await stage.follow()
    const { id } = await reviewOf(external)
    const carla = await unknownThere()
    await stage.rows(`update person set merged_into = '${carla}' where id in ('${ana}', '${bea}')`)
    const text = await page()
    expect([one(text, id).match(/class="face"/g)?.length, one(text, id).includes(`Termina en ${number.slice(-4)}`)]).toEqual([1, true])
    expect((await admin.post(`${path}/contacts/${id}`, formOf(text, id, carla))).headers['location']).toBe(`${path}?came=linked`)
  })
  test.each<[string, (mine: string, other: string) => unknown]>([
    ['is made one with theirs', (mine, other) => controls().merge({ type: 'contacts', primary: mine, other })],
    ['swallows theirs', (mine, other) => controls().merge({ type: 'contacts', primary: other, other: mine })],
    ['is deleted', (_mine, other) => controls().archive({ type: 'contacts', id: other })],
  ])('is asked about no more once it %s in HubSpot', async (_how, doing) => {
    await greet()
    const external = make({ phone: number, firstname: 'Otra' })
    await stage.follow()
    expect((await reviewOf(external)).state).toBe('open')
    doing(stage.contactOf(number).id, external)
    await stage.follow()
    expect(await stage.rows(`select 1 from crm_review where external_id = '${external}' and state = 'open'`)).toEqual([])
  })
})

describe('a change that lost', () => {
  // We learn a name, or a budget, and HubSpot another one, before either hears of the other.
  const named = async (): Promise<{ person: string; id: string; contact: string }> => {
    const person = await greet()
    const contact = stage.contactOf(number).id
    controls().change({ type: 'contacts', id: contact, properties: { firstname: 'Ana', lastname: 'Uno' } })
    await stage.follow()
    await silently((act) => renamePerson(act, person, 'Ana <i> Dos'))
    controls().change({ type: 'contacts', id: contact, properties: { lastname: 'Tres' } })
    await stage.follow()
    return { person, id: (await conflictOf(person, 'name')).id, contact }
  }
  test('to HubSpot: Portero\'s can be chosen, and is written there', async () => {
    const { person, id, contact } = await named()
    const text = await page()
    for (const words of ['Contacto · Nombre', 'quedó lo de HubSpot, que fue lo último', 'Ana Tres', 'Ana &lt;i&gt; Dos', `/record/0-1/${contact}"`, 'Queda lo de HubSpot', 'Queda lo de Portero']) expect(one(text, id)).toContain(words)
    const form = formOf(text, id, 'value="ours"')
    const sent = await Promise.all([admin.post(`${path}/changes/${id}`, form), admin.post(`${path}/changes/${id}`, form)])
    expect(sent.map(({ headers }) => headers['location'])).toEqual([`${path}?came=ours`, `${path}?came=ours`])
    await stage.follow()
    expect([theirs(contact)['lastname'], await conflictOf(person, 'name')]).toEqual(['<i> Dos', { id, state: 'settled', won: 'ours' }])
    const late = await admin.post(`${path}/changes/${id}`, { ...form, keep: 'theirs' })
    expect([late.status, (await conflictOf(person, 'name')).won]).toEqual([409, 'ours'])
    expect(late.text).toContain('Esto ya cambió desde que abriste la página.')
  })
  test('to HubSpot, which stays', async () => {
    const { person, id, contact } = await named()
    expect((await admin.post(`${path}/changes/${id}`, formOf(await page(), id, 'value="theirs"'))).headers['location']).toBe(`${path}?came=theirs`)
    await stage.follow()
    expect([theirs(contact)['lastname'], await conflictOf(person, 'name')]).toEqual(['Tres', { id, state: 'settled', won: 'theirs' }])
  })
  test('and was changed again since is only taken note of', async () => {
    const { person, id, contact } = await named()
    const form = formOf(await page(), id, 'value="ours"')
    controls().change({ type: 'contacts', id: contact, properties: { lastname: 'Cuatro' } })
    await stage.follow()
    expect([(await admin.post(`${path}/changes/${id}`, form)).status, (await conflictOf(person, 'name')).state]).toEqual([409, 'open'])
    const text = await page()
    expect(one(text, id)).not.toContain('Queda lo de')
    expect((await admin.post(`${path}/changes/${id}`, formOf(text, id, 'Enterado'))).headers['location']).toBe(`${path}?came=seen`)
    await stage.follow()
    expect([theirs(contact)['lastname'], (await conflictOf(person, 'name')).state]).toEqual(['Cuatro', 'settled'])
  })
  test('to Portero: HubSpot\'s can be chosen', async () => {
    const person = await greet()
    controls().change({ type: 'deals', id: deal().id, properties: { portero_budget: '20000' } })
    await stage.follow()
    const [{ lead }] = await stage.rows<{ lead: string }>(`select id as lead from lead where person_id = '${person}'`) as [{ lead: string }]
    stage.webhooks(false)
    controls().change({ type: 'deals', id: deal().id, properties: { portero_budget: '22000' } })
    stage.clock.advance(5_000)
    await silently((act) => learnFacts(act, lead, person, { budgetMxn: 24_000 }))
    await stage.pass(80_000)
    stage.webhooks(true)
    const { id } = await conflictOf(person, 'budgetMxn')
    expect([deal().properties['portero_budget'], (await conflictOf(person, 'budgetMxn')).won]).toEqual(['24000', 'ours'])
    const text = await page()
    for (const words of ['Negocio · Presupuesto', 'quedó lo de Portero', '$22,000', '$24,000', `/record/0-3/${deal().id}"`]) expect(one(text, id)).toContain(words)
    expect((await admin.post(`${path}/changes/${id}`, formOf(text, id, 'value="theirs"'))).headers['location']).toBe(`${path}?came=theirs`)
    await stage.follow()
    expect(deal().properties['portero_budget']).toBe('22000')
  })
  test('of a number is masked, and Portero\'s is written once more when somebody has looked', async () => {
    const person = await greet()
    const contact = stage.contactOf(number).id
    for (const phone of ['+525599997777', '+525599998888']) {
      controls().change({ type: 'contacts', id: contact, properties: { phone } })
      await stage.follow()
    }
    expect(theirs(contact)['phone']).toBe('+525599998888') // written again once, and not for ever
    const { id } = await conflictOf(person, 'phone')
    const text = await page()
    for (const words of ['Termina en 8888', `Termina en ${number.slice(-4)}`, 'este dato lo cuida Portero', 'Enterado']) expect(one(text, id)).toContain(words)
    for (const words of ['99998888', 'Queda lo de', number]) expect(one(text, id)).not.toContain(words)
    const form = formOf(text, id, 'Enterado')
    expect((await admin.post(`${path}/changes/${id}`, { ...form, keep: 'theirs' })).status).toBe(409)
    for (let time = 0; time < 2; time++) expect((await admin.post(`${path}/changes/${id}`, form)).headers['location']).toBe(`${path}?came=seen`)
    await stage.follow()
    expect([theirs(contact)['phone'], (await conflictOf(person, 'phone')).state]).toEqual([number, 'settled'])
  })
  test('of a second deal that somebody opened: it opens once the other one is over', async () => {
    const person = await greet()
    const old = deal().id
    controls().change({ type: 'deals', id: old, properties: { dealstage: '1007' } })
    await stage.follow()
    // As of somebody whose two numbers became one person.
    await stage.rows(`insert into lead (tenant_id, id, person_id, stage, opened_at, changed_at) select tenant_id, gen_random_uuid(), person_id, 'qualified', opened_at + interval '1 second', changed_at from lead where person_id = '${person}'`)
    await stage.say(number, 'Gracias')
    await stage.follow()
    const other = stage.hungOn('deals', stage.contactOf(number).id).find(({ id }) => id !== old)!.id
    controls().change({ type: 'deals', id: old, properties: { dealstage: '1002' } })
    await stage.follow()
    expect(stage.all('deals').find(({ id }) => id === old)!.properties['dealstage']).toBe('1007')
    const { id } = await conflictOf(person, 'stage')
    for (const words of ['ya tiene otro abierto', 'Calificado', 'Perdido']) expect(one(await page(), id)).toContain(words)
    const refused = await admin.post(`${path}/changes/${id}`, formOf(await page(), id, 'value="theirs"'))
    expect([refused.status, (await conflictOf(person, 'stage')).state]).toEqual([409, 'open'])
    expect(refused.text).toContain('cierra primero el otro')
    controls().change({ type: 'deals', id: other, properties: { dealstage: '1007' } })
    await stage.follow()
    expect((await admin.post(`${path}/changes/${id}`, formOf(await page(), id, 'value="theirs"'))).headers['location']).toBe(`${path}?came=theirs`)
    await stage.follow()
    expect([stage.all('deals').find((each) => each.id === old)!.properties['dealstage'], (await conflictOf(person, 'stage')).state]).toEqual(['1002', 'settled'])
  })
  test('of a visit that could not be followed is taken note of', async () => {
    number = `+52551237${String(++numbers).padStart(4, '0')}`
    await stage.visit(number)
    const person = await personOf(stage.contactOf(number).id)
    controls().change({ type: 'meetings', id: stage.hungOn('meetings', stage.contactOf(number).id)[0]!.id, properties: { hs_meeting_start_time: '2020-01-06T17:00:00Z', hs_meeting_end_time: '2020-01-06T17:30:00Z' } })
    await stage.follow()
    const { id } = await conflictOf(person, 'startsAt')
    const shown = one(await page(), id)
    for (const words of ['Visita · Hora', 'no pudimos seguirla', '6 ene', 'Enterado', `/record/0-1/${stage.contactOf(number).id}"`, 'Abrir la conversación']) expect(shown).toContain(words)
    const form = formOf(await page(), id, 'Enterado')
    expect((await admin.post(`${path}/changes/${id}`, { ...form, keep: 'theirs' })).status).toBe(409)
    expect((await admin.post(`${path}/changes/${id}`, form)).headers['location']).toBe(`${path}?came=seen`)
  })
})

describe('whoever is no admin', () => {
  let id = ''
  let form: Record<string, string> = {}
  beforeEach(async () => {
    await greet()
    const external = make({ phone: number, firstname: 'Alguien' })
    await stage.follow()
    ;({ id } = await reviewOf(external))
    form = formOf(await page(), id, 'No es')
  })
  test('sees what there is, in their language, and no way to decide', async () => {
    const text = await page(agent)
    expect(one(text, id)).toContain('ya tiene otro contacto')
    expect(text).toContain('Lo decide quien administra Portero.')
    expect(text).not.toMatch(/name="key"|hubspot\/backfill/)
    const english = (await agent.get(path, { 'accept-language': 'en' })).text
    for (const words of ['HubSpot review', 'It matches somebody who has another contact in HubSpot.']) expect(english).toContain(words)
    expect((await agent.get(`${path}/backfill`)).status).toBe(403)
  })
  test.each([['an agent', () => agent, 403], ['nobody', () => browserOf(stage.house.doors), 303]])('as %s changes nothing', async (_who, who, status) => {
    const csrf = agent.csrfOf(await page(agent))
    for (const to of [`/contacts/${id}`, `/changes/${id}`, '/backfill']) expect((await who().post(`${path}${to}`, { ...form, csrf })).status).toBe(status)
    expect(await stage.rows(`select state from crm_review where id = '${id}'`)).toEqual([{ state: 'open' }])
  })
  test.each<[string, Record<string, string>, number]>([['without its token', { csrf: 'made-up' }, 403], ['without a key', { key: 'x' }, 400], ['with nobody\'s name', { person: 'Ana' }, 400], ['of another time', { key: '7' }, 409]])('a form %s does nothing', async (_what, wrong, status) => {
    expect((await admin.post(`${path}/contacts/${id}`, { ...form, ...wrong })).status).toBe(status)
    expect(await stage.rows(`select state from crm_review where id = '${id}'`)).toEqual([{ state: 'open' }])
  })
  test('a change that is not there is told as such', async () => {
    for (const wrong of ['019a0000-0000-7000-8000-000000000000', 'nonsense']) expect((await admin.post(`${path}/changes/${wrong}`, form)).status).toBe(404)
  })
})

describe('the walk through all contacts', () => {
  const confirmed = async (): Promise<Record<string, string>> => {
    const text = await page(admin, `${path}/backfill`)
    expect(text).toContain('¿Empezar el repaso?')
    return { csrf: admin.csrfOf(text), key: /name="key" value="(\d+)"/.exec(text)![1]! }
  }
  test('is begun by two clicks, once, on the lane of what is in no hurry; and its bar moves by itself', async () => {
    controls().import({ type: 'contacts', rows: Array.from({ length: 150 }, (_, each) => ({ phone: `+5281${String(30_000_000 + each)}` })) })
    const form = await confirmed()
    const sent = [await admin.post(`${path}/backfill`, form), await admin.post(`${path}/backfill`, form)]
    expect(sent.map(({ headers }) => headers['location'])).toEqual([`${path}?came=begun`, `${path}?came=begun`])
    expect([await audited('action:begin-backfill'), await stage.rows(`select lane, state from job where kind = 'pull' and name = 'backfill'`)]).toEqual([1, [{ lane: 'bulk', state: 'ready' }]])
    const first = await agent.get('/console/live/hubspot')
    expect(first.text).toContain('Por empezar')
    expect((await agent.get('/console/live/hubspot', { 'if-none-match': first.headers['etag']! })).status).toBe(304)
    expect(await page()).not.toContain('Repasar')
    for (let again = 0; again < 40 && !(await page()).includes('Terminado el'); again++) await stage.follow(2_000)
    const text = await page()
    const total = stage.all('contacts').length
    for (const words of [`${total} de ${total}`, `max="${total}" value="${total}"`, `Vistos</dt><dd><span class="number">${total}<`, 'Repasar otra vez']) expect(text).toContain(words)
    const late = await admin.post(`${path}/backfill`, form)
    expect([late.status, (await stage.rows<{ ended: boolean }>('select ended_at is not null as ended from crm_backfill'))[0]!.ended]).toEqual([409, true])
    stage.clock.advance(1_000)
    expect((await admin.post(`${path}/backfill`, await confirmed())).headers['location']).toBe(`${path}?came=begun`)
    expect(await stage.rows('select seen, ended_at from crm_backfill')).toEqual([{ seen: 0, ended_at: null }])
  })
})
