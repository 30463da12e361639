import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { askAgainAt, mediaType } from '../domain/media.ts'
import type { Body, SeenMedia } from '../domain/ports/messaging.ts'
import { longestTold, type Sense } from '../domain/sense-media.ts'
import { noteTold } from '../store/media-told.ts'
import { putBytes, settleMedia, wantedMedia, wantPlaces } from '../store/media.ts'
import { stopAgent } from './agent-end.ts'
import { quietMs } from './agent-wait.ts'
import { guarded } from './guard-message.ts'
import { noteLanguage } from './note-language.ts'

// What comes with a message is fetched, looked at, and kept under the key of whose it is. The transcript doesn't wait for it.
// heard: of a prospect, from whom a model may hear or see it: where and when it was sent.
const heard = z.strictObject({ connection: z.string(), conversation: z.uuid(), whom: z.string(), at: z.int() })
export const mediaFetch = { name: 'media.fetch', payload: z.strictObject({ message: z.uuid(), place: z.int(), url: z.string(), tries: z.int(), heard: heard.optional() }) }
export const mediaTell = { name: 'media.tell', payload: z.strictObject({ message: z.uuid(), place: z.int(), heard }) }
type Fetch = z.infer<typeof mediaFetch.payload>
type Tell = z.infer<typeof mediaTell.payload>
type Heard = z.infer<typeof heard>

// A photo at most that large is in memory for each of the lane's workers.
const fetchLater = (act: Act, fetch: Fetch, { person, at }: { person: string; at: number }): Promise<void> =>
  act.later(mediaFetch, fetch, { key: `${mediaKey(fetch.message)}${fetch.place}`, at, lane: 'sync', person })
export const mediaKey = (message: string): string => `media:${message}/`

// from: of a prospect. What a person of ours or a bot sends is told to no model.
type Wanted = { message: string; person: string; body: Body | undefined; from?: Pick<Heard, 'connection' | 'conversation' | 'at'> }
export const wantMedia = async (act: Act, { message, person, body, from }: Wanted): Promise<void> => {
  const { media = [] } = body ?? {}
  if (media.length === 0) return
  await wantPlaces(act, { message, person, count: media.length })
  const heard = (body?.kind === 'audio' || body?.kind === 'image') && from && { ...from, whom: (await act.sealing.blind('model.whom', person)).toString('hex').slice(0, 64) }
  for (const [place, { url }] of media.entries()) await fetchLater(act, { message, place, url, tries: 0, ...(heard && { heard }) }, { person, at: act.now })
}

// The bytes are no arguments of the action, which stand in the audit.
export const keepMedia = async (act: Act, fetch: Fetch, seen: SeenMedia | 'away'): Promise<void> => {
  const { message, place, heard } = fetch
  const wanted = await wantedMedia(act, fetch)
  if (!wanted) return
  const { person, since } = wanted
  act.concerns(person)
  const tries = fetch.tries + 1
  const again = seen === 'gone' || seen === 'away' ? askAgainAt({ seen, tries, since, now: act.now }) : undefined
  if (again !== undefined) return fetchLater(act, { ...fetch, tries }, { person, at: again })
  const type = typeof seen === 'object' ? mediaType(seen.bytes) : undefined
  if (typeof seen !== 'object' || type === undefined) {
    await act.act(settle, { message, place, as: seen === 'gone' || seen === 'away' ? 'gone' : 'refused' })
    return
  }
  const digest = await putBytes(act, person, seen.bytes)
  await act.act(settle, { message, place, as: { type, size: seen.bytes.length, digest: digest.toString('hex') } })
  // Of a picture they may say yet that it is a document.
  if (heard) await act.later(mediaTell, { message, place, heard }, { key: `${mediaKey(message)}${place}/tell`, at: type.startsWith('image/') ? act.now + quietMs : act.now, lane: 'sync', person })
}

// What a model heard or saw of it, or nothing. Answers whether there is something new to answer.
export const noteSensed = async (act: Act, { message, place, heard }: Tell, { sense, told = '' }: { sense?: Sense; told?: string | undefined }): Promise<boolean> => {
  const text = told.trim().slice(0, longestTold)
  const person = await noteTold(act, { message, place }, text || undefined)
  if (person === undefined || sense === undefined) return false
  act.concerns(person)
  if (sense === 'image') return text !== ''
  return text === '' || !(await heardSaid(act, heard, { message, person, text }))
}

// What was spoken is read as what was written is. Answers whether it is answered with that.
const heardSaid = async (act: Act, { conversation, at }: Heard, { message, person, text }: { message: string; person: string; text: string }): Promise<boolean> => {
  await noteLanguage(act, { person, conversation, message, text })
  const isOurs = await guarded(act, { person, conversation, text, at })
  if (isOurs) await stopAgent(act, conversation, 'answered') // which may have begun before it was known what was spoken
  return isOurs
}

const args = z.strictObject({ message: z.uuid(), place: z.int(), as: z.union([z.enum(['refused', 'gone']), z.strictObject({ type: z.string(), size: z.int(), digest: z.hex() })]) })
const settle = defineAction({ name: 'settle-media', args, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ message, place, as }, act) => {
  await settleMedia(act, { message, place }, as)
  return {}
})
