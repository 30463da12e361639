import { z } from 'zod'
import { defineCommand } from '../../define.ts'
import type { Millis } from '../../define.ts'
import { choice, messageContent } from '../message-fit.ts'

export type { Content } from '../message-fit.ts'
export { costOf, messageRates, type MessageRates } from '../message-cost.ts'
export { messageTemplates, type MessageTemplate } from '../message-templates.ts'
export { segmentsOf } from '../sms.ts'

// Conversations with prospects, whoever carries them. Ids are the vendor's own.
export const contact = z.strictObject({ id: z.string().min(1), phone: z.string().optional(), whatsapp: z.string().optional(), name: z.string().optional() })
export type Contact = z.infer<typeof contact>

// Deliveries. heard: the prospect wrote. said: we, the vendor's bot or a person of ours did, or the fate of such a message is known.
// revised: its author changed or took back what they wrote. renumbered: they have another number now. changed: the conversation itself.
const media = z.strictObject({ url: z.string(), type: z.string().optional(), name: z.string().optional() })
const position = z.strictObject({ latitude: z.number(), longitude: z.number() })
// text: the words, a caption, or what was chosen. pick: what the button or row that was pressed stands for.
const body = z.strictObject({ kind: z.enum(['text', 'image', 'audio', 'video', 'file', 'location', 'other']), text: z.string(), pick: z.string().optional(), media: z.array(media).optional(), position: position.optional() })
export type Body = z.infer<typeof body>
// by: where it is not the vendor's chat.
const by = z.literal('sms').optional()
// Why it didn't arrive. unreachable: their number can't be reached that way. refused: for a reason that has nothing to do with them. More may come.
export const failureReason = z.enum(['unreachable', 'window_closed', 'opted_out', 'unfit', 'throttled', 'refused', 'unknown'])
export type FailureReason = z.infer<typeof failureReason>
export const failed = z.strictObject({ reason: failureReason, otherwise: by }) // otherwise: how it may be tried instead
export type Failed = z.infer<typeof failed>
export const heard = z.strictObject({ connection: z.string(), message: z.string(), conversation: z.string().optional(), contact, body, by, at: z.int() })
export const said = z.strictObject({
  connection: z.string(), message: z.string(), conversation: z.string().optional(),
  contact: contact.optional(), body: body.optional(), // left out where the vendor only tells the fate
  author: z.enum(['bot', 'human', 'portero']), status: z.enum(['accepted', 'sent', 'delivered', 'read', 'failed']), failed: failed.optional(), by, at: z.int(),
  key: z.string().optional(), // of the command, where it is ours
  cost: z.strictObject({ micros: z.int(), currency: z.string() }).optional(), // once it is known whether it arrived
})
export const revised = z.strictObject({ connection: z.string(), message: z.string(), contact: contact.optional(), body: body.optional(), at: z.int() }) // without a body it was taken back
export const renumbered = z.strictObject({ connection: z.string(), contact, before: z.string(), at: z.int() })
export const unsubscribed = z.strictObject({ connection: z.string(), contact, event: z.string(), at: z.int() }) // they told the vendor that they want no more messages
export const conversationChanged = z.strictObject({ connection: z.string(), conversation: z.string(), contact, isOpen: z.boolean(), at: z.int() })
export const templateStatus = z.enum(['approved', 'pending', 'rejected', 'paused'])
export const templateCategory = z.enum(['utility', 'marketing', 'authentication'])
export const seenTemplate = z.strictObject({ name: z.string(), language: z.string(), project: z.string(), version: z.string(), category: templateCategory, status: templateStatus })
export type SeenTemplate = z.infer<typeof seenTemplate>
export const templatesChanged = z.strictObject({ connection: z.string() })
export const templatesSeen = z.strictObject({ connection: z.string(), templates: z.array(seenTemplate) })

export type SeenConversation = { id: string; connection: string; contact: Contact; isOpen: boolean; heardAt: Millis | undefined } // heardAt: when the prospect last wrote
export const mostMedia = { bytes: 16 * 2 ** 20, ms: 60_000 } // what WhatsApp carries of photos, sounds and videos; documents may be larger, and stay with the vendor
export type SeenMedia = { bytes: Buffer } | 'gone' | 'too-big'
export type MessagingReads = {
  // Of our channel only; anything else is not found.
  conversation(id: string): Promise<SeenConversation | undefined>
  conversationOf(message: string): Promise<string | undefined>
  bodyOf(message: string): Promise<Body | undefined> // of one whose webhook came without
  media(url: string): Promise<SeenMedia>
  templates(): Promise<SeenTemplate[]>
  // All that stands there of one of its contacts, by the vendor's own names, for whoever asks what is kept of them.
  whole(contact: { connection: string; id: string }): Promise<Record<string, string> | undefined>
}

const to = { to: contact, conversation: z.string().optional() }
// choices: what an answer by number may mean. failed: the vendor won't ever take it, because of whom it is for.
export const sendMessage = defineCommand({
  name: 'messaging.send', args: z.strictObject({ ...to, content: messageContent, by, choices: z.array(choice).optional() }), result: z.strictObject({ message: z.string().optional(), failed: failed.optional() }),
  attempts: 8, blocksSerialWhenDead: false, gated: true,
})
// Seen by our own people only.
export const noteInternally = defineCommand({
  name: 'messaging.note', args: z.strictObject({ conversation: z.string(), text: z.string().min(1).max(4_096) }), result: z.strictObject({ message: z.string() }),
  attempts: 12, blocksSerialWhenDead: false,
})
// Who has it in the vendor's inbox: a person by their name and e-mail, or whoever stands in for them; a team; or nobody any more. language and building: whom it is for and where.
export const assignConversation = defineCommand({
  name: 'messaging.assign', result: z.strictObject({ assigned: z.string().optional() }),
  args: z.strictObject({ conversation: z.string(), to: z.union([z.strictObject({ agent: z.string(), email: z.string().optional() }), z.enum(['team', 'nobody'])]), language: z.enum(['es-MX', 'en']).optional(), building: z.string().optional() }),
  attempts: 12, blocksSerialWhenDead: false,
})
// Somebody who cancelled, or all that was said with them in a conversation. What is gone already is done.
export const eraseThere = defineCommand({
  name: 'messaging.erase', args: z.strictObject({ what: z.enum(['contact', 'conversation']), id: z.string().min(1) }), result: z.strictObject({}),
  attempts: 12, blocksSerialWhenDead: false, brief: true,
})
export const noteSubscription = defineCommand({
  name: 'messaging.subscription', args: z.strictObject({ ...to, subscribed: z.boolean() }), result: z.strictObject({}),
  attempts: 12, blocksSerialWhenDead: false,
})
