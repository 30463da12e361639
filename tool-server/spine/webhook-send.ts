import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Inbound } from '../define.ts'
import { deadline, type Clock } from './clock.ts'

// Knocks at our own webhook door as a vendor would, and at nobody else's: whatever is signed here would be believed there.
const waitMs = 20_000
const reply = z.object({ repeated: z.boolean().optional(), say: z.string().optional() })
export type Answered = { status: number; repeated: boolean; say: string | undefined }

const loopback: readonly string[] = ['127.0.0.1', 'localhost', '[::1]']
// Where it is to be sent, by the address that it is signed for: the one that vendors call.
export const ownDoor = (url: string, { door, publicBaseUrl }: { door: string | undefined; publicBaseUrl: string }): string => {
  const target = new URL(url)
  if (door === undefined) return target.href
  if (!URL.canParse(door)) throw new AppError('invalid_input', `"${door}" is no address: http://127.0.0.1:3000 is where a server of this machine listens`)
  const { protocol, hostname, origin } = new URL(door)
  const isOwn = origin === new URL(publicBaseUrl).origin || (/^https?:$/.test(protocol) && loopback.includes(hostname))
  if (!isOwn) throw new AppError('refused', `${origin} is not our own door: a delivery is only sent to ${new URL(publicBaseUrl).origin} or to this machine, such as --url http://127.0.0.1:3000`)
  return `${origin}${target.pathname}${target.search}`
}

// Headers that the connection makes for itself.
const own = /^(host|connection|content-length|transfer-encoding|accept-encoding|expect|keep-alive|te|upgrade)$/i
export const knockAgain = async ({ clock }: { clock: Clock }, target: string, { method, headers, rawBody }: Inbound): Promise<Answered> => {
  const { signal, release } = deadline(clock, waitMs)
  const told = Object.fromEntries(Object.entries(headers).flatMap(([name, value]): [string, string][] => (value === undefined || own.test(name) ? [] : [[name, value]])))
  try {
    const response = await fetch(target, { method, headers: told, ...(rawBody.length > 0 && { body: Uint8Array.from(rawBody) }), redirect: 'manual', signal })
    const body = reply.safeParse(await response.json().catch(() => undefined)).data
    return { status: response.status, repeated: body?.repeated === true, say: body?.say }
  } catch (cause) {
    throw new AppError('unavailable', `nobody answers at ${new URL(target).origin}: start the server, or say with --url where it listens, such as --url http://127.0.0.1:3000`, { cause })
  } finally {
    release()
  }
}
