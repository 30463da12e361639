import { AppError } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { untold } from '../actions/crm-kept.ts'
import { againMs, lookAt } from '../actions/crm-look.ts'
import { expectInCrm } from '../actions/crm-told.ts'
import { linkContact } from '../actions/link-contact.ts'
import { crmRefresh } from '../actions/refresh-crm.ts'
import { dueOf, entriesOf, keyOf, mainLead, newsIn, type Due } from '../domain/crm-record.ts'
import { phoneOf } from '../domain/identity.ts'
import { putCommunication, putContact, putDeal, putMeeting, putTask } from '../domain/ports/crm.ts'
import type { CrmRecord } from '../domain/ports/crm-seen.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'
import { wasTakenAway } from '../store/counterparts.ts'
import { isOnItsWay } from '../store/crm-written.ts'

// Brings the CRM up to date with what we know of a person: first the contact, then the deal, then what hangs on both. Each answer asks for another look.
export const refreshCrm = defineFlow({
  ...crmRefresh,
  name: 'crm.refresh',
  serial: ({ person }) => `crm:${person}`,
  async gather({ person }, reads) {
    const record = await reads.people.record(person)
    return record && { record, due: dueOf(entriesOf(record, await reads.homes.catalogue()), record.counterparts), twins: await twinsOf(record, reads) }
  },
  async decide({ person, since }, facts, act) {
    if (!facts) return
    const { record, due, twins } = facts
    for (const twin of twins) if ((await act.act(linkContact, { record: twin })).status === 'linked') return lookAt(act, { kind: 'contact', id: twin.id }, { waitMs: againMs }) // and this flow is asked once more
    const idOf = (kind: string, ours: string | undefined): string | undefined => record.counterparts.find((each) => each.kind === kind && each.ours === ours)?.external
    const contact = idOf('contact', person)
    const lead = mainLead(record)
    const deal = idOf('deal', lead)
    for (const entry of due) {
      const isReady = entry.kind === 'contact' || (contact !== undefined && (entry.kind === 'deal' || lead === undefined || deal !== undefined))
      if (!isReady || isOff(entry, record)) continue
      // What was not begun is out of date. What was, is waited for: what it leaves there is what the next one has to change, and its answer asks for another look.
      const earlier = `crm:${entry.kind}:${entry.args.ours}:`
      await act.drop(earlier)
      if (await isOnItsWay(act, earlier)) continue
      await act.act(expectInCrm, { person, kind: entry.kind, ours: entry.args.ours })
      await tell(act, entry, { person, since: since ?? act.now }, { contact: contact ?? '', deal })
    }
  },
})

// Before a contact is made: somebody there may have made one with their number.
type PersonRecord = NonNullable<Awaited<ReturnType<Reads['people']['record']>>>
const twinsOf = async ({ known: { id, phone }, counterparts }: PersonRecord, reads: Reads): Promise<CrmRecord[]> => {
  if (phone === undefined || counterparts.some(({ kind, ours, external }) => kind === 'contact' && ours === id && external !== undefined)) return []
  try {
    return (await reads.crm.contactsWith(phone)).filter(({ phones }) => phones.some((each) => phoneOf(each) === phone)).toSorted((a, b) => Number(b.ours === id) - Number(a.ours === id))
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'disconnected') return [] // there is no CRM
    throw thrown
  }
}
// A meeting that people took away is not made anew for a visit that is off.
const isOff = (entry: Due, { counterparts }: PersonRecord): boolean =>
  entry.kind === 'meeting' && entry.args.status !== 'confirmed' && counterparts.some(({ kind, ours, told }) => kind === 'meeting' && ours === entry.args.ours && wasTakenAway(told))

// Due since the change, so that what waits longest is told first.
const tell = async (act: Act, entry: Due, { person, since }: { person: string; since: Millis }, { contact, deal }: { contact: string; deal: string | undefined }): Promise<void> => {
  const how = { key: keyOf(entry), serial: `crm:${person}`, lane: 'sync', then: 'crm.told', person, at: since } as const
  const hung = { contact, ...(deal && { deal }) }
  switch (entry.kind) {
    case 'contact':
      return await act.send(putContact, await untold(act, { kind: 'contact', command: putContact, args: { ...entry.args, ...newsIn(entry.theirs, entry) } }), how)
    case 'deal':
      return await act.send(putDeal, await untold(act, { kind: 'deal', command: putDeal, args: { ...entry.args, ...newsIn(entry.theirs, entry), contact } }), how)
    case 'meeting':
      return await act.send(putMeeting, { ...entry.args, ...newsIn(entry.theirs, entry), ...hung }, how)
    case 'task':
      return await act.send(putTask, { ...entry.args, ...newsIn(entry.theirs, entry), ...hung }, how)
    case 'communication':
      return await act.send(putCommunication, { ...entry.args, ...hung }, how)
  }
}
