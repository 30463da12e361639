import { AppError } from '@portero/shared'

// How PostgreSQL's text becomes a value and a value becomes text: one table for both engines, so that code can't tell them apart.
// Left alone, pg says '207' for a count and PGlite 207; pg reads arrays and dates its own way, PGlite another.
type Parser = (text: string) => unknown

const parseText: Parser = (text) => text
const parseNumber: Parser = (text) => Number(text)
const parseBoolean: Parser = (text) => text === 't'
const parseBytes: Parser = (text) => Buffer.from(text.slice(2), 'hex') // \x…, which both sessions are set to
const parseJson: Parser = (text) => JSON.parse(text)

const parseBigint: Parser = (text) => {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new AppError('bug', 'a bigint beyond 2^53 came out of the database: select it as text')
  return number
}

// '2026-11-21 10:00:31.699123+00': Date.parse wants minutes in the offset, and cuts the microseconds off, which rounds down on both sides of 1970.
const parseInstant: Parser = (text) => {
  const ms = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))
  if (Number.isNaN(ms)) throw new AppError('bug', 'an instant that is no date of this era came out of the database')
  return ms
}

// '{a,"b \"c\"",NULL,{d}}', at times with its bounds in front: '[0:1]={a,b}'.
const tokens = /"((?:[^"\\]|\\.)*)"|[^{},"]+|[{}]/gs
const parseArray = (parse: Parser): Parser => (text) => {
  const whole: unknown[] = []
  const open = [whole]
  for (const [token, quoted] of text.slice(text.indexOf('{')).matchAll(tokens)) {
    if (token === '{') {
      const inner: unknown[] = []
      open.at(-1)?.push(inner)
      open.push(inner)
    } else if (token === '}') open.pop()
    else if (quoted !== undefined) open.at(-1)?.push(parse(quoted.replace(/\\(.)/gs, '$1')))
    else open.at(-1)?.push(token === 'NULL' ? null : parse(token))
  }
  return whole[0]
}

// oid of the type, oid of its array: select oid, typarray, typname from pg_type. int8 is what count(*) gives; a numeric doesn't fit a number.
const rows: [oid: number, arrayOid: number, parse: Parser][] = [
  [16, 1000, parseBoolean], // bool
  [17, 1001, parseBytes], // bytea
  [20, 1016, parseBigint], // int8
  [21, 1005, parseNumber], // int2
  [23, 1007, parseNumber], // int4
  [25, 1009, parseText], // text
  [26, 1028, parseNumber], // oid
  [114, 199, parseJson], // json
  [700, 1021, parseNumber], // float4
  [701, 1022, parseNumber], // float8
  [1043, 1015, parseText], // varchar
  [1082, 1182, parseText], // date
  [1114, 1115, parseText], // timestamp, which names no instant
  [1184, 1185, parseInstant], // timestamptz
  [1700, 1231, parseText], // numeric
  [2950, 2951, parseText], // uuid
  [3802, 3807, parseJson], // jsonb
]
export const parsers: Record<number, Parser> = Object.fromEntries(rows.flatMap(([oid, arrayOid, parse]) => [[oid, parse], [arrayOid, parseArray(parse)]]))
export const parserOf = (oid: number): Parser => parsers[oid] ?? parseText

// What pg makes of a parameter (pg/lib/utils.js, prepareValue), for PGlite, which would go by the column's type and let pass what PostgreSQL refuses.
// So a list for a jsonb column is JSON.stringify'd by whoever sends it: on both engines an array is PostgreSQL's array.
export const asParameter = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
  return Array.isArray(value) ? `{${value.map(asElement).join(',')}}` : JSON.stringify(value)
}
const asElement = (value: unknown): string => {
  if (value === null || value === undefined) return 'NULL'
  return Array.isArray(value) ? asParameter(value) : `"${asParameter(value).replace(/["\\]/g, '\\$&')}"`
}
