import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { ownerOf } from '../domain/ports/crm-fields.ts'
import { emailOf, phoneOf } from '../domain/identity.ts'
import { crmRecord, type CrmRecord } from '../domain/ports/crm-seen.ts'
import { settleField } from '../domain/sync.ts'
import type { Metrics } from '../spine/metrics.ts'
import { findCounterpart, retell } from '../store/counterparts.ts'
import { oursNow, watched } from '../store/crm-ours.ts'
import { noteConflict } from '../store/crm-reviews.ts'
import { forgetWritten, isSettling, noteWritten, veil, writtenAt } from '../store/crm-written.ts'
import { noteEmail } from '../store/invitations.ts'
import { refreshCrm } from './refresh-crm.ts'

// What of a record at the CRM people have changed there, so that it becomes ours. Whoever lost is noted.
// toldAt: when we had last told of it before it was read. unknown: it is none of ours. settling: something of ours is on its way there, or came there meanwhile, so it is to be looked at again. adopt: these fields; one that is empty there has no value.
const result = z.strictObject({ status: z.enum(['unknown', 'settling', 'settled']), ours: z.uuid().optional(), person: z.uuid().optional(), adopt: z.array(z.string()).default([]), heard: z.strictObject({ kind: z.string(), ms: z.int() }).optional() })
export const weighRecord = defineAction({ name: 'weigh-record', args: z.strictObject({ record: crmRecord, toldAt: z.int().optional() }), result, scopes: [], callers: ['system'] }).decides(async ({ record, toldAt }, act) => {
  const { kind, id } = record
  const counterpart = await findCounterpart(act, kind, id)
  if (!counterpart) {
    act.concernsNobody()
    return { status: 'unknown', adopt: [] }
  }
  const { ours, person } = counterpart
  act.concerns(person)
  if (counterpart.toldAt !== toldAt || (await isSettling(act, { kind, ours }))) return { status: 'settling', ours, person, adopt: [] }
  const email = kind === 'contact' && record.email !== undefined ? emailOf(record.email) : undefined
  if (email !== undefined) await noteEmail(act, person, email)
  const adopt: string[] = []
  for (const { field, verdict, values } of await differences(act, record, ours)) {
    if (verdict.is === 'adopt') adopt.push(field)
    if (!('isConflict' in verdict) || !verdict.isConflict) continue
    const { isNew } = await noteConflict(act, { person, kind, ours, field, values, won: verdict.is === 'adopt' ? 'theirs' : 'ours' })
    // Written again at once, but not for ever: something there may write it each time we do.
    if (verdict.is !== 'rewrite' || !isNew) continue
    await retell(act, kind, ours)
    await refreshCrm(act, person)
  }
  // What became ours is what was told, from here on.
  await noteWritten(act, { kind, ours }, Object.fromEntries(adopt.flatMap((field): [string, string][] => (record.fields[field] === undefined ? [] : [[field, record.fields[field]]]))))
  await forgetWritten(act, { kind, ours }, adopt.filter((field) => record.fields[field] === undefined))
  return { status: 'settled', ours, person, adopt, ...(adopt.length > 0 && { heard: { kind, ms: Math.max(0, act.now - record.changedAt) } }) }
})

// How long it took from what somebody did there until it was ours.
export const measureHeard = ({ syncHeard }: Pick<Metrics, 'syncHeard'>) => (action: string, told: unknown): void => {
  if (action !== weighRecord.name) return
  const { heard } = result.parse(told)
  if (heard) syncHeard.observe({ kind: heard.kind }, heard.ms / 1_000)
}

type Difference = { field: string; verdict: ReturnType<typeof settleField>; values: { ours?: string | undefined; theirs?: string | undefined } }
export const differences = async (act: Act, { kind, fields, changedAt }: CrmRecord, ours: string): Promise<Difference[]> => {
  const now = await oursNow(act, kind, ours)
  const told = await writtenAt(act, { kind, ours })
  const found: Difference[] = []
  for (const field of watched[kind]) {
    const owner = field === 'owner' ? 'crm' : ownerOf(kind, field)
    const [mine, theirs] = [now?.texts[field], field === 'phone' ? (phoneOf(fields[field] ?? '') ?? fields[field]) : fields[field]] // however it is written
    if (!now || !owner || mine === theirs || (theirs === undefined && !mayBeEmpty.has(field))) continue
    const veiled = async (value: string | undefined): Promise<string | undefined> => (value === undefined ? undefined : veil(act, { kind }, field, value))
    // Where we know of none, it is as it was told.
    const [a, b] = [(await veiled(mine)) ?? told.get(field), await veiled(theirs)]
    // That nobody came is what we suppose where nobody says so; whoever has shown the home knows.
    const oursAt = kind === 'meeting' && mine === 'no_show' ? 0 : now.changedAt
    found.push({ field, values: { ours: mine, theirs }, verdict: settleField({ owner, ours: a, theirs: b, told: told.get(field), oursAt, theirsAt: changedAt }) })
  }
  return found
}
// What is empty otherwise, nobody has said anything about: a property may have been taken away as well.
const mayBeEmpty = new Set(['stage', 'owner'])
