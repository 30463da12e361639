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
  legal: { company: string; address: string } | undefined // who answers for what we do with what people tell us; said in the privacy notice
  underNpm: boolean // npm start: to be stopped with npm
  baseUrls: Readonly<Record<string, string>> // by the name before _BASE_URL, in lower case
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
const masterKeys = z.string().transform((text, context) =>
  text.split(',').map((one) => {
    const bytes = keyBytes(one.trim())
    if (!bytes) context.addIssue({ code: 'custom', message: 'every key has 32 bytes, as base64 or hex: make one with `portero keys new`' })
    return bytes ?? Buffer.alloc(0)
  }),
)
// Node skips what is not base64, so that a sentence could pass for a key.
const keyBytes = (text: string): Buffer | undefined => (/^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined)

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
  LEGAL_NAME: z.string().min(1).optional(),
  LEGAL_ADDRESS: z.string().min(1).optional(),
  npm_lifecycle_event: z.string().optional(),
  OPS_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
})

export class ConfigError extends Error {}

export const readConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const lab = given['PORTERO_LAB'] === '1' || (given['PORTERO_LAB'] !== '0' && !given['DATABASE_URL'] && !vendorCredentials.some((name) => given[name]))
  const parsed = environment.safeParse(given)
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (!lab && !given['PORTERO_KEY']) faults.push('PORTERO_KEY: missing. It seals everything personal; make one with `portero keys new` and keep it where the database is not.')
  if (!lab && !given['PUBLIC_BASE_URL']) faults.push('PUBLIC_BASE_URL: missing. The https address that vendors call, such as https://portero.example.com')
  const baseUrls: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const vendor = /^([A-Z0-9]+)_BASE_URL$/.exec(name)?.[1]?.toLowerCase()
    if (!vendor || vendor === 'public') continue
    const isMail = vendor === 'smtp'
    const url = (isMail ? mailUrl : baseUrl).safeParse(value)
    if (url.success) baseUrls[vendor] = url.data
    else faults.push(`${name}: expected an ${isMail ? 'smtp' : 'http'}(s) address`)
  }
  if (Boolean(given['LEGAL_NAME']) !== Boolean(given['LEGAL_ADDRESS'])) faults.push('LEGAL_NAME and LEGAL_ADDRESS go together: the privacy notice names both')
  if (faults.length > 0 || !parsed.success) throw new ConfigError(`Portero can't start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
  const { data } = parsed
  return {
    port: data.PORT, labPort: data.LAB_PORT, databaseUrl: data.DATABASE_URL, dataDir: data.DATA_DIR, catalogue: data.CATALOGUE ?? (lab ? sampleCatalogue : undefined), publicBaseUrl: data.PUBLIC_BASE_URL ?? `http://localhost:${data.PORT}`,
    lab, masterKeys: data.PORTERO_KEY ?? [], shadow: data.PORTERO_SHADOW, logLevel: data.LOG_LEVEL, opsToken: data.OPS_TOKEN, trustProxy: data.PORTERO_TRUST_PROXY, legal: data.LEGAL_NAME && data.LEGAL_ADDRESS ? { company: data.LEGAL_NAME, address: data.LEGAL_ADDRESS } : lab ? invented : undefined,
    underNpm: data.npm_lifecycle_event === 'start', baseUrls,
  }
}
