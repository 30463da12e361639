// How a value of ours becomes HubSpot's text, and back. All of HubSpot's values are texts; undefined: it says nothing that we understand.
export type Type = 'bool' | 'date' | 'datetime' | 'enumeration' | 'number' | 'string'
export type FieldType = 'booleancheckbox' | 'date' | 'number' | 'select' | 'text'
export type Codec<V> = { type: Type; fieldType: FieldType; options?: Readonly<Record<string, string>>; write(value: V): string; read(text: string): V | undefined }

export const text: Codec<string> = { type: 'string', fieldType: 'text', write: (value) => value, read: (given) => given || undefined }
export const count: Codec<number> = { type: 'number', fieldType: 'number', write: String, read: (given) => (given.trim() !== '' && Number.isFinite(Number(given)) ? Math.round(Number(given)) : undefined) }
export const yes: Codec<boolean> = { type: 'bool', fieldType: 'booleancheckbox', options: { true: 'Sí', false: 'No' }, write: String, read: (given) => (given === 'true' ? true : given === 'false' ? false : undefined) }
export const time: Codec<number> = { type: 'datetime', fieldType: 'date', write: (ms) => new Date(ms).toISOString(), read: (given) => msIn(given) }
export const day: Codec<string> = {
  type: 'date', fieldType: 'date', write: (value) => value,
  read(given) {
    const ms = msIn(given)
    return ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 10)
  },
}
const msIn = (given: string): number | undefined => {
  const ms = /^-?\d+$/.test(given) ? Number(given) : Date.parse(given)
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms // what is further away than dates go is none
}

// of: HubSpot's text of each value of ours. Where two have the same, the first is what it is read as; unless more says otherwise.
export const choice = <V extends string>(of: Readonly<Record<V, string>>, labels: Readonly<Record<string, string>>, more: Readonly<Record<string, V>> = {}): Codec<V> => {
  const known = new Map<string, V>(Object.entries(more))
  for (const value of keysOf(of)) if (!known.has(of[value])) known.set(of[value], value)
  return { type: 'enumeration', fieldType: 'select', options: labels, write: (value) => of[value], read: (given) => known.get(given) }
}
// A choice whose texts are our own words.
export const words = <V extends string>(labels: Readonly<Record<V, string>>): Codec<V> => {
  const known = new Map<string, V>(keysOf(labels).map((value) => [value, value]))
  return { type: 'enumeration', fieldType: 'select', options: labels, write: (value) => value, read: (given) => known.get(given) }
}
export const either = (of: { true: string; false: string }, labels: Readonly<Record<string, string>>): Codec<boolean> =>
  ({ type: 'enumeration', fieldType: 'select', options: labels, write: (value) => of[`${value}`], read: (given) => (given === '' ? undefined : given === of.true) })
const keysOf = <V extends string>(of: Readonly<Record<V, unknown>>): V[] => {
  const keys: V[] = []
  for (const key in of) keys.push(key)
  return keys
}

// A body is HTML of at most 65,536 characters. What is too long loses its oldest lines.
const mostCharacters = 65_000
export const richText = (value: string): string => {
  const lines = value.split(/\r?\n/).map(escaped)
  const kept: string[] = []
  let room = mostCharacters - cut.length
  for (const line of lines.toReversed()) {
    room -= line.length + lineBreak.length
    if (room < 0) break
    kept.unshift(line)
  }
  if (kept.length === lines.length) return kept.join(lineBreak)
  return cut + (kept.length > 0 ? kept.join(lineBreak) : escaped(lastOf(value)))
}
const lineBreak = '<br>'
const cut = `…${lineBreak}`
const escaped = (value: string): string => value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
// Of a last line that is too long by itself: escaped, each character may be five.
const lastOf = (value: string): string => value.slice(-mostCharacters / 6).toWellFormed()
const unescaped = (given: string): string => given.replaceAll(/<br\s*\/?>/gi, '\n').replaceAll(/<[^>]*>/g, '').replaceAll(/&#(\d{1,6});/g, (_all, code: string) => String.fromCodePoint(Number(code)))
export const body: Codec<string> = { type: 'string', fieldType: 'text', write: richText, read: (given) => unescaped(given) || undefined }

// Two family names as in Mexico: one given name goes with one or two of them, several with two. 'de la Cruz' is one name, and so is 'Cruz y Vera'.
export const splitName = (name: string): { firstname: string; lastname: string } => {
  const names = name.replace(/\s+/g, ' ').trim().match(/(?:(?:de|del|la|las|los) )*\S+(?: y (?:(?:de|del|la|las|los) )*\S+)*/gi) ?? []
  const given = names.length < 4 ? 1 : names.length - 2
  return { firstname: names.slice(0, given).join(' '), lastname: names.slice(given).join(' ') }
}
