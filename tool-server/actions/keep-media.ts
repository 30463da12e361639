import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { askAgainAt, mediaType } from '../domain/media.ts'
import type { Body, SeenMedia } from '../domain/ports/messaging.ts'
import { putBytes, settleMedia, wantedMedia, wantPlaces } from '../store/media.ts'

// What comes with a message is fetched, looked at, and kept under the key of whose it is. The transcript doesn't wait for it.
export const mediaFetch = { name: 'media.fetch', payload: z.strictObject({ message: z.uuid(), place: z.int(), url: z.string(), tries: z.int() }) }
type Fetch = z.infer<typeof mediaFetch.payload>

// A photo at most that large is in memory for each of the lane's workers.
const fetchLater = (act: Act, fetch: Fetch, { person, at }: { person: string; at: number }): Promise<void> =>
  act.later(mediaFetch, fetch, { key: `${mediaKey(fetch.message)}${fetch.place}`, at, lane: 'sync', person })
export const mediaKey = (message: string): string => `media:${message}/`

export const wantMedia = async (act: Act, { message, person, body }: { message: string; person: string; body: Body | undefined }): Promise<void> => {
  const { media = [] } = body ?? {}
  if (media.length === 0) return
  await wantPlaces(act, { message, person, count: media.length })
  for (const [place, { url }] of media.entries()) await fetchLater(act, { message, place, url, tries: 0 }, { person, at: act.now })
}

// The bytes are no arguments of the action, which stand in the audit.
export const keepMedia = async (act: Act, fetch: Fetch, seen: SeenMedia | 'away'): Promise<void> => {
  const { message, place } = fetch
  const wanted = await wantedMedia(act, fetch)
  if (!wanted) return
  const { person, since } = wanted
  act.concerns(person)
  const tries = fetch.tries + 1
  const again = seen === 'gone' || seen === 'away' ? askAgainAt({ seen, tries, since, now: act.now }) : undefined
  if (again !== undefined) return await fetchLater(act, { ...fetch, tries }, { person, at: again })
  const type = typeof seen === 'object' ? mediaType(seen.bytes) : undefined
  if (typeof seen !== 'object' || type === undefined) return void (await act.act(settle, { message, place, as: seen === 'gone' || seen === 'away' ? 'gone' : 'refused' }))
  const digest = await putBytes(act, person, seen.bytes)
  await act.act(settle, { message, place, as: { type, size: seen.bytes.length, digest: digest.toString('hex') } })
}

const args = z.strictObject({ message: z.uuid(), place: z.int(), as: z.union([z.enum(['refused', 'gone']), z.strictObject({ type: z.string(), size: z.int(), digest: z.hex() })]) })
const settle = defineAction({ name: 'settle-media', args, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ message, place, as }, act) => {
  await settleMedia(act, { message, place }, as)
  return {}
})
