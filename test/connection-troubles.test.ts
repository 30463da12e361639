import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { mindConnections } from '@portero/tool-server/actions/mind-connections.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { scopes } from '@portero/tool-server/spine/doctor-hubspot.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { browserOf, enter, passwords } from './support/console-stage.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// A connection that breaks: work waits, whoever looks after it is told once, the vendor is not stormed, and once it is mended everything arrives, and they are told that as well.
let stage: CrmStage
let numbers = 0
const people = 8
const admins = ['elena@urbanhub.mx', 'sofia@portero.example'] // an admin of HubSpot's settings, and an operator whose name is an address
const [refused, lacking, well] = ['HubSpot ya no acepta la clave de Portero', 'A Portero le falta un permiso en HubSpot', 'HubSpot ya está bien con Portero']
beforeAll(async () => {
  stage = await openCrm()
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'admin', password: passwords.admin, role: 'admin' })
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'Sofia@Portero.example', password: passwords.admin, role: 'admin' })
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'agente@portero.example', password: passwords.agent, role: 'agent' })
}, 60_000)
afterAll(() => stage.end())

const minute = 60_000
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const letters = () => stage.lab.mail.state().mails.map(({ to, subject, text }) => ({ to, subject, text }))
let before = 0
const news = () => letters().slice(before).toSorted((a, b) => a.to.localeCompare(b.to)) // two letters are under way at once
const told = () => [...new Set(news().map(({ subject }) => subject))].map((subject) => [subject, news().filter((each) => each.subject === subject).map(({ to }) => to)])
const textOf = (subject: string): string => news().find((each) => each.subject === subject)!.text
const page = async (path = '/console'): Promise<string> => {
  const admin = browserOf(stage.house.doors)
  await enter(admin, 'admin') // anew each time: an hour without work ends a session
  return (await admin.get(path)).text
}
const troubles = () => stage.rows<{ what: string; waiting: number; told: boolean }>('select what, waiting, told_at is not null as told from trouble order by what')
// Much time, in steps as far apart as a worker's polls may be in a quiet hour.
const pass = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 10_000) {
    stage.clock.advance(10_000)
    await stage.lab.bird.silent()
    await stage.lab.hubspot.silent()
    await stage.house.worker.settle()
  }
}
const greetMany = async (): Promise<string[]> => {
  const some = Array.from({ length: people }, () => `+52551260${String(++numbers).padStart(4, '0')}`)
  for (const number of some) await stage.say(number, `Hola, soy ${number}`)
  return some
}
const arrived = (some: readonly string[]): number => some.filter((number) => stage.all('contacts').filter(({ properties }) => properties['phone'] === number).length === 1 && stage.hungOn('deals', stage.contactOf(number).id).length === 1).length
const dead = () => stage.rows(`select name, error_code, error from job where state = 'dead'`)
const another = () => mindConnections({ ...stage.house, clock: stage.clock, registry: makeRegistry({ connectors, flows }), publicBaseUrl: stage.url }) // a process that remembers nothing
beforeEach(() => void (before = letters().length))
afterEach(async () => {
  controls().token({ state: 'good' })
  expect(await dead()).toEqual([])
})

test('401 for an hour: one letter, few calls, the state on every page; then everything arrives, one letter more, and whoever was in HubSpot already is not there twice', async () => {
  const known = `+52551261${String(++numbers).padStart(4, '0')}`
  controls().create({ type: 'contacts', properties: { phone: known, firstname: 'Ya', lastname: 'Estaba' } })
  await pass(minute)
  controls().token({ state: 'revoked' })
  const calls = stage.lab.hubspot.requests().length
  const some = [...(await greetMany()), known]
  await stage.say(known, 'Hola')
  await pass(4 * minute)
  expect(told()).toEqual([[refused, admins]])
  expect(textOf(refused)).toMatch(/^Hola:\n\nDesde el lunes 23 nov, \d+:\d\d h, HubSpot rechaza la clave con la que entra Portero \(.*\)\.\n\nEsperan \d+ envíos\. Nada se pierde/)
  for (const path of ['/console', '/console/people', '/console/hubspot', '/console/queue']) expect(await page(path)).toContain(refused)
  expect(await page('/console/hubspot')).toContain('Rechaza la clave')
  await pass(56 * minute)
  const during = stage.lab.hubspot.requests().length - calls
  // oxlint-disable-next-line no-console
  console.log(`${during} calls in an hour of 401, with ${(await troubles())[0]!.waiting} jobs waiting`)
  expect(during).toBeLessThan(120)
  expect([news().length, await troubles()]).toEqual([2, [{ what: 'key', waiting: expect.any(Number), told: true }]])
  controls().token({ state: 'good' })
  await pass(10 * minute)
  expect(arrived(some)).toBe(some.length)
  expect(told()).toEqual([[refused, admins], [well, admins]])
  expect(textOf(well)).toMatch(/Duró 1 h \d+ min\. Esperaron \d+ envíos, que ya salen solos\./)
  expect([await troubles(), (await page()).includes('role="alert"'), (await page('/console/hubspot')).includes('Funciona')]).toEqual([[], false, true])
  await pass(10 * minute)
  expect(news().length).toBe(4)
}, 300_000)

test('403: the letter names what is lacking, what may still be done is done, and once it is granted the rest arrives', async () => {
  const granted = scopes.filter((scope) => scope !== 'crm.objects.deals.write')
  controls().grant({ scopes: granted })
  const calls = stage.lab.hubspot.requests().length
  const some = await greetMany()
  await pass(60 * minute)
  const during = stage.lab.hubspot.requests().length - calls
  // oxlint-disable-next-line no-console
  console.log(`${during} calls in an hour of 403, with ${(await troubles())[0]!.waiting} jobs waiting`)
  expect(during).toBeLessThan(1_200) // most of it pulls and contacts, which go on
  expect(told()).toEqual([[lacking, admins]])
  expect(textOf(lacking)).toContain('Le falta este permiso: crm.objects.deals.write.')
  expect(await page()).toContain('crm.objects.deals.write')
  expect(some.filter((number) => stage.contactOf(number)).length).toBe(people)
  expect(await troubles()).toEqual([{ what: 'scopes', waiting: expect.any(Number), told: true }])
  controls().grant({ scopes })
  await pass(12 * minute)
  expect([arrived(some), told(), await troubles()]).toEqual([people, [[lacking, admins], [well, admins]], []])
}, 300_000)

test('a key that is refused for a moment is told to nobody', async () => {
  controls().refuse({ with: 'expired', times: 2 })
  await greetMany()
  await stage.rows(`update job set state = 'ready', error_code = 'disconnected', error = 'GET /x answered 401', run_at = to_timestamp(${stage.clock.now() / 1_000 + 30}) where kind = 'pull' and name = 'contacts'`)
  await another().run(new AbortController().signal)
  expect(await troubles()).toEqual([{ what: 'key', waiting: expect.any(Number), told: false }])
  await pass(5 * minute)
  expect([news(), await troubles()]).toEqual([[], []])
}, 120_000)

test('two processes, and one that starts anew, tell once', async () => {
  controls().token({ state: 'revoked' })
  await pass(3 * minute)
  expect(news().length).toBe(2)
  const other = another()
  await Promise.all([1, 2].map(() => other.run(new AbortController().signal)))
  await pass(minute)
  expect(news().length).toBe(2)
  controls().token({ state: 'good' })
  stage.clock.advance(6 * minute) // nobody has looked meanwhile
  await stage.follow(5_000)
  await Promise.all([1, 2].map(() => other.run(new AbortController().signal)))
  await pass(2 * minute)
  expect(news().length).toBe(4)
}, 120_000)

test('where there is no mail the page says it all the same', async () => {
  await stage.rows(`update connection set vendor = 'smtp-away' where vendor = 'smtp'`)
  await pass(10_000) // what is known of connections is remembered for five seconds
  controls().token({ state: 'revoked' })
  await pass(4 * minute)
  expect([news(), (await page()).includes('HubSpot ya no acepta la clave'), await stage.rows(`select 1 from job where name = 'mail.send' and state <> 'done'`)]).toEqual([[], true, []])
  await stage.rows(`update connection set vendor = 'smtp' where vendor = 'smtp-away'`)
  controls().token({ state: 'good' })
  await pass(10 * minute)
  expect([await troubles(), told()]).toEqual([[], [[well, admins]]])
}, 120_000)

test('while the mail is refused as well the page says it, and the letter follows once it is not', async () => {
  await stage.rows(`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, trace, created_at, connection_id, error_code, error)
    select tenant_id, gen_random_uuid(), 'pull', 'mail-refused', 'mail-refused', 'bulk', 'ready', to_timestamp(${(stage.clock.now() + 86_400_000) / 1_000}), 'x', to_timestamp(${stage.clock.now() / 1_000}), id, 'disconnected', '535' from connection where vendor = 'smtp'`)
  controls().token({ state: 'revoked' })
  await pass(4 * minute)
  expect([news(), (await page()).includes('HubSpot ya no acepta la clave'), await stage.rows(`select c.vendor, t.told_at is not null as told from trouble t join connection c on c.id = t.connection_id order by c.vendor`)]).toEqual([[], true, [{ vendor: 'hubspot', told: false }, { vendor: 'smtp', told: false }]])
  await stage.rows(`delete from job where name = 'mail-refused'`)
  await pass(3 * minute)
  expect([told(), await troubles()]).toEqual([[[refused, admins]], [{ what: 'key', waiting: expect.any(Number), told: true }]])
  controls().token({ state: 'good' })
  await pass(10 * minute)
  expect([await troubles(), told()]).toEqual([[], [[refused, admins], [well, admins]]])
}, 120_000)
