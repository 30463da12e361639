import type { Responses } from 'openai/resources/responses/responses'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { At, Millis } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { wireResponse, type WireResponse } from './map.ts'
import type { Settings } from './settings.ts'

// OpenAI's own client says it, and our way out carries it: limits, breaker, redaction, credentials and second tries are the house's.
export const ask = async ({ http, connection: { settings } }: At<Settings>, request: Responses.ResponseCreateParamsNonStreaming, signal?: AbortSignal): Promise<WireResponse> => {
  const { OpenAI } = await import('openai') // 100 ms and 30 MB, which only those pay who talk with it
  const client = new OpenAI({
    baseURL: settings.baseUrl, apiKey: 'added on the way out', organization: null, project: null, adminAPIKey: null, webhookSecret: null, logLevel: 'off', maxRetries: 0, timeout: longerMs,
    fetch: async (url, { method = 'GET', body } = {}) => {
      const reply = await http({ method, path: z.string().parse(url), headers: { 'content-type': 'application/json' }, body: z.string().parse(body), reading: true, ...(signal && { signal }) })
      return Response.json(reply.body ?? null)
    },
  })
  const told: unknown = await client.responses.create(request).catch(inWords)
  return wellOf(read('openai', wireResponse, { status: 200, headers: {}, body: told }))
}
const longerMs: Millis = 10 * 60_000 // than our way out ever waits

const creditMs: Millis = 60_000 // until it is worth asking whether somebody has paid
const unreached = z.object({ error: z.object({ type: z.literal('external_connector_error') }) })
const outOfCredit = z.object({ error: z.object({ code: z.literal('insufficient_quota') }) })
// What our way out said of it, whatever the client made of that.
export const inWords = (thrown: unknown): never => {
  const error = thrown instanceof Error && thrown.cause instanceof AppError && !(thrown instanceof AppError) ? thrown.cause : thrown
  if (!(error instanceof AppError)) throw new AppError('bad_response', "openai's answer is more than its own client can read", { cause: error, arrived: 'unknown' })
  // It says 429 for that too (https://developers.openai.com/api/docs/guides/error-codes), but no waiting helps: somebody has to pay.
  if (error.code === 'throttled' && outOfCredit.safeParse(error.detail).success) throw new AppError('disconnected', `${error.message}: the account has no credit left`, { cause: error, detail: error.detail, retryAfterMs: creditMs })
  if (unreached.safeParse(error.detail).success) throw new AppError('unavailable', `${error.message}: it does not reach our MCP door`, { cause: error, detail: error.detail })
  throw error
}

// It says 200, and then that it went wrong.
const wellOf = (told: WireResponse): WireResponse => {
  if (told.status === 'completed' || told.status === 'incomplete') return told
  const code = told.error?.code ?? told.status
  throw new AppError(code === 'rate_limit_exceeded' ? 'throttled' : passing.includes(code) ? 'unavailable' : 'refused', `openai says that it failed: ${code}`)
}
const passing: readonly string[] = ['server_error', 'in_progress', 'queued', 'cancelled']
