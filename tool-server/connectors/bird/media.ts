import { AppError } from '@portero/shared'
import type { Http, Reply } from '../../define.ts'
import { mostMedia, type SeenMedia } from '../../domain/ports/messaging.ts'

// Bird keeps files behind our key, and leads to a signed link at another company that must not see it and dies after 15 minutes.
const leads: readonly number[] = [301, 302, 303, 307, 308]
const lost: readonly number[] = [404, 410]
const spent: readonly number[] = [400, 401, 403, ...lost] // what a link answers that is over, or was never good

export const mediaAt = async (http: Http, url: string): Promise<SeenMedia> => {
  try {
    return (await followed(http, url)) ?? (await followed(http, url)) ?? 'gone' // a link may end between two calls
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'too_large') return 'too-big'
    throw thrown
  }
}

const followed = async (http: Http, url: string): Promise<SeenMedia | undefined> => {
  const reply = await http({ method: 'GET', path: url, accept: [...leads, ...lost], most: mostMedia })
  if (lost.includes(reply.status)) return 'gone'
  if (!leads.includes(reply.status)) return { bytes: bytesOf(reply) }
  const { location } = reply.headers
  const link = location === undefined ? null : URL.parse(location, url)
  if (!link) throw new AppError('bad_response', 'Bird leads to a file, but not where')
  const file = await http({ method: 'GET', path: link.href, foreign: true, accept: [...spent], most: mostMedia })
  return spent.includes(file.status) ? undefined : { bytes: bytesOf(file) }
}

// A file may be text too.
const bytesOf = ({ body }: Reply): Buffer => {
  if (Buffer.isBuffer(body)) return body
  if (body === undefined || typeof body === 'string') return Buffer.from(body ?? '')
  throw new AppError('bad_response', 'Bird answered something that is no file')
}
