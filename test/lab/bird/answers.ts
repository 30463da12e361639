import type { z } from 'zod'
import type { Answer, Route, Time } from '../simulator.ts'

// How Bird says yes and no: https://docs.bird.com/api/api-access/common-api-usage. A refusal is thrown from wherever it is noticed.
export class Refusal extends Error {
  readonly answer: Answer
  constructor(status: number, code: string, message: string, details: object = {}) {
    super(message)
    this.name = 'Refusal'
    this.answer = { status, body: { code, message, details } }
  }
}
export const nothing = (what: string): Refusal => new Refusal(404, 'ResourceNotFound', `no such ${what}`)
export const invalid = (where: string, message = 'The payload is not valid.'): Refusal => new Refusal(422, 'InvalidPayload', message, { where })

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const gone: Answer = { status: 204 }

export const parsed = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw invalid(result.error.issues.map(({ path }) => path.join('.')).join(', '))
}
export const found = <T>(thing: T | undefined, what: string): T => {
  if (thing === undefined) throw nothing(what)
  return thing
}

// https://docs.bird.com/api/channels-api/rate-limit: for the whole workspace. What is beyond was not done.
const mostPerSecond = { reading: 50, writing: 500 }
const makeLimit = (clock: Pick<Time, 'now'>): ((method: string) => boolean) => {
  const recent: Record<keyof typeof mostPerSecond, number[]> = { reading: [], writing: [] }
  return (method) => {
    const kind = method === 'GET' ? 'reading' : 'writing'
    recent[kind] = recent[kind].filter((at) => clock.now() - at < 1_000)
    if (recent[kind].length >= mostPerSecond[kind]) return false
    recent[kind].push(clock.now())
    return true
  }
}

// Every route of the workspace, behind its key, its limits and its name.
type Guard = { clock: Pick<Time, 'now'>; workspace: string; apiKey: string; isRevoked(): boolean }
export const guarded = (routes: Record<string, Route>, { clock, workspace, apiKey, isRevoked }: Guard): Record<string, Route> => {
  const within = makeLimit(clock)
  return Object.fromEntries(Object.entries(routes).map(([on, route]): [string, Route] => [
    on,
    (asked) => {
      if (isRevoked() || asked.headers['authorization'] !== `AccessKey ${apiKey}`) return { status: 401, body: { code: 'Unauthorized', message: 'invalid access key', details: {} } }
      if (!within(asked.method)) return { status: 429, headers: { 'retry-after': '1' }, body: { code: 'TooManyRequests', message: 'rate limit exceeded', details: {} } }
      if (asked.parts['workspace'] !== workspace) return nothing('workspace').answer
      return refusing(route)(asked)
    },
  ]))
}
const refusing = (route: Route): Route => (asked) => {
  try {
    return route(asked)
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.answer
    throw thrown
  }
}

const fewPerPage = 10
const mostPerPage = 100
export const page = (all: readonly object[], { limit, pageToken }: Record<string, string>): Answer => {
  const from = pageToken === undefined ? 0 : Number(Buffer.from(pageToken, 'base64url').toString())
  const to = from + Math.min(Number(limit ?? fewPerPage), mostPerPage)
  return ok({ results: all.slice(from, to), nextPageToken: to < all.length ? Buffer.from(String(to)).toString('base64url') : null })
}
