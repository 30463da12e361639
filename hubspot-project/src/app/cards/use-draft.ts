import { useEffect, useRef, useState, type Dispatch, type SetStateAction } from 'react'
import type { Failure, Server } from './ask-server.ts'

// A proposal for the field, which stays whoever's it is: it comes only where they have written nothing of their own meanwhile.
export type Drafting = { state: 'rest' } | { state: 'busy' } | { state: 'declined'; say: string } | { state: 'failed'; failure: Failure } | { state: 'filled'; text: string; doubts: string[] }

export type SetText = Dispatch<SetStateAction<string>>

export const useDraft = (server: Server, text: string, setText: SetText): { drafting: Drafting; draft(): Promise<void>; forget(): void } => {
  const [drafting, setDrafting] = useState<Drafting>({ state: 'rest' })
  const asked = useRef(0)
  const forget = (): void => {
    asked.current += 1
    setDrafting({ state: 'rest' })
  }
  useEffect(() => () => {
    asked.current += 1
  }, [])
  const draft = async (): Promise<void> => {
    if (drafting.state === 'busy') return
    const mine = ++asked.current
    const before = text
    setDrafting({ state: 'busy' })
    const answer = await server('draft-reply', {})
    if (mine !== asked.current) return // it was sent, or nobody looks any more
    if (!answer.ok) return setDrafting({ state: 'failed', failure: answer.failure })
    const { ok, say = '', text: proposed = '', doubts = [] } = answer.view
    if (!ok) return setDrafting({ state: 'declined', say })
    setText((now) => (now === before ? proposed : now))
    setDrafting({ state: 'filled', text: proposed, doubts })
  }
  return { drafting, draft, forget }
}
