import type { Millis } from '../define.ts'

// What came with a message: what it is, by its own bytes and nobody's word, and how long we ask for it.
// As shows in a transcript. wanted: on its way. refused: of no kind that we keep, or too large. gone: its sender's side has it no more.
export type MediaState = 'wanted' | 'kept' | 'refused' | 'gone'

const text = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to)
const starts = (...magic: number[]) => (bytes: Buffer): boolean => magic.every((byte, at) => bytes[at] === byte)
const says = (from: number, pattern: RegExp) => (bytes: Buffer): boolean => pattern.test(text(bytes, from, from + 12))
// Office files are zips: a name inside tells which, and macros are programs.
const office = (part: string) => (bytes: Buffer): boolean => starts(0x50, 0x4b, 3, 4)(bytes) && bytes.includes(`${part}.xml`) && bytes.includes('[Content_Types].xml') && !bytes.includes('vbaProject')
const opendocument = 'application/vnd.openxmlformats-officedocument'

const kinds: readonly (readonly [type: string, is: (bytes: Buffer) => boolean])[] = [
  ['image/jpeg', starts(0xff, 0xd8, 0xff)],
  ['image/png', starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)],
  ['image/gif', says(0, /^GIF8[79]a/)],
  ['image/webp', (bytes) => says(0, /^RIFF/)(bytes) && says(8, /^WEBP/)(bytes)],
  ['image/heic', says(4, /^ftyp(hei[cx]|mif1)/)],
  ['audio/mp4', says(4, /^ftypM4[AB] /)],
  ['video/3gpp', says(4, /^ftyp3g[p2]/)],
  ['video/quicktime', says(4, /^ftypqt {2}/)],
  ['video/mp4', says(4, /^ftyp(iso[m2-9]|mp4[12]|avc1|M4V |MSNV|dash)/)],
  ['audio/ogg', (bytes) => says(0, /^OggS/)(bytes) && /OpusHead|vorbis|Speex/.test(text(bytes, 0, 64))],
  ['audio/mpeg', (bytes) => says(0, /^ID3/)(bytes) || isMpegAudio(bytes, 0x02)],
  ['audio/aac', (bytes) => isMpegAudio(bytes, 0x00)],
  ['audio/amr', says(0, /^#!AMR(-WB)?\n/)],
  ['application/pdf', says(0, /^%PDF-\d/)],
  [`${opendocument}.wordprocessingml.document`, office('word/document')],
  [`${opendocument}.spreadsheetml.sheet`, office('xl/workbook')],
  [`${opendocument}.presentationml.presentation`, office('ppt/presentation')],
]
// Eleven or twelve ones, then which layer: 01 for MP3, 00 for AAC.
const isMpegAudio = ([first = 0, second = 0]: Buffer, layer: number): boolean => first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) === layer && (layer !== 0 || (second & 0xf0) === 0xf0)

// undefined: nothing that a phone sends to show somebody, such as a program, a page or an SVG.
export const mediaType = (bytes: Buffer): string | undefined => kinds.find(([, is]) => is(bytes))?.[0]

// What browsers show without running anything; all else is only to be saved.
export const isShowable = (type: string): boolean => /^(image\/(?!heic)|audio\/|video\/|application\/pdf$)/.test(type)

const minute = 60_000
const waitsMs: readonly Millis[] = [10_000, minute, 10 * minute, 60 * minute]
const laterMs: Millis = 6 * 60 * minute
const believedAfter = 3 // a link may be ahead of what it leads to
export const keptForMs: Millis = 7 * 24 * 60 * minute // by WhatsApp, of what comes in: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media

// When to ask again; undefined: it is not to be had any more. tries: including this one.
export const askAgainAt = ({ seen, tries, since, now }: { seen: 'gone' | 'away'; tries: number; since: Millis; now: Millis }): Millis | undefined => {
  const at = now + (waitsMs[tries - 1] ?? laterMs)
  return (seen === 'gone' && tries >= believedAfter) || at > since + keptForMs ? undefined : at
}
