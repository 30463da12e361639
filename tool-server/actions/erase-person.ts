import { z } from 'zod'
import { defineAction, type Act, type Command, type SendHow } from '../define.ts'
import { lineOf } from '../domain/crm-record.ts'
import { dropEvent } from '../domain/ports/calendar.ts'
import { eraseRecord } from '../domain/ports/crm.ts'
import { eraseThere } from '../domain/ports/messaging.ts'
import { buriedNames, buryHash, keepHashesOnly, keepProof, markBlocked, proofOf, type Buried } from '../store/blocked.ts'
import { atTheCrm, contactsAt, emptyUnproven, eraseRows, holderSince, namesWithin, spokenIn, standsInCalendars, sweepDeliveries, type Elsewhere } from '../store/erased.ts'
import { goneOn, isConnected, keepForLater, noteAsked, noteLeft, type KeptThere } from '../store/erased-there.ts'
import { blockPerson, erasing, erasureKey, vendorErased } from './block-person.ts'
import { lineOf as eventLine } from './calendar-turns.ts'

// The rest of whoever was blocked goes here, and then their key; every vendor is asked to delete what it has. proof: how much of it went here, by table. What has become of the rest is known once each vendor has answered (erased-there.ts).
const args = z.strictObject({ person: z.uuid(), case: z.uuid() })
export const erasePerson = defineAction({ name: 'erase-person', args, result: z.strictObject({ proof: z.record(z.string(), z.int()) }), scopes: ['privacy:decide'], callers: ['staff', 'system'] }).decides(async ({ person, case: privacyCase }, act) => {
  const { subject } = act
  await act.act(blockPerson, { person, case: privacyCase, eraseAt: act.now }) // whoever was not, is now
  const { selves, since, isErased } = await markBlocked(act, person, act.now)
  if (isErased) return { proof: (await proofOf(act, selves)) ?? {} }
  await act.drop(erasureKey(person))
  const { person: _whose, conversation: _which, ...nobody } = subject // what is sent is to be read after their key is gone
  act.subject = nobody
  const proof = await eraseAll(act, privacyCase, selves, since)
  await keepProof(act, { person, privacyCase, proof })
  act.subject = subject
  return { proof }
})

type Counts = Record<string, number>
const eraseAll = async (act: Act, privacyCase: string, selves: readonly string[], since: number): Promise<Counts> => {
  const names = await buriedNames(act, selves)
  const crm = await atTheCrm(act, selves)
  const within = await namesWithin(act, selves)
  const later: KeptThere[] = []
  const ask = asking(act, privacyCase, later)
  await eraseAtCrm(ask, crm)
  await eraseInChat(act, privacyCase, ask, selves, names)
  await eraseInCalendars(act, ask, selves)
  for (const { kind, external, person } of crm) await buryHash(act, { person, kind: `crm-${kind}`, value: external, since })
  const rows = await eraseRows(act, selves)
  const known = new Set([...within, ...names.map(({ value }) => value), ...crm.map(({ external }) => external), ...selves])
  const back = (await Promise.all(names.map((name) => holderSince(act, name)))).filter((each) => each !== undefined)
  const until = Math.min(act.now, ...back)
  const swept = await sweepDeliveries(act, { names: known, mails: [...known].filter((name) => name.includes('@')), phones: names.flatMap(({ kind, value }) => (kind === 'phone' ? [value] : [])), until })
  for (const each of later) await keepForLater(act, each) // after the sweep, which would take it for a thing of theirs
  const unproven = await emptyUnproven(act, names, until)
  await keepHashesOnly(act, selves)
  return { ...rows, ...swept, ...(unproven > 0 && { privacy_case: unproven }) }
}

type Ask = <A extends z.ZodObject, R extends z.ZodObject>(command: Command<A, R>, args: z.infer<A>, what: string, how: SendHow) => Promise<void>
// later: where it can't be asked for now.
const asking = (act: Act, privacyCase: string, later: KeptThere[]): Ask => async (command, args, what, how) => {
  const { key, to, serial } = how
  if (to !== undefined && !(await isConnected(act, to))) {
    later.push({ key, connection: to, name: command.name, args, serial, then: vendorErased.name })
    return noteLeft(act, { key, privacyCase, connection: to, vendor: '', what, code: 'disconnected' })
  }
  await act.send(command, args, { ...how, lane: 'sync', then: vendorErased.name })
  await noteAsked(act, { key, privacyCase, what })
}

// After what is on its way there, or that would make it anew.
const eraseAtCrm = async (ask: Ask, records: readonly Elsewhere[]): Promise<void> => {
  for (const { kind, ours, external } of records) await ask(eraseRecord, { kind, id: external }, kind, { key: `${erasing}${kind}:${ours}`, serial: lineOf({ kind, ours }) })
}

// What somebody new goes on with under the same name at the vendor stays theirs.
const eraseInChat = async (act: Act, privacyCase: string, ask: Ask, selves: readonly string[], names: readonly Buried[]): Promise<void> => {
  const spoken = await spokenIn(act, selves)
  const places = await contactsAt(act, selves, 'bird')
  const contacts = await Promise.all(names.filter(({ kind }) => kind === 'bird-contact').map(async (name) => {
    const isGoneOn = (await holderSince(act, name)) !== undefined
    const [first] = places
    const which = isGoneOn || first === undefined ? [first] : places
    return which.map((connection) => ({ what: 'contact' as const, id: name.value, person: name.person, connection, isGoneOn }))
  }))
  const all = [...spoken.map(({ external, ...each }) => ({ ...each, what: 'conversation' as const, id: external })), ...contacts.flat()]
  for (const [at, { what, id, person, connection, isGoneOn }] of all.entries()) {
    const key = `${erasing}${what}:${person}:${at}`
    if (isGoneOn || connection === undefined) await noteLeft(act, { key, privacyCase, connection, vendor: 'bird', what, code: isGoneOn ? goneOn : 'disconnected' })
    else await ask(eraseThere, { what, id }, what, { key, to: connection, serial: `erase:${person}` })
  }
}

const eraseInCalendars = async (act: Act, ask: Ask, selves: readonly string[]): Promise<void> => {
  for (const { ours, connection, external } of await standsInCalendars(act, selves)) await ask(dropEvent, { ours, standing: { id: external }, invites: false, isQuiet: true }, 'event', { key: `${erasing}event:${connection}:${ours}`, to: connection, serial: eventLine({ ours, connection }) })
}
