import { z } from 'zod'
import { defineCommand } from '../../define.ts'
import { leadFacts, stage } from '../leads.ts'
import { tourStatuses } from '../tours.ts'
import type { Kind } from './crm-fields.ts'
import type { CrmKeptReads } from './crm-kept.ts'
import type { CrmRecord, RecordKind } from './crm-seen.ts'

export type CrmReads = CrmKeptReads & {
  // Whom a ticket of the help desk is about, by the CRM's ids of their contacts.
  contactsOf(ticket: string): Promise<string[]>
  // As they are now, one for each and in their order; undefined where it is there no more. A hundred at most.
  records(kind: RecordKind, ids: readonly string[]): Promise<(CrmRecord | undefined)[]>
  // Contacts that may have this number, in whichever way it is written there.
  contactsWith(phone: string): Promise<CrmRecord[]>
}

// A delivery: somebody took a record away at the CRM. erased: for good, because its person asked for that. merged: into another record, which is there instead.
export const recordGone = z.strictObject({ kind: z.enum(['contact', 'deal', 'meeting']), id: z.string().min(1), how: z.enum(['deleted', 'erased', 'merged']), into: z.string().min(1).optional(), at: z.int() })

// The CRM's record of a person: one contact, their deals, meetings and what was said. Each carries our id (ours) in a unique field, so putting it twice is putting it once.
const put = z.strictObject({ id: z.string().min(1) }) // the CRM's id
const ours = z.uuid()
const contact = z.string().optional() // on what it is to hang; left out where it hangs there already
const owner = z.email().optional() // of the leasing agent whose it is, as the CRM knows them

export { stages } from '../leads.ts' // where a deal may stand
export const callReasons = ['asked_for_person', 'complaint', 'payment', 'contract', 'emergency', 'not_understood', 'unanswered', 'privacy', 'other'] as const
// What managers see of our work in their own dashboards.
export const report = z.strictObject({
  source: z.enum(['whatsapp', 'crm']).optional(),
  firstReplyS: z.int().min(0).optional(),
  answeredBy: z.enum(['bot', 'human', 'both']).optional(),
  escalations: z.int().min(0).optional(),
  escalationReason: z.enum(callReasons).optional(), // of the latest
  visitsBooked: z.int().min(0).optional(), // without those that were called off
  visitsDone: z.int().min(0).optional(),
  visitsMissed: z.int().min(0).optional(),
})

// None holds up the next one of its record when it is dead: each tells all that wasn't taken yet.
export const putContact = defineCommand({
  name: 'crm.put-contact', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({
    ours, phone: z.string().optional(), whatsapp: z.string().optional(), name: z.string().optional(), language: z.enum(['es-MX', 'en']).optional(), // left out where it stays as it is there
    needsPerson: z.boolean().optional(), // left out of whoever never did
    consent: z.enum(['granted', 'revoked']).optional(), // to our messages
    marketing: z.enum(['granted', 'revoked']).optional(), // to offers
    lifecycle: z.enum(['lead', 'qualified', 'opportunity', 'customer']).optional(), // how far they ever came; nobody is taken back
    leadStatus: z.enum(['new']).optional(), // where they begin; from there on it is the people's
    ...report.shape,
  }),
})
export const putDeal = defineCommand({
  name: 'crm.put-deal', attempts: 12, blocksSerialWhenDead: false,
  result: put.extend({ stage: stage.nullable().optional() }), // where it stands instead, since the stage is not there any more; null where it was before
  args: z.strictObject({ ours, contact, title: z.string(), stage: stage.optional(), rentMxn: z.int().optional(), owner, facts: leadFacts, ...report.shape }), // stage, rentMxn, owner: left out where they stay as they are there,
})
export const putMeeting = defineCommand({
  name: 'crm.put-meeting', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({ ours, contact, deal: z.string().optional(), title: z.string(), body: z.string(), location: z.string(), startsAt: z.int(), endsAt: z.int(), status: z.enum(tourStatuses), owner, home: z.string().optional(), agent: z.string().optional() }), // home, agent: by their slugs, from which a lost database is made again
})
// The conversation as one communication that grows; the whole transcript is in the card.
export const putCommunication = defineCommand({
  name: 'crm.put-communication', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({ ours, contact, deal: z.string().optional(), body: z.string(), at: z.int() }),
})
// What one of our people has to do for them.
export const putTask = defineCommand({
  name: 'crm.put-task', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({ ours, contact, deal: z.string().optional(), title: z.string(), body: z.string(), dueAt: z.int(), isUrgent: z.boolean(), isDone: z.boolean(), owner }),
})
// What one of our people wrote down about a conversation, for the others. owner: who that was, by e-mail or as the CRM's own door knows them.
export const putNote = defineCommand({
  name: 'crm.put-note', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({ ours, contact, deal: z.string().optional(), body: z.string().optional(), at: z.int(), owner: z.string().optional() }), // body: left out where it stays as it is there
})
// Of somebody who waits for a person of ours, at a help desk.
export const putTicket = defineCommand({
  name: 'crm.put-ticket', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({ ours, contact, deal: z.string().optional(), title: z.string(), body: z.string(), isUrgent: z.boolean().optional(), stage: z.enum(['open', 'closed']).optional(), owner }), // isUrgent, stage, owner: left out where they stay as they are there
})
// A record that is ours, or has taken the place of ours, carries our id from now on, and no other does.
export const claimRecord = defineCommand({
  name: 'crm.claim-record', attempts: 12, blocksSerialWhenDead: true, result: put,
  args: z.strictObject({ kind: z.enum(['contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket'] as const satisfies readonly Kind[]), id: z.string(), ours }),
})
// What is there of somebody who cancelled, as much for good as the CRM allows. What is gone already is done.
export const eraseRecord = defineCommand({
  name: 'crm.erase-record', attempts: 12, blocksSerialWhenDead: false, brief: true, result: z.strictObject({}),
  args: claimRecord.args.pick({ kind: true, id: true }),
})
export const crmCommands = { contact: putContact, deal: putDeal, meeting: putMeeting, communication: putCommunication }
