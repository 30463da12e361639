import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Inbound } from '../define.ts'

// A delivery as a file: as it was recorded, or as somebody wrote it by hand, who needs no more than vendor and body. body: JSON as it is, any other text as a string, and as base64 what is neither.
const file = z.strictObject({
  vendor: z.string().min(1),
  connection: z.uuid().optional(),
  id: z.uuid().optional(),
  receivedAt: z.iso.datetime().optional(),
  state: z.string().optional(),
  masked: z.boolean().default(false),
  method: z.enum(['POST', 'GET']).default('POST'),
  path: z.string().startsWith('/webhooks/').optional(),
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/), z.string().regex(/^[^\r\n\0]*$/)).default({}),
  body: z.json().optional(),
  base64: z.base64().optional(),
})
export type DeliveryFile = z.infer<typeof file>
type Body = Pick<DeliveryFile, 'body' | 'base64'>

export const parseDelivery = (text: string, name: string): DeliveryFile => {
  const parsed = file.safeParse(jsonOf(text))
  if (parsed.success) return { ...parsed.data, headers: Object.fromEntries(Object.entries(parsed.data.headers).map(([name, value]) => [name.toLowerCase(), value])) }
  const where = parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`)
  throw new AppError('invalid_input', `${name} is no delivery (${where.join('; ')}): portero webhook record writes such files, and by hand { "vendor": "hubspot", "body": [ … ] } is enough`)
}

// JSON is kept as JSON only where the same bytes come of it again, since those are what is signed.
export const bodyFields = (rawBody: Buffer): Body => {
  const text = rawBody.toString('utf8')
  if (!Buffer.from(text).equals(rawBody)) return { base64: rawBody.toString('base64') }
  const body = jsonOf(text)
  return body !== undefined && typeof body !== 'string' && JSON.stringify(body) === text ? { body } : { body: text }
}
export const bytesIn = ({ body, base64 }: Body): Buffer => (base64 !== undefined ? Buffer.from(base64, 'base64') : Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)))
export const textOfFile = (told: DeliveryFile): string => `${JSON.stringify(told, null, 2)}\n`

// One line for bash or zsh. What proves something, and what somebody wrote, goes by pipes: every process of the machine can read another's arguments, and printf is no process. A quote inside ends the text, is said by itself, and begins it again.
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
export const curlLine = ({ method, url, headers, rawBody }: Inbound): string => {
  const told = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [quoted(`${name}: ${value}`)]))
  const text = rawBody.toString('utf8')
  const isText = Buffer.from(text).equals(rawBody) && !text.includes('\0')
  const body = isText ? `printf %s ${quoted(text)}` : `base64 -d <<< ${rawBody.toString('base64')}`
  return `${body} | curl -sS -i -X ${method} ${quoted(url)} -H @<(printf '%s\\n' ${told.join(' ')}) --data-binary @-`
}

export const jsonOf = (text: string): z.infer<ReturnType<typeof z.json>> | undefined => {
  try {
    return z.json().parse(JSON.parse(text))
  } catch {
    return undefined // which is no JSON
  }
}
