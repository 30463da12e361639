import { z } from 'zod'
import { defineCommand } from '../../define.ts'
import { leadFacts, stage } from '../leads.ts'
import { tourStatuses } from '../tours.ts'

export type CrmReads = {
  // Whom a ticket of the help desk is about, by the CRM's ids of their contacts.
  contactsOf(ticket: string): Promise<string[]>
}

// A delivery: somebody took a record away at the CRM. erased: for good, because its person asked for that. merged: into another record, which is there instead.
export const recordGone = z.strictObject({ kind: z.enum(['contact', 'deal']), id: z.string().min(1), how: z.enum(['deleted', 'erased', 'merged']), into: z.string().min(1).optional(), at: z.int() })

// The CRM's record of a person: one contact, their deals, meetings and what was said. Each carries our id (ours) in a unique field, so putting it twice is putting it once.
const put = z.strictObject({ id: z.string().min(1) }) // the CRM's id
const ours = z.uuid()

export const putContact = defineCommand({
  name: 'crm.put-contact', attempts: 12, blocksSerialWhenDead: true, result: put,
  args: z.strictObject({ ours, phone: z.string().optional(), name: z.string().optional(), language: z.enum(['es-MX', 'en']), needsPerson: z.boolean().optional() }), // needsPerson: left out of whoever never did
})
export const putDeal = defineCommand({
  name: 'crm.put-deal', attempts: 12, blocksSerialWhenDead: true, result: put,
  args: z.strictObject({ ours, contact: z.string(), title: z.string(), stage, rentMxn: z.int().optional(), facts: leadFacts }),
})
export const putMeeting = defineCommand({
  name: 'crm.put-meeting', attempts: 12, blocksSerialWhenDead: true, result: put,
  args: z.strictObject({ ours, contact: z.string(), deal: z.string().optional(), title: z.string(), body: z.string(), location: z.string(), startsAt: z.int(), endsAt: z.int(), status: z.enum(tourStatuses) }),
})
// The conversation as one communication that grows; the whole transcript is in the card.
export const putCommunication = defineCommand({
  name: 'crm.put-communication', attempts: 12, blocksSerialWhenDead: false, result: put,
  args: z.strictObject({ ours, contact: z.string(), deal: z.string().optional(), body: z.string(), at: z.int() }),
})
// What one of our people has to do for them.
export const putTask = defineCommand({
  name: 'crm.put-task', attempts: 12, blocksSerialWhenDead: true, result: put,
  args: z.strictObject({ ours, contact: z.string(), deal: z.string().optional(), title: z.string(), body: z.string(), dueAt: z.int(), isUrgent: z.boolean(), isDone: z.boolean() }),
})
// A record that has taken the place of ours is ours from now on.
export const claimRecord = defineCommand({
  name: 'crm.claim-record', attempts: 12, blocksSerialWhenDead: true, result: put,
  args: z.strictObject({ kind: z.enum(['contact', 'deal']), id: z.string(), ours }),
})
export const crmCommands = { contact: putContact, deal: putDeal, meeting: putMeeting, communication: putCommunication }
