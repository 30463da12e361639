import { z } from 'zod'
import type { Body } from './bodies.ts'
import { kinds, sampleOf, type File, type Kind } from './samples.ts'

// What a phone can do besides writing.
// contentType: what the phone says it is, which need not be true. data: in base64; without it there is a sample. megabytes: make it longer by so much.
const file = z.strictObject({
  kind: z.enum(kinds), caption: z.string().max(1_024).optional(), filename: z.string().max(100).optional(),
  contentType: z.string().max(100).optional(), data: z.base64().max(8 * 2 ** 20).optional(), megabytes: z.int().min(1).max(120).optional(),
})
const place = z.strictObject({ kind: z.literal('location'), caption: z.string().optional(), latitude: z.number().min(-90).max(90).optional(), longitude: z.number().min(-180).max(180).optional(), address: z.string().optional() })
const message = z.string().min(1) // its id
export const writing = z.union([
  z.strictObject({ text: z.string().min(1), replyTo: message.optional() }),
  z.strictObject({ sms: z.string().min(1) }),
  z.strictObject({ whatsapp: z.boolean() }), // whether there is one on it
  z.strictObject({ media: z.union([file, place]) }),
  z.strictObject({ card: z.strictObject({ name: z.string().min(1), number: z.string().min(8) }) }),
  z.strictObject({ reply: z.string().min(1) }), // to what came last
  z.strictObject({ press: z.strictObject({ message, payload: z.string().min(1) }) }),
  z.strictObject({ react: z.strictObject({ message, emoji: z.string().max(16) }) }), // '': takes it back
  z.strictObject({ edit: z.strictObject({ message, text: z.string().min(1) }) }),
  z.strictObject({ delete: z.strictObject({ message }) }),
])
export type Writing = z.infer<typeof writing>
export type Sent = Extract<Writing, { media: unknown }>['media']

export const placeBody = ({ caption, latitude = 19.4178, longitude = -99.1621, address = 'Álvaro Obregón 151' }: z.infer<typeof place>): Body => ({
  type: 'location', location: { coordinates: { latitude, longitude }, location: { label: caption ?? 'Roma Norte', address } },
})

export const fileOf = ({ kind, contentType, data, megabytes, filename }: z.infer<typeof file>): File => {
  const sample = sampleOf(kind, { contentType, megabytes })
  return { bytes: data === undefined ? sample.bytes : Buffer.from(data, 'base64'), contentType: contentType ?? sample.contentType, ...((filename ?? sample.filename) !== undefined && { filename: filename ?? sample.filename }) }
}

// Only photos are images; all else is a file, told by its type.
export const fileBody = ({ kind, caption }: { kind: Kind; caption?: string | undefined }, mediaUrl: string, { contentType, filename }: File): Body => {
  const text = caption === undefined ? {} : { text: caption }
  if (kind === 'image') return { type: 'image', image: { ...text, images: [{ mediaUrl }] } }
  return { type: 'file', file: { ...text, files: [{ contentType, mediaUrl, ...(filename !== undefined && { filename }) }] } }
}

// What WhatsApp calls it; of a sticker Bird doesn't say.
const whatsappTypes: Readonly<Partial<Record<Kind, string>>> = { image: 'image', audio: 'audio', voice: 'voice', video: 'video', file: 'document' }
export const metaOf = (kind: Kind): Record<string, string> => {
  const type = whatsappTypes[kind]
  return type === undefined ? {} : { 'whatsapp.media.type': type }
}
