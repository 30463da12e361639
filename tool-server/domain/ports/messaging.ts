import { z } from 'zod'
import { defineCommand } from '../../define.ts'
import type { Millis } from '../../define.ts'

// Conversations with prospects, whoever carries them. Ids are the vendor's own.
export const contact = z.strictObject({ id: z.string().min(1), phone: z.string().optional(), whatsapp: z.string().optional(), name: z.string().optional() })
export type Contact = z.infer<typeof contact>

// Deliveries. heard: the prospect wrote. said: we, the vendor's bot or a person of ours did, or the fate of such a message is known. changed: the conversation itself.
const body = z.strictObject({ kind: z.enum(['text', 'image', 'audio', 'video', 'file', 'location', 'other']), text: z.string() }) // text: the words, or a caption
export const heard = z.strictObject({ connection: z.string(), message: z.string(), conversation: z.string().optional(), contact, body, at: z.int() })
export const said = z.strictObject({
  connection: z.string(), message: z.string(), conversation: z.string().optional(),
  contact: contact.optional(), body: body.optional(), // left out where the vendor only tells the fate
  author: z.enum(['bot', 'human', 'portero']), status: z.enum(['accepted', 'sent', 'delivered', 'read', 'failed']), at: z.int(),
})
export const conversationChanged = z.strictObject({ connection: z.string(), conversation: z.string(), contact, isOpen: z.boolean(), at: z.int() })

export type SeenConversation = { id: string; connection: string; contact: Contact; isOpen: boolean; heardAt: Millis | undefined } // heardAt: when the prospect last wrote
export type MessagingReads = {
  // Of our channel only; anything else is not found.
  conversation(id: string): Promise<SeenConversation | undefined>
  conversationOf(message: string): Promise<string | undefined>
}

export const sendText = defineCommand({
  name: 'messaging.send-text',
  args: z.strictObject({ to: contact, conversation: z.string().optional(), text: z.string().min(1).max(4_096) }),
  result: z.strictObject({ message: z.string() }),
  attempts: 8,
  blocksSerialWhenDead: false,
})
