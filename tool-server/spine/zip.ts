import { crc32 } from 'node:zlib'
import type { Millis } from '../define.ts'

// An archive of files as they are, which every system opens: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT. Nothing is compressed, since most of it are photos.
export type File = { name: string; bytes: Uint8Array }
const stored = 0
const utf8 = 0x0800
const version = 20

export const zip = (files: readonly File[], at: Millis): Buffer => {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of files) {
    const title = Buffer.from(name)
    const about = aboutOf({ title, bytes, at })
    const head = Buffer.concat([numbers([0x04034b50, 4]), about, title])
    entries.push(Buffer.concat([numbers([0x02014b50, 4], [version, 2]), about, numbers([0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), title]))
    parts.push(head, Buffer.from(bytes))
    offset += head.length + bytes.length
  }
  const index = Buffer.concat(entries)
  return Buffer.concat([...parts, index, numbers([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [index.length, 4], [offset, 4], [0, 2])])
}

const aboutOf = ({ title, bytes, at }: { title: Buffer; bytes: Uint8Array; at: Millis }): Buffer => {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const [hour = 0, minute = 0, second = 0] = time.slice(0, 8).split(':').map(Number)
  const size = bytes.length
  return numbers([version, 2], [utf8, 2], [stored, 2], [(hour << 11) | (minute << 5) | (second >> 1), 2], [((year - 1980) << 9) | (month << 5) | day, 2], [crc32(bytes), 4], [size, 4], [size, 4], [title.length, 2], [0, 2])
}
const numbers = (...all: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer =>
  Buffer.concat(all.map(([value, length]) => {
    const bytes = Buffer.alloc(length)
    bytes.writeUIntLE(value >>> 0, 0, length)
    return bytes
  }))
