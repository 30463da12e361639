import type { Act } from '../define.ts'
import { phoneOf, type Claim } from '../domain/identity.ts'
import { settle } from '../domain/identity-settle.ts'
import type { Contact } from '../domain/ports/messaging.ts'
import { wasDecidedApart, proposeMerge } from '../store/merges.ts'
import { addClaims, addPerson, blinded, holdersOf, lockNames, namePerson, retireClaims, veiled } from '../store/people.ts'
import { mergeTwo } from './merge-people.ts'

// Who this is, by every name that the vendor vouches for; somebody new if nobody has any of them. A display name is no name: it only fills an empty one.
export const identify = (act: Act, contact: Contact): Promise<string> => claimNames(act, claimsOf(contact), { ...(contact.name !== undefined && { name: contact.name }) })

export const claimsOf = ({ id, phone, whatsapp }: Contact): Claim[] => {
  const canonical = phone === undefined ? undefined : phoneOf(phone)
  return [{ kind: 'bird-contact', value: id }, ...(canonical ? [{ kind: 'phone', value: canonical } as const] : []), ...(whatsapp ? [{ kind: 'whatsapp', value: whatsapp } as const] : [])]
}

// as: the person these are known to be the names of.
export const claimNames = async (act: Act, claims: readonly Claim[], { as, name }: { as?: string; name?: string } = {}): Promise<string> => {
  const names = await blinded(act, claims)
  await lockNames(act, names, as)
  const holders = await holdersOf(act, names, as)
  const { person: found = act.newId(), ...settled } = settle({ offered: names.map(veiled), holders, now: act.now, ...(as !== undefined && { as }) })
  const isNew = as === undefined && !holders.some(({ id }) => id === found)
  act.concerns(found)
  if (isNew) await addPerson(act, found)
  for (const { person, claims } of settled.retire) await retireClaims(act, person, claims, 'recycled')
  let person = found
  for (const other of settled.merge) if (!(await wasDecidedApart(act, person, other))) person = (await mergeTwo(act, [person, other], 'told_together')).kept
  for (const other of settled.propose) await proposeMerge(act, { kept: person, merged: other, reason: 'at_odds' })
  act.concerns(person)
  const retired = settled.retire.flatMap((each) => each.claims.map(({ value }) => value))
  const taken = holders.flatMap((holder) => holder.claims.map(({ value }) => value)).filter((value) => !retired.includes(value))
  const fresh = names.filter((each) => !taken.includes(veiled(each).value))
  if (fresh.length > 0) await addClaims(act, person, fresh)
  if (name && isNew) await namePerson(act, person, name)
  return person
}
