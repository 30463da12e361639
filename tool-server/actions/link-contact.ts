import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { lineOf } from '../domain/crm-record.ts'
import { match } from '../domain/identity-match.ts'
import { claimRecord } from '../domain/ports/crm.ts'
import { crmRecord } from '../domain/ports/crm-seen.ts'
import { buriedSince } from '../store/blocked.ts'
import { endErased, externalAt, isErasedNow, knownAmong, linkCounterpart } from '../store/counterparts.ts'
import { contactClaim, knownOf, namesOf, peopleAmong, sightingOf } from '../store/crm-names.ts'
import { askReview, closeReview, isApart, reviewToDecide, withdrawReview, type ReviewReason } from '../store/crm-reviews.ts'
import { isSettling, noteWritten } from '../store/crm-written.ts'
import { blinded, lockNames, retireClaims, veiled } from '../store/people.ts'
import { claimIdentity } from './claim-identity.ts'
import { againMs, lookAt } from './crm-look.ts'
import { refreshCrm } from './refresh-crm.ts'

// A contact that somebody made at the CRM, who is somebody of ours: it becomes theirs, so that there is no second one. Whoever never wrote to us stays there only, and is found by their number when they do.
// stranger: nobody of ours. settling: ours is on its way there, so it is to be looked at again. review: for people to decide; nothing is written.
const result = z.strictObject({ status: z.enum(['known', 'stranger', 'settling', 'review', 'linked']), person: z.uuid().optional() })
export const linkContact = defineAction({ name: 'link-contact', args: z.strictObject({ record: crmRecord }), result, scopes: [], callers: ['system'] }).decides(async ({ record }, act) => {
  const { id: external } = record
  await lockNames(act, await blinded(act, namesOf(record)))
  const known = (await knownAmong(act, 'contact', [external])).get(external)
  if (known) return { status: 'known', person: known.person }
  const people = (await peopleAmong(act, [record])).get(external) ?? []
  const found = match(await sightingOf(act, record), await knownOf(act, people, record))
  const [person, ...others] = found.is === 'new' ? [] : found.people
  // One that was buried is on its way out there: whoever has the number now is not to be given it.
  if (person === undefined || (await isApart(act, external)) || (await buriedSince(act, [contactClaim(external)])) !== undefined) {
    act.concernsNobody()
    return { status: 'stranger' }
  }
  const review = async (reason: ReviewReason) => {
    if (others.length > 0) act.concernsNobody() // of several, nobody's yet
    await askReview(act, { external, people, reason })
    return { status: 'review' as const }
  }
  if (others.length > 0) return review('several')
  act.concerns(person)
  if (await isErasedNow(act, person)) return review('names')
  if (await isSettling(act, { kind: 'contact', ours: person })) return { status: 'settling', person }
  const current = await externalAt(act, 'contact', person)
  if (current !== undefined) return review('taken')
  if (found.is === 'ambiguous') return review('names')
  if (!(await link(act, external, person))) return review('taken')
  await act.act(claimIdentity, { person, claims: [contactClaim(external)] })
  await withdrawReview(act, external)
  return { status: 'linked', person }
})

const link = async (act: Act, external: string, person: string): Promise<boolean> => {
  if (!(await linkCounterpart(act, { kind: 'contact', ours: person, external, person }))) return false
  // How far its people have come with somebody is theirs to say.
  await noteWritten(act, { kind: 'contact', ours: person }, { leadStatus: asItIs, lifecycle: asItIs })
  await act.send(claimRecord, { kind: 'contact', ours: person, id: external }, { key: `crm:claim:contact:${person}:${external}`, serial: lineOf({ kind: 'contact', ours: person }), lane: 'sync', person })
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
    await endErased(act, person)
    const claims = [contactClaim(asked.external)]
    const names = (await blinded(act, claims)).map(veiled)
    for (const other of asked.people) if (other !== person) await retireClaims(act, other, names, 'renumbered') // as whose it was known before: nobody is made one by that
    await act.act(claimIdentity, { person, claims })
    await lookAt(act, { kind: 'contact', id: asked.external }, { waitMs: againMs })
  }
  const status = person === undefined ? 'apart' : 'linked'
  await closeReview(act, review, status)
  return { status }
})
