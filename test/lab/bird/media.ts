import { createHmac } from 'node:crypto'
import type { Answer, Route } from '../simulator.ts'
import { found } from './answers.ts'
import type { File } from './samples.ts'
import { iso } from './wire.ts'

// What came with messages. Its address wants the key, and leads to a signed one, at another company, that wants none and ends after a quarter of an hour.
export type Media = {
  routes: Record<string, Route> // of Bird
  openRoutes: Record<string, Route> // of where the files lie
  keep(file: File, message: string): string // its address
  linkTo(address: string): string | undefined // a signed one, for a browser; the same for a while
  forget(address: string): void
  publishedAt(base: string): void
}
const lifeMs = 900_000
const steadyMs = 300_000

type Needs = { newId(): string; now(): number; workspace: string }
export const makeMedia = ({ newId, now, workspace }: Needs): Media => {
  const files = new Map<string, File>()
  const secret = newId()
  let base = 'https://media.api.bird.com'

  const idIn = (address: string): string => address.split('/').at(-1) ?? ''
  const signature = (id: string, from: string): string => createHmac('sha256', secret).update(`${id}/${from}`).digest('hex')
  const signed = (id: string, fromMs: number): string => {
    const from = iso(fromMs).replace(/[-:]|\.\d+/g, '')
    const query = new URLSearchParams({ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Date': from, 'X-Amz-Expires': String(lifeMs / 1_000), 'X-Amz-Signature': signature(id, from) })
    return `${base}/_files/${id}?${query.toString()}`
  }

  return {
    routes: {
      'GET /workspaces/:workspace/messages/:message/media/:media': ({ parts: { media = '' } }) => {
        found(files.get(media), 'media')
        return { status: 302, headers: { location: signed(media, now()) }, body: {} }
      },
    },
    openRoutes: {
      'GET /_files/:file': ({ parts: { file = '' }, query: { 'X-Amz-Date': from = '', 'X-Amz-Signature': given }, headers }) => {
        if (headers['authorization'] !== undefined) return refused(400, 'InvalidArgument', 'Only one auth mechanism allowed')
        const kept = files.get(file)
        if (given !== signature(file, from)) return refused(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match')
        if (now() >= Date.parse(from.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:')) + lifeMs) return refused(403, 'AccessDenied', 'Request has expired')
        if (!kept) return refused(404, 'NoSuchKey', 'The specified key does not exist')
        const isShown = /^(image|audio|video)\//.test(kept.contentType)
        return { status: 200, headers: { 'content-type': kept.contentType, 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox', 'cache-control': 'private, max-age=300', ...(!isShown && { 'content-disposition': 'attachment' }) }, body: kept.bytes }
      },
    },
    keep(file, message) {
      const id = newId()
      files.set(id, file)
      return `${base}/workspaces/${workspace}/messages/${message}/media/${id}`
    },
    linkTo: (address) => (files.has(idIn(address)) ? signed(idIn(address), now() - (now() % steadyMs)) : undefined),
    forget: (address) => void files.delete(idIn(address)),
    publishedAt: (url) => void (base = url),
  }
}

const refused = (status: number, code: string, message: string): Answer => ({ status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`) })
