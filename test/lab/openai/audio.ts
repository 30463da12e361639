import type OpenAI from 'openai'
import { z } from 'zod'
import type { LateRoute } from '../simulator.ts'
import { ok, Refusal } from './answers.ts'
import { parsed } from './complain.ts'
import { knownModel } from './models.ts'
import type { Senses } from './seen.ts'
import { tokensOf } from './usage.ts'

// Speech to text: https://platform.openai.com/docs/api-reference/audio/createTranscription. What kind of sound it is goes by the file's ending.
const endings = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']
const most = 26_214_400
const bytesPerSecond = 2_000 // of WhatsApp's voice messages, about
const fields = z.strictObject({
  file: z.file(), model: z.string(), language: z.string().regex(/^[a-z]{2,3}$/).optional(), prompt: z.string().optional(), response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt']).default('json'), temperature: z.string().optional(), stream: z.literal('false').optional(),
})

export const audioRoutes = ({ senses }: { senses: Senses }): Record<string, LateRoute> => ({
  'POST /v1/audio/transcriptions': async ({ headers, body }) => {
    if (!Buffer.isBuffer(body)) throw new Refusal({ message: 'Could not parse multipart form' })
    const { file, model, response_format: format } = parsed(fields, await formIn(body, headers['content-type'] ?? ''))
    knownModel('listening', model)
    if (file.size > most) throw new Refusal({ status: 413, message: `Maximum content size limit (${most}) exceeded (${file.size} bytes read)` })
    if (!endings.includes(file.name.split('.').at(-1)?.toLowerCase() ?? '')) throw new Refusal({ message: `Invalid file format. Supported formats: ['${endings.join("', '")}']` })
    if (file.size === 0) throw new Refusal({ message: 'Audio file is too short. Minimum audio length is 0.1 seconds.', param: 'file', code: 'audio_too_short' })
    const isPlain = format === 'json' || format === 'text'
    if (!isPlain) throw new Refusal({ message: `response_format '${format}' is not compatible with model '${model}'. Use 'json' or 'text' instead.`, param: 'response_format', code: 'unsupported_value' })
    const bytes = Buffer.from(await file.arrayBuffer())
    const text = senses.heard(bytes)
    if (format === 'text') return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from(`${text}\n`) }
    const seconds = Math.max(1, Math.ceil(bytes.length / bytesPerSecond))
    const told: OpenAI.Audio.Transcription = { text, usage: model === 'whisper-1' ? { type: 'duration', seconds } : tokensUsed(seconds * 10, tokensOf(text)) }
    return ok(told)
  },
})
const tokensUsed = (input: number, output: number): OpenAI.Audio.Transcription['usage'] & { type: 'tokens' } => ({ type: 'tokens', input_tokens: input, input_token_details: { text_tokens: 0, audio_tokens: input }, output_tokens: output, total_tokens: input + output })

const formIn = async (bytes: Buffer, type: string): Promise<Record<string, unknown>> => {
  try {
    return Object.fromEntries((await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()).entries())
  } catch {
    throw new Refusal({ message: 'Could not parse multipart form' })
  }
}
