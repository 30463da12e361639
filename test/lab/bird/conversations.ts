import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { created, found, gone, invalid, nothing, ok, page, parsed, Refusal } from './answers.ts'
import { outgoing } from './bodies.ts'
import type { Chats } from './chats.ts'
import { participantsOf, wireConversation, wireMessage, type Author, type Contact, type Conversation, type Message } from './wire.ts'

// The threads that the Inbox shows: https://docs.bird.com/api/conversations-api. Believed only: what a draft looks like, and that nobody is told of it.
const wantedContact = z.union([z.object({ type: z.literal('contact'), id: z.string() }), z.object({ type: z.literal('contact'), identifierKey: z.enum(['phonenumber', 'whatsappbsuid', 'whatsappusername']).default('phonenumber'), identifierValue: z.string().min(1) })])
const attributes = z.record(z.string(), z.unknown())
const beginning = z.object({ channelId: z.string(), participants: z.tuple([wantedContact]), name: z.string().optional(), attributes: attributes.optional() })
const changing = z.object({ status: z.enum(['active', 'closed']).optional(), name: z.string().optional(), attributes: attributes.optional() })
const speaking = z.object({ participantId: z.string(), participantType: z.enum(['accessKey', 'flow', 'bot', 'user', 'contact']), body: outgoing, draft: z.boolean().default(false), addMissingParticipants: z.boolean().default(false) })
const authors = { accessKey: 'api', flow: 'flow', bot: 'bot', user: 'human' } as const satisfies Record<string, Author>

type Needs = { chats: Chats; isShown(thing: { madeAt: number }, lagMs: number): boolean }
export const conversationRoutes = ({ chats, isShown }: Needs): Record<string, Route> => {
  const { our, people } = chats
  const one = (id: string | undefined, lagMs = 0): Conversation => {
    const conversation = found(chats.conversation(id), 'conversation')
    if (!isShown(conversation, lagMs)) throw nothing('conversation')
    return conversation
  }
  const shown = (conversation: Conversation): object => wireConversation(our, conversation, chats.lastIn(conversation))
  const said = ({ id }: Conversation, lagMs: number): Message[] => chats.messages().filter((each) => each.conversation === id && isShown(each, lagMs))
  const contactOf = (wanted: z.infer<typeof wantedContact>): Contact => {
    const contact = 'id' in wanted ? people.byId(wanted.id) : wanted.identifierKey === 'phonenumber' ? people.at(wanted.identifierValue) : people.byName(wanted.identifierKey, wanted.identifierValue)
    if (!contact) throw invalid('participants.0')
    return contact
  }
  // One contact, one open conversation.
  const checkFree = (contact: Contact): void => {
    const open = chats.openOf(contact)
    if (open) throw new Refusal(409, 'ContactAlreadyInConversation', 'the contact is in an active conversation already', { conversationId: open.id })
  }
  const speak = (conversation: Conversation, { participantId: id, participantType: type, body, draft, addMissingParticipants }: z.infer<typeof speaking>): Message => {
    if (type === 'contact') {
      if (id !== conversation.contact.id) throw invalid('participantId', 'the contact is not in the conversation')
      return found(chats.message(chats.hear(conversation.contact, body).messageId), 'message')
    }
    if (type === 'user' && !addMissingParticipants && !conversation.others.some((each) => each.id === id)) throw invalid('participantId', 'the participant is not in the conversation')
    if (!conversation.others.some((each) => each.id === id) && type !== 'bot') conversation.others.push({ id, type, displayName: type })
    return chats.send(conversation.contact, body, { by: authors[type], conversation, ...(draft && { isDraft: true }) })
  }

  const path = '/workspaces/:workspace/conversations'
  return {
    [`POST ${path}`]: ({ body }) => {
      const { channelId, participants, name, attributes = {} } = parsed(beginning, body)
      if (channelId !== our.channel) throw nothing('channel')
      const contact = contactOf(participants[0])
      checkFree(contact)
      return created(shown(Object.assign(chats.meet(contact), { attributes, ...(name !== undefined && { name }) })))
    },
    [`GET ${path}`]: ({ query: { channelId, status, ...paging } }) => page(channelId === undefined || channelId === our.channel ? chats.conversations().filter((each) => status === undefined || each.status === status).map(shown) : [], paging),
    [`GET ${path}/:conversation`]: ({ parts, lagMs }) => ok(shown(one(parts['conversation'], lagMs))),
    [`PATCH ${path}/:conversation`]: ({ parts, body }) => {
      const conversation = one(parts['conversation'])
      const { status = conversation.status, name, attributes = {} } = parsed(changing, body)
      if (status === 'active' && conversation.status === 'closed') checkFree(conversation.contact)
      chats.change(conversation, { status, attributes: { ...conversation.attributes, ...attributes }, ...(name !== undefined && { name }) })
      return ok(shown(conversation))
    },
    [`DELETE ${path}/:conversation`]: ({ parts }) => (chats.forget(one(parts['conversation'])), gone),
    [`GET ${path}/:conversation/participants`]: ({ parts, query }) => page(participantsOf(our, one(parts['conversation'])), query),
    [`GET ${path}/:conversation/messages`]: ({ parts, query, lagMs }) => {
      const all = said(one(parts['conversation']), lagMs)
      return page((query['direction'] === 'asc' ? all : all.toReversed()).map((each) => wireMessage(our, each)), query)
    },
    [`GET ${path}/:conversation/messages/:message`]: ({ parts, lagMs }) => ok(wireMessage(our, found(said(one(parts['conversation']), lagMs).find(({ id }) => id === parts['message']), 'message'))),
    [`POST ${path}/:conversation/messages`]: ({ parts, body }) => {
      const conversation = one(parts['conversation'])
      const wanted = parsed(speaking, body)
      if (conversation.status === 'closed') throw new Refusal(422, 'ConversationClosed', 'the conversation is closed')
      return created(wireMessage(our, speak(conversation, wanted)))
    },
  }
}
