import { createHash } from 'node:crypto'
import type { Time } from '../simulator.ts'
import { makeSpeaker, type Speaker } from './speaker.ts'
import { ringsAt, wireConversation, wireMessage, wireReading, type Author, type Body, type Contact, type Conversation, type Message } from './wire.ts'

// Who talks with whom, what was said, and the webhooks that this leads to.
export type Account = { workspace: string; channel: string; apiKey: string; signingKeys: readonly string[]; number: string; botName: string }
// Bird's own agent, where there is one: what it says to what it heard.
export type Agent = { answer(conversation: string, text: string): Promise<string> }
export type Chats = {
  speaker: Speaker
  contacts(): Contact[]
  conversations(): Conversation[]
  conversation(id: string | undefined): Conversation | undefined
  messages(): Message[] // the oldest first
  message(id: string | undefined): Message | undefined
  contactOf(number: string, name?: string): Contact
  meet(contact: Contact): Conversation // the open one, or a new one
  change(conversation: Conversation, to: Partial<Pick<Conversation, 'status' | 'mode'>>): void
  hear(contact: Contact, body: Body, how?: { repliesTo?: string }): { conversationId: string; messageId: string }
  send(contact: Contact, body: Body, how: { by: Exclude<Author, 'prospect'>; reference?: string; conversation?: Conversation }): Message
  read(message: Message): void
  backwards(yes: boolean): void // whether the fates of a message are told the last first
  close(): void
}

const fatesAfterMs = [['sent', 400], ['delivered', 900]] as const

type Whereabouts = { clock: Time; account: Account; serverUrl: string; publicUrl?: string | undefined; agent?: Agent | undefined }
export const makeChats = ({ clock, account, serverUrl, publicUrl, agent }: Whereabouts): Chats => {
  const contacts = new Map<string, Contact>() // by the phone that rings
  const conversations = new Map<string, Conversation>()
  const messages = new Map<string, Message>()
  const turns = new Map<string, Promise<void>>() // of the agent, one after another in each conversation
  const timers = new Set<() => void>()
  const speaker = makeSpeaker({ clock, signingKeys: account.signingKeys, serverUrl, publicUrl })
  let made = clock.now() // from the time it opened: what it said in an earlier life is still remembered by whoever heard it
  let isBackwards = false

  const newId = (): string => createHash('sha256').update(`${account.channel}/${++made}`).digest('hex').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
  const after = (ms: number, run: () => void): void => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      run()
    })
    timers.add(cancel)
  }
  const put = (message: Omit<Message, 'id' | 'madeAt' | 'changedAt'>): Message => {
    const full = { ...message, id: newId(), madeAt: clock.now(), changedAt: clock.now() }
    messages.set(full.id, full)
    return full
  }
  const tell = (message: Message, status: string): void =>
    speaker.say(message.by === 'prospect' ? 'whatsapp.inbound' : 'whatsapp.outbound', wireMessage(account, { ...message, status, changedAt: clock.now() }))
  const tellConversation = (event: 'created' | 'updated', conversation: Conversation): void => speaker.say(`conversation.${event}`, wireConversation(account, conversation))

  const change: Chats['change'] = (conversation, to) => {
    Object.assign(conversation, to, { changedAt: clock.now() })
    tellConversation('updated', conversation)
  }
  const meet: Chats['meet'] = (contact) => {
    const open = [...conversations.values()].find((each) => each.contact === contact && each.status === 'active')
    if (open) return open
    const conversation: Conversation = { id: newId(), contact, status: 'active', mode: 'bot', madeAt: clock.now(), changedAt: clock.now() }
    conversations.set(conversation.id, conversation)
    tellConversation('created', conversation)
    return conversation
  }
  const send: Chats['send'] = (contact, body, { by, reference = '', conversation = [...conversations.values()].findLast((each) => each.contact === contact && each.status === 'active') }) => {
    const message = put({ contact, by, body, reference, status: 'accepted', ...(conversation && { conversation: conversation.id }) })
    tell(message, 'accepted')
    fatesAfterMs.forEach(([status, ms], at) => {
      after(ms, () => {
        if (message.status !== 'read') Object.assign(message, { status, changedAt: clock.now() })
        tell(message, isBackwards ? (fatesAfterMs.at(-1 - at)?.[0] ?? status) : status)
      })
    })
    return message
  }
  const letAgentAnswer = (conversation: Conversation, text: string): void => {
    if (!agent || conversation.mode !== 'bot') return
    const before = turns.get(conversation.id)
    const turn = (async () => {
      await before
      const answer = await agent.answer(conversation.id, text)
      if (conversation.mode === 'bot' && conversation.status === 'active') send(conversation.contact, { type: 'text', text: { text: answer } }, { by: 'bot', conversation })
    })()
    turns.set(conversation.id, turn)
    speaker.tracked(turn)
  }

  return {
    speaker, meet, change, send,
    contacts: () => [...contacts.values()],
    conversations: () => [...conversations.values()],
    conversation: (id) => conversations.get(id ?? ''),
    messages: () => [...messages.values()],
    message: (id) => messages.get(id ?? ''),
    contactOf(number, name) {
      const rings = ringsAt(number)
      const contact = contacts.get(rings) ?? { id: newId(), number: `+${number.replace(/\D/g, '')}`.replace(/^\+(\d{10})$/, '+52$1'), madeAt: clock.now() }
      contacts.set(rings, Object.assign(contact, name !== undefined && { name }))
      return contact
    },
    // The webhook of what a prospect says does not name the conversation.
    hear(contact, body, how = {}) {
      const conversation = meet(contact)
      const message = put({ contact, by: 'prospect', body, reference: '', status: 'delivered', conversation: conversation.id, ...how })
      conversation.heardAt = message.madeAt
      const { conversation: _, ...alone } = message
      tell(alone, 'delivered')
      change(conversation, {})
      if (body.type === 'text') letAgentAnswer(conversation, body.text.text)
      return { conversationId: conversation.id, messageId: message.id }
    },
    read(message) {
      Object.assign(message, { status: 'read', changedAt: clock.now() })
      speaker.say('whatsapp.interaction', wireReading(account, message))
    },
    backwards: (yes) => void (isBackwards = yes),
    close() {
      for (const cancel of timers) cancel()
      speaker.close()
    },
  }
}
