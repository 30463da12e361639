import type { Act } from '../define.ts'
import { canonicalPhone, type Claim } from '../domain/identity.ts'
import type { Contact } from '../domain/ports/messaging.ts'
import { addClaims, addPerson, blinded, claimants, lockNames, namePerson } from '../store/people.ts'

// Who this is, by every name that the vendor vouches for; somebody new if nobody has any of them. A display name is no name: it only fills an empty one.
// Where the names lead to several people the strongest decides, and nobody's name is taken away.
const strongest = ['phone', 'whatsapp', 'bird-contact']

export const identify = async (act: Act, { id, phone, whatsapp, name }: Contact): Promise<string> => {
  const canonical = phone === undefined ? undefined : canonicalPhone(phone)
  const claims: Claim[] = [{ kind: 'bird-contact', value: id }, ...(canonical ? [{ kind: 'phone', value: canonical } as const] : []), ...(whatsapp ? [{ kind: 'whatsapp', value: whatsapp } as const] : [])]
  const names = await blinded(act, claims)
  await lockNames(act.tx, names)
  const known = await claimants(act, names)
  const found = known.toSorted((a, b) => strongest.indexOf(a.kind) - strongest.indexOf(b.kind))[0]?.person
  const person = found ?? act.newId()
  act.concerns(person)
  if (!found) await addPerson(act, person)
  const fresh = names.filter(({ kind }) => !known.some((each) => each.kind === kind))
  if (fresh.length > 0) await addClaims(act, person, fresh)
  if (name && !found) await namePerson(act, person, name)
  return person
}
