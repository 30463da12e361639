import type { Act } from '../define.ts'
import { expectInCrm } from '../actions/crm-told.ts'
import { crmRefresh } from '../actions/refresh-crm.ts'
import { dueOf, entriesOf, keyOf, mainLead, type Due } from '../domain/crm-record.ts'
import { putCommunication, putContact, putDeal, putMeeting, putTask } from '../domain/ports/crm.ts'
import { defineFlow } from '../domain/reads.ts'

// Brings the CRM up to date with what we know of a person: first the contact, then the deal, then what hangs on both. Each answer asks for another look.
export const refreshCrm = defineFlow({
  ...crmRefresh,
  name: 'crm.refresh',
  serial: ({ person }) => `crm:${person}`,
  async gather({ person }, reads) {
    const record = await reads.people.record(person)
    return record && { record, due: dueOf(entriesOf(record, await reads.homes.catalogue()), record.counterparts) }
  },
  async decide({ person }, facts, act) {
    if (!facts) return
    const { record, due } = facts
    const idOf = (kind: string, ours: string | undefined): string | undefined => record.counterparts.find((each) => each.kind === kind && each.ours === ours)?.external
    const contact = idOf('contact', person)
    const lead = mainLead(record)
    const deal = idOf('deal', lead)
    for (const entry of due) {
      const isReady = entry.kind === 'contact' || (contact !== undefined && (entry.kind === 'deal' || lead === undefined || deal !== undefined))
      if (!isReady) continue
      await act.act(expectInCrm, { person, kind: entry.kind, ours: entry.args.ours })
      await tell(act, entry, person, { contact: contact ?? '', deal })
    }
  },
})

const tell = async (act: Act, entry: Due, person: string, { contact, deal }: { contact: string; deal: string | undefined }): Promise<void> => {
  const how = { key: keyOf(entry), serial: `crm:${person}`, lane: 'sync', then: 'crm.told', person } as const
  const hung = { contact, ...(deal && { deal }) }
  switch (entry.kind) {
    case 'contact':
      return await act.send(putContact, entry.args, how)
    case 'deal':
      return await act.send(putDeal, { ...entry.args, contact }, how)
    case 'meeting':
      return await act.send(putMeeting, { ...entry.args, ...hung }, how)
    case 'task':
      return await act.send(putTask, { ...entry.args, ...hung }, how)
    case 'communication':
      return await act.send(putCommunication, { ...entry.args, ...hung }, how)
  }
}
