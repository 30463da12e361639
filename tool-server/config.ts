import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

// The only place that reads the environment. One error names everything that is missing or wrong, and no secret has a default.
export type Config = {
  port: number
  labPort: number
  databaseUrl: string | undefined // absent: PostgreSQL inside the process
  dataDir: string
  publicBaseUrl: string // what vendors call us by; signatures are computed from it
  lab: boolean
  masterKeys: readonly Buffer[] // the first seals, the others only open; empty in the lab, whose key is a file in dataDir
  shadow: boolean
  logLevel: string
  opsToken: string | undefined
  catalogue: string | undefined // a file, for tables that are empty
  trustProxy: number | string[] | undefined // how many proxies stand in front, or whose addresses they have; without, none is believed
  legal: { company: string; address: string; contact?: string | undefined; notices?: Partial<Record<'es-MX' | 'en', string>> | undefined } | undefined // who answers for what we do with what people tell us; said in the privacy notice. notices: files with the whole of it, where it isn't to be put together
  persona?: { path?: string | undefined; stable?: string | undefined; canary?: { id: string; percent: number } | undefined } // whose words our agent has, where they aren't the sample's
  agentDollars?: { perAnswer?: number | undefined; perPersonAndDay?: number | undefined; perDay?: number | undefined } // what our agent may cost, in US dollars, where it isn't as usual
  oidc?: { name: string; issuer: string; clientId: string; clientSecret: string; roleClaim: string; roles: Record<string, OperatorRole>; domains: readonly string[]; scopes: readonly string[] } // the company's own sign-in, for the console: which groups have which role, and whose addresses come in
  traces?: { url: string; headers: Record<string, string>; timeoutMs: number; resource: Record<string, string> } // where the steps of traces go
  drainMs: number // how long a server that is told to stop goes on answering, so that a proxy can notice
  underNpm: boolean // npm start: to be stopped with npm
  accounts: readonly { vendor: string; account: string; settings: object }[] // what the environment connects by itself
  baseUrls: Readonly<Record<string, string>> // by the name before _BASE_URL, in lower case
  apps: Readonly<Record<string, { clientId: string; clientSecret: string }>> // what we are called where people consent, by vendor
  authUrls: Readonly<Record<string, string>> // where they consent instead, by the name before _AUTH_URL
  connectAs: Readonly<Record<string, object>> // by vendor: what the accounts that are connected there have in common
}

// One of these makes it real: without any, and without a database, the lab runs.
const vendorCredentials = ['BIRD_ACCESS_KEY', 'HUBSPOT_ACCESS_TOKEN', 'OPENAI_API_KEY', 'GOOGLE_SERVICE_ACCOUNT', 'GOOGLE_CLIENT_ID', 'GRAPH_CLIENT_ID', 'CALENDLY_TOKEN'] as const

// Invented homes must never be offered to real people.
const sampleCatalogue = fileURLToPath(new URL('catalogue.sample.yaml', import.meta.url))

// Whom the lab's notice names.
const invented = { company: 'UrbanHub', address: 'Calle Inventada 12, Ciudad de México' }

const port = z.coerce.number().int().min(0).max(65_535)
const flag = z.enum(['0', '1']).transform((text) => text === '1')
const baseUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))
const mailUrl = z.url({ protocol: /^smtps?$/ })
const dollars = z.coerce.number().nonnegative().max(100_000)
const masterKeys = z.string().transform((text, context) =>
  text.split(',').map((one) => {
    const bytes = keyBytes(one.trim())
    if (!bytes) context.addIssue({ code: 'custom', message: 'every key has 32 bytes, as base64 or hex: make one with `portero keys new`' })
    return bytes ?? Buffer.alloc(0)
  }),
)
// Node skips what is not base64, so that a sentence could pass for a key.
const keyBytes = (text: string): Buffer | undefined => (/^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined)

const canary = z
  .string()
  .regex(/^[a-z0-9]+\.\d+:(100|\d{1,2})$/, 'expected a version and its part of all conversations in percent, such as vivi.2:10')
  .transform((text) => ({ id: text.replace(/:.*/, ''), percent: Number(text.replace(/.*:/, '')) }))

// https://expressjs.com/en/guide/behind-proxies.html
const isRange = (text: string): boolean => {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  return isIP(address) > 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128)))
}
const proxies = z.string().transform((text, context) => {
  const told = text.split(',').map((each) => each.trim())
  if (/^[1-9]$/.test(text.trim())) return Number(text)
  if (!told.every(isRange)) context.addIssue({ code: 'custom', message: 'how many proxies stand in front (1 to 9), or their addresses, such as 10.0.0.0/8, 192.168.1.4' })
  return told
})

// What the environment says of how people's accounts are connected: as an app that they let in, or by our own name.
const text = z.string().min(1)
const account = z.object({ client_email: z.email(), private_key: z.string().includes('PRIVATE KEY'), private_key_id: text.optional() })
// The JSON file that Google gives, or where it lies: https://developers.google.com/identity/protocols/oauth2/service-account
const serviceAccount = z.string().transform((told, context) => {
  const read = account.safeParse(jsonOf(told))
  if (read.success) return read.data
  context.addIssue({ code: 'custom', message: 'expected the JSON of a service account, or the path of its file' })
  return z.NEVER
})
const jsonOf = (told: string): unknown => {
  try {
    return JSON.parse(told.trimStart().startsWith('{') ? told : readFileSync(told, 'utf8'))
  } catch {
    return undefined
  }
}

const accessVariables = {
  GOOGLE_CLIENT_ID: text.optional(), GOOGLE_CLIENT_SECRET: text.optional(), GOOGLE_SERVICE_ACCOUNT: serviceAccount.optional(),
  GRAPH_CLIENT_ID: text.optional(), GRAPH_CLIENT_SECRET: text.optional(), GRAPH_TENANT: z.string().regex(/^[\w.-]+$/).optional(),
  CALENDLY_CLIENT_ID: text.optional(), CALENDLY_CLIENT_SECRET: text.optional(), CALENDLY_SIGNING_KEY: z.string().min(32).optional(), CALENDLY_TOKEN: text.optional(),
}
const pairs = [['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'], ['GRAPH_CLIENT_ID', 'GRAPH_CLIENT_SECRET'], ['CALENDLY_CLIENT_ID', 'CALENDLY_CLIENT_SECRET']] as const
const alertPair = ['PORTERO_ALERT_URL', 'PORTERO_ALERT_SECRET'] as const

// Who may come in by the company's own sign-in, and as what: docs/access.md.
const list = z.string().transform((told) => told.split(/[\s,]+/).filter((each) => each !== ''))
const issuer = z.url().refine((told) => told.startsWith('https:') || /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(told), 'an https address').refine((told) => !/\/(common|organizations|consumers)\//.test(told), "that of one tenant: by Microsoft's common one anybody's account would come in")
const roles = ['viewer', 'agent', 'officer', 'admin'] as const // domain/roles.ts says what each may do
type OperatorRole = (typeof roles)[number]
const groupRoles = z.string().transform((told, context) => {
  const pairsTold: unknown = told.trimStart().startsWith('{') ? jsonOf(told) : Object.fromEntries(told.split(',').map((each) => [each.slice(0, each.lastIndexOf('=')).trim(), each.slice(each.lastIndexOf('=') + 1).trim()]))
  const read = z.record(z.string().min(1), z.enum(roles)).safeParse(pairsTold)
  if (read.success && Object.keys(read.data).length > 0) return read.data
  context.addIssue({ code: 'custom', message: `groups and their roles, such as portero-admins=admin, leasing=agent, or the same as JSON; roles are ${roles.join(', ')}` })
  return z.NEVER
})
const signInVariables = { OIDC_ISSUER: issuer.optional(), OIDC_CLIENT_ID: text.optional(), OIDC_CLIENT_SECRET: text.optional(), OIDC_ROLES: groupRoles.optional(), OIDC_DOMAINS: list.optional(), OIDC_NAME: text.max(40).optional(), OIDC_ROLE_CLAIM: text.optional(), OIDC_SCOPES: list.optional() }
const signInNeeds = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLES', 'OIDC_DOMAINS'] as const

// By the names of OpenTelemetry: https://opentelemetry.io/docs/specs/otel/protocol/exporter/. We speak OTLP over HTTP as JSON.
const collector = z.url({ protocol: /^https?$/ })
const listed = z.string().transform((told, context) => {
  try {
    return Object.fromEntries(told.split(',').filter((each) => each.trim() !== '').map((each) => [each.slice(0, each.indexOf('=')).trim(), decodeURIComponent(each.slice(each.indexOf('=') + 1).trim())]).filter(([name]) => name !== ''))
  } catch {
    context.addIssue({ code: 'custom', message: 'expected name=value,name=value with values percent-encoded' })
    return z.NEVER
  }
})
const proxyNoticesMs = 5_000 // two looks at /readyz of a proxy that looks every two seconds
const millis = z.coerce.number().int().positive()
const traceVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.optional(), OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.optional(), OTEL_EXPORTER_OTLP_HEADERS: listed.optional(), OTEL_EXPORTER_OTLP_TRACES_HEADERS: listed.optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: millis.optional(), OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: millis.optional(), OTEL_EXPORTER_OTLP_PROTOCOL: text.optional(), OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: text.optional(),
  OTEL_SERVICE_NAME: text.optional(), OTEL_RESOURCE_ATTRIBUTES: listed.optional(), OTEL_SDK_DISABLED: text.optional(), OTEL_TRACES_EXPORTER: text.optional(),
}
// What a whole cluster is told may not fit us: that matters only where traces are to go somewhere.
const traceFaults = (given: Readonly<Record<string, string | undefined>>): string[] => {
  const { OTEL_TRACES_EXPORTER: exporter = 'otlp' } = given
  if ((given['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? given['OTEL_EXPORTER_OTLP_ENDPOINT']) === undefined || isOff(given)) return []
  const protocol = given['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'
  return [
    ...((given[protocol] ?? 'http/json') === 'http/json' ? [] : [`${protocol}: Portero speaks http/json only, which collectors take at the same port 4318; OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/json is for traces alone`]),
    ...(exporter === 'otlp' ? [] : ['OTEL_TRACES_EXPORTER: expected otlp or none']),
  ]
}
const isOff = ({ OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter }: { OTEL_SDK_DISABLED?: string | undefined; OTEL_TRACES_EXPORTER?: string | undefined }): boolean => disabled?.toLowerCase() === 'true' || exporter === 'none'

const environment = z.object({
  PORT: port.default(3000),
  LAB_PORT: port.default(3100),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, message: 'expected postgres://user@host:5432/name' }).optional(),
  DATA_DIR: z.string().min(1).default('./.data'),
  CATALOGUE: z.string().min(1).optional(),
  PUBLIC_BASE_URL: baseUrl.optional(),
  PORTERO_KEY: masterKeys.optional(),
  PORTERO_LAB: flag.optional(),
  PORTERO_SHADOW: flag.default(false),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PORTERO_TRUST_PROXY: proxies.optional(),
  PORTERO_DRAIN_MS: z.coerce.number().int().min(0).max(15_000).optional(), // what is under way then has its time within the 30 s that Docker and Kubernetes give
  LEGAL_NAME: z.string().min(1).optional(),
  LEGAL_ADDRESS: z.string().min(1).optional(),
  LEGAL_CONTACT: z.string().min(1).optional(),
  LEGAL_NOTICE: z.string().min(1).optional(),
  LEGAL_NOTICE_EN: z.string().min(1).optional(),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_MODEL: z.string().min(1).optional(),
  OPENAI_REASONING_EFFORT: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
  PERSONA: z.string().min(1).optional(),
  PERSONA_STABLE: z.string().min(1).optional(),
  PERSONA_CANARY: canary.optional(),
  AGENT_USD_PER_ANSWER: dollars.optional(),
  AGENT_USD_PER_PERSON_DAY: dollars.optional(),
  AGENT_USD_PER_DAY: dollars.optional(),
  npm_lifecycle_event: z.string().optional(),
  OPS_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  ...accessVariables,
  ...signInVariables,
  ...traceVariables,
  PORTERO_ALERT_URL: z.url({ protocol: /^https?$/ }).optional(),
  PORTERO_ALERT_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'whsec_ and 24 to 64 bytes as base64, such as printf whsec_; openssl rand -base64 32').optional(),
})

export class ConfigError extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`Portero can't start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const lab = given['PORTERO_LAB'] === '1' || (given['PORTERO_LAB'] !== '0' && !given['DATABASE_URL'] && !vendorCredentials.some((name) => given[name]))
  const parsed = environment.safeParse(given)
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (!lab && !given['PORTERO_KEY']) faults.push('PORTERO_KEY: missing. It seals everything personal; make one with `portero keys new` and keep it where the database is not.')
  if (!lab && !given['PUBLIC_BASE_URL']) faults.push('PUBLIC_BASE_URL: missing. The https address that vendors call, such as https://portero.example.com')
  const baseUrls: Record<string, string> = {}
  const authUrls: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const asker = /^([A-Z0-9]+)_AUTH_URL$/.exec(name)?.[1]?.toLowerCase()
    if (asker) {
      const url = baseUrl.safeParse(value)
      if (url.success) authUrls[asker] = url.data
      else faults.push(`${name}: expected an http(s) address`)
    }
    const vendor = /^([A-Z0-9]+)_BASE_URL$/.exec(name)?.[1]?.toLowerCase()
    if (!vendor || vendor === 'public') continue
    const isMail = vendor === 'smtp'
    const url = (isMail ? mailUrl : baseUrl).safeParse(value)
    if (url.success) baseUrls[vendor] = url.data
    else faults.push(`${name}: expected an ${isMail ? 'smtp' : 'http'}(s) address`)
  }
  if (Boolean(given['LEGAL_NAME']) !== Boolean(given['LEGAL_ADDRESS'])) faults.push('LEGAL_NAME and LEGAL_ADDRESS go together: the privacy notice names both')
  faults.push(...pairs.filter(([one, other]) => Boolean(given[one]) !== Boolean(given[other])).map(([one, other]) => `${one} and ${other} go together: what an app is called at the vendor, and its password`))
  if (alertPair.filter((name) => given[name]).length === 1) faults.push(`${alertPair.join(' and ')} go together: docs/alerts.md`)
  if (signInNeeds.some((name) => given[name])) faults.push(...signInNeeds.filter((name) => !given[name]).map((name) => `${name}: missing. ${signInNeeds.join(', ')} go together: docs/access.md`))
  faults.push(...traceFaults(given))
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults)
  const { data } = parsed
  return {
    port: data.PORT, labPort: data.LAB_PORT, databaseUrl: data.DATABASE_URL, dataDir: data.DATA_DIR, catalogue: data.CATALOGUE ?? (lab ? sampleCatalogue : undefined), publicBaseUrl: data.PUBLIC_BASE_URL ?? `http://localhost:${data.PORT}`,
    lab, masterKeys: data.PORTERO_KEY ?? [], shadow: data.PORTERO_SHADOW, logLevel: data.LOG_LEVEL, opsToken: data.OPS_TOKEN, trustProxy: data.PORTERO_TRUST_PROXY, drainMs: data.PORTERO_DRAIN_MS ?? (data.PORTERO_TRUST_PROXY === undefined ? 0 : proxyNoticesMs), legal: legalOf(data) ?? (lab ? invented : undefined),
    ...((data.PERSONA ?? data.PERSONA_STABLE ?? data.PERSONA_CANARY) !== undefined && { persona: { path: data.PERSONA, stable: data.PERSONA_STABLE, canary: data.PERSONA_CANARY } }),
    ...dollarsIn(data), ...signInOf(data), ...tracesOf(data), underNpm: data.npm_lifecycle_event === 'start', accounts: [...openAiAccounts(data), ...alertAccounts(data)], baseUrls, authUrls, ...accessOf(data),
  }
}

const legalOf = ({ LEGAL_NAME: company, LEGAL_ADDRESS: address, LEGAL_CONTACT: contact, LEGAL_NOTICE: spanish, LEGAL_NOTICE_EN: english }: z.infer<typeof environment>): Config['legal'] =>
  company === undefined || address === undefined ? undefined : { company, address, ...(contact !== undefined && { contact }), ...((spanish ?? english) !== undefined && { notices: { ...(spanish !== undefined && { 'es-MX': spanish }), ...(english !== undefined && { en: english }) } }) }

const dollarsIn = ({ AGENT_USD_PER_ANSWER: perAnswer, AGENT_USD_PER_PERSON_DAY: perPersonAndDay, AGENT_USD_PER_DAY: perDay }: z.infer<typeof environment>): Pick<Config, 'agentDollars'> =>
  (perAnswer ?? perPersonAndDay ?? perDay) === undefined ? {} : { agentDollars: { perAnswer, perPersonAndDay, perDay } }

const signInOf = ({ OIDC_ISSUER, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, OIDC_ROLES, OIDC_DOMAINS, OIDC_NAME: name = 'SSO', OIDC_ROLE_CLAIM: roleClaim = 'groups', OIDC_SCOPES: scopes = [] }: z.infer<typeof environment>): Pick<Config, 'oidc'> =>
  OIDC_ISSUER === undefined || clientId === undefined || clientSecret === undefined || OIDC_ROLES === undefined || OIDC_DOMAINS === undefined ? {} : { oidc: { name, issuer: OIDC_ISSUER, clientId, clientSecret, roleClaim, roles: OIDC_ROLES, domains: OIDC_DOMAINS.map((each) => each.toLowerCase()), scopes: [...new Set(['openid', 'email', ...scopes])] } }

const tracesOf = (env: z.infer<typeof environment>): Pick<Config, 'traces'> => {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url = base && `${base.replace(/\/+$/, '')}/v1/traces`, OTEL_RESOURCE_ATTRIBUTES: resource = {}, OTEL_SERVICE_NAME: service = resource['service.name'] ?? 'portero' } = env
  if (url === undefined || isOff(env)) return {}
  return { traces: { url, headers: { ...env.OTEL_EXPORTER_OTLP_HEADERS, ...env.OTEL_EXPORTER_OTLP_TRACES_HEADERS }, timeoutMs: env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ?? env.OTEL_EXPORTER_OTLP_TIMEOUT ?? 10_000, resource: { ...resource, 'service.name': service } } }
}

const openAiAccounts = ({ OPENAI_API_KEY: apiKey, OPENAI_MODEL: model, OPENAI_REASONING_EFFORT: effort }: z.infer<typeof environment>): Config['accounts'] =>
  apiKey === undefined ? [] : [{ vendor: 'openai', account: 'env', settings: { apiKey, ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) } }]

const alertAccounts = ({ PORTERO_ALERT_URL: url, PORTERO_ALERT_SECRET: secret }: z.infer<typeof environment>): Config['accounts'] => {
  if (url === undefined || secret === undefined) return []
  const { origin, pathname, search } = new URL(url)
  return [{ vendor: 'alerts', account: 'env', settings: { baseUrl: origin, path: pathname + search, secret } }]
}

// With a service account, or an app that its tenant trusts with all of its mailboxes, nobody is asked one by one.
const variables = z.object(accessVariables)
type Access = { apps: Record<string, { clientId: string; clientSecret: string }>; connectAs: Record<string, object> }
const app = (vendor: string, clientId: string | undefined, clientSecret: string | undefined): Access['apps'] => (clientId === undefined || clientSecret === undefined ? {} : { [vendor]: { clientId, clientSecret } })
const accessOf = (env: z.infer<typeof variables>): Access => {
  const { GOOGLE_SERVICE_ACCOUNT: google, GRAPH_CLIENT_ID: clientId, GRAPH_CLIENT_SECRET: clientSecret, GRAPH_TENANT: tenant, CALENDLY_TOKEN: token, CALENDLY_SIGNING_KEY: signingKey } = env
  return {
    apps: { ...app('google', env.GOOGLE_CLIENT_ID, env.GOOGLE_CLIENT_SECRET), ...app('graph', clientId, clientSecret), ...app('calendly', env.CALENDLY_CLIENT_ID, env.CALENDLY_CLIENT_SECRET) },
    connectAs: {
      ...(google && { google: { grant: { by: 'signed', email: google.client_email, privateKey: google.private_key, ...(google.private_key_id !== undefined && { keyId: google.private_key_id }) } } }),
      ...(clientId !== undefined && clientSecret !== undefined && tenant !== undefined && { graph: { grant: { by: 'app', tenant, clientId, clientSecret } } }),
      ...((token ?? signingKey) !== undefined && { calendly: { ...(token !== undefined && { grant: { by: 'given', token } }), ...(signingKey !== undefined && { pushSecrets: [signingKey] }) } }),
    },
  }
}
