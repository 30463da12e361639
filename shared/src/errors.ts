import * as z from 'zod/mini'
import type { Words } from './words.ts'

// The one table of what can go wrong. Callers match the code, never the words; the code alone decides whether to try again:
// never = the same call fails the same way; later = after a pause, and it spends an attempt; wait = nothing was tried, so it spends none.
export type RetryRule = 'never' | 'later' | 'wait'

const rows = {
  invalid_input: { status: 400, retry: 'never', say: { 'es-MX': 'Hay un dato que no entendí. Revísalo y vuelve a intentarlo.', en: 'Something in the request could not be understood. Check it and try again.' } },
  unauthorized: { status: 401, retry: 'never', say: { 'es-MX': 'No pude comprobar quién eres. Revisa la clave o la firma.', en: 'The key or signature is missing or wrong.' } },
  refused: { status: 403, retry: 'never', say: { 'es-MX': 'Eso no te está permitido.', en: 'That is not allowed for this caller.' } },
  not_found: { status: 404, retry: 'never', say: { 'es-MX': 'No encontré lo que buscas.', en: 'There is nothing here by that name.' } },
  conflict: { status: 409, retry: 'never', say: { 'es-MX': 'Eso cambió mientras tanto. Vuelve a mirarlo.', en: 'It changed in the meantime. Look again.' } },
  too_large: { status: 413, retry: 'never', say: { 'es-MX': 'Es demasiado grande.', en: 'The request is too large.' } },
  unsupported: { status: 415, retry: 'never', say: { 'es-MX': 'Ese formato no lo puedo leer.', en: 'That format or encoding is not read here.' } },
  throttled: { status: 429, retry: 'wait', say: { 'es-MX': 'Son demasiadas solicitudes juntas. Espera un momento.', en: 'Too many requests at once. Wait a moment.' } },
  bug: { status: 500, retry: 'later', say: { 'es-MX': 'Algo falló de nuestro lado. Ya quedó registrado.', en: 'Something failed on our side. It has been recorded.' } },
  bad_response: { status: 502, retry: 'later', say: { 'es-MX': 'El otro sistema contestó algo que no se entiende.', en: 'The other system gave an answer that makes no sense.' } },
  disconnected: { status: 502, retry: 'later', say: { 'es-MX': 'La conexión con el otro sistema ya no tiene permiso. Hay que reconectarla.', en: 'The connection to the other system has lost its permission. Reconnect it.' } },
  paused: { status: 503, retry: 'wait', say: { 'es-MX': 'El otro sistema está fallando; le damos un respiro antes de insistir.', en: 'The other system is failing; it gets a rest before the next try.' } },
  unavailable: { status: 503, retry: 'later', say: { 'es-MX': 'Por ahora no está disponible. Inténtalo en un momento.', en: 'It is not available right now. Try again in a moment.' } },
  timeout: { status: 504, retry: 'later', say: { 'es-MX': 'Tardó demasiado en contestar. Inténtalo en un momento.', en: 'It took too long to answer. Try again in a moment.' } },
} as const satisfies Record<string, { status: number; retry: RetryRule; say: Words }>

export type ErrorCode = keyof typeof rows
export const errors: Record<ErrorCode, { status: number; retry: RetryRule; say: Words }> = rows
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(rows, code)
export const errorCodes: readonly ErrorCode[] = Object.keys(rows).filter(isErrorCode)

export type ErrorFacts = {
  cause?: unknown
  retryAfterMs?: number
  // Whether what we asked for may have happened. Only 'no' allows a blind second try of something that is not repeatable.
  arrived?: 'no' | 'unknown'
  // What the vendor said, redacted; kept sealed beside the job, never logged.
  detail?: unknown
}

// The message is for engineers and holds no personal data.
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retryAfterMs: number | undefined
  readonly arrived: 'no' | 'unknown'
  readonly detail: unknown
  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = 'AppError'
    this.code = code
    this.retryAfterMs = facts.retryAfterMs
    this.arrived = facts.arrived ?? 'no'
    this.detail = facts.detail
  }
}

// What every door answers when it can't do what was asked.
export const refusal = z.strictObject({
  ok: z.literal(false),
  say: z.string(),
  error: z.strictObject({ code: z.enum(errorCodes), retryable: z.boolean() }),
  trace: z.string(),
})
export type Refusal = z.infer<typeof refusal>
