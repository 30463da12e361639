// What may be kept of a vendor's reply: short, and without the values that the connector or our own sense calls secret.
const mostBytes = 2048
const mostRead = 4096 // of one string: enough for the excerpt, and no pattern has to run over megabytes
const mostDepth = 32
const gone = '[redacted]'
const authLike = 'auth|api[-_]?key|access[-_]?key|token|secret|passw|passphrase|cookie|signature|credential|session|jwt'

export type Excerpt = (body: unknown) => unknown

// keys: whose values are never shown, whatever their case. secrets: what we sent ourselves, which a vendor's complaint may quote.
export const makeExcerpt = ({ keys, secrets }: { keys: readonly string[]; secrets: readonly string[] }): Excerpt => {
  const hidden = new Set(keys.map((key) => key.toLowerCase()))
  const isAuthLike = new RegExp(authLike, 'i')
  const hides = (key: string): boolean => hidden.has(key.toLowerCase()) || isAuthLike.test(key)
  const names = [`[\\w.-]{0,40}(?:${authLike})[\\w.-]{0,40}`, ...keys.map((key) => `\\b${key.replace(/\W/g, '\\$&')}`)].join('|')
  const pair = new RegExp(`((?:${names})\\\\{0,8}["']?\\s{0,8}[:=]\\s{0,8})(${quoted}|[^\\s&,;<>]+)`, 'gi')
  const element = new RegExp(`(<(?:${names})>)[^<]*`, 'gi')

  const words = (text: string): string => {
    const plain = secrets.reduce((rest, secret) => (secret.length < 4 ? rest : rest.replaceAll(secret, gone)), text)
    return plain.slice(0, mostRead).replace(/\b(bearer|basic)\s+[\w.~+/=:-]+/gi, `$1 ${gone}`).replace(pair, `$1${gone}`).replace(element, `$1${gone}`)
  }
  const within = (text: string, depth: number): string => {
    const parsed = /^\s*[[{]/.test(text) && text.length <= 65_536 ? parseJson(text) : undefined
    return parsed === undefined ? words(text) : JSON.stringify(clean(parsed, depth + 1))
  }
  const clean = (value: unknown, depth: number): unknown => {
    if (depth > mostDepth) return '[deeper]'
    if (typeof value === 'string') return within(value, depth)
    if (Array.isArray(value)) return value.map((each) => clean(each, depth + 1))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hides(key) ? gone : clean(each, depth + 1)]))
  }

  return (body) => {
    if (ArrayBuffer.isView(body)) return `[${body.byteLength} bytes]`
    const cleaned = clean(body, 0)
    const text = typeof cleaned === 'string' ? cleaned : (JSON.stringify(cleaned) ?? '')
    const bytes = Buffer.from(text)
    return bytes.length <= mostBytes ? cleaned : new TextDecoder().decode(bytes.subarray(0, mostBytes), { stream: true })
  }
}

// "…", '…' and, where JSON is quoted in JSON, \\"…
const quoted = String.raw`"(?:[^"\\]|\\.)*"?|'[^']*'?|\\+"[^"\\]*`

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
