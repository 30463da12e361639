import { useRef, useState } from 'react'
import type { Failure, Server } from './ask-server.ts'
import type { Ask, WriteView } from './views.ts'

// One change at a time. Declined: Portero answered no. Failed: nobody knows whether it was done, and the same wish goes out again under the same key.
export type Writing = { state: 'rest' } | { state: 'busy' } | { state: 'declined'; answer: WriteView } | { state: 'failed'; failure: Failure; again(): void }
type Action = 'takeover' | 'reply' | 'note' | 'escalate' | 'book' | 'move' | 'mark' | 'hours' | 'blackout' | 'reopen' | 'owners'
export type Write = <A extends Action>(action: A, ask: Ask<A>) => Promise<void>

export const useWrite = (server: Server, answered: (answer: WriteView) => void): { writing: Writing; write: Write; forget(): void } => {
  const [writing, setWriting] = useState<Writing>({ state: 'rest' })
  const wish = useRef<{ words: string; key: string }>(undefined)
  const isBusy = useRef(false)
  const write: Write = async (action, ask) => {
    if (isBusy.current) return // the second click of two
    isBusy.current = true
    setWriting({ state: 'busy' })
    const words = JSON.stringify([action, ask])
    const { key } = (wish.current = wish.current?.words === words ? wish.current : { words, key: crypto.randomUUID() })
    const answer = await server(action, { ...ask, key })
    isBusy.current = false
    if (!answer.ok) return setWriting({ state: 'failed', failure: answer.failure, again: () => void write(action, ask) })
    wish.current = undefined
    setWriting(answer.view.ok ? { state: 'rest' } : { state: 'declined', answer: answer.view })
    answered(answer.view)
  }
  return { writing, write, forget: () => setWriting({ state: 'rest' }) }
}
