import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Contact, MessageRates, SeenConversation } from '../../domain/ports/messaging.ts'

// Between Bird's words and ours. Unknown fields are fine; a missing one is a bad response.
export type Settings = { workspace: string; channel: string; signingKeys: string[]; accessKeyId?: string | undefined; smsChannel?: string | undefined; channelGroup?: string | undefined; rates?: MessageRates | undefined }

export const id = z.string().min(1)
export const when = z.iso.datetime({ offset: true })
const maybe = z.string().nullish()

// https://docs.bird.com/api/channels-api/message-status-and-interactions
export const wireContact = z.object({ id, identifierKey: maybe, identifierValue: maybe, annotations: z.object({ name: maybe }).nullish() })
export const wireContext = z.object({ type: z.string(), id: z.string() }).nullish()

const participant = z.object({ id, type: z.string(), displayName: maybe, contact: z.object({ identifierKey: maybe, identifierValue: maybe }).nullish() })
export const wireConversation = z.object({
  id, channelId: id, status: z.string(), featuredParticipants: z.array(participant),
  lastMessageIncomingAt: when.nullish(), createdAt: when.nullish(), updatedAt: when.nullish(),
})

// A phone is one only where Bird says so: since usernames came, an identifier may be anything.
type Named = { id: string; identifierKey?: string | null | undefined; identifierValue?: string | null | undefined }
export const contactOf = ({ id, identifierKey, identifierValue }: Named, more: { whatsapp?: string | null | undefined; name?: string | null | undefined }): Contact => {
  const phone = identifierKey === 'phonenumber' ? identifierValue : undefined
  const whatsapp = more.whatsapp || (identifierKey === 'whatsappbsuid' ? identifierValue : undefined)
  return { id, ...(phone && { phone }), ...(whatsapp && { whatsapp }), ...(more.name && { name: more.name }) }
}

// Bird shows a number where it knows no name.
const nameIn = (displayName: string | null | undefined): string | undefined => (displayName && /\p{L}/u.test(displayName) ? displayName : undefined)

export const seenConversation = ({ id, status, featuredParticipants, lastMessageIncomingAt }: z.infer<typeof wireConversation>, connection: string): SeenConversation => {
  const who = featuredParticipants.find(({ type }) => type === 'contact')
  if (!who) throw new AppError('bad_response', 'a conversation at Bird has no contact in it')
  return {
    id,
    connection,
    contact: contactOf({ ...who.contact, id: who.id }, { name: nameIn(who.displayName) }),
    isOpen: status === 'active',
    heardAt: lastMessageIncomingAt ? Date.parse(lastMessageIncomingAt) : undefined,
  }
}

// '<conversation>:<message>:<participant>', on messages that are part of a conversation.
export const conversationIn = (context: z.infer<typeof wireContext>): string | undefined =>
  context?.type === 'conversation_message' ? context.id.split(':')[0] || undefined : undefined

// Our own messages are known by the reference that we gave them.
const ours = 'portero:'
export const referenceOf = (key: string): string => ours + key
export const keyIn = (reference: string | null | undefined): string | undefined => (reference?.startsWith(ours) ? reference.slice(ours.length) : undefined)
