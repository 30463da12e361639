import { AppError } from '@portero/shared'
import { deadline, type Clock } from './clock.ts'
import { scopesHeader } from './tools-http.ts'

// What a key may do, as whoever calls with it from outside is told. undefined: it is refused.
const waitMs = 10_000
export const tryKey = async ({ clock, publicBaseUrl, key }: { clock: Clock; publicBaseUrl: string; key: string }): Promise<string[] | undefined> => {
  const { signal, release } = deadline(clock, waitMs)
  try {
    const { status, headers } = await fetch(`${publicBaseUrl}/tools`, { headers: { authorization: `Bearer ${key}` }, redirect: 'manual', signal })
    if (status === 401) return undefined
    const scopes = headers.get(scopesHeader)
    if (status !== 200 || scopes === null) throw new AppError('bad_response', `${publicBaseUrl}/tools answered ${status}, which is not how Portero answers`)
    return scopes.split(' ')
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('unavailable', `${publicBaseUrl} cannot be reached from here`, { cause })
  } finally {
    release()
  }
}
