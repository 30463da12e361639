import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { compareNames } from '../domain/identity-names.ts'
import { claimRecord } from '../domain/ports/crm.ts'
import { crmRecord, type CrmRecord } from '../domain/ports/crm-seen.ts'
import { externalAt, knownAmong, linkCounterpart } from '../store/counterparts.ts'
import { nameOf, namesOf, peopleAmong } from '../store/crm-names.ts'
import { askReview, closeReview, isApart, reviewToDecide, withdrawReview, type ReviewReason } from '../store/crm-reviews.ts'
import { isSettling, noteWritten } from '../store/crm-written.ts'
import { blinded, lockNames } from '../store/people.ts'
import { againMs, lookAt } from './crm-look.ts'
import { refreshCrm } from './refresh-crm.ts'

// A contact that somebody made at the CRM, who is somebody of ours: it becomes theirs, so that there is no second one. Whoever never wrote to us stays there only, and is found by their number when they do.
// stranger: nobody of ours. settling: ours is on its way there, so it is to be looked at again. review: for people to decide; nothing is written.
const result = z.strictObject({ status: z.enum(['known', 'stranger', 'settling', 'review', 'linked']), person: z.uuid().optional() })
export const linkContact = defineAction({ name: 'link-contact', args: z.strictObject({ record: crmRecord }), result, scopes: [], callers: ['system'] }).decides(async ({ record }, act) => {
  const { id: external } = record
  await lockNames(act.tx, await blinded(act, namesOf(record)))
  const known = (await knownAmong(act, 'contact', [external])).get(external)
  if (known) return { status: 'known', person: known.person }
  const people = (await peopleAmong(act, [record])).get(external) ?? []
  const [person, ...others] = people
  if (person === undefined || (await isApart(act, external))) return { status: 'stranger' }
  const review = async (reason: ReviewReason) => {
    await askReview(act, { external, people, reason })
    return { status: 'review' as const }
  }
  if (others.length > 0) return review('several')
  act.concerns(person)
  if (await isSettling(act, person)) return { status: 'settling', person }
  const current = await externalAt(act, 'contact', person)
  if (current !== undefined) return review('taken')
  if (record.ours !== person && (await isAtOdds(act, record, person))) return review('names')
  if (!(await link(act, external, person))) return review('taken')
  await withdrawReview(act, external)
  return { status: 'linked', person }
})

// Couples and offices share a number; a single word that doesn't fit is a nickname as often.
const isAtOdds = async (act: Act, { fields }: CrmRecord, person: string): Promise<boolean> => ['kin', 'conflict'].includes(compareNames(await nameOf(act, person), fields['name']))

const link = async (act: Act, external: string, person: string): Promise<boolean> => {
  if (!(await linkCounterpart(act, { kind: 'contact', ours: person, external, person }))) return false
  // How far its people have come with somebody is theirs to say.
  await noteWritten(act, { kind: 'contact', ours: person }, { leadStatus: asItIs, lifecycle: asItIs })
  await act.send(claimRecord, { kind: 'contact', ours: person, id: external }, { key: `crm:claim:contact:${person}:${external}`, serial: `crm:${person}`, lane: 'sync', person })
  await refreshCrm(act, person)
  return true
}
export const asItIs = '*'

// People have decided: it is this person, or nobody of ours. taken: they have another contact there, so the two have to be made one there.
const decision = z.strictObject({ review: z.uuid(), person: z.uuid().optional() })
export const decideReview = defineAction({ name: 'decide-crm-review', args: decision, result: z.strictObject({ status: z.enum(['linked', 'apart', 'taken', 'missing']) }), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ review, person }, act) => {
  const asked = await reviewToDecide(act, review)
  if (!asked || (person !== undefined && !asked.people.includes(person))) return { status: 'missing' }
  if (person !== undefined) {
    act.concerns(person)
    if (!(await link(act, asked.external, person))) return { status: 'taken' } // it stays to be decided
    await lookAt(act, { kind: 'contact', id: asked.external }, { waitMs: againMs })
  }
  const status = person === undefined ? 'apart' : 'linked'
  await closeReview(act, review, status)
  return { status }
})
