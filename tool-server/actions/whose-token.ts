import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connector } from '../define.ts'
import { faultOf, makeAuthServers, type AuthServers } from '../spine/oauth-server.ts'
import { parseOr } from '../spine/parse.ts'
import type { Clock } from '../spine/clock.ts'
import type { Registry } from '../spine/registry.ts'

// Whose a token is that was given, as its vendor says: of nobody else than the account that it is put in for.
const based = z.object({ baseUrl: z.url() })
export const checkWhose = async (servers: Pick<AuthServers, 'http'>, { name, auth, consent }: Connector, settings: unknown, account: string): Promise<void> => {
  const from = auth.kind === 'token' && consent ? auth.from(settings) : undefined
  if (!consent || from?.by !== 'given') return
  const owner = await consent.who(servers.http(based.parse(settings).baseUrl, from.token))
  if (owner.toLowerCase() !== account.toLowerCase()) throw new AppError('conflict', `the token that was given for ${name} is of ${owner}`)
}
export const notLetIn = (vendor: string, cause: unknown): AppError => {
  if (cause instanceof AppError && cause.code === 'conflict') return cause
  const { is, said } = faultOf(cause)
  return new AppError(is === 'away' || is === 'odd' ? 'unavailable' : 'disconnected', `${vendor} does not let us in: ${said}`, { cause })
}

// From the command line, where nothing else runs.
type Given = { vendor: string; account: string; settings: object }
export const checkGiven = async ({ clock, registry, baseUrls }: { clock: Clock; registry: Registry; baseUrls: Readonly<Record<string, string>> }, { vendor, account, settings }: Given): Promise<void> => {
  const connector = registry.connectors.get(vendor)
  if (!connector?.consent) return
  const whole = parseOr('invalid_input', connector.settings, { ...settings, ...(baseUrls[vendor] !== undefined && { baseUrl: baseUrls[vendor] }) }, `the settings of ${vendor}`)
  const servers = makeAuthServers({ clock, apps: {}, authUrls: {} })
  try {
    await checkWhose(servers, connector, whole, account)
  } catch (cause) {
    throw notLetIn(vendor, cause)
  } finally {
    await servers.close()
  }
}
