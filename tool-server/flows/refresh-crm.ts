import { AppError } from '@portero/shared'
import type { z } from 'zod'
import type { Act, Command, Millis } from '../define.ts'
import { untold } from '../actions/crm-kept.ts'
import { againMs, lookAt } from '../actions/crm-look.ts'
import { expectInCrm } from '../actions/crm-told.ts'
import { linkContact } from '../actions/link-contact.ts'
import { crmRefresh, refreshCrm as refreshLater } from '../actions/refresh-crm.ts'
import { dueOf, entriesOf, hangsOn, isCut, isErasedThere, keyOf, lineOf, mainLead, newsIn, toldBy, type Due } from '../domain/crm-record.ts'
import { phoneOf } from '../domain/identity.ts'
import { putCommunication, putContact, putDeal, putMeeting, putNote, putTask, putTicket } from '../domain/ports/crm.ts'
import { textsOf, type CrmRecord } from '../domain/ports/crm-seen.ts'
import { defineFlow, type Counterpart, type Reads } from '../domain/reads.ts'
import { isAsTold, isErasedNow, keepTold, wasTakenAway } from '../store/counterparts.ts'
import { isRefused, isWritten, onItsWay } from '../store/crm-written.ts'

// Brings the CRM up to date with what we know of a person: first the contact, then the deal, then what hangs on both. Each answer asks for another look.
export const refreshCrm = defineFlow({
  ...crmRefresh,
  name: 'crm.refresh',
  serial: ({ person }) => `crm:${person}`,
  async gather({ person }, reads) {
    const record = await reads.people.record(person)
    if (!record || isErasedThere(record.counterparts)) return undefined // not even their number is looked up there
    const hasHelpDesk = await ofCrm(() => reads.crm.hasHelpDesk())
    return { record, due: dueOf(entriesOf(record, await reads.homes.catalogue(), hasHelpDesk), record.counterparts), twins: hasHelpDesk === undefined ? [] : await twinsOf(record, reads) }
  },
  async decide({ person, since }, facts, act) {
    if (!facts || (await isErasedNow(act, person))) return
    const { record, due, twins } = facts
    for (const twin of twins) if ((await act.act(linkContact, { record: twin })).status === 'linked') return lookAt(act, { kind: 'contact', id: twin.id }, { waitMs: againMs }) // and this flow is asked once more
    const idOf = (kind: string, ours: string | undefined): string | undefined => record.counterparts.find((each) => each.kind === kind && each.ours === ours)?.external
    const contact = idOf('contact', person)
    const lead = mainLead(record)
    const deal = idOf('deal', lead)
    const isDealAwaited = lead !== undefined && deal === undefined && !(await isRefused(act, { kind: 'deal', ours: lead }))
    for (const entry of due) {
      const isReady = entry.kind === 'contact' || (contact !== undefined && (entry.kind === 'deal' || !isDealAwaited))
      if (!isReady || isOff(entry, record)) continue
      // What was not begun is out of date. What was, is waited for: what it leaves there is what the next one has to change, and its answer asks for another look.
      const thing = { kind: entry.kind, ours: entry.args.ours }
      const waiting = await onItsWay(act, thing)
      await act.drop(`${lineOf(thing)}:`)
      if (waiting.hasBegun) {
        await refreshLater(act, person, onItsWayMs, since)
        continue
      }
      const known = record.counterparts.find(({ kind, ours }) => kind === entry.kind && ours === entry.args.ours)
      await tell(act, entry, { person, known, since: Math.min(since ?? act.now, waiting.since ?? act.now), hung: hungOf(entry, known, { contact, deal }) })
    }
  },
})

const onItsWayMs: Millis = 10 * 60_000 // its answer asks sooner; since when it waits is kept till then

// Before a contact is made: somebody there may have made one with their number.
type PersonRecord = NonNullable<Awaited<ReturnType<Reads['people']['record']>>>
const twinsOf = async ({ known: { id, phone }, counterparts }: PersonRecord, reads: Reads): Promise<CrmRecord[]> => {
  if (phone === undefined || counterparts.some(({ kind, ours, external }) => kind === 'contact' && ours === id && external !== undefined)) return []
  const found = await reads.crm.contactsWith(phone) // one that refuses us is asked again: unseen, a second contact would be made
  return found.filter(({ phones }) => phones.some((each) => phoneOf(each) === phone)).toSorted((a, b) => Number(b.ours === id) - Number(a.ours === id))
}
// undefined: there is no CRM.
const ofCrm = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await ask()
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'disconnected') return undefined
    throw thrown
  }
}
// A meeting that people took away is not made anew for a visit that is off.
const isOff = (entry: Due, { counterparts }: PersonRecord): boolean =>
  entry.kind === 'meeting' && entry.args.status !== 'confirmed' && counterparts.some(({ kind, ours, told }) => kind === 'meeting' && ours === entry.args.ours && wasTakenAway(told))

// On what it is to hang there; nothing where it hangs on that as far as we know, or where people cut it off.
type Hung = { contact?: string; deal?: string }
const hungOf = ({ kind }: Due, known: Counterpart | undefined, { contact, deal }: { contact: string | undefined; deal: string | undefined }): Hung => {
  if (kind === 'contact' || contact === undefined || isCut(known?.hung)) return {}
  const on = kind === 'deal' ? undefined : deal
  return isAsTold(known?.told) && known?.hung === hangsOn(contact, on) ? {} : { contact, ...(on !== undefined && { deal: on }) }
}

// Due since the change, so that what waits longest is told first. Where all of it stands there as we know, as what came from there does, nothing is told.
type News = { person: string; since: Millis; hung: Hung; known: Counterpart | undefined }
const tell = async (act: Act, entry: Due, { person, since, hung, known }: News): Promise<void> => {
  const { kind, args: { ours } } = entry
  const send = async <A extends z.ZodObject, R extends z.ZodObject>(command: Command<A, R>, args: z.infer<A>): Promise<void> => {
    const key = keyOf(entry)
    if (known?.external !== undefined && isAsTold(known.told) && !hung.contact && (await isWritten(act, { kind, ours }, textsOf(args)))) return keepTold(act, { kind, ours, told: toldBy(key)?.told })
    await act.act(expectInCrm, { person, kind, ours })
    await act.send(command, args, { key, serial: lineOf({ kind, ours }), lane: 'sync', then: 'crm.told', person, at: since })
  }
  switch (entry.kind) {
    case 'contact':
      return send(putContact, await untold(act, { kind: 'contact', command: putContact, args: { ...entry.args, ...newsIn(entry.theirs, entry) } }))
    case 'deal':
      return send(putDeal, await untold(act, { kind: 'deal', command: putDeal, args: { ...entry.args, ...newsIn(entry.theirs, entry), ...hung } }))
    case 'meeting':
      return send(putMeeting, { ...entry.args, ...newsIn(entry.theirs, entry), ...hung })
    case 'task':
      return send(putTask, { ...entry.args, ...newsIn(entry.theirs, entry), ...hung })
    case 'note':
      return send(putNote, { ...entry.args, ...newsIn(entry.theirs, entry), ...hung })
    case 'ticket':
      return send(putTicket, { ...entry.args, ...newsIn(entry.theirs, entry), ...hung })
    case 'communication':
      return send(putCommunication, { ...entry.args, ...hung })
  }
}
