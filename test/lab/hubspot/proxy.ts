import { z } from 'zod'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import type { Answer } from '../simulator.ts'
import type { Person } from './people.ts'
import { signHubspot } from './sign.ts'

// What stands behind hubspot.fetch: HubSpot says who asks, signs, calls the app's server, and hands its answer to the card.
// https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data
const asking = z.strictObject({ user: z.string(), url: z.string(), method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'), body: z.unknown(), timeout: z.int().min(1).max(120_000).default(15_000), headers: z.record(z.string(), z.string()).optional() })
const mostAtOnce = 20
const mostBytes = 1_048_576
const appId = '31337'

// publicUrl: the only place that the app may fetch from, and what is signed; serverUrl: where it really is.
type Needs = { clock: Clock; portal: string; clientSecret: string; people: readonly Person[]; publicUrl: string; serverUrl: string }
export type Proxy = (wanted: unknown) => Promise<Answer>

export const makeProxy = ({ clock, portal, clientSecret, people, publicUrl, serverUrl }: Needs): Proxy => {
  let underWay = 0
  let refused = 0
  const refusing = (status: number, category: string, message: string): Answer => ({ status, body: { status: 'error', category, message, correlationId: `00000000-0000-4000-9000-${String(++refused).padStart(12, '0')}` } })

  const once = async (to: string, request: RequestInit, timeoutMs: number): Promise<Response | undefined> => {
    const over = new AbortController()
    const release = clock.after(timeoutMs, () => over.abort())
    try {
      const response = await fetch(to, { ...request, redirect: 'manual', signal: over.signal })
      const body = await response.arrayBuffer() // within the time as well
      return new Response([204, 304].includes(response.status) ? undefined : body, { status: response.status, headers: response.headers })
    } catch {
      return undefined
    } finally {
      release()
    }
  }

  return async (wanted) => {
    const parsed = asking.safeParse(wanted)
    if (!parsed.success) return refusing(400, 'VALIDATION_ERROR', parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
    const { user, url, method, timeout, headers = {} } = parsed.data
    const person = people.find(({ id }) => id === user)
    if (!person) return refusing(401, 'INVALID_AUTHENTICATION', 'nobody is signed in')
    if (!url.startsWith(`${publicUrl}/`)) return refusing(400, 'VALIDATION_ERROR', `${url} is not among the permitted URLs of the app`)
    if (Object.keys(headers).some((name) => name !== 'Authorization')) return refusing(400, 'VALIDATION_ERROR', 'the only header that may be sent is Authorization')
    const body = parsed.data.body === undefined ? '' : JSON.stringify(parsed.data.body)
    if (Buffer.byteLength(body) > mostBytes) return refusing(413, 'VALIDATION_ERROR', 'more than 1 MB')
    if (underWay >= mostAtOnce) return refusing(429, 'RATE_LIMITS', `${mostAtOnce} requests of this app are under way`)
    underWay += 1
    try {
      const called = new URL(url)
      for (const [name, value] of Object.entries({ userId: person.id, userEmail: person.email, portalId: portal, appId })) called.searchParams.append(name, value)
      const [signedUrl, sentAt] = [called.href, clock.now()]
      const signature = signHubspot({ secret: clientSecret, method, url: signedUrl, body, sentAt })
      const request = { method, headers: { 'content-type': 'application/json', ...headers, 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(sentAt) }, ...(body !== '' && { body }) }
      const to = serverUrl + signedUrl.slice(publicUrl.length)
      const first = await once(to, request, timeout)
      const response = first && first.status < 500 ? first : await once(to, request, timeout)
      if (!response) return refusing(502, 'BAD_GATEWAY', 'the server of the app did not answer')
      const text = await response.text()
      if (Buffer.byteLength(text) > mostBytes) return refusing(502, 'BAD_GATEWAY', 'the server of the app answered more than 1 MB')
      return { status: 200, body: { status: response.status, type: response.headers.get('content-type') ?? 'text/plain', body: text } }
    } finally {
      underWay -= 1
    }
  }
}
