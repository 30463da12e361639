import { hash } from 'node:crypto'

// A form with one file. Its boundary comes from the file, so that the same sound makes the same bytes.
export const formOf = (fields: Record<string, string>, file: { bytes: Uint8Array; type: string }): { headers: Record<string, string>; body: Buffer } => {
  const bytes = Buffer.from(file.bytes)
  const boundary = `portero-${hash('sha256', bytes).slice(0, 32)}`
  const texts = Object.entries(fields).map(([name, value]) => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="sound.${endingOf(file.type)}"\r\ncontent-type: ${essenceOf(file.type)}\r\n\r\n`
  return { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` }, body: Buffer.concat([Buffer.from(texts.join('') + head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]) }
}

// They go by the ending (https://developers.openai.com/api/docs/guides/speech-to-text); WhatsApp's voice messages are audio/ogg; codecs=opus.
const endings: Readonly<Record<string, string>> = { 'audio/ogg': 'ogg', 'audio/mpeg': 'mp3', 'audio/mp4': 'm4a', 'audio/aac': 'm4a', 'audio/wav': 'wav', 'audio/webm': 'webm' }
const essenceOf = (type: string): string => /^[a-z]+\/[\w.+-]+/i.exec(type)?.[0].toLowerCase() ?? 'application/octet-stream'
const endingOf = (type: string): string => endings[essenceOf(type)] ?? 'ogg'
