// A mail as its reader gets to see it (https://www.rfc-editor.org/rfc/rfc5322, https://www.rfc-editor.org/rfc/rfc2045): only what a letter of text and html, and an invitation, needs.
export type Letter = { from: { name?: string; address: string }; to: string; subject: string; text: string; html?: string; calendar?: { method: string; text: string }; messageId: string; headers: Record<string, string>; bytes: Buffer }

export const readLetter = (bytes: Buffer): Letter => {
  const parts = partsOf(bytes.toString('latin1'))
  const { headers } = headOf(bytes.toString('latin1'))
  const html = parts.find(({ type }) => type === 'text/html')?.text
  const calendar = parts.find(({ type }) => type === 'text/calendar')
  return {
    from: partyOf(headers['from'] ?? ''), to: partyOf(headers['to'] ?? '').address, subject: headers['subject'] ?? '', text: parts.find(({ type }) => type === 'text/plain')?.text ?? '',
    ...(html !== undefined && { html }), ...(calendar && { calendar: { method: calendar.method, text: calendar.raw } }), messageId: (headers['message-id'] ?? '').replace(/^<|>$/g, ''), headers, bytes,
  }
}

const headOf = (raw: string): { headers: Record<string, string>; body: string } => {
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), wordsOf(line.slice(line.indexOf(':') + 1).trim())]))
  return { headers, body: raw.slice(end + 4) }
}

// raw: a calendar's lines end as they came. method: what it does there (https://www.rfc-editor.org/rfc/rfc6047#section-2.4).
type Leaf = { type: string; text: string; raw: string; method: string }
const partsOf = (raw: string): Leaf[] => {
  const { headers, body } = headOf(raw)
  const type = headers['content-type'] ?? 'text/plain'
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (boundary !== undefined) return body.split(`--${boundary}`).slice(1, -1).flatMap((part) => partsOf(part.replace(/^\r\n/, '')))
  const whole = decoded(headers['content-transfer-encoding']?.toLowerCase(), body.replace(/\r\n$/, '')).toString() // the last end of line is the boundary's
  return [{ type: (type.split(';')[0] ?? '').toLowerCase(), text: whole.replaceAll('\r\n', '\n').replace(/\n$/, ''), raw: whole, method: /method=(\w+)/i.exec(type)?.[1] ?? '' }]
}

const decoded = (encoding: string | undefined, body: string): Buffer => {
  if (encoding === 'base64') return Buffer.from(body, 'base64')
  return encoding === 'quoted-printable' ? unquoted(body.replaceAll(/=\r\n/g, '')) : Buffer.from(body, 'latin1')
}
const unquoted = (text: string): Buffer => Buffer.from(text.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))), 'latin1')

// =?UTF-8?Q?Visita_el_s=C3=A1bado?= (https://www.rfc-editor.org/rfc/rfc2047); between two of them the room is none.
const wordsOf = (text: string): string =>
  text.replaceAll(/(=\?[^?]+\?[QB]\?[^?]*\?=)\s+(?==\?)/gi, '$1').replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, coded: string) => (how.toUpperCase() === 'B' ? Buffer.from(coded, 'base64') : unquoted(coded.replaceAll('_', ' '))).toString())

const partyOf = (text: string): { name?: string; address: string } => {
  const [, quoted = '', address = text] = /^(.*?)\s*<([^>]+)>$/.exec(text) ?? []
  const name = quoted.replace(/^"(.*)"$/, '$1')
  return { ...(name !== '' && { name }), address }
}
