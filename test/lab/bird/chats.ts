import { createHash } from 'node:crypto'
import type { Time } from '../simulator.ts'
import type { Body, Outgoing, TemplateWanted } from './bodies.ts'
import { makeMedia, type Media } from './media.ts'
import { makePeople, type People } from './people.ts'
import { segmentsOf } from './sms.ts'
import { makeSpeaker, type Speaker } from './speaker.ts'
import { makeSubscriptions, type Subscriptions } from './subscriptions.ts'
import { wireConversation, wireMessage, wireReading, type Author, type Contact, type Conversation, type Failure, type Message, type Our } from './wire.ts'

// Who talks with whom, what was said, and the webhooks that this leads to.
export type Account = { workspace: string; channel: string; apiKey: string; signingKeys: readonly string[]; number: string; botName: string; smsChannel?: string }
// Bird's own agent, where there is one: what it says to what it heard, message by message, or nothing at all. pick: what the button or row stands for that was pressed.
export type Agent = { answer(conversation: string, text: string, pick?: string): Promise<readonly (string | Outgoing)[]> }
type Heard = { id?: string; repliesTo?: Message['repliesTo']; meta?: Record<string, string> | undefined; platform?: Message['platform'] }
type Said = { by: Exclude<Author, 'prospect'>; reference?: string; conversation?: Conversation; template?: TemplateWanted | undefined; platform?: Message['platform']; isDraft?: true; repliesTo?: Message['repliesTo']; place?: number } // place: among those said at once, which are told apart by their moments
export type Chats = {
  our: Our
  people: People
  media: Media
  speaker: Speaker
  subscriptions: Subscriptions
  newId(): string
  conversations(): Conversation[]
  conversation(id: string | undefined): Conversation | undefined
  lastIn(conversation: Conversation): Message | undefined
  messages(): Message[] // the oldest first
  message(id: string | undefined): Message | undefined
  openOf(contact: Contact): Conversation | undefined
  meet(contact: Contact): Conversation // the open one, or a new one
  change(conversation: Conversation, to: Partial<Pick<Conversation, 'status' | 'mode' | 'name' | 'attributes' | 'others'>>): void
  windowUntil(contact: Contact): number | undefined // until when we may write to them freely
  hear(contact: Contact, body: Body, how?: Heard): { conversationId: string; messageId: string }
  forget(conversation: Conversation): void // with all that was said in it, and the files that came with that
  revise(message: Message, body: Body | undefined): void // by who wrote it; without a body it is taken back
  send(contact: Contact, body: Body, how: Said): Message
  fail(contact: Contact, failure: Doom): void // the next that is sent to them
  read(message: Message): void
  backwards(yes: boolean): void // whether the fates of a message are told the last first
  quiet(yes: boolean): void // whether Bird's own agent says nothing, because somebody else's does
  isQuiet(): boolean
  bodiless(yes: boolean): void // whether the webhooks of what our people say lack the words
  close(): void
}
export type Doom = Failure & { status: 'sending_failed' | 'delivery_failed' }

const windowMs = 24 * 3_600_000
const fatesAfterMs = [['sent', 400], ['delivered', 900]] as const
const outsideWindow: Doom = { status: 'sending_failed', code: '131047', reason: 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.' }
const noWhatsapp: Doom = { status: 'sending_failed', code: '131026', reason: 'Message undeliverable.' }
const notFetched: Doom = { status: 'sending_failed', code: '131053', reason: 'Media upload error: the file could not be downloaded.' }

type Whereabouts = { clock: Time; account: Account; serverUrl: string; publicUrl?: string | undefined; agent?: Agent | undefined }
export const makeChats = ({ clock, account, serverUrl, publicUrl = serverUrl, agent }: Whereabouts): Chats => {
  const conversations = new Map<string, Conversation>()
  const messages = new Map<string, Message>()
  const turns = new Map<string, Promise<void>>() // of the agent, one after another in each conversation
  const doomed = new Map<Contact, Doom>()
  const timers = new Set<() => void>()
  let made = clock.now() // from the time it opened: what it said in an earlier life is still remembered by whoever heard it
  let isBackwards = false
  let isBodiless = false
  let isQuiet = false

  const our: Our = { channel: account.channel, smsChannel: account.smsChannel ?? `${account.channel}-sms`, number: account.number, botName: account.botName }
  const newId = (): string => createHash('sha256').update(`${account.channel}/${++made}`).digest('hex').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5')
  const people = makePeople({ newId, now: clock.now })
  const subscriptions = makeSubscriptions({ newId, now: clock.now, account: { url: `${publicUrl}/webhooks/bird`, signingKey: account.signingKeys[0] ?? '' }, own: [publicUrl, serverUrl] })
  // What Bird believes our address to be leads to the same door here, and no other door is knocked at.
  const doorOf = (url: string): string | undefined => (url.startsWith(`${publicUrl}/`) ? serverUrl + url.slice(publicUrl.length) : url.startsWith(`${serverUrl}/`) ? url : undefined)
  const speaker = makeSpeaker({ clock, doorOf, targets: subscriptions.targets })
  const media = makeMedia({ newId, now: clock.now, workspace: account.workspace })
  const after = (ms: number, run: () => void): void => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      run()
    })
    timers.add(cancel)
  }
  const put = ({ id = newId(), ...message }: Omit<Message, 'id' | 'madeAt' | 'changedAt'> & { id?: string }): Message => {
    const full = { ...message, id, madeAt: clock.now(), changedAt: clock.now() }
    messages.set(full.id, full)
    return full
  }
  const tell = (message: Message, status = message.status): void => {
    const { body, ...silent } = { ...message, status, changedAt: clock.now() }
    const isMute = body === undefined || (isBodiless && message.by === 'human')
    speaker.say(`${message.platform}.${message.by === 'prospect' ? 'inbound' : 'outbound'}`, wireMessage(our, isMute ? silent : { ...silent, body }))
  }
  const lastIn: Chats['lastIn'] = ({ id }) => [...messages.values()].findLast(({ conversation, isDraft }) => conversation === id && !isDraft)
  const tellConversation = (event: 'created' | 'updated', conversation: Conversation): void => speaker.say(`conversation.${event}`, wireConversation(our, conversation, lastIn(conversation)))

  const change: Chats['change'] = (conversation, to) => {
    Object.assign(conversation, to, { changedAt: clock.now() })
    tellConversation('updated', conversation)
  }
  const openOf: Chats['openOf'] = (contact) => [...conversations.values()].findLast((each) => each.contact === contact && each.status === 'active')
  const meet: Chats['meet'] = (contact) => {
    const open = openOf(contact)
    if (open) return open
    const conversation: Conversation = { id: newId(), contact, status: 'active', mode: 'bot', attributes: {}, others: [], madeAt: clock.now(), changedAt: clock.now() }
    conversations.set(conversation.id, conversation)
    tellConversation('created', conversation)
    return conversation
  }
  const windowUntil: Chats['windowUntil'] = ({ heardAt }) => (heardAt === undefined || clock.now() >= heardAt + windowMs ? undefined : heardAt + windowMs)
  const failureOf = (contact: Contact, { platform = 'whatsapp', template }: Said): Doom | undefined => {
    if (platform === 'whatsapp' && contact.lacksWhatsapp) return noWhatsapp
    const planned = doomed.get(contact)
    doomed.delete(contact)
    return planned ?? (platform === 'whatsapp' && !template && windowUntil(contact) === undefined ? outsideWindow : undefined)
  }
  // WhatsApp fetches what it is to deliver. Only our own door is knocked at here; what lies elsewhere is taken to be there.
  const collect = async ({ address, ...about }: ReturnType<typeof fileIn> & object, message: Message): Promise<boolean> => {
    const door = doorOf(address)
    if (door === undefined) return true
    const bytes = await fetch(door).then(async (response) => (response.ok ? Buffer.from(await response.arrayBuffer()) : undefined), () => undefined)
    if (bytes) message.kept = media.keep({ ...about, bytes }, message.id)
    return bytes !== undefined
  }
  const send: Chats['send'] = (contact, body, how) => {
    const { by, reference = '', platform = 'whatsapp', template, isDraft, repliesTo, place = 0, conversation = platform === 'whatsapp' ? openOf(contact) : undefined } = how
    const units = platform === 'sms' && body.type === 'text' ? segmentsOf(body.text.text) : 1
    const message = put({ platform, contact, by, body, reference, units, status: 'accepted', ...(template && { template }), ...(isDraft && { isDraft }), ...(repliesTo && { repliesTo }), ...(conversation && { conversation: conversation.id }) })
    message.madeAt += place
    if (isDraft) return message
    let doom = failureOf(contact, how)
    const fail = (failing: Doom): void => {
      doom = failing
      message.failure = { reason: failing.reason, code: failing.code }
    }
    if (doom) fail(doom)
    else if (conversation) conversation.spokeAt = message.madeAt
    tell(message)
    const file = fileIn(body)
    if (file && !doom) speaker.tracked(collect(file, message).then((isThere) => isThere || fail(notFetched)))
    fatesAfterMs.forEach(([usual, ms], at) => {
      after(ms, () => {
        if (message.status.endsWith('_failed')) return
        const status = doom && (doom.status === 'sending_failed' || at > 0) ? doom.status : usual
        if (message.status !== 'read') Object.assign(message, { status, changedAt: clock.now() })
        tell(message, isBackwards && !doom ? fatesAfterMs.at(-1 - at)?.[0] : status)
      })
    })
    return message
  }
  const letAgentAnswer = (conversation: Conversation, text: string, pick: string | undefined): void => {
    if (!agent || isQuiet || conversation.mode !== 'bot') return
    const before = turns.get(conversation.id)
    const turn = (async () => {
      await before
      for (const [place, answer] of (await agent.answer(conversation.id, text, pick)).entries()) {
        if (conversation.mode === 'bot' && conversation.status === 'active') send(conversation.contact, typeof answer === 'string' ? { type: 'text', text: { text: answer } } : answer, { by: 'bot', conversation, place })
      }
    })()
    turns.set(conversation.id, turn)
    speaker.tracked(turn)
  }

  return {
    our, people, media, speaker, subscriptions, newId, openOf, meet, change, send, windowUntil, lastIn,
    conversations: () => [...conversations.values()],
    conversation: (id) => conversations.get(id ?? ''),
    messages: () => [...messages.values()],
    message: (id) => messages.get(id ?? ''),
    // The webhook of what a prospect says does not name the conversation.
    hear(contact, body, { platform = 'whatsapp', id, meta, repliesTo } = {}) {
      const isChat = platform === 'whatsapp'
      const conversation = isChat ? meet(contact) : undefined
      const units = !isChat && body.type === 'text' ? segmentsOf(body.text.text) : 1
      const message = put({ ...(id !== undefined && { id }), platform, contact, by: 'prospect', body, units, reference: '', status: 'delivered', ...(conversation && { conversation: conversation.id }), ...(repliesTo && { repliesTo }), ...(meta && { meta }) })
      const { conversation: _, ...alone } = message
      if (conversation) contact.heardAt = conversation.heardAt = message.madeAt
      tell(alone)
      if (conversation) change(conversation, {})
      if (conversation && body.type === 'text') letAgentAnswer(conversation, body.text.text, payloadIn(body))
      return { conversationId: conversation?.id ?? '', messageId: message.id }
    },
    // Believed only: that the messages and their files go with it.
    forget({ id }) {
      conversations.delete(id)
      for (const message of messages.values()) {
        if (message.conversation !== id) continue
        messages.delete(message.id)
        if (message.body) media.forget(fileIn(message.body)?.address ?? '')
        if (message.kept) media.forget(message.kept)
      }
    },
    // Believed only: the same message once more, later, and its words changed or gone.
    revise(message, body) {
      Object.assign(message, { isEdited: true, changedAt: clock.now(), meta: { ...message.meta, [body ? 'edited' : 'deleted']: 'true' } })
      if (body) message.body = body
      else {
        message.status = 'deleted'
        delete message.body
      }
      const { conversation: _, ...alone } = message
      tell(alone)
    },
    fail: (contact, failure) => void doomed.set(contact, failure),
    read(message) {
      Object.assign(message, { status: 'read', changedAt: clock.now() })
      speaker.say('whatsapp.interaction', wireReading(our, message))
    },
    backwards: (yes) => void (isBackwards = yes),
    quiet: (yes) => void (isQuiet = yes),
    isQuiet: () => isQuiet,
    bodiless: (yes) => void (isBodiless = yes),
    close() {
      for (const cancel of timers) cancel()
      speaker.close()
    },
  }
}

const fileIn = (body: Body): { address: string; contentType: string } | undefined => {
  if (body.type === 'image') return { address: body.image.images[0].mediaUrl, contentType: 'image/jpeg' }
  return body.type === 'file' ? { address: body.file.files[0].mediaUrl, contentType: body.file.files[0].contentType } : undefined
}
const payloadIn = (body: Body): string | undefined => {
  const pressed = body.type === 'text' ? body.text.actions?.[0] : undefined
  return pressed?.type === 'postback' ? pressed.postback.payload : undefined
}
