import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyScopes } from '@portero/tool-server/app.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeConnections } from '@portero/tool-server/spine/connections.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeToolKeys } from '@portero/tool-server/spine/tool-keys.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { scopes } from '../lab/auth/people.ts'
import { startLab, type Lab } from '../lab/index.ts'
import { setUp } from '../support/crm-stage.ts'
import { prospects } from '../support/homes.ts'
import { atEnd, freePort, freshDir, root, type Env } from '../support/process.ts'
import { emptyDatabase, withDb } from '../support/process-databases.ts'
import { openFront, type Front } from './front.ts'

// Everything but the servers: a database of their own, the vendors with the accounts that the servers have there, the homes, and people who are known already.
export type Known = { person: string; conversation: string }
export type World = { env: Env; ports: readonly number[]; front: Front; lab: Lab; key: string; known: readonly Known[]; opsToken: string; databaseUrl: string; bird: string } // bird: the connection's id

const clock = realClock()
const masterKey = Buffer.alloc(32, 9)
const opsToken = 'the-operations-token'
const everybody = ['bird', 'hubspot', 'openai', 'google', 'graph']

// Two buildings in which nobody but the probe visits anything, so that what is free there is known in advance. One is shown by somebody with a calendar at Google, the other by somebody with one at Outlook.
export const lookedAt = { home: 'faro-1', at: ['10:00', '10:30'] } as const // each day
export const booked = { home: 'puerto-1', firstHour: 9, hours: 9 } as const
const building = (slug: string, name: string): string => `
  - slug: ${slug}
    name: ${name}
    zone: America/Mexico_City
    address: Calle Inventada 1
    neighbourhood: Faro
    city: Mérida
    homes: [{ slug: ${slug}-1, title: ${name} 1, unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15000, pets: 'yes', availableFrom: '2026-12-01' }]
`
const agent = (slug: string, email: string, to: string, hours: string): string => `  - { slug: ${slug}, name: ${slug}, email: ${email}, hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], ${hours} }], buildings: [${to}] }\n`
const [googles, graphs] = ['renata.ochoa@casas.example', 'julian.cota@casas.example'] as const // people who have calendars in the lab
const catalogue = (): string => {
  const sample = readFileSync(join(root, 'tool-server/catalogue.sample.yaml'), 'utf8').replace(googles, 'otra@casas.example').replace(graphs, 'otro@casas.example')
  const [homes = '', agents = ''] = sample.split('\nagents:\n')
  return `${homes}${building('faro', 'Torre Faro')}${building('puerto', 'Torre Puerto')}\nagents:\n${agent('faro-agente', googles, 'faro', "from: '10:00', to: '11:00'")}${agent('puerto-agente', graphs, 'puerto', "from: '09:00', to: '18:30'")}${agents}`
}

// agent: who answers prospects; the lab's Bird has none of its own then.
type Wanted = { servers: number; people: number; vendors?: readonly string[]; agent?: 'portero' | 'nobody' }
export const openWorld = async ({ servers, people, vendors = everybody, agent: answers = 'portero' }: Wanted): Promise<World> => {
  const ports = await Promise.all(Array.from({ length: servers }, () => freePort()))
  const front = await openFront(ports)
  atEnd(front.close)
  const lab = await startLab({ clock, port: 0, serverUrl: front.url, publicUrl: front.url })
  atEnd(() => lab.close())
  await lab.bird.answeredBy('portero') // Bird's is quiet: where ours answers, a message costs all that it can
  const dir = freshDir()
  const file = join(dir, 'catalogue.yaml')
  writeFileSync(file, catalogue())
  const databaseUrl = await emptyDatabase()
  const env: Env = { DATABASE_URL: databaseUrl, PORTERO_LAB: '0', PORTERO_KEY: masterKey.toString('base64'), PUBLIC_BASE_URL: front.url, PORTERO_TRUST_PROXY: '1', OPS_TOKEN: opsToken, CATALOGUE: file }

  const accounts = lab.accounts.filter(({ vendor }) => vendors.includes(vendor)).map((one) => (one.vendor === 'bird' && answers === 'portero' ? { ...one, settings: { ...one.settings, agent: 'portero' } } : one))
  const second = (vendor: string, email: string) => accounts.filter((one) => one.vendor === vendor).map((one) => {
    const token = clock.bytes(24).toString('base64url')
    lab.auth.tokens.know(token, { email, scopes })
    return { ...one, account: email, settings: { ...one.settings, grant: { by: 'given', token } } }
  })
  const furnished = await withDb(env, async (db) => {
    const connections = makeConnections({ db, clock, vault: makeVault({ db, clock, keys: keyring([masterKey]) }), log: makeLog({ level: 'silent', clock }), registry: makeRegistry({ connectors, flows }), baseUrls: {} })
    for (const account of [...accounts, ...second('google', googles), ...second('graph', graphs)]) await connections.put({ tenant, ...account })
    const all = await connections.all(db.bare)
    const hubspot = all.find(({ vendor }) => vendor === 'hubspot')
    if (hubspot) await setUp(hubspot)
    const bird = all.find(({ vendor }) => vendor === 'bird')!.id
    return { bird, key: await makeToolKeys({ db, clock }).make({ tenant, name: 'soak', scopes: keyScopes }), known: await prospects({ db, tenant, clock: { ...clock, advance() {}, pending: () => 0 } }, bird, people) }
  })
  return { env, ports, front, lab, opsToken, databaseUrl, ...furnished }
}
