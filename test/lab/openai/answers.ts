import type { Answer, LateRoute, Route } from '../simulator.ts'

// How OpenAI says no: https://platform.openai.com/docs/guides/error-codes. A refusal is thrown from wherever it is noticed.
export type Complaint = { status?: number; type?: string; message: string; param?: string | null; code?: string | null; headers?: Record<string, string> }
export class Refusal extends Error {
  readonly answer: Answer
  constructor({ status = 400, type = 'invalid_request_error', message, param = null, code = null, headers = {} }: Complaint) {
    super(message)
    this.name = 'Refusal'
    this.answer = { status, headers, body: { error: { message, type, param, code } } }
  }
}
export const ok = (body: unknown): Answer => ({ status: 200, body })

// One that may throw a refusal becomes one that answers it.
export const refusing = (route: Route | LateRoute): LateRoute => async (asked) => {
  try {
    return await route(asked)
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.answer
    throw thrown
  }
}
