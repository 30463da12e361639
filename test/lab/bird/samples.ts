import { crc32, deflateSync } from 'node:zlib'

// Small files that are what they say, made here: what a phone would send.
export type File = { bytes: Buffer; contentType: string; filename?: string }
export const kinds = ['image', 'audio', 'voice', 'video', 'file', 'sticker'] as const
export type Kind = (typeof kinds)[number]

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

// A room at dusk, more or less.
const png = (width = 240, height = 160): Buffer => {
  const chunk = (type: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type), data])
    return Buffer.concat([u32(data.length), named, u32(crc32(named))])
  }
  const rows = Array.from({ length: height }, (_row, y) => Buffer.from([0, ...Array.from({ length: width }, (_pixel, x) => (y > height * 0.62 ? [122, 84, 58] : [236 - (y >> 1), 190 - (x >> 3), 150 + (y >> 2)])).flat()]))
  const head = Buffer.concat([u32(width), u32(height), Buffer.from([8, 2, 0, 0, 0])])
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))])
}

// Ogg pages (RFC 3533) with Opus in them (RFC 7845): a head, no tags, and a breath of silence.
const oggChecksum = (bytes: Buffer): number => bytes.reduce((sum, byte) => {
  let next = sum ^ (byte << 24)
  for (let bit = 0; bit < 8; bit++) next = (next << 1) ^ (next & 0x80000000 ? 0x04c11db7 : 0)
  return next >>> 0
}, 0)
const oggPage = (number: number, flags: number, position: number, packet: Buffer): Buffer => {
  const head = Buffer.alloc(28)
  head.write('OggS')
  head.writeUInt8(flags, 5)
  head.writeUInt32LE(position, 6)
  head.writeUInt32LE(0x50, 14)
  head.writeUInt32LE(number, 18)
  head.writeUInt8(1, 26)
  head.writeUInt8(packet.length, 27)
  const page = Buffer.concat([head, packet])
  page.writeUInt32LE(oggChecksum(page), 22)
  return page
}
const ogg = (): Buffer => {
  const head = Buffer.concat([Buffer.from('OpusHead'), Buffer.from([1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0])])
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.from([6, 0, 0, 0]), Buffer.from('parlor'), Buffer.alloc(4)])
  return Buffer.concat([oggPage(0, 2, 0, head), oggPage(1, 0, 0, tags), oggPage(2, 4, 960, Buffer.from([0xf8, 0xff, 0xfe]))])
}

const pdf = (): Buffer => {
  const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>']
  let text = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj${object}endobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  return Buffer.from(`${text}xref\n0 4\n0000000000 65535 f \n${places.join('')}trailer<</Size 4/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`)
}

const mp4 = (): Buffer => Buffer.concat([u32(24), Buffer.from('ftypmp42'), u32(0), Buffer.from('mp42isom'), u32(8), Buffer.from('mdat')])
const jpeg = (): Buffer => Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=', 'base64')
const webp = (): Buffer => Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64')
const mp3 = (): Buffer => Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0\0'), Buffer.from([0xff, 0xfb, 0x90, 0]), Buffer.alloc(413)])

const making: Readonly<Record<Kind, () => File>> = {
  image: () => ({ bytes: png(), contentType: 'image/png' }),
  audio: () => ({ bytes: mp3(), contentType: 'audio/mpeg' }),
  voice: () => ({ bytes: ogg(), contentType: 'audio/ogg; codecs=opus' }),
  video: () => ({ bytes: mp4(), contentType: 'video/mp4' }),
  file: () => ({ bytes: pdf(), contentType: 'application/pdf', filename: 'comprobante.pdf' }),
  sticker: () => ({ bytes: webp(), contentType: 'image/webp' }),
}
// megabytes: as long as that, its beginning still what it says. A photo is a JPEG where it is said to be.
export const sampleOf = (kind: Kind, { contentType, megabytes = 0 }: { contentType?: string | undefined; megabytes?: number | undefined } = {}): File => {
  const made = contentType === 'image/jpeg' && kind === 'image' ? { bytes: jpeg(), contentType } : making[kind]()
  return { ...made, bytes: megabytes === 0 ? made.bytes : Buffer.concat([made.bytes, Buffer.alloc(megabytes * 2 ** 20)]) }
}
