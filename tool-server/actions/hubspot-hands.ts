import { AppError } from '@portero/shared'
import type { Do, Millis } from '../define.ts'
import type { Staff } from '../domain/roles.ts'
import type { Acting } from '../spine/act.ts'
import type { Db } from '../spine/db.ts'
import { findBackfill } from '../store/crm-backfill.ts'
import { conflictState, crmOf, reviewState } from '../store/crm-reviews-view.ts'
import { beginBackfill } from './begin-backfill.ts'
import { decideReview } from './link-contact.ts'
import { settleConflict } from './settle-conflict.ts'

// What a person of ours decides about what the sync with HubSpot leaves to people. key: when what they saw came to be. The same form again is done already; one that is out of date changes nothing.
export type ReviewWish = { review: string; person?: string | undefined; key: Millis } // person: it is this one; without it, nobody of ours
export type ConflictWish = { conflict: string; keep?: 'ours' | 'theirs' | undefined; key: Millis }
export type HubspotCame = { ok: true; code: 'linked' | 'apart' | 'theirs' | 'ours' | 'seen' | 'begun' } | { ok: false; code: 'outdated' | 'taken' | 'openLead' | 'noHubspot' }
export type HubspotHands = {
  decide(subject: Staff, wish: ReviewWish): Promise<HubspotCame>
  settle(subject: Staff, wish: ConflictWish): Promise<HubspotCame>
  begin(subject: Staff, key: Millis): Promise<HubspotCame> // key: when the last walk began, 0 before the first
}

const outdated: HubspotCame = { ok: false, code: 'outdated' }

export const makeHubspotHands = ({ db, acting, tenant, wake }: { db: Db; acting: Acting; tenant: string; wake(): void }): HubspotHands => {
  const reads = { db, tenant }
  const actAs = (subject: Staff): Do => acting.as(subject, subject.scopes)

  return {
    async decide(subject, { review, person, key }) {
      const code = person === undefined ? 'apart' : 'linked'
      const isDone = async (): Promise<boolean> => {
        const now = await reviewState(reads, review)
        return now?.state === code && (person === undefined || now.person === person)
      }
      const state = await reviewState(reads, review)
      if (!state) return outdated // it was withdrawn
      if (await isDone()) return { ok: true, code }
      if (state.state !== 'open' || state.at !== key) return outdated
      const { status } = await actAs(subject)(decideReview, { review, ...(person !== undefined && { person }) })
      if (status === 'taken') return { ok: false, code: 'taken' }
      return status !== 'missing' || (await isDone()) ? { ok: true, code } : outdated // the same wish, at the same time, may be done
    },
    async settle(subject, { conflict, keep, key }) {
      const state = await conflictState(reads, conflict)
      if (!state) throw new AppError('not_found', 'no such conflict')
      if (state.at !== key) return outdated
      const { status } = await actAs(subject)(settleConflict, { conflict, ...(keep && { keep }) })
      if (status === 'taken') return { ok: false, code: 'openLead' }
      return status === 'settled' || status === 'before' ? { ok: true, code: keep ?? 'seen' } : outdated
    },
    async begin(subject, key) {
      const crm = await crmOf(reads)
      if (!crm) return { ok: false, code: 'noHubspot' }
      const last = await findBackfill(db.bare, { tenant, connection: crm.connection })
      if (last?.endedAt === null) return { ok: true, code: 'begun' }
      if ((last?.begunAt ?? 0) !== key) return outdated
      await actAs(subject)(beginBackfill, { connection: crm.connection })
      wake()
      return { ok: true, code: 'begun' }
    },
  }
}
