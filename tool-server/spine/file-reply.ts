import type { Request, Response } from 'express'

// A file that somebody else made, shown so that nothing in it can run. Some players ask for a part first, and play nothing that doesn't come by parts.
export type ShownFile = { type: string; bytes: Buffer; isShowable: boolean } // isShowable: in a browser; else it is only to be saved
const sealedOff = "default-src 'none'; sandbox"

export const sendFile = (request: Request, response: Response, { type, bytes, isShowable }: ShownFile): void => {
  const ranges = request.range(bytes.length)
  const [range] = Array.isArray(ranges) && ranges.length === 1 ? ranges : []
  const part = range ? bytes.subarray(range.start, range.end + 1) : bytes
  if (range) response.set('content-range', `bytes ${range.start}-${range.end}/${bytes.length}`)
  response.set({
    'content-security-policy': sealedOff, 'cross-origin-resource-policy': 'cross-origin', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex', 'cache-control': 'private, max-age=300',
    'content-disposition': isShowable ? 'inline' : 'attachment', 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff',
  })
  response.writeHead(range ? 206 : 200, { 'content-type': type, 'content-length': part.length }).end(part)
}
