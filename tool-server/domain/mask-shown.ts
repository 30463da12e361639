// What came in, or what is to go out, as it may be looked at by whoever mends it: its form, its ids and its times, and nobody's words, names or numbers.
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Hidden = { hidden: 'name' | 'phone' | 'mail' | 'link' | 'text' | 'number'; length: number; end?: string } // end: of a number, its last digits
export type Shown = { path: string; value: string | Hidden } // path: a JSON pointer
export type Hiding = { redact: readonly string[]; origins: readonly string[] } // redact: keys whose values are somebody's, as the connector names them. origins: whose addresses are ids

export const linesOf = (value: Json, { redact, origins }: Hiding): Shown[] => {
  const secret = new Set(redact.map((key) => key.toLowerCase()))
  const lines = (value: Json, path: string, key: string, isHidden: boolean): Shown[] => {
    if (value === null || typeof value === 'boolean') return [{ path, value: String(value) }]
    if (typeof value === 'string') return [{ path, value: !isHidden && tellsNothing(key, value, origins) ? value : hiddenText(key, value) }]
    if (typeof value === 'number') return [{ path, value: !isHidden && numberTellsNothing(key, value) ? String(value) : { hidden: 'number', length: String(value).length } }]
    if (Array.isArray(value)) return value.length === 0 ? [{ path, value: '[]' }] : value.flatMap((each, at) => lines(each, `${path}/${at}`, key, isHidden))
    const entries = Object.entries(value)
    return entries.length === 0 ? [{ path, value: '{}' }] : entries.flatMap(([name, each], at) => lines(each, `${path}/${nameShown(name, at)}`, name, isHidden || secret.has(name.toLowerCase())))
  }
  return lines(value, '', '', false)
}

// A key may be somebody's number too.
const nameShown = (name: string, at: number): string => (/^[\w.$@:#-]{1,80}$/.test(name) && !isSomebodys.test(name) && !/\d{7}/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : `‹${at + 1}›`)
export const pathShown = (path: string): string => path.split('/').map((step, at) => (at === 0 ? step : nameShown(step, at))).join('/')

const isSomebodys = /[^\s@](@|%40)[^\s@]+\.|\+\d{8}|(^|\D)52\d{10}/
const phone = /^\+?[\d\s().-]{8,22}$/
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/
const idKey = /(^|[a-z_.-])(id|ids|uri|etag|resource|ours|key)$/i
const wordKey = /(^|[a-z_.-])(type|event|service|status|direction|state|kind|format|flow|command|reason|stage|language|identifierKey|changeSource|changeFlag|lifecycleEvent|author|by|how|mode|zone|code)$/i
const countKey = /(^|[a-z_.-])(id|ids|at|ms|no|time|count|attempt\w*|number|status|code|version|total|limit|place|index|position)$|At$|Ms$|Id$|Number$/i
const birth = /birth|nacim|dob|age$|edad/i
const personal = /phone|whatsapp|tel|cel|mobile/i

const tellsNothing = (key: string, value: string, origins: readonly string[]): boolean => {
  if (value === '' || value === 'true' || value === 'false' || uuid.test(value)) return true
  if (time.test(value)) return !birth.test(key)
  if (isSomebodys.test(value) || (phone.test(value) && (/^\+|\d{10}/.test(value.replaceAll(/[\s().-]/g, '')) || personal.test(key)))) return false
  if (wordKey.test(key) && /^([a-z][\w.#/-]{0,60}|[A-Z][A-Z_]{1,40}|#?[A-Z][a-z]+(\.[A-Z][a-z]+)+|America\/\w+)$/.test(value)) return true
  if (URL.canParse(value)) {
    const { origin, search, username, hash } = new URL(value)
    return origins.includes(origin) && search === '' && hash === '' && username === ''
  }
  // An id has a digit in it; WhatsApp's own has somebody's number in it.
  return idKey.test(key) && /^(?!wamid\.)[\w.:=+/-]{1,300}$/.test(value) && /\d/.test(value) && !personal.test(key)
}
const numberTellsNothing = (key: string, value: number): boolean => Number.isSafeInteger(value) && countKey.test(key) && !personal.test(key) && !isSomebodys.test(String(value))

const hiddenText = (key: string, value: string): Hidden => {
  const { length } = value
  const digits = value.replaceAll(/\D/g, '')
  if (!time.test(value) && digits.length >= 8 && (phone.test(value) || /^[A-Z]{2}\.\d+$/.test(value))) return { hidden: 'phone', length, end: digits.slice(-4) }
  if (/^[^\s@]+@[^\s@]+$/.test(value)) return { hidden: 'mail', length }
  if (/^[a-z]+:\/\//.test(value)) return { hidden: 'link', length }
  return { hidden: /(^|[^a-z])(name|nombre)|Name$/i.test(key) ? 'name' : 'text', length }
}
