import { createHmac } from 'node:crypto'

// A delivery as whoever mends a parser may keep it: its form, its ids and its times, and nobody's words, names or numbers. What is replaced is replaced alike within one recording, so that one person stays one person.
export type Masking = {
  redact: readonly string[] // keys whose values are somebody's, as the connector names them
  origins: readonly string[] // whose addresses are ids
  secret: Uint8Array // of this recording; who doesn't have it can't try numbers until one fits
}
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export const maskBody = (body: Json, { redact, origins, secret }: Masking): Json => {
  const hidden = new Set(redact.map((key) => key.toLowerCase()))
  const standIn = (text: string): string => standInFor(text, createHmac('sha256', secret).update(text).digest())
  const clean = (value: Json, key: string): Json => {
    const isHidden = hidden.has(key.toLowerCase())
    if (typeof value === 'string') return !isHidden && tellsNothing(key, value, origins) ? value : standIn(value)
    if (typeof value === 'number') return isHidden || !Number.isInteger(value) || isSomebodysNumber.test(key) ? 0 : value // what isn't whole is a place
    if (Array.isArray(value)) return value.map((each) => clean(each, key))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [isSomebodys.test(name) ? standIn(name) : name, clean(each, name)]))
  }
  return clean(body, '')
}

// What proves something, whose machine it came from, and whatever isn't this vendor's own.
const untold = /signature|token|secret|key|auth|cookie|forwarded|-ip$|remote|^via$|^host$|^connection$|^content-length$|^accept|^traceparent$/i
export const maskHeaders = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]): [string, string][] => (value === undefined || untold.test(name) || isSomebodys.test(value) ? [] : [[name, value]])))

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/
const idKey = /(^|[a-z_.])(id|ids|uri|etag|resource)$/i
const idValue = /^(?!wamid\.)[^\s@]{1,300}$/ // WhatsApp's own ids have the number in them
const wordKey = /^(@odata\.type|type|event|service|status|direction|state|kind|format|identifierKey|changeSource|changeType|changeFlag|lifecycleEvent|subscriptionType|associationType|utm_source|canceler_type)$/
const word = /^[#\w.-]{1,80}$/
const phone = /^\+?\d{8,15}$/
const isSomebodys = /[^\s@](@|%40)[^\s@]+\.|\+\d{8}|(^|\D)52\d{10}/
const isSomebodysNumber = /phone|whatsapp|^lat(itude)?$|^(lon|lng|longitude)$/i
const tellsNothing = (key: string, value: string, origins: readonly string[]): boolean => {
  if (value === '' || value === 'true' || value === 'false' || uuid.test(value) || time.test(value)) return true
  if (wordKey.test(key)) return word.test(value) && !phone.test(value)
  if (URL.canParse(value)) {
    const { origin, search, username, hash } = new URL(value)
    return origins.includes(origin) && search === '' && hash === '' && username === '' && !value.includes('@')
  }
  return idKey.test(key) && idValue.test(value) && !(phone.test(value) && /phone|whatsapp/i.test(key))
}

// A number that is nobody's (in North America no area's begins with 0), of which there are enough that no two people get the same; an address that reaches nobody; and of any other text its shape.
const standInFor = (text: string, digest: Buffer): string => {
  if (!time.test(text) && phone.test(text.replaceAll(/[\s().-]/g, ''))) return `+10${String(digest.readUIntBE(0, 6) % 1e9).padStart(9, '0')}`
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return `x${digest.toString('hex', 0, 6)}@example.invalid`
  if (/^[A-Z]{2}\.\w{6,}$/.test(text)) return `${text.slice(0, 3)}${digest.readUIntBE(0, 6)}` // WhatsApp's own name for somebody
  return text.replaceAll(/\p{L}/gu, 'x').replaceAll(/\p{N}/gu, '0')
}
