import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { signBird } from '../lab/bird/sign.ts'
import { makeBird, type Bird } from '../lab/bird/simulator.ts'
import type { Agent } from '../lab/bird/chats.ts'
import type { Desk } from '../lab/desk.ts'
import { openServer } from '../lab/server.ts'
import { fakeClock, type FakeClock } from './clock.ts'
import { portOf } from './http-stage.ts'

// The simulated Bird on the wire, and a door that hears its webhooks and has files.
export type Knock = { event: string; payload: Record<string, any>; service: string; url: string; seconds: string; signature: string; body: Buffer }
export type Answered = { status: number; body: any; headers: Headers }
export type BirdStage = {
  clock: FakeClock
  bird: Bird
  desk: Desk
  url: string // of the lab
  doorUrl: string
  heard: Knock[]
  answerWith(status: number): void
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answered> // under the workspace, with the key
  control(name: string, body: unknown): Promise<Answered>
  dial(number: string, body: object): Promise<Answered>
  settle(ms?: number): Promise<void> // time goes by, and every webhook of it has knocked
  close(): Promise<void>
}
export const account = { workspace: 'ws-casa', channel: 'ch-casa', apiKey: 'access-key-of-the-lab', signingKeys: ['signing-key-of-the-lab'], number: '+525588990011', botName: 'Vivi' }

export const openBird = async ({ publicUrl, agent }: { publicUrl?: string; agent?: Agent } = {}): Promise<BirdStage> => {
  const clock = fakeClock()
  const heard: Knock[] = []
  let answer = 200
  const door = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.writeHead(answer).end(`bytes of ${request.url}`)
      return
    }
    const body = await buffer(request)
    const { 'messagebird-request-timestamp': seconds, 'messagebird-signature': signature } = request.headers
    heard.push({ ...(JSON.parse(body.toString()) as Pick<Knock, 'event' | 'payload' | 'service'>), url: request.url ?? '', seconds: String(seconds), signature: String(signature), body })
    response.writeHead(answer).end()
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', () => resolve()))
  const doorUrl = `http://127.0.0.1:${portOf(door)}`
  const bird = makeBird({ clock, account, serverUrl: doorUrl, publicUrl, ...(agent && { agent }) })
  const lab = await openServer({ clock, port: 0, simulators: [bird], phone: bird.phoneDesk })
  const call = async (method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> => {
    const response = await fetch(url, { method, redirect: 'manual', headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const text = await response.text()
    return { status: response.status, body: /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : text, headers: response.headers }
  }
  return {
    clock, bird, desk: lab.desk('bird'), url: lab.url, doorUrl, heard,
    answerWith: (status) => void (answer = status),
    ask: (method, path, body, headers) => call(method, `${lab.url}/bird/workspaces/${account.workspace}${path}`, body, { authorization: `AccessKey ${account.apiKey}`, ...headers }),
    control: (name, body) => call('POST', `${lab.url}/_lab/bird/${name}`, body),
    dial: (number, body) => call('POST', `${lab.url}/_lab/phone/${encodeURIComponent(number)}/messages`, body),
    async settle(ms = 0) {
      await bird.silent()
      clock.advance(ms)
      await bird.silent()
    },
    async close() {
      await lab.close()
      door.close()
      door.closeAllConnections()
    },
  }
}
export const isSigned = ({ body, signature, seconds }: Knock, url: string, key: string): boolean => signBird({ url, body, key, seconds: Number(seconds) }) === signature
export const text = (words: string): object => ({ type: 'text', text: { text: words } })
export const to = (number: string, said: object): object => ({ receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: number }] }, ...said })
