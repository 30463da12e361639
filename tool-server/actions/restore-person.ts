import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import type { Claim } from '../domain/identity.ts'
import { phoneOf } from '../domain/identity.ts'
import { stage } from '../domain/leads.ts'
import { duesOf } from '../domain/reminders.ts'
import { tourStatuses } from '../domain/tours.ts'
import { linkCounterpart } from '../store/counterparts.ts'
import { noteConsent } from '../store/consents.ts'
import { speakWith } from '../store/crm-adopt.ts'
import { noteWritten } from '../store/crm-written.ts'
import { addClaims, addPerson, blinded, namePerson } from '../store/people.ts'
import { noteSource, restoreLead, restoreTour } from '../store/rebuild.ts'
import { factsIn } from './adopt-deal.ts'
import { lineOf } from './tour-change.ts'
import { dueOf, visitDue } from './tour-due.ts'

// Somebody as the CRM knows them comes back, with their leads and visits under the ids that they had, and what comes around a visit is set anew. The CRM is told of nothing: it is where this is from.
const texts = z.record(z.string(), z.string())
const visit = z.strictObject({ ours: z.uuid(), external: z.string(), fields: texts, home: z.uuid(), building: z.uuid(), zone: z.string(), agent: z.uuid(), day: z.string(), startsAt: z.int(), endsAt: z.int(), status: z.enum(tourStatuses), seats: z.int() })
const args = z.strictObject({ person: z.uuid(), external: z.string(), fields: texts, leads: z.array(z.strictObject({ ours: z.uuid(), external: z.string(), fields: texts })), visits: z.array(visit) })
export const restorePerson = defineAction({ name: 'restore-person', args, result: z.strictObject({ clashes: z.array(z.uuid()) }), scopes: ['people:write'], callers: ['system'] }).decides(async ({ person, external, fields, leads, visits }, act) => {
  act.concerns(person)
  await addPerson(act, person)
  await restoreNames(act, person, fields)
  const known = async (kind: 'contact' | 'deal' | 'meeting', ours: string, id: string, said: Record<string, string>): Promise<void> => {
    await linkCounterpart(act, { kind, ours, external: id, person })
    await noteWritten(act, { kind, ours }, said)
  }
  await known('contact', person, external, fields)
  const clashes: string[] = []
  for (const lead of leads) {
    if (!(await restoreLead(act, { id: lead.ours, person, stage: stage.safeParse(lead.fields['stage']).data, facts: factsIn(lead.fields) }))) clashes.push(lead.ours)
    else await known('deal', lead.ours, lead.external, lead.fields)
  }
  for (const { ours, external: meeting, fields: said, zone, ...placed } of visits) {
    if (!(await restoreTour(act, { ...placed, id: ours, person }))) {
      clashes.push(ours)
      continue
    }
    await known('meeting', ours, meeting, said)
    const dues = placed.status === 'confirmed' ? duesOf({ startsAt: placed.startsAt, since: act.now, zone }) : []
    for (const { what, at } of dues) if (at > act.now) await act.later(visitDue, { tour: ours, person, since: act.now, what }, { key: dueOf(ours, what), at, serial: lineOf(person), person })
  }
  return { clashes }
})

const restoreNames = async (act: Act, person: string, { phone, whatsapp, name, language, consent, marketing, source }: Record<string, string>): Promise<void> => {
  const canonical = phone === undefined ? undefined : phoneOf(phone)
  const claims: Claim[] = [...(canonical ? [{ kind: 'phone' as const, value: canonical }] : []), ...(whatsapp ? [{ kind: 'whatsapp' as const, value: whatsapp }] : [])]
  if (claims.length > 0) await addClaims(act, person, await blinded(act, claims))
  if (name) await namePerson(act, person, name)
  if (language === 'en') await speakWith(act, person, language)
  if (source === 'whatsapp' || source === 'crm') await noteSource(act, person, source)
  // Above all, whoever asked to be left alone is.
  if (consent === 'granted' || consent === 'revoked') await noteConsent(act, { person, purpose: 'messages', status: consent, channel: 'crm', evidence: 'rebuilt from the CRM', at: act.now })
  if (marketing === 'granted' || marketing === 'revoked') await noteConsent(act, { person, purpose: 'marketing', status: marketing, channel: 'crm', evidence: 'rebuilt from the CRM', at: act.now })
}
