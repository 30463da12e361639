import { createHmac, randomBytes } from 'node:crypto'
import { errors, refusal, type ErrorCode, type Language, type Refusal } from '@portero/shared'

// A question of a card, carried to Portero for portals that let cards talk to functions only. Portero's doors know one signature, HubSpot's v3, so it is signed like that.
// HubSpot doesn't tell a function who asks, and what a card says of it anybody could say: so it is user 0, who is nobody.
export const forward = async <View>(view: string, { ask, answer }: { ask: Shape<{ language?: Language | undefined }>; answer: Shape<View> }, context: Context): Promise<View | Refusal> => {
  const { PORTERO_CLIENT_SECRET: secret } = process.env
  const asked = ask.safeParse(context.parameters)
  const trace = randomBytes(16).toString('hex')
  const language = asked.success ? (asked.data.language ?? 'es-MX') : 'es-MX'
  const refused = (code: ErrorCode): Refusal => ({ ok: false, say: errors[code].say[language], error: { code, retryable: errors[code].retry !== 'never' }, trace })
  if (!asked.success) return refused('invalid_input')
  if (!secret) return refused('disconnected') // `hs secret add PORTERO_CLIENT_SECRET` has not been run
  try {
    const told = await post(`${TOOL_BASE_URL}/cards/${view}?portalId=${PORTAL_ID}&userId=0`, JSON.stringify(asked.data), { secret, trace })
    const shown = answer.safeParse(told)
    if (shown.success) return shown.data
    const no = refusal.safeParse(told)
    return no.success ? no.data : refused('bad_response')
  } catch (thrown) {
    return refused(thrown instanceof SyntaxError ? 'bad_response' : isTimeout(thrown) ? 'timeout' : 'unavailable')
  }
}
export type Context = { parameters?: unknown }

// Both come from the profile, when the project is uploaded.
declare const TOOL_BASE_URL: string
declare const PORTAL_ID: number

// HubSpot gives a function ten seconds, and a card that waits longer than that shows nothing.
const deadlineMs = 8_000
type Shape<T> = { safeParse(given: unknown): { success: true; data: T } | { success: false } }

// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
const post = async (url: string, body: string, { secret, trace }: { secret: string; trace: string }): Promise<unknown> => {
  const sentAt = String(Date.now())
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hubspot-request-timestamp': sentAt,
      'x-hubspot-signature-v3': createHmac('sha256', secret).update(`POST${url}${body}${sentAt}`).digest('base64'),
      traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01`,
    },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(deadlineMs), // it ends a body that never comes, too
  })
  return response.json()
}

const isTimeout = (thrown: unknown): boolean => typeof thrown === 'object' && thrown !== null && 'name' in thrown && thrown.name === 'TimeoutError'
