import { z } from 'zod'
import type { Answer, Asked, Route, Simulator, Time } from '../simulator.ts'
import { makeChats, type Account, type Agent } from './chats.ts'
import { makePhone, type Dialled, type Phone } from './phone.ts'
import type { Call } from './speaker.ts'
import { ringsAt, wireConversation, wireMessage, type Conversation, type Message } from './wire.ts'

// Bird CRM: one workspace, one WhatsApp channel, and the phones that write to it. Its wire and its faults are the lab's.
export type Bird = Simulator & {
  phone: Phone
  phoneDesk(asked: Dialled): Answer
  conversationFor(number: string): string // without a message
  conversation(id: string): Conversation | undefined
  sent(reference?: string): Message[] // what went out, by whomever
  calls(event?: string): Call[] // of webhooks
  assign(conversation: string, mode: Conversation['mode']): void
  staffSays(conversation: string, text: string): void // in the Inbox; from then on the bot is silent
  end(conversation: string): void
  backwards(yes: boolean): void
  silent(): Promise<void> // when no webhook and no turn of the agent is under way
}

const text = z.object({ type: z.literal('text'), text: z.object({ text: z.string().min(1).max(4_096) }) })
const receiver = z.union([z.object({ id: z.string() }), z.object({ identifierKey: z.enum(['phonenumber', 'whatsappbsuid']).default('phonenumber'), identifierValue: z.string() })])
const sending = z.object({ receiver: z.object({ contacts: z.tuple([receiver]) }), body: text, reference: z.string().max(255).default('') })
const joining = z.object({ participantId: z.string(), participantType: z.enum(['accessKey', 'flow', 'bot', 'user']), body: text })

export const makeBird = ({ clock, account, serverUrl, publicUrl, agent }: { clock: Time; account: Account; serverUrl: string; publicUrl?: string | undefined; agent?: Agent }): Bird => {
  const chats = makeChats({ clock, account, serverUrl, publicUrl, agent })
  const { phone, phoneDesk, conversationFor } = makePhone(chats)
  const isShown = ({ madeAt }: { madeAt: number }, lagMs: number): boolean => clock.now() - madeAt >= lagMs
  const known = (id: string): Conversation => {
    const found = chats.conversation(id)
    if (!found) throw new Error(`no conversation is named ${id}`)
    return found
  }
  // Only what belongs to our workspace and channel is there at all.
  const within = (route: Route): Route => (asked) => {
    const { workspace, channel = account.channel } = asked.parts
    return workspace === account.workspace && channel === account.channel ? route(asked) : nothing('no such channel')
  }
  const receiverOf = (wanted: z.infer<typeof receiver>) => {
    if ('id' in wanted) return chats.contacts().find(({ id }) => id === wanted.id)
    return wanted.identifierKey === 'phonenumber' ? chats.contactOf(wanted.identifierValue) : undefined
  }

  const channel = '/workspaces/:workspace/channels/:channel'
  const conversations = '/workspaces/:workspace/conversations'
  const contacts = '/workspaces/:workspace/contacts'
  const routes: Record<string, Route> = {
    [`POST ${channel}/messages`]: within(({ body }) => {
      const wanted = sending.safeParse(body)
      if (!wanted.success) return invalid(wanted.error.issues.map(({ path }) => path.join('.')).join(', '))
      const contact = receiverOf(wanted.data.receiver.contacts[0])
      if (!contact) return invalid('receiver.contacts.0')
      return { status: 202, body: wireMessage(account, chats.send(contact, wanted.data.body, { by: 'api', reference: wanted.data.reference })) }
    }),
    [`GET ${channel}/messages`]: within(({ query, lagMs }) => {
      const wanted = query['phonenumber']
      const fitting = chats.messages().filter((each) => isShown(each, lagMs) && (wanted === undefined || ringsAt(each.contact.number) === ringsAt(wanted)))
      return page(fitting.toReversed().map((each) => wireMessage(account, each)), query)
    }),
    [`GET ${channel}/messages/:message`]: within(({ parts, lagMs }) => {
      const found = chats.message(parts['message'])
      return found && isShown(found, lagMs) ? ok(wireMessage(account, found)) : nothing('no such message')
    }),
    [`GET ${conversations}`]: within(({ query }) => {
      const fitting = chats.conversations().filter(({ status }) => query['status'] === undefined || query['status'] === status)
      return page(query['channelId'] === undefined || query['channelId'] === account.channel ? fitting.map((each) => wireConversation(account, each)) : [], query)
    }),
    [`GET ${conversations}/:conversation`]: within(({ parts, lagMs }) => {
      const found = chats.conversation(parts['conversation'])
      return found && isShown(found, lagMs) ? ok(wireConversation(account, found)) : nothing('no such conversation')
    }),
    [`GET ${conversations}/:conversation/messages`]: within(({ parts, query, lagMs }) => {
      const said = chats.messages().filter((each) => each.conversation === parts['conversation'] && isShown(each, lagMs))
      return page((query['direction'] === 'asc' ? said : said.toReversed()).map((each) => wireMessage(account, each)), query)
    }),
    [`POST ${conversations}/:conversation/messages`]: within(({ parts, body }) => {
      const found = chats.conversation(parts['conversation'])
      if (!found) return nothing('no such conversation')
      const wanted = joining.safeParse(body)
      if (!wanted.success) return invalid(wanted.error.issues.map(({ path }) => path.join('.')).join(', '))
      if (found.status === 'closed') return { status: 422, body: { code: 'ConversationClosed', message: 'the conversation is closed', details: {} } }
      return { status: 201, body: wireMessage(account, chats.send(found.contact, wanted.data.body, { by: wanted.data.participantType === 'user' ? 'human' : 'api', conversation: found })) }
    }),
    [`GET ${contacts}`]: within(({ query }) => page(chats.contacts().map(shownContact), query)),
    [`GET ${contacts}/:contact`]: within(({ parts }) => {
      const found = chats.contacts().find(({ id }) => id === parts['contact'])
      return found ? ok(shownContact(found)) : nothing('no such contact')
    }),
  }

  const assign: Bird['assign'] = (conversation, mode) => chats.change(known(conversation), { mode })
  const end: Bird['end'] = (conversation) => chats.change(known(conversation), { status: 'closed' })
  const staffSays: Bird['staffSays'] = (id, words) => {
    const conversation = known(id)
    chats.change(conversation, { mode: 'human' })
    chats.send(conversation.contact, { type: 'text', text: { text: words } }, { by: 'human', conversation })
  }

  return {
    name: 'bird', routes, phone, phoneDesk, conversationFor, assign, end, staffSays,
    admits: ({ headers }: Asked) => headers['authorization'] === `AccessKey ${account.apiKey}`,
    conversation: (id) => chats.conversation(id),
    sent: (reference) => chats.messages().filter((each) => each.by !== 'prospect' && (reference === undefined || each.reference === reference)),
    calls: (event) => chats.speaker.calls().filter((call) => event === undefined || call.event === event),
    backwards: (yes) => chats.backwards(yes),
    silent: () => chats.speaker.silent(),
    state: () => ({ account, contacts: chats.contacts(), conversations: chats.conversations(), messages: chats.messages(), calls: chats.speaker.calls() }),
    controls: {
      assign: (wanted) => {
        const { conversation, mode } = z.strictObject({ conversation: z.string(), mode: z.enum(['bot', 'human']) }).parse(wanted)
        return (assign(conversation, mode), {})
      },
      staff: (wanted) => {
        const { conversation, text } = z.strictObject({ conversation: z.string(), text: z.string().min(1) }).parse(wanted)
        return (staffSays(conversation, text), {})
      },
      end: (wanted) => (end(z.strictObject({ conversation: z.string() }).parse(wanted).conversation), {}),
      read: (wanted) => (phone.read(z.strictObject({ number: z.string() }).parse(wanted).number), {}),
    },
    close: () => chats.close(),
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const nothing = (message: string): Answer => ({ status: 404, body: { code: 'ResourceNotFound', message } })
const invalid = (where: string): Answer => ({ status: 422, body: { code: 'InvalidPayload', message: 'The payload is not valid.', details: { where } } })
const shownContact = ({ id, number, name }: { id: string; number: string; name?: string }): object => ({
  id, computedDisplayName: name ?? number, attributes: { phonenumber: [number] }, featuredIdentifiers: [{ key: 'phonenumber', value: number }],
})

const fewPerPage = 10
const mostPerPage = 100
const page = (all: readonly object[], { limit, pageToken }: Record<string, string>): Answer => {
  const from = pageToken === undefined ? 0 : Number(Buffer.from(pageToken, 'base64url').toString())
  const to = from + Math.min(Number(limit ?? fewPerPage), mostPerPage)
  return ok({ results: all.slice(from, to), nextPageToken: to < all.length ? Buffer.from(String(to)).toString('base64url') : null })
}
