import { AppError } from '@portero/shared'
import type { Do, Millis } from '../define.ts'
import { phoneOf } from '../domain/identity.ts'
import type { Staff } from '../domain/roles.ts'
import type { Acting } from '../spine/act.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { holderOf, mergesOf, mergeState } from '../store/merges-view.ts'
import { mergePeople, proposePair, refuseMerge } from './merge-people.ts'
import { unmergePeople } from './unmerge-people.ts'

// What a person of ours decides about two people who may be one. key: when what they saw came to be. The same form again is done already; one that is out of date changes nothing.
export type PeopleWish = { do: 'join' | 'refuse' | 'undo'; merge: string; key: Millis }
export type PeopleCame = { ok: true; code: 'joined' | 'refused' | 'undone' | 'proposed' } | { ok: false; code: 'outdated' | 'laterFirst' | 'noNumber' | 'unknown' | 'already' }
export type PeopleHands = {
  decide(subject: Staff, wish: PeopleWish): Promise<PeopleCame>
  compare(subject: Staff, one: string, other: string): Promise<PeopleCame> // two numbers, as they were typed
}

const becomes = { join: { from: 'proposed', to: 'merged', code: 'joined' }, refuse: { from: 'proposed', to: 'refused', code: 'refused' }, undo: { from: 'merged', to: 'undone', code: 'undone' } } as const

export const makePeopleHands = ({ db, vault, acting, tenant }: { db: Db; vault: Vault; acting: Acting; tenant: string }): PeopleHands => {
  const reads = { db, vault, tenant }
  const actAs = (subject: Staff): Do => acting.as(subject, subject.scopes)

  const join = async (act: Do, merge: string): Promise<void> => {
    const { merges: [found] } = await mergesOf(reads, { state: 'proposed', most: 1, merge })
    if (found) await act(mergePeople, { people: [found.sides[0].person, found.sides[1].person] }) // else they have become one by way of others
  }

  return {
    async decide(subject, { do: wish, merge, key }) {
      const { from, to, code } = becomes[wish]
      const state = await mergeState(reads, merge)
      if (!state) throw new AppError('not_found', 'no such merge')
      if (state.state === to) return { ok: true, code }
      if (state.state !== from || state.at !== key) return { ok: false, code: 'outdated' }
      const act = actAs(subject)
      try {
        if (wish === 'join') await join(act, merge)
        if (wish === 'refuse') await act(refuseMerge, { merge })
        if (wish === 'undo') await act(unmergePeople, { merge })
        return { ok: true, code }
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown
        const now = await mergeState(reads, merge) // the same wish, at the same time, may be done
        if (now?.state === to) return { ok: true, code }
        return { ok: false, code: wish === 'undo' && now?.state === from ? 'laterFirst' : 'outdated' }
      }
    },
    async compare(subject, ...typed) {
      const phones = typed.flatMap((each) => phoneOf(each) ?? [])
      if (phones.length < 2) return { ok: false, code: 'noNumber' }
      const [one, other] = await Promise.all(phones.map((phone) => holderOf(reads, phone)))
      if (one === undefined || other === undefined) return { ok: false, code: 'unknown' }
      if (one === other) return { ok: false, code: 'already' }
      await actAs(subject)(proposePair, { people: [one, other] })
      return { ok: true, code: 'proposed' }
    },
  }
}
