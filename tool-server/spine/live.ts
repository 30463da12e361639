import type { Request, Response } from 'express'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'
import { tagOf, textOf, type Html } from './page.ts'

// The live part of a page (page-live.js). Whoever listens is sent it anew when it has changed, by server-sent events; whoever asks, such as behind a proxy that holds events back, is answered once.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
export type Look = { body: Html; shown?: () => Promise<void> } // shown: runs when it is really sent
export type Watcher = { request: Request; response: Response; who: string; look(): Promise<Look | undefined> } // look: nothing when they may look no longer
type Needs = { db: Pick<Db, 'onCommit'>; clock: Clock; closing: AbortSignal }

const elsewhereMs: Millis = 3_000 // other servers' commits aren't heard here
const restMs: Millis = 400
const restsFor = 10 // so that looking takes a tenth of the time at most, however slow it is
const stillMs: Millis = 15_000 // when nothing changes something is said all the same: page-live.js asks when it hears nothing for twice as long
const mostStreams = 24 // of one person, at one server

export const makeLive = ({ db, clock, closing }: Needs): ((watcher: Watcher) => Promise<void>) => {
  const streams = new Map<string, number>()
  const begin = (who: string): (() => void) => {
    const others = streams.get(who) ?? 0
    if (others === mostStreams) throw new AppError('throttled', `over ${mostStreams} live parts at once`, { retryAfterMs: stillMs })
    streams.set(who, others + 1)
    return () => void streams.set(who, (streams.get(who) ?? 1) - 1)
  }

  const stream = async ({ request, response, look }: Watcher): Promise<void> => {
    const left = new AbortController()
    response.once('close', () => left.abort())
    const gone = AbortSignal.any([left.signal, closing])
    let isChanged = false
    let heard: (() => void) | undefined
    const forget = db.onCommit(() => {
      isChanged = true
      heard?.()
    })
    const rest = (ms: Millis, untilChanged: boolean): Promise<void> => new Promise((resolve) => {
      const end = (): void => {
        callOff()
        heard = undefined
        gone.removeEventListener('abort', end)
        resolve()
      }
      const callOff = clock.after(ms, end)
      if (untilChanged) heard = end
      gone.addEventListener('abort', end)
      if (gone.aborted || (untilChanged && isChanged)) end()
    })

    response.status(200).set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }).flushHeaders()
    const { have } = request.query
    let tag = typeof have === 'string' ? have : ''
    let saidAt = clock.now()
    try {
      while (!gone.aborted) {
        isChanged = false
        const began = clock.now()
        const found = await look()
        if (!found) return void response.write('event: gone\ndata:\n\n')
        const text = textOf(found.body)
        if (tagOf(text) !== tag) {
          await found.shown?.()
          tag = tagOf(text)
          saidAt = clock.now()
          response.write(`id: ${tag}\nevent: part\n${text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`).join('')}\n`)
        } else if (clock.now() - saidAt >= stillMs) {
          saidAt = clock.now()
          response.write('event: still\ndata:\n\n')
        }
        do await rest(Math.max(restMs, (clock.now() - began) * restsFor), false)
        while (response.writableNeedDrain && !gone.aborted) // whoever reads slowly is written to slowly
        await rest(elsewhereMs, true)
      }
    } catch {
      // Whoever listened asks now, and is told what is wrong.
    } finally {
      forget()
      response.end()
    }
  }

  return async (watcher) => {
    const { request, response, who, look } = watcher
    if (request.get('accept')?.includes('text/event-stream')) {
      const end = begin(who)
      return stream(watcher).finally(end)
    }
    const found = await look()
    if (!found) return void response.status(401).end()
    const text = textOf(found.body)
    response.set('etag', tagOf(text))
    if (request.get('if-none-match') === tagOf(text)) return void response.status(304).end()
    await found.shown?.()
    response.type('html').send(text)
  }
}
