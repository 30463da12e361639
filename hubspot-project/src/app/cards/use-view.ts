import { useCallback, useEffect, useRef, useState } from 'react'
import { isForbidden, type Failure, type Server } from './ask-server.ts'
import type { Ask, ViewName, Views } from './views.ts'

// One view of the server in exactly one state. What is on the screen stays when a later question fails; it is then stale.
export type Shown<T> = { state: 'loading' } | { state: 'failed'; failure: Failure } | { state: 'forbidden'; failure: Failure } | { state: 'ready'; view: T; isStale: boolean }
export type Viewing<T> = { shown: Shown<T>; reload(): Promise<void>; change(to: (view: T) => T): void }
type Wanted<V extends ViewName> = { server: Server; name: V; ask: Ask<V>; join?: (before: Views[V], now: Views[V]) => Views[V] }

export const useView = <V extends ViewName>({ server, name, ask, join = newest }: Wanted<V>): Viewing<Views[V]> => {
  const [shown, setShown] = useState<Shown<Views[V]>>({ state: 'loading' })
  const asked = useRef(0)
  const question = JSON.stringify(ask)
  const reload = useCallback(async (): Promise<void> => {
    const mine = ++asked.current
    const answer = await server(name, JSON.parse(question))
    if (mine !== asked.current) return // a newer question went out, or nobody looks any more
    setShown((before) => {
      if (answer.ok) return { state: 'ready', view: before.state === 'ready' ? join(before.view, answer.view) : answer.view, isStale: false }
      if (isForbidden(answer.failure)) return { state: 'forbidden', failure: answer.failure }
      return before.state === 'ready' ? { ...before, isStale: true } : { state: 'failed', failure: answer.failure }
    })
  }, [server, name, question, join])
  useEffect(() => {
    setShown({ state: 'loading' })
    void reload()
    return () => {
      asked.current += 1
    }
  }, [reload])
  const change = useCallback((to: (view: Views[V]) => Views[V]) => setShown((before) => (before.state === 'ready' ? { ...before, view: to(before.view) } : before)), [])
  return { shown, reload, change }
}
const newest = <T>(_before: T, now: T): T => now
