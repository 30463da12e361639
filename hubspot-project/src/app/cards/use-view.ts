import { useCallback, useEffect, useRef, useState } from 'react'
import { isForbidden, type Failure, type Server } from './ask-server.ts'
import type { Ask, ViewName, Views } from './views.ts'

// One view of the server in exactly one state. What is on the screen stays when a later question fails; it is then stale.
export type Shown<T> = { state: 'loading' } | { state: 'failed'; failure: Failure } | { state: 'forbidden'; failure: Failure } | { state: 'ready'; view: T; isStale: boolean }
export type Viewing<T> = { shown: Shown<T>; reload(): Promise<void>; change(to: (view: T) => T): void }
type Wanted<V extends ViewName> = { server: Server; name: V; ask: Ask<V>; join?: (before: Views[V], now: Views[V]) => Views[V] }

export const useView = <V extends ViewName>({ server, name, ask, join = newest }: Wanted<V>): Viewing<Views[V]> => {
  const question = JSON.stringify(ask)
  const put = useCallback(() => server(name, JSON.parse(question)), [server, name, question])
  const [told, setTold] = useState<Told<Views[V]>>()
  const asked = useRef(0)
  const reload = useCallback(async (): Promise<void> => {
    const mine = ++asked.current
    const answer = await put()
    if (mine !== asked.current) return // a newer question went out, or nobody looks any more
    setTold((last) => {
      const before = shownOf(last, put)
      if (answer.ok) return { to: put, shown: { state: 'ready', view: before.state === 'ready' ? join(before.view, answer.view) : answer.view, isStale: false } }
      if (isForbidden(answer.failure)) return { to: put, shown: { state: 'forbidden', failure: answer.failure } }
      return { to: put, shown: before.state === 'ready' ? { ...before, isStale: true } : { state: 'failed', failure: answer.failure } }
    })
  }, [put, join])
  useEffect(() => {
    void reload()
    return () => {
      asked.current += 1
    }
  }, [reload])
  const change = useCallback((to: (view: Views[V]) => Views[V]) => setTold((last) => (last?.shown.state === 'ready' ? { ...last, shown: { ...last.shown, view: to(last.shown.view) } } : last)), [])
  return { shown: shownOf(told, put), reload, change }
}
// What was told to another question is not shown.
type Told<T> = { to: Put; shown: Shown<T> }
type Put = () => Promise<unknown>
const shownOf = <T>(told: Told<T> | undefined, put: Put): Shown<T> => (told?.to === put ? told.shown : { state: 'loading' })
const newest = <T>(_before: T, now: T): T => now
