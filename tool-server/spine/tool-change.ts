import { AsyncLocalStorage } from 'node:async_hooks'
import { AppError } from '@portero/shared'
import type { Do, Subject, Tx } from '../define.ts'
import type { Acting } from './act.ts'
import type { Db } from './db.ts'

// What one run of a tool changes: one transaction, opened by its first action and held until its answer is settled, so that nothing is done that can't be told.
export type Change = {
  act: Do
  inside(work: () => unknown): Promise<unknown> // in the transaction, if one is open
  isOpen(): boolean
  isTorn(): boolean // what was done was taken back: an action failed after it, or the time was up
  commit(last: (tx: Tx) => Promise<boolean>): Promise<boolean> // last: what goes with it; false takes everything back
  undo(): Promise<void>
}
type Needs = { db: Db; acting: Acting; subject: Subject; scopes: readonly string[]; signal: AbortSignal }
// inside: where the guard of db.ts knows of the transaction, which the tool's own code is outside of.
type Open = { tx: Tx; inside: <T>(work: () => T) => T; end(how: 'commit' | 'undo'): Promise<void> }

export const makeChange = ({ db, acting, subject, scopes, signal }: Needs): Change => {
  let open: Promise<Open> | undefined
  let begun = 0
  let torn = signal.aborted

  const undo = async (): Promise<void> => {
    const ending = open
    open = undefined
    await (await ending?.catch(() => undefined))?.end('undo') // one that couldn't be opened has nothing to undo
  }

  // On PGlite, where there is one transaction at a time, a tool that never ends would hold up everybody.
  const giveUp = (): void => {
    torn = true
    void undo()
  }
  signal.addEventListener('abort', giveUp, { once: true })

  return {
    undo,
    inside: async (work) => ((await open) ?? nothing).inside(work),
    isOpen: () => open !== undefined,
    isTorn: () => torn,
    async act(action, args, { waitMs = 0 } = {}) {
      if (waitMs > 0) throw new AppError('bug', 'a tool has answered before its commands go out: it can wait for none')
      if (torn) throw new AppError('bug', 'an action after what was done has been taken back')
      const lacking = action.scopes.find((scope) => !scopes.includes(scope))
      if (lacking) throw new AppError('refused', `${action.name} needs the scope ${lacking}`)
      begun++
      try {
        const { tx, inside } = await (open ??= openTx(db))
        return await inside(() => acting.within(tx, subject).act(action, args))
      } catch (thrown) {
        torn ||= begun > 1
        begun = 0
        await undo()
        throw thrown
      }
    },
    async commit(last) {
      const { tx, inside, end } = (await open) ?? nothing
      if (!tx) return true
      const isKept = await inside(() => last(tx))
      open = undefined
      await end(isKept ? 'commit' : 'undo')
      return isKept
    },
  }
}
const nothing = { tx: undefined, inside: <T>(work: () => T): T => work(), end: async (): Promise<void> => {} }

const openTx = (db: Db): Promise<Open> => {
  const { promise, resolve, reject } = Promise.withResolvers<Open>()
  const verdict = Promise.withResolvers<void>()
  const ended = db.tx(
    (tx) => {
      resolve({
        tx,
        inside: AsyncLocalStorage.snapshot(),
        end(how) {
          if (how === 'undo') {
            verdict.reject(new Error('undone'))
            return ended.catch(() => undefined) // and if it can't even be rolled back, it is not committed either
          }
          verdict.resolve()
          return ended
        },
      })
      return verdict.promise
    },
    { attempts: 1 }, // what is run again is the whole tool
  )
  ended.catch(reject)
  return promise
}
