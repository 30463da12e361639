import { z } from 'zod'
import { defineAction } from '../define.ts'
import { phoneOf, type Claim } from '../domain/identity.ts'
import { noteEmail } from '../store/invitations.ts'
import { blinded, holdersOf, lockNames, retireClaims, veiled } from '../store/people.ts'
import { knownNow } from '../store/known-now.ts'
import { adoptContact } from './adopt-contact.ts'
import { claimIdentity } from './claim-identity.ts'
import { refreshCrm } from './refresh-crm.ts'

// What somebody had corrected about themselves, by the ways on which it changes anyway: so the CRM and whoever carries our messages hear of it. before, after: of what was changed only.
export const corrected = z.strictObject({ name: z.string().min(1).max(300).optional(), phone: z.string().optional(), mail: z.email().optional(), language: z.enum(['es-MX', 'en']).optional() })
const side = z.record(z.string(), z.string())
const result = z.strictObject({ status: z.enum(['done', 'taken', 'bad_contact', 'nothing']), before: side, after: side })
export const rectifyPerson = defineAction({ name: 'rectify-person', args: z.strictObject({ person: z.uuid(), fields: corrected }), result, scopes: ['privacy:decide'], callers: ['staff', 'system'] }).decides(async ({ person, fields }, act) => {
  act.concerns(person)
  const none = { before: {}, after: {} }
  const { name, mail, language } = fields
  const phone = fields.phone === undefined ? undefined : phoneOf(fields.phone)
  if (fields.phone !== undefined && phone === undefined) return { status: 'bad_contact', ...none }
  const had = await knownNow(act, person)
  const wanted: Record<string, string> = { ...(name && { name }), ...(phone && { phone }), ...(mail && { mail }), ...(language && { language }) }
  const after = Object.fromEntries(Object.entries(wanted).filter(([field, value]) => value !== had[field]))
  if (Object.keys(after).length === 0) return { status: 'nothing', ...none }
  if (phone !== undefined && phone !== had['phone']) {
    const names = await blinded(act, [{ kind: 'phone', value: phone }])
    await lockNames(act, names, person)
    const holders = await holdersOf(act, names, person)
    if (holders.some(({ id, claims }) => id !== person && claims.some(({ value }) => value === names.map(veiled)[0]?.value))) return { status: 'taken', ...none }
    const old: Claim[] = holders.filter(({ id }) => id === person).flatMap(({ claims }) => claims.filter(({ kind }) => kind === 'phone'))
    await retireClaims(act, person, old, 'renumbered')
    await act.act(claimIdentity, { person, claims: [{ kind: 'phone', value: phone }] })
  }
  if (mail !== undefined) await noteEmail(act, person, mail)
  if (name !== undefined || language !== undefined) await act.act(adoptContact, { person, ...(name !== undefined && { name }), ...(language !== undefined && { language }) })
  await refreshCrm(act, person)
  return { status: 'done', before: Object.fromEntries(Object.keys(after).flatMap((field) => (had[field] === undefined ? [] : [[field, had[field]]]))), after }
})
