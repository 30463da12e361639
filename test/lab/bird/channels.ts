import { z } from 'zod'
import type { Answer, Route } from '../simulator.ts'
import { found, invalid, nothing, ok, page, parsed, Refusal } from './answers.ts'
import { byText, outgoing, templateWanted } from './bodies.ts'
import type { Chats } from './chats.ts'
import type { Templates } from './templates.ts'
import { iso, ringsAt, wireMessage, wireReading, type Contact, type Message } from './wire.ts'

// A channel's messages, WhatsApp's and those by SMS: https://docs.bird.com/api/channels-api/api-reference/messaging
const named = z.object({ identifierKey: z.enum(['phonenumber', 'whatsappbsuid', 'whatsappusername', 'emailaddress']).default('phonenumber'), identifierValue: z.string().min(1) })
const receiver = z.union([z.object({ id: z.string() }), named])
const sending = z.object({
  receiver: z.object({ contacts: z.tuple([receiver]) }),
  body: z.unknown().optional(), template: templateWanted.optional(), reference: z.string().max(255).default(''),
  replyTo: z.object({ id: z.string(), type: z.literal('message').default('message') }).optional(),
})

type Needs = { chats: Chats; templates: Templates; isShown(message: { madeAt: number }, lagMs: number): boolean }
export const channelRoutes = ({ chats, templates, isShown }: Needs): Record<string, Route> => {
  const { our, people } = chats
  const platformOf = (channel: string | undefined): Message['platform'] => {
    if (channel === our.channel) return 'whatsapp'
    if (channel === our.smsChannel) return 'sms'
    throw nothing('channel')
  }
  const receiverOf = (wanted: z.infer<typeof receiver>): Contact => {
    const contact = 'id' in wanted ? people.byId(wanted.id) : wanted.identifierKey === 'phonenumber' ? people.at(wanted.identifierValue) : people.byName(wanted.identifierKey, wanted.identifierValue)
    if (!contact) throw invalid('receiver.contacts.0')
    return contact
  }
  const accepted = (message: Message): Answer => ({ status: 202, body: wireMessage(our, message) })

  const path = '/workspaces/:workspace/channels/:channel'
  return {
    [`POST ${path}/messages`]: ({ parts, body }) => {
      const platform = platformOf(parts['channel'])
      const { receiver, body: words, template, reference, replyTo } = parsed(sending, body)
      if ((words === undefined) === (template === undefined)) throw invalid('body, template', 'Exactly one of body and template is needed.')
      if (template && platform === 'sms') throw invalid('template')
      const contact = receiverOf(receiver.contacts[0])
      if (platform === 'whatsapp' && contact.lacksWhatsapp === 'refused') throw new Refusal(422, 'InvalidRecipient', 'The recipient has no WhatsApp account.')
      const said = template ? templates.filled(template) : parsed(platform === 'sms' ? byText : outgoing, words)
      return accepted(chats.send(contact, said, { by: 'api', platform, reference, template, ...(replyTo && { repliesTo: replyTo }) }))
    },
    [`GET ${path}/messages`]: ({ parts, query, lagMs }) => {
      const platform = platformOf(parts['channel'])
      const { phonenumber } = query
      const fitting = chats.messages().filter((each) => each.platform === platform && !each.isDraft && isShown(each, lagMs) && (phonenumber === undefined || ringsAt(each.contact.number) === ringsAt(phonenumber)))
      return page(fitting.toReversed().map((each) => wireMessage(our, each)), query)
    },
    [`GET ${path}/messages/:message`]: ({ parts, lagMs }) => {
      const platform = platformOf(parts['channel'])
      const message = found(chats.message(parts['message']), 'message')
      if (message.platform !== platform || message.isDraft || !isShown(message, lagMs)) throw nothing('message')
      return ok(wireMessage(our, message))
    },
    // What was done with it, besides its fate: only that it was read.
    [`GET ${path}/messages/:message/interactions`]: ({ parts, query }) => {
      platformOf(parts['channel'])
      const message = found(chats.message(parts['message']), 'message')
      return page(message.by !== 'prospect' && message.status === 'read' ? [wireReading(our, message)] : [], query)
    },
    // Until when we may write freely.
    [`GET ${path}/contacts/:contact`]: ({ parts, query }) => {
      platformOf(parts['channel'])
      const contact = found(people.byId(parts['contact']), 'contact')
      const { contactIdentifierValue: number } = query
      if (number !== undefined && ringsAt(number) !== ringsAt(contact.number)) throw nothing('contact')
      const until = chats.windowUntil(contact)
      return ok({ contactId: contact.id, serviceWindowExpireAt: until === undefined ? null : iso(until), isPermanentSession: false })
    },
  }
}
