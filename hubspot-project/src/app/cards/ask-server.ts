import { hubspot } from '@hubspot/ui-extensions'
import type { Language } from '@portero/shared'
import { isRecord } from './check.ts'
import { checks, type CardRecord, type ViewName, type Views } from './views.ts'

// The one way from a card to Portero: HubSpot signs the request and says who asks.
export type Failure = { code: string; reference?: string }
export type Answer<T> = { ok: true; view: T } | { ok: false; failure: Failure }
export type Server = <V extends ViewName>(name: V, ask: object) => Promise<Answer<Views[V]>>

// record: none, for a page of the whole house.
export const serverAt = (baseUrl: string, record: CardRecord | undefined, language: Language): Server => async (name, ask) => {
  try {
    // https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data
    const response = await hubspot.fetch(`${baseUrl}/cards/${name}`, { method: 'POST', body: { ...ask, ...(record && { record }), ...(name !== 'reveal' && { language }) } })
    const told: unknown = await response.json()
    if (response.ok && checks[name](told)) return { ok: true, view: told }
    return { ok: false, failure: failureIn(told, response.ok ? 'bad_response' : codeOf(response.status)) }
  } catch {
    // Nobody answered, or not in JSON; HubSpot's worker says no more than that.
    return { ok: false, failure: { code: 'unavailable' } }
  }
}
export const isForbidden = ({ code }: Failure): boolean => code === 'unauthorized' || code === 'refused'

// Ours: { error: { code }, trace }. HubSpot's proxy, when it could not reach us: { category, context: { correlationId: ['…'] } }.
const failureIn = (told: unknown, fallback: string): Failure => {
  if (!isRecord(told)) return { code: fallback }
  const error = isRecord(told.error) ? told.error : {}
  const context = isRecord(told.context) ? told.context : {}
  const reference = [told.trace, told.correlationId, context.correlationId].flat().find((each) => typeof each === 'string' && each !== '')
  return { code: typeof error.code === 'string' ? error.code : fallback, ...(typeof reference === 'string' && { reference }) }
}
const codeOf = (status: number): string => (status === 401 ? 'unauthorized' : status === 403 ? 'refused' : status === 429 ? 'throttled' : 'unavailable')
