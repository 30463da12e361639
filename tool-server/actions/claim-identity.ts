import { z } from 'zod'
import { defineAction } from '../define.ts'
import { claimKinds, phoneOf, type Claim } from '../domain/identity.ts'
import { renumbered } from '../domain/ports/messaging.ts'
import { blinded, holdersOf, lockNames, retireClaims, veiled } from '../store/people.ts'
import { claimNames, claimsOf, identify } from './identify.ts'
import { wasBuried } from './meet-conversation.ts'

// A system, or one of our people, vouches that somebody we know has these names too.
const claim = z.strictObject({ kind: z.enum(claimKinds), value: z.string().min(1) })
export const claimIdentity = defineAction({ name: 'claim-identity', args: z.strictObject({ person: z.uuid(), claims: z.array(claim).min(1) }), result: z.strictObject({ person: z.uuid() }), scopes: [], callers: ['staff', 'system'] }).decides(
  async ({ person, claims }, act) => ({ person: await claimNames(act, claims, { as: person }) }),
)

// WhatsApp told that somebody has another number now: the old one, and the account that went with it, are free for whoever has them next.
export const changeNumber = defineAction({ name: 'change-number', args: renumbered, result: z.strictObject({ person: z.uuid().optional() }), scopes: [], callers: ['system'] }).decides(async ({ contact, before, at }, act) => {
  const phone = phoneOf(before)
  const old: Claim = phone ? { kind: 'phone', value: phone } : { kind: 'whatsapp', value: before }
  const names = await blinded(act, [old, ...claimsOf(contact)])
  await lockNames(act, names)
  const given = names.slice(0, 1)
  const [holder] = await holdersOf(act, given)
  if (!holder && (await wasBuried(act, contact, at))) return {}
  if (!holder) return { person: await identify(act, contact) }
  act.concerns(holder.id)
  const kept = names.slice(1).map((each) => veiled(each).value)
  const isGone = ({ kind, value }: Claim): boolean => (value === given.map(veiled)[0]?.value || (kind === 'whatsapp' && contact.whatsapp !== undefined)) && !kept.includes(value)
  await retireClaims(act, holder.id, holder.claims.filter(isGone), 'renumbered')
  return { person: await claimNames(act, claimsOf(contact), { as: holder.id }) }
})
