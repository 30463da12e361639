import { request as ask, type IncomingHttpHeaders } from 'node:http'
import { Router } from 'express'
import type { Parts } from '@portero/tool-server/app.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { browserOf } from './console-stage.ts'
import { portal, queryOf, secrets, signed } from './cards-stage.ts'
import { openPages, type PagesStage } from './pages-stage.ts'

// The house as it is shipped, and every door that it registers, whoever adds one: routes are noted as they are made.
export type Sent = { method: string; path: string; headers?: Record<string, string>; body?: string | Buffer }
export type Came = { status: number; headers: IncomingHttpHeaders; text: string }
export type EveryDoor = PagesStage & {
  doors: readonly string[] // by their patterns, such as /tools/:name
  verbOf(door: string): string // that does something there
  knock(sent: Sent): Promise<Came>
  asInsider(sent: Sent): Promise<Sent> // with whatever opens that door
  csrf: string
  end(): Promise<void>
}

export const openEveryDoor = async (knocks?: Parts['knocks']): Promise<EveryDoor> => {
  const noted = new Map<string, string>()
  const usual = { ...pickVerbs(Router.prototype) }
  for (const verb of verbs) {
    Router.prototype[verb] = function (this: unknown, ...given: [string, ...unknown[]]) {
      noted.set(given[0], verb === 'get' ? (noted.get(given[0]) ?? 'GET') : 'POST')
      return Reflect.apply(usual[verb], this, given)
    }
  }
  const stage = await openPages(knocks).finally(() => void Object.assign(Router.prototype, usual))
  for (const { name, webhook } of connectors) if (webhook) for (const path of [`/webhooks/${name}`, `/webhooks/${name}/:connection`]) noted.set(path, 'POST')
  const { house, lab, clock, url } = stage
  const conversation = lab.bird.conversationFor('+525512345678')
  await house.putOperator({ tenant: house.tenant, name: 'fisgona', password: 'una llave muy larga', role: 'admin' })
  const browser = browserOf(house.doors)
  await browser.post('/console/sign-in', { csrf: browser.csrfOf((await browser.get('/console/sign-in')).text), next: '/console', name: 'fisgona', password: 'una llave muy larga' })
  const cookie = browser.cookies().join('; ')
  const csrf = browser.csrfOf((await browser.get('/console')).text)
  const { hostname, port } = new URL(url)

  const signedFor = ({ method, path, body = '' }: Sent): Record<string, string> => {
    const sentAt = clock.now()
    return { 'x-hubspot-signature-v3': signed({ secret: secrets[0]!, method, url: url + path, body, sentAt }), 'x-hubspot-request-timestamp': String(sentAt) }
  }
  return {
    ...stage, doors: [...noted.keys()].toSorted(), csrf, verbOf: (door) => noted.get(door) ?? 'GET',
    knock: ({ method, path, headers = {}, body }) => new Promise((resolve, reject) => {
      const request = ask({ hostname, port, method, path, headers: { connection: 'close', ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() })).on('error', reject)
      })
      request.on('error', reject).end(body)
    }),
    async asInsider(sent) {
      const signs = /^\/(cards|workflow|webhooks\/hubspot)/.test(sent.path)
      const path = sent.path.startsWith('/cards/') ? `${sent.path}${sent.path.includes('?') ? '&' : '?'}${queryOf({ user: '11', account: portal })}` : sent.path
      const opened = { authorization: `Bearer ${lab.toolKey}`, 'x-bird-conversation-id': conversation, cookie, ...sent.headers }
      return { ...sent, path, headers: { ...opened, ...(signs && signedFor({ ...sent, path })) } }
    },
  }
}

const verbs = ['get', 'post', 'all'] as const
const pickVerbs = ({ get, post, all }: typeof Router.prototype) => ({ get, post, all })

// What stands in for a path's parts where a door should really open.
export const realNames: Record<string, readonly string[]> = {
  '/tools/:name': tools.map(({ name }) => name), '/workflow/:name': tools.map(({ name }) => name),
  '/cards/:name': ['book', 'move', 'mark', 'takeover', 'reply', 'note', 'escalate', 'hours', 'blackout', 'reopen', 'owners', 'draft-reply', 'settings', 'probe', 'transcript', 'visit', 'preview', 'slots', 'why', 'reveal', 'today'],
  ':vendor': connectors.map(({ name }) => name), ':id': ['0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41'], ':connection': ['0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41'], ':place': ['0', '99'],
}
