import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Refusal } from './answers.ts'
import type { InputItem } from './items.ts'

// What the simulated model sees and hears: what a test said of these very bytes, else always the same for the same bytes.
export type Senses = { learn(wish: z.infer<typeof sensedWish>): void; heard(bytes: Buffer): string; seen(bytes: Buffer, type: string): string }
export const sensedWish = z.strictObject({ bytes: z.base64(), text: z.string() })
const scenes = ['una sala con luz natural', 'una cocina con barra', 'una recámara con clóset', 'la fachada de un edificio']
const sentences = ['Hola, busco un departamento de dos recámaras en la Roma Norte, hasta 35 mil pesos.', 'Quiero agendar una visita para mañana por la tarde.', '¿Aceptan mascotas? Tengo un perro chico.']

export const makeSenses = (): Senses => {
  const known = new Map<string, string>()
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
  const one = (from: readonly string[], bytes: Buffer): string => from[Number.parseInt(digest(bytes).slice(0, 8), 16) % from.length] ?? ''
  return {
    learn: ({ bytes, text }) => void known.set(digest(Buffer.from(bytes, 'base64')), text),
    heard: (bytes) => known.get(digest(bytes)) ?? one(sentences, bytes),
    seen: (bytes, type) => known.get(digest(bytes)) ?? `Se ve ${one(scenes, bytes)}, en una imagen ${type.replace('image/', '').toUpperCase()}.`,
  }
}

// The picture that was asked about, if the last that came is one.
export type Picture = { bytes: Buffer; type: string }
export const pictureIn = (items: readonly InputItem[]): Picture | undefined => {
  const last = items.findLast((item) => item.type !== 'message' || (item.role !== 'developer' && item.role !== 'system'))
  if (last?.type !== 'message' || last.role !== 'user' || typeof last.content === 'string') return undefined
  const image = last.content.find((part) => part.type === 'input_image')
  return image && pictureOf(image)
}
export const checkPictures = (items: readonly InputItem[]): void => {
  for (const item of items) if (item.type === 'message' && item.role !== 'assistant' && typeof item.content !== 'string') for (const part of item.content) if (part.type === 'input_image') pictureOf(part)
}

const beginnings: Record<string, string> = { 'image/png': '89504e47', 'image/jpeg': 'ffd8ff', 'image/gif': '47494638', 'image/webp': '52494646' }
const pictureOf = ({ image_url: url, file_id: file }: { image_url?: string | null | undefined; file_id?: string | null | undefined }): Picture => {
  const refuse = (message: string, code: string): Refusal => new Refusal({ message, param: 'input', code })
  if (file) throw refuse(`No such file: ${file}.`, 'image_file_not_found')
  if (!url) throw refuse("Missing required parameter: one of 'image_url' or 'file_id' must be provided.", 'missing_required_parameter')
  if (/^https?:/.test(url)) throw refuse('Error while downloading the image.', 'failed_to_download_image')
  const [, type = '', base64 = ''] = /^data:([\w/+.-]+);base64,([A-Za-z0-9+/]+=*)$/.exec(url) ?? []
  if (base64 === '') throw refuse("Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got something else.", 'invalid_base64_image')
  const bytes = Buffer.from(base64, 'base64')
  const begins = beginnings[type]
  if (begins === undefined || !bytes.toString('hex').startsWith(begins)) throw refuse(`The image data you provided does not represent a valid image. Please check your input and try again with one of the following image formats: ['${Object.keys(beginnings).join("', '")}'].`, begins === undefined ? 'unsupported_image_media_type' : 'image_parse_error')
  return { bytes, type }
}
