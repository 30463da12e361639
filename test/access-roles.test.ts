import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { roles, scopesOf, type Role } from '@portero/tool-server/domain/roles.ts'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'

// Every door of the console, and who may open it. A door without a row here fails.
const everybody = ['viewer', 'agent', 'officer', 'admin'] as const
const workers = ['agent', 'officer', 'admin'] as const
const privacy = ['officer', 'admin'] as const
const admins = ['admin'] as const
const doors: Record<string, readonly Role[] | 'anyone'> = {
  'get /_assets/:name': 'anyone',
  'get /console/sign-in': 'anyone', 'post /console/sign-in': 'anyone', 'post /console/sign-out': 'anyone', 'post /console/language': 'anyone',
  'get /console': everybody, 'get /console/conversations': everybody, 'post /console/conversations': everybody, 'get /console/live/conversations': everybody, 'get /console/conversations/:id': everybody, 'get /console/live/conversations/:id': everybody,
  'get /console/media/:id/:place': workers, 'post /console/conversations/:id/hands': workers, 'post /console/conversations/:id/consents': workers, 'get /console/conversations/:id/visits': workers, 'post /console/conversations/:id/visits': workers,
  'get /console/today': everybody, 'get /console/live/today': everybody, 'get /console/value': everybody, 'get /console/value.csv': everybody, 'get /console/figures/:name': everybody,
  'get /console/catalogue': everybody, 'get /console/catalogue.yaml': admins, 'get /console/catalogue/blackouts': everybody, 'post /console/catalogue/blackouts': admins, 'get /console/catalogue/buildings/:id': everybody, 'post /console/catalogue/buildings/:id': admins, 'get /console/catalogue/homes/:id': everybody, 'post /console/catalogue/homes/:id': admins, 'get /console/catalogue/agents/:id': everybody, 'post /console/catalogue/agents/:id': admins,
  'get /console/people': everybody, 'get /console/live/people': everybody, 'post /console/people': admins, 'post /console/people/:id': admins,
  'get /console/hubspot': everybody, 'get /console/live/hubspot': everybody, 'get /console/hubspot/backfill': admins, 'post /console/hubspot/backfill': admins, 'post /console/hubspot/contacts/:id': admins, 'post /console/hubspot/changes/:id': admins,
  'get /console/connections': ['viewer', 'agent', 'admin'], 'get /console/live/connections': ['viewer', 'agent', 'admin'], 'get /console/connections/:id/end': admins, 'post /console/connections/:id/end': admins, 'post /console/connections/:id/test': admins, 'get /console/connections/new': admins, 'post /console/connections/new': admins,
  'get /console/queue': admins, 'get /console/live/queue': admins, 'post /console/queue/replay': admins, 'post /console/queue/stop': admins, 'get /console/queue/:id': admins, 'post /console/queue/:id': admins, 'post /console/queue/:id/replay': admins,
  'get /console/bird-kit': admins, 'post /console/bird-kit': admins,
  'get /console/privacy': privacy, 'post /console/privacy': privacy, 'get /console/privacy/registers': privacy, 'get /console/privacy/consents': privacy, 'get /console/privacy/retention': privacy, 'post /console/privacy/registers': privacy, 'get /console/privacy/:id': privacy, 'post /console/privacy/:id': privacy, 'get /console/privacy/:id/certificate.:form': privacy, 'get /console/privacy/:id/archive': privacy,
  'get /console/access': admins, 'post /console/access/people/:id/out': admins, 'get /console/access/people/:id/end': admins, 'post /console/access/people/:id/end': admins, 'post /console/access/people/:id/again': admins,
  'post /console/access/keys/:id/rotate': admins, 'get /console/access/keys/:id/end': admins, 'post /console/access/keys/:id/end': admins,
}

type Layer = { route?: { path: string; methods: Record<string, boolean> }; handle?: { stack?: Layer[] } }
const doorsOf = (layers: readonly Layer[]): string[] => layers.flatMap(({ route, handle }) => (route ? Object.keys(route.methods).map((method) => `${method} ${route.path}`) : doorsOf(handle?.stack ?? [])))

let stage: ConsoleStage
const browsers = new Map<Role, Browser>()
beforeAll(async () => {
  stage = await openConsole()
  for (const role of roles) browsers.set(role, await stage.signedIn(role))
})
afterAll(() => stage.end())
const found = (): string[] => doorsOf((stage.app as unknown as { router: { stack: Layer[] } }).router.stack)
const asked = Object.entries(doors).filter((row): row is [string, readonly Role[]] => row[1] !== 'anyone')

const knock = async (browser: Browser, door: string): Promise<{ status: number; to: string | undefined }> => {
  const [method, path = ''] = door.split(' ')
  const at = path.replace(':id', '0199b1de-0000-7000-8000-0000000000aa').replace(':place', '0').replace(':form', 'json').replace(':name', 'booked')
  const { status, headers } = method === 'get' ? await browser.get(at) : await browser.post(at, { csrf: browser.csrfOf((await browser.get('/console')).text) })
  return { status, to: headers['location'] }
}

test('every door has its row, and every row its door', () => {
  expect(found().toSorted()).toEqual(Object.keys(doors).toSorted())
})
describe('whoever is not signed in', () => {
  test.each(asked.map(([door]) => door))('finds %s closed', async (door) => {
    const { status, to } = await knock(stage.browser(), door)
    expect(door.includes('/live/') ? status : to).toEqual(door.includes('/live/') ? 401 : expect.stringMatching(/^\/console\/sign-in\?next=/))
  })
})
describe.each(roles)('%s', (role) => {
  test.each(asked.map(([door, who]) => [door, who.includes(role)] as const))('%s: %s', async (door, isOpen) => {
    const { status, to } = await knock(browsers.get(role)!, door)
    if (!isOpen) return expect(status).toBe(403)
    expect([401, 403].includes(status)).toBe(false)
    expect(status).toBeLessThan(500)
    expect(to ?? '').not.toContain('/console/sign-in')
  })
})

describe('what a role may do', () => {
  test('grows from a viewer, who changes nothing, to an admin, who may all', () => {
    expect(scopesOf.viewer.filter((scope) => !scope.endsWith(':read') || scope === 'media:read')).toEqual([])
    for (const role of roles) expect(scopesOf[role].filter((scope) => !scopesOf.admin.includes(scope))).toEqual([])
    expect(scopesOf.officer.filter((scope) => /^(connections|queue|kit|access|settings):/.test(scope))).toEqual([])
    expect([scopesOf.officer.includes('privacy:decide'), scopesOf.agent.includes('privacy:decide'), scopesOf.agent.includes('privacy:read')]).toEqual([true, false, false])
  })
  test('stands on the page: whoever only looks on has no button in a conversation, no file, and hasn’t seen it for the others', async () => {
    const guest = await stage.guest({ name: 'Ana Prueba', phone: '+525512340000', said: [{ text: 'Hola' }] })
    await stage.enrich(guest)
    const path = `/console/conversations/${guest.conversation}`
    const page = (await browsers.get('viewer')!.get(path)).text
    expect([page.includes('Hola'), page.includes('/hands"'), page.includes('Vista')]).toEqual([true, false, false])
    expect((await browsers.get('viewer')!.get(path)).text).not.toContain('Vista')
    await browsers.get('agent')!.get(path)
    expect((await browsers.get('viewer')!.get(path)).text).toContain('Vista')
  })
  test('stands in the navigation', async () => {
    const links = async (role: Role): Promise<string[]> => [...(/<nav>(.*?)<\/nav>/s.exec((await browsers.get(role)!.get('/console')).text)?.[1] ?? '').matchAll(/href="([^"]+)"/g)].map(([, href]) => href!)
    const common = ['/console', '/console/conversations', '/console/people', '/console/hubspot']
    expect(await links('viewer')).toEqual(expect.arrayContaining([...common, '/console/connections']))
    for (const role of ['viewer', 'agent', 'officer'] as const) for (const not of ['/console/queue', '/console/bird-kit', '/console/access']) expect(await links(role)).not.toContain(not)
    expect(await links('officer')).not.toContain('/console/connections')
    expect(await links('admin')).toEqual(expect.arrayContaining([...common, '/console/connections', '/console/queue', '/console/bird-kit', '/console/access']))
  })
})
