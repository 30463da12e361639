import OpenAI from 'openai'
import type { Desk } from '../lab/desk.ts'
import { makeOpenai, type Openai } from '../lab/openai/simulator.ts'
import { openServer } from '../lab/server.ts'
import { fakeClock, type FakeClock } from './clock.ts'

// The lab's OpenAI on the wire, OpenAI's own client in front of it, and what went between them.
export type Exchange = { path: string; request: unknown; status: number; answer: unknown; events: { type: string; sequence_number: number }[] }
export type OpenaiStage = { clock: FakeClock; openai: Openai; desk: Desk; url: string; client: OpenAI; exchanges: Exchange[]; clientWith(apiKey: string): OpenAI; control(name: string, body: unknown): Promise<number>; close(): Promise<void> }
export const apiKey = 'sk-lab-of-nobody'

export const recording = (exchanges: Exchange[]): typeof fetch => async (input, init) => {
  const response = await fetch(input, init)
  const text = await response.clone().text().catch(() => '')
  const type = response.headers.get('content-type') ?? ''
  const events = /event-stream/.test(type) ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data) as { type: string; sequence_number: number }) : []
  exchanges.push({ path: new URL(input instanceof Request ? input.url : input).pathname, request: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined, status: response.status, answer: /json/.test(type) ? jsonOf(text) : undefined, events })
  return response
}
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const openOpenai = async (exchanges: Exchange[] = []): Promise<OpenaiStage> => {
  const clock = fakeClock()
  const openai = makeOpenai({ clock, account: { apiKey } })
  const lab = await openServer({ clock, port: 0, simulators: [openai] })
  const clientWith = (key: string): OpenAI => new OpenAI({ apiKey: key, baseURL: `${lab.url}/openai/v1`, maxRetries: 0, fetch: recording(exchanges) })
  return {
    clock, openai, desk: lab.desk('openai'), url: lab.url, client: clientWith(apiKey), exchanges, clientWith,
    control: async (name, body) => (await fetch(`${lab.url}/_lab/openai/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).status,
    close: () => lab.close(),
  }
}
