import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { inflateRawSync } from 'node:zlib'
import { projectSchemas } from './hubspot-components.ts'

// As much of HubSpot as its command line talks to when it validates and uploads: real HTTPS, a certificate of its own, and builds that are done at once.
export type Upload = { platformVersion: string; request: Record<string, any>; files: Map<string, Buffer> }
export type Platform = { env: Record<string, string>; uploads: Upload[]; asked: string[]; close(): Promise<void> }

export const startPlatform = async (account: number, schemas: object = projectSchemas): Promise<Platform> => {
  const home = mkdtempSync(join(tmpdir(), 'portero-platform-'))
  const [key, cert] = [join(home, 'key.pem'), join(home, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=platform', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'pipe' })
  const uploads: Upload[] = []
  const asked: string[] = []
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, answering({ account, schemas, uploads, asked }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  return {
    uploads, asked,
    // The command line puts https:// before and .com after what overrides its domain.
    env: { HUBAPI_DOMAIN_OVERRIDE: `127.0.0.1:${port}/hs`, NODE_EXTRA_CA_CERTS: cert, HOME: home, USE_ENVIRONMENT_HUBSPOT_CONFIG: 'true', HUBSPOT_ACCOUNT_ID: String(account), HUBSPOT_PERSONAL_ACCESS_KEY: 'invented', ALLOW_USAGE_TRACKING: 'false' },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

type Held = { account: number; schemas: object; uploads: Upload[]; asked: string[] }
const answering = ({ account, schemas, uploads, asked }: Held): RequestListener => async (request, response) => {
  const body = await buffer(request)
  const path = new URL(request.url ?? '', 'https://platform').pathname.replace(/^\/hs\.com/, '')
  asked.push(`${request.method} ${path}`)
  const told = path.endsWith('/v3/upload/new-api') ? await keep(uploads, body, request.headers['content-type'] ?? '') : answers(account, schemas).find(([pattern]) => pattern.test(`${request.method} ${path}`))?.[1]
  response.writeHead(told ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(told ?? { status: 'error', message: `nothing at ${path}`, category: 'OBJECT_NOT_FOUND' }))
}

const keep = async (uploads: Upload[], body: Buffer, type: string): Promise<object> => {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  const [zip, platformVersion, request] = [form.get('projectFilesZip'), form.get('platformVersion'), form.get('uploadRequest')]
  if (zip === null || typeof zip === 'string' || typeof platformVersion !== 'string' || typeof request !== 'string') throw new Error('an upload without its parts')
  uploads.push({ platformVersion, request: JSON.parse(request), files: unzip(Buffer.from(await zip.arrayBuffer())) })
  return { createdBuildId: uploads.length }
}

// By the list at its end, which alone knows the lengths (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12).
const unzip = (zip: Buffer): Map<string, Buffer> => {
  const files = new Map<string, Buffer>()
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, size, nameSize, extraSize, noteSize, local] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)] as const
    const name = zip.toString('utf8', at + 46, at + 46 + nameSize)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const packed = zip.subarray(start, start + size)
    if (!name.endsWith('/')) files.set(name, method === 0 ? packed : inflateRawSync(packed))
    at += 46 + nameSize + extraSize + noteSize
  }
  return files
}

const farFromNow = 4_102_444_800_000
const project = { id: 7, name: 'portero', deployedBuild: null }
const answers = (account: number, schemas: object): [RegExp, object][] => [
  [/^POST \/localdevauth\/v1\/auth\/refresh$/, { hubId: account, userId: 1, oauthAccessToken: 'invented', expiresAtMillis: farFromNow, scopeGroups: ['developer.projects.write'], encodedOAuthRefreshToken: 'invented', accountType: 'STANDARD', hubName: 'UrbanHub' }],
  [/^GET \/project-components-external\/project-schemas\/v3\/2026\.09$/, schemas],
  [/^POST \/developer\/projects\/v1$/, project],
  [/^GET \/dfs\/v1\/projects\/portero\/builds\/\d+\/status$/, { status: 'SUCCESS', subbuildStatuses: [], isAutoDeployEnabled: true, autoDeployId: 5, deployStatusTaskLocator: { id: '5' } }],
  [/^GET \/dfs\/deploy\/v1\/deploy-status\/projects\/portero\/deploys\/5$/, { deployId: 5, status: 'SUCCESS', subdeployStatuses: [] }],
  [/^GET .*\/structure$/, { topLevelComponentsWithChildren: {} }],
  [/^GET \/dfs\/logging\/v1\//, { logs: [] }],
]
