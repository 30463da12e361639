import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ConfigError, readConfig, type Config } from '@portero/tool-server/config.ts'

type Env = Record<string, string | undefined>
const keyBytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 251 + index)) // begins with bytes that base64 and base64url write differently
const base64 = keyBytes.toString('base64')
const real: Env = { PORTERO_LAB: '0', PORTERO_KEY: base64, PUBLIC_BASE_URL: 'https://portero.example.com' }
const credentials = ['BIRD_ACCESS_KEY', 'HUBSPOT_ACCESS_TOKEN', 'OPENAI_API_KEY', 'GOOGLE_SERVICE_ACCOUNT', 'GOOGLE_CLIENT_ID', 'GRAPH_CLIENT_ID', 'CALENDLY_TOKEN']
const database = 'postgres://root@127.0.0.1:5432/portero'

const refusalOf = (env: Env): string => {
  try {
    readConfig(env)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message
    throw thrown
  }
  return ''
}
const serviceAccount = { client_email: 'portero@casa.iam.gserviceaccount.com', private_key: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n', private_key_id: 'k1' }
// What some credentials need beside themselves, or look like.
const besides: Record<string, Env> = { GOOGLE_SERVICE_ACCOUNT: { GOOGLE_SERVICE_ACCOUNT: JSON.stringify(serviceAccount) }, GOOGLE_CLIENT_ID: { GOOGLE_CLIENT_SECRET: 's' }, GRAPH_CLIENT_ID: { GRAPH_CLIENT_SECRET: 's' } }
// The settings that the refusal names, one a line.
const namedIn = (refusal: string): string[] => [...refusal.matchAll(/^ {2}- ([A-Z_]+): ./gm)].map(([, name = '']) => name).toSorted()

describe('without any environment', () => {
  test('everything has its default, and no secret has one', () => {
    expect(readConfig({})).toEqual({
      port: 3000, labPort: 3100, databaseUrl: undefined, dataDir: './.data', catalogue: expect.stringMatching(/catalogue\.sample\.yaml$/), publicBaseUrl: 'http://localhost:3000',
      lab: true, masterKeys: [], shadow: false, logLevel: 'info', opsToken: undefined, trustProxy: undefined, drainMs: 0, accounts: [], baseUrls: {}, apps: {}, authUrls: {}, connectAs: {}, underNpm: false, legal: { company: 'UrbanHub', address: expect.any(String) },
    } satisfies { [Name in keyof Config]: unknown })
  })
  test('what the agent may cost is in US dollars', () => {
    expect(readConfig({ AGENT_USD_PER_ANSWER: '0.1', AGENT_USD_PER_DAY: '20' }).agentDollars).toEqual({ perAnswer: 0.1, perDay: 20 })
    for (const wrong of ['-1', 'mucho', '1e9']) expect(namedIn(refusalOf({ AGENT_USD_PER_DAY: wrong }))).toEqual(['AGENT_USD_PER_DAY'])
  })
  test('vendors are told the port that was chosen', () => {
    expect(readConfig({ PORT: '4000' }).publicBaseUrl).toBe('http://localhost:4000')
  })
  test('empty strings are as good as absent', () => {
    const names = ['PORT', 'LAB_PORT', 'DATABASE_URL', 'DATA_DIR', 'PUBLIC_BASE_URL', 'PORTERO_KEY', 'PORTERO_LAB', 'PORTERO_SHADOW', 'LOG_LEVEL', 'OPS_TOKEN', 'PORTERO_TRUST_PROXY', 'BIRD_BASE_URL', ...credentials]
    expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readConfig({}))
  })
})

describe('proxies in front', () => {
  test.each<[string, number | string[]]>([['1', 1], [' 2', 2], ['10.0.0.0/8', ['10.0.0.0/8']], ['192.168.1.4, 2001:db8::/32', ['192.168.1.4', '2001:db8::/32']]])('%s are believed', (told, trustProxy) => {
    expect(readConfig({ PORTERO_TRUST_PROXY: told }).trustProxy).toEqual(trustProxy)
  })
  test.each(['true', '0', '12', '-1', 'proxy.internal', '10.0.0.0/33', '0.0.0.0/0', '10.0.0.1,', '1, 10.0.0.1'])('%s says nothing that can be believed', (told) => {
    expect(namedIn(refusalOf({ PORTERO_TRUST_PROXY: told }))).toEqual(['PORTERO_TRUST_PROXY'])
  })
})

describe('the lab', () => {
  test.each<[string, Env]>([
    ['nothing is set', {}],
    ['it is asked for', { PORTERO_LAB: '1' }],
    ['it is asked for beside a database', { PORTERO_LAB: '1', DATABASE_URL: database }],
    ['it is asked for beside credentials', { PORTERO_LAB: '1', BIRD_ACCESS_KEY: 'k', HUBSPOT_ACCESS_TOKEN: 't' }],
    ['only addresses and ports are set', { PORT: '4000', BIRD_BASE_URL: 'http://127.0.0.1:3100/bird', PUBLIC_BASE_URL: 'https://p.example' }],
    ['only a master key is set', { PORTERO_KEY: base64 }],
    ['a credential is empty', { BIRD_ACCESS_KEY: '', DATABASE_URL: '' }],
  ])('runs when %s', (_title, env) => {
    expect(readConfig(env).lab).toBe(true)
  })
  test.each<[string, Env]>([
    ['it is switched off', {}],
    ['there is a database', { PORTERO_LAB: undefined, DATABASE_URL: database }],
    ...credentials.map((name): [string, Env] => [`there is ${name}`, { PORTERO_LAB: undefined, [name]: 'secret', ...besides[name] }]),
  ])('does not run when %s', (_title, env) => {
    expect(readConfig({ ...real, ...env }).lab).toBe(false)
  })
  test('has invented homes, which the real house never offers', () => {
    expect([readConfig({}).catalogue, readConfig(real).catalogue]).toEqual([expect.stringMatching(/sample\.yaml$/), undefined])
  })
  test('needs neither key nor public address', () => {
    expect(readConfig({ PORTERO_LAB: '1', DATABASE_URL: database })).toMatchObject({ masterKeys: [], publicBaseUrl: 'http://localhost:3000' })
  })
  test('uses a master key that is given', () => {
    expect(readConfig({ PORTERO_LAB: '1', PORTERO_KEY: base64 }).masterKeys).toEqual([keyBytes])
  })
})

describe('one refusal', () => {
  test.each<[string, Env]>([['switched off', { PORTERO_LAB: '0' }], ['a database', { DATABASE_URL: database }], ['a credential', { CALENDLY_TOKEN: 't' }]])('names what a real house lacks, with the lab off by %s', (_title, env) => {
    expect(namedIn(refusalOf(env))).toEqual(['PORTERO_KEY', 'PUBLIC_BASE_URL'])
  })

  const wrong: Env = {
    PORT: '70000', LAB_PORT: 'many', DATABASE_URL: 'mysql://CANARY@db/x', PUBLIC_BASE_URL: 'CANARY', PORTERO_KEY: 'CANARY', PORTERO_LAB: 'CANARY', PORTERO_SHADOW: 'yes',
    LOG_LEVEL: 'CANARY', OPS_TOKEN: 'CANARY', BIRD_BASE_URL: 'CANARY', HUBSPOT_BASE_URL: 'ftp://CANARY.example',
  }
  test('names everything that is wrong', () => {
    expect(namedIn(refusalOf(wrong))).toEqual(Object.keys(wrong).toSorted())
  })
  test('names what is wrong beside what is missing', () => {
    expect(namedIn(refusalOf({ PORTERO_LAB: '0', PORT: 'x', BIRD_BASE_URL: 'x' }))).toEqual(['BIRD_BASE_URL', 'PORT', 'PORTERO_KEY', 'PUBLIC_BASE_URL'])
  })
  test('quotes no value, which may be a secret', () => {
    expect(refusalOf(wrong)).not.toContain('CANARY')
  })
  test('quotes no key, however it is wrong', () => {
    fc.assert(fc.property(fc.stringMatching(/^[A-Za-z0-9+/=,]{8,80}$/), (key) => {
      const refusal = refusalOf({ PORTERO_KEY: key })
      expect(refusal === '' || !refusal.includes(key)).toBe(true)
    }))
  })
  test.each<[string, string]>([
    ['PORT', '-1'], ['PORT', '3000.5'], ['PORT', '65536'], ['PORT', 'http'], ['LAB_PORT', '70000'], ['PORTERO_SHADOW', 'true'], ['PORTERO_LAB', 'yes'], ['LOG_LEVEL', 'verbose'], ['OPS_TOKEN', 'fifteen letters'],
    ['DATABASE_URL', 'mysql://db/x'], ['DATABASE_URL', '/var/run/postgresql'], ['PUBLIC_BASE_URL', 'portero.example.com'], ['PUBLIC_BASE_URL', 'javascript:alert(1)'], ['GRAPH_BASE_URL', 'file:///etc/passwd'], ['BIRD_BASE_URL', 'smtp://bird.example:587'], ['SMTP_BASE_URL', 'https://smtp.example.com'],
  ])('names %s when it is %s', (name, value) => {
    expect(namedIn(refusalOf({ ...real, [name]: value }))).toEqual([name])
  })
})

describe('a master key', () => {
  test.each([
    ['base64', base64],
    ['base64 without padding', base64.replace('=', '')],
    ['base64url', keyBytes.toString('base64url')],
    ['hex', keyBytes.toString('hex')],
    ['hex in capitals', keyBytes.toString('hex').toUpperCase()],
  ])('may be written as %s', (_title, text) => {
    expect(readConfig({ ...real, PORTERO_KEY: text }).masterKeys).toEqual([keyBytes])
  })
  test('may be followed by older ones, which only open', () => {
    const older = Buffer.alloc(32, 7)
    expect(readConfig({ ...real, PORTERO_KEY: `${base64}, ${older.toString('hex')}` }).masterKeys).toEqual([keyBytes, older])
  })
  test.each([
    ['too short', Buffer.alloc(31).toString('base64')],
    ['too long', Buffer.alloc(33).toString('base64')],
    ['hex that lacks a digit', keyBytes.toString('hex').slice(1)],
    ['hex with a letter that is none', `g${keyBytes.toString('hex').slice(1)}`],
    ['a sentence, though 32 bytes could be read from it', 'the doorman knows each flat in every house of this st'],
    ['followed by nothing', `${base64},`],
    ['followed by a bad one', `${base64},abc`],
  ])('is refused when it is %s', (_title, text) => {
    expect(namedIn(refusalOf({ ...real, PORTERO_KEY: text }))).toEqual(['PORTERO_KEY'])
  })
})

describe('base URLs', () => {
  test.each(['smtp://smtp.example.com:587', 'smtps://smtp.example.com', 'smtp://relay.internal:25?tls=off'])('may be %s, of a mail server', (url) => {
    expect(readConfig({ ...real, SMTP_BASE_URL: url }).baseUrls).toEqual({ smtp: url })
  })
  test('are taken from the environment for every vendor', () => {
    expect(readConfig({ HUBSPOT_BASE_URL: 'http://127.0.0.1:3100/hubspot', GRAPH_BASE_URL: 'https://graph.example' }).baseUrls).toEqual({ hubspot: 'http://127.0.0.1:3100/hubspot', graph: 'https://graph.example' })
  })
  test('end without a slash', () => {
    expect(readConfig({ PUBLIC_BASE_URL: 'https://p.example//', BIRD_BASE_URL: 'https://b.example/v1/' })).toMatchObject({ publicBaseUrl: 'https://p.example', baseUrls: { bird: 'https://b.example/v1' } })
  })
  test('do not include our own', () => {
    expect(readConfig({ PUBLIC_BASE_URL: 'https://p.example' }).baseUrls).toEqual({})
  })
})

describe('a model', () => {
  test('is connected by its key alone', () => {
    expect(readConfig({ ...real, OPENAI_API_KEY: 'sk-nobody' }).accounts).toEqual([{ vendor: 'openai', account: 'env', settings: { apiKey: 'sk-nobody' } }])
  })
  test('is the one that is named, and thinks as long as is said', () => {
    expect(readConfig({ ...real, OPENAI_API_KEY: 'sk-nobody', OPENAI_MODEL: 'gpt-6-luna', OPENAI_REASONING_EFFORT: 'medium' }).accounts).toEqual([{ vendor: 'openai', account: 'env', settings: { apiKey: 'sk-nobody', model: 'gpt-6-luna', effort: 'medium' } }])
  })
  test('is connected by nothing else', () => {
    expect(readConfig({ ...real, OPENAI_MODEL: 'gpt-6-luna', OPENAI_BASE_URL: 'http://127.0.0.1:9' }).accounts).toEqual([])
  })
  test('never thinks as long as nobody has heard of', () => {
    expect(namedIn(refusalOf({ ...real, OPENAI_API_KEY: 'sk-nobody', OPENAI_REASONING_EFFORT: 'forever' }))).toEqual(['OPENAI_REASONING_EFFORT'])
  })
})

test('what is given is what is used', () => {
  const env = { ...real, PORT: '0', LAB_PORT: '3101', DATABASE_URL: 'postgresql://db/x', DATA_DIR: '/srv/portero', CATALOGUE: '/srv/homes.yaml', PORTERO_SHADOW: '1', LOG_LEVEL: 'debug', OPS_TOKEN: 'sixteen letters!', LEGAL_NAME: 'Casas del Sur', LEGAL_ADDRESS: 'Calle Inventada 1', PORTERO_TRUST_PROXY: '1', npm_lifecycle_event: 'start' }
  expect(readConfig(env)).toEqual({
    port: 0, labPort: 3101, databaseUrl: 'postgresql://db/x', dataDir: '/srv/portero', catalogue: '/srv/homes.yaml', publicBaseUrl: 'https://portero.example.com',
    lab: false, masterKeys: [keyBytes], shadow: true, logLevel: 'debug', opsToken: 'sixteen letters!', trustProxy: 1, drainMs: 5_000, accounts: [], baseUrls: {}, apps: {}, authUrls: {}, connectAs: {}, underNpm: true, legal: { company: 'Casas del Sur', address: 'Calle Inventada 1' },
  } satisfies Config)
})

describe('how accounts are connected', () => {
  test('as an app that people let in, by vendor, and where they do so instead', () => {
    const env = { GOOGLE_CLIENT_ID: 'g', GOOGLE_CLIENT_SECRET: 'gs', GRAPH_CLIENT_ID: 'm', GRAPH_CLIENT_SECRET: 'ms', CALENDLY_CLIENT_ID: 'c', CALENDLY_CLIENT_SECRET: 'cs', GOOGLE_AUTH_URL: 'http://127.0.0.1:3100/auth/' }
    expect(readConfig({ ...real, ...env })).toMatchObject({ apps: { google: { clientId: 'g', clientSecret: 'gs' }, graph: { clientId: 'm', clientSecret: 'ms' }, calendly: { clientId: 'c', clientSecret: 'cs' } }, authUrls: { google: 'http://127.0.0.1:3100/auth' }, connectAs: {} })
  })
  test('by our own name, where nobody is asked', () => {
    const env = { GOOGLE_SERVICE_ACCOUNT: JSON.stringify(serviceAccount), GRAPH_CLIENT_ID: 'm', GRAPH_CLIENT_SECRET: 'ms', GRAPH_TENANT: 'casa.onmicrosoft.com', CALENDLY_TOKEN: 't', CALENDLY_SIGNING_KEY: 'k'.repeat(32) }
    expect(readConfig({ ...real, ...env }).connectAs).toEqual({
      google: { grant: { by: 'signed', email: serviceAccount.client_email, privateKey: serviceAccount.private_key, keyId: 'k1' } },
      graph: { grant: { by: 'app', tenant: 'casa.onmicrosoft.com', clientId: 'm', clientSecret: 'ms' } },
      calendly: { grant: { by: 'given', token: 't' }, pushSecrets: ['k'.repeat(32)] },
    })
  })
  test.each<[string, Env]>([
    ['GOOGLE_CLIENT_ID', { GOOGLE_CLIENT_ID: 'g' }], ['GRAPH_CLIENT_ID', { GRAPH_CLIENT_SECRET: 's' }], ['GOOGLE_AUTH_URL', { GOOGLE_AUTH_URL: 'ftp://a' }],
    ['GOOGLE_SERVICE_ACCOUNT', { GOOGLE_SERVICE_ACCOUNT: '{"client_email":"a@b.mx"}' }], ['GOOGLE_SERVICE_ACCOUNT', { GOOGLE_SERVICE_ACCOUNT: '/nowhere/key.json' }], ['CALENDLY_SIGNING_KEY', { CALENDLY_SIGNING_KEY: 'short' }],
  ])('not by half: %s', (name, env) => {
    const refusal = refusalOf({ ...real, ...env })
    expect(refusal).toContain(`  - ${name}`)
    expect(refusal).not.toContain('a@b.mx')
  })
})

describe('the company’s own sign-in', () => {
  const whole = { OIDC_ISSUER: 'https://id.casas.example/', OIDC_CLIENT_ID: 'c', OIDC_CLIENT_SECRET: 's', OIDC_ROLES: 'jefes=admin, leasing = agent', OIDC_DOMAINS: 'Casas.example, otras.example' }
  test('is known by all of its settings, and says what else it may be told', () => {
    expect(readConfig(whole).oidc).toEqual({ name: 'SSO', issuer: 'https://id.casas.example/', clientId: 'c', clientSecret: 's', roleClaim: 'groups', roles: { jefes: 'admin', leasing: 'agent' }, domains: ['casas.example', 'otras.example'], scopes: ['openid', 'email'] })
    expect(readConfig({ ...whole, OIDC_NAME: 'Google', OIDC_ROLE_CLAIM: 'roles', OIDC_SCOPES: 'profile groups', OIDC_ROLES: '{"CN=jefes,OU=casas":"officer"}' }).oidc).toMatchObject({ name: 'Google', roleClaim: 'roles', scopes: ['openid', 'email', 'profile', 'groups'], roles: { 'CN=jefes,OU=casas': 'officer' } })
  })
  test('needs all of them', () => {
    const names = ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_DOMAINS', 'OIDC_ISSUER', 'OIDC_ROLES']
    for (const name of names) expect(namedIn(refusalOf({ ...whole, [name]: undefined }))).toEqual([name])
  })
  test.each([['OIDC_ISSUER', 'http://id.casas.example'], ['OIDC_ISSUER', 'https://login.microsoftonline.com/common/v2.0'], ['OIDC_ISSUER', 'https://login.microsoftonline.com/organizations/v2.0'], ['OIDC_ROLES', 'jefes=boss'], ['OIDC_ROLES', 'jefes'], ['OIDC_ROLES', '=admin'], ['OIDC_ROLES', '{}'], ['OIDC_ROLES', '{"a":'], ['OIDC_NAME', 'x'.repeat(41)]])('is not %s %s', (name, value) => {
    expect(namedIn(refusalOf({ ...whole, [name]: value }))).toContain(name)
  })
})
