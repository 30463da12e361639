import { z } from 'zod'
import { defineAction, type Millis } from '../define.ts'
import { endReplay, goingReplay, insertReplay, moveReplay, putPageBack, reach } from '../store/replays.ts'

// Many of what has stopped go back in line page by page, each page in a transaction of its own, so that it can be watched and stopped, and a server that dies in the middle goes on where it was.
export const replayDue = { name: 'review.replay', payload: z.strictObject({ replay: z.uuid() }) }
export const perPage = 100
export const pageEveryMs: Millis = 500 // so that what people wait for gets its turn in between
const scopes = ['queue:write']

// One at a time: a second click, and somebody else's, find it going.
export const beginReplay = defineAction({ name: 'begin-replay', args: z.strictObject({ cause: z.string().max(500).nullable() }), result: z.strictObject({ isNew: z.boolean(), total: z.int() }), scopes, callers: ['staff'] }).decides(async ({ cause }, act) => {
  const { tx, now, newId, later, subject: { tenant, user } } = act
  const { total, last } = await reach(tx, tenant, cause)
  if (last === null) return { isNew: false, total: 0 }
  const id = newId()
  const isNew = await insertReplay(tx, { tenant, id, user: user ?? 'system', cause, total, last, now })
  if (isNew) await later(replayDue, { replay: id }, { key: `review:${id}:`, at: now, lane: 'sync' })
  return { isNew, total }
})

export const replayPage = defineAction({ name: 'replay-page', args: replayDue.payload, result: z.strictObject({ count: z.int(), isDone: z.boolean() }), scopes, callers: ['system'] }).decides(async ({ replay }, { tx, now, later, subject: { tenant } }) => {
  const going = await goingReplay(tx, tenant, replay)
  if (!going) return { count: 0, isDone: true } // somebody stopped it
  const { count, after } = await putPageBack(tx, { tenant, ...going, most: perPage, now, replay })
  await moveReplay(tx, tenant, { id: replay, after, now })
  if (after !== undefined) await later(replayDue, { replay }, { key: `review:${replay}:${after}`, at: now + pageEveryMs, lane: 'sync' })
  return { count, isDone: after === undefined }
})

// What is back in line already goes its way.
export const stopReplay = defineAction({ name: 'stop-replay', args: z.strictObject({}), result: z.strictObject({ isStopped: z.boolean() }), scopes, callers: ['staff'] }).decides(async (_args, { tx, now, subject: { tenant } }) => ({ isStopped: await endReplay(tx, tenant, { state: 'stopped', now }) }))
