import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { lineOf } from '../domain/crm-record.ts'
import { dropEvent } from '../domain/ports/calendar.ts'
import { eraseRecord } from '../domain/ports/crm.ts'
import { eraseThere } from '../domain/ports/messaging.ts'
import { buriedNames, buryHash, keepHashesOnly, keepProof, markBlocked, proofOf, type Buried } from '../store/blocked.ts'
import { atTheCrm, eraseRows, holderSince, namesWithin, spokenIn, standsInCalendars, sweepDeliveries, type Elsewhere } from '../store/erased.ts'
import { blockPerson } from './block-person.ts'
import { lineOf as eventLine } from './calendar-turns.ts'

// The rest of whoever was blocked goes, here and at every vendor, and then their key. proof: how much of what was deleted, by table and by vendor's command; what had to stay is told as left.
const args = z.strictObject({ person: z.uuid(), case: z.uuid() })
export const erasePerson = defineAction({ name: 'erase-person', args, result: z.strictObject({ proof: z.record(z.string(), z.int()) }), scopes: ['privacy:decide'], callers: ['staff', 'system'] }).decides(async ({ person, case: privacyCase }, act) => {
  const { subject } = act
  await act.act(blockPerson, { person, case: privacyCase, eraseAt: act.now }) // whoever was not, is now
  const { selves, since, isErased } = await markBlocked(act, person, act.now)
  if (isErased) return { proof: (await proofOf(act, selves)) ?? {} }
  await act.drop(`privacy:erase:${person}`)
  const { person: _whose, conversation: _which, ...nobody } = subject // what is sent is to be read after their key is gone
  act.subject = nobody
  const proof = await eraseAll(act, selves, since)
  await keepProof(act, { person, privacyCase, proof })
  act.subject = subject
  return { proof }
})

type Counts = Record<string, number>
const eraseAll = async (act: Act, selves: readonly string[], since: number): Promise<Counts> => {
  const names = await buriedNames(act, selves)
  const crm = await atTheCrm(act, selves)
  const within = await namesWithin(act, selves)
  const commands = { ...(await eraseAtCrm(act, crm)), ...(await eraseInChat(act, selves, names)), ...(await eraseInCalendars(act, selves)) }
  for (const { kind, external, person } of crm) await buryHash(act, { person, kind: `crm-${kind}`, value: external, since })
  const rows = await eraseRows(act, selves)
  const known = new Set([...within, ...names.map(({ value }) => value), ...crm.map(({ external }) => external), ...selves])
  const back = (await Promise.all(names.map((name) => holderSince(act, name)))).filter((each) => each !== undefined)
  const swept = await sweepDeliveries(act, { names: known, mails: [...known].filter((name) => name.includes('@')), phones: names.flatMap(({ kind, value }) => (kind === 'phone' ? [value] : [])), until: Math.min(act.now, ...back) })
  await keepHashesOnly(act, selves)
  return { ...rows, ...swept, ...commands }
}

// After what is on its way there, or that would make it anew.
const eraseAtCrm = async (act: Act, records: readonly Elsewhere[]): Promise<Counts> => {
  for (const { kind, ours, external } of records) await act.send(eraseRecord, { kind, id: external }, { key: `erase:${kind}:${ours}`, serial: lineOf({ kind, ours }), lane: 'sync' })
  return counted(eraseRecord.name, records.map(({ kind }) => kind))
}

// What somebody new goes on with under the same name at the vendor stays theirs.
const eraseInChat = async (act: Act, selves: readonly string[], names: readonly Buried[]): Promise<Counts> => {
  const spoken = await spokenIn(act, selves)
  const gone: string[] = []
  let left = 0
  const erase = async (what: 'contact' | 'conversation', id: string, { connection, person }: { connection: string; person: string }): Promise<void> => {
    gone.push(what)
    await act.send(eraseThere, { what, id }, { key: `erase:${what}:${person}:${gone.length}`, to: connection, serial: `erase:${person}`, lane: 'sync' })
  }
  for (const each of spoken) if (each.isGoneOn) left++
    else await erase('conversation', each.external, each)
  for (const name of names.filter(({ kind }) => kind === 'bird-contact')) {
    const [where] = spoken
    if (!where || (await holderSince(act, name)) !== undefined) left++
    else await erase('contact', name.value, { connection: where.connection, person: name.person })
  }
  return { ...counted(eraseThere.name, gone), ...(left > 0 && { [`${eraseThere.name} left`]: left }) }
}

const eraseInCalendars = async (act: Act, selves: readonly string[]): Promise<Counts> => {
  const events = await standsInCalendars(act, selves)
  for (const { ours, connection, external } of events) await act.send(dropEvent, { ours, standing: { id: external }, invites: false, isQuiet: true }, { key: `erase:event:${connection}:${ours}`, to: connection, serial: eventLine({ ours, connection }), lane: 'sync' })
  return counted(dropEvent.name, events.map(() => 'event'))
}

const counted = (command: string, what: readonly string[]): Counts => Object.fromEntries([...Map.groupBy(what, (each) => `${command} ${each}`)].map(([name, all]) => [name, all.length]))
