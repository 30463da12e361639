import { z } from 'zod'
import { defineAction } from '../define.ts'
import { unsubscribed } from '../domain/ports/messaging.ts'
import { isBeingTold, toldOfOffersOnly } from '../store/consents.ts'
import { latestWith } from '../store/conversations.ts'
import { blinded, holdersOf } from '../store/people.ts'
import { claimsOf } from './identify.ts'
import { optOut } from './opt-out.ts'

// Somebody told the vendor that they want no more messages. Of its contacts, most may be none of ours: whom we don't know, we don't meet by this.
export const noteUnsubscribed = defineAction({ name: 'note-unsubscribed', args: unsubscribed, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(async ({ connection, contact, event, at }, act) => {
  const [holder] = await holdersOf(act, await blinded(act, claimsOf(contact)))
  if (!holder) act.concernsNobody()
  const conversation = holder && (await latestWith(act, { person: holder.id, connection }))
  if (!holder || conversation === undefined || (await isBeingTold(act, holder.id)) || (await toldOfOffersOnly(act, holder.id))) return { isNew: false }
  return act.act(optOut, { person: holder.id, conversation, evidence: event, channel: 'vendor', at })
})
