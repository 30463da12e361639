import type { Answer, Simulator, Time } from '../simulator.ts'
import { guarded } from './answers.ts'
import { channelRoutes } from './channels.ts'
import { makeChats, type Account, type Agent } from './chats.ts'
import { contactRoutes } from './contacts.ts'
import { controlsOf, type Deeds } from './controls.ts'
import { conversationRoutes } from './conversations.ts'
import { makeInbox, type Item } from './inbox.ts'
import { makePhone, type Dialled } from './phone.ts'
import type { Call } from './speaker.ts'
import { makeTemplates } from './templates.ts'
import type { Conversation, Message } from './wire.ts'

// Bird CRM: one workspace, one WhatsApp channel and one for SMS, and the phones that write to them. Its wire and its faults are the lab's.
export type Bird = Simulator & Deeds & {
  phoneDesk(asked: Dialled): Answer
  conversationFor(number: string): string // as if they had written before
  conversation(id: string): Conversation | undefined
  inboxItem(conversation: string): Item | undefined
  sent(reference?: string): Message[] // what went out, by whomever
  calls(event?: string): Call[] // of webhooks
  backwards(yes: boolean): void
  silent(): Promise<void> // when no webhook and no turn of the agent is under way
}

// switched: tells the house who is to answer.
type Surroundings = { clock: Time; account: Account; serverUrl: string; publicUrl?: string | undefined; agent?: Agent; switched?: (by: 'bird' | 'portero') => Promise<void> }
export const makeBird = ({ clock, account, serverUrl, publicUrl, agent, switched }: Surroundings): Bird => {
  const chats = makeChats({ clock, account, serverUrl, publicUrl, agent })
  const { newId, people, media, speaker, subscriptions } = chats
  const { now } = clock
  const templates = makeTemplates({ newId, now, say: speaker.say })
  const inbox = makeInbox({ chats, now })
  const { phone, phoneDesk, conversationFor } = makePhone(chats)
  let isRevoked = false

  const isShown = ({ madeAt }: { madeAt: number }, lagMs: number): boolean => now() - madeAt >= lagMs
  const known = (id: string): Conversation => {
    const found = chats.conversation(id)
    if (!found) throw new Error(`no conversation is named ${id}`)
    return found
  }
  const routes = {
    ...guarded(
      { ...channelRoutes({ chats, templates, isShown }), ...conversationRoutes({ chats, isShown }), ...contactRoutes({ people, now }), ...inbox.routes, ...templates.routes, ...subscriptions.routes, ...media.routes },
      { clock, workspace: account.workspace, apiKey: account.apiKey, isRevoked: () => isRevoked },
    ),
    ...media.openRoutes,
  }

  const bird: Omit<Bird, keyof Simulator> = {
    phone, phoneDesk, conversationFor,
    conversation: (id) => chats.conversation(id),
    sent: (reference) => chats.messages().filter((each) => each.by !== 'prospect' && (reference === undefined || each.reference === reference)),
    calls: (event) => speaker.calls().filter((call) => event === undefined || call.event === event),
    assign: (conversation, mode) => chats.change(known(conversation), { mode }),
    end: (conversation) => chats.change(known(conversation), { status: 'closed' }),
    staffSays(id, words) {
      const conversation = known(id)
      inbox.answers(conversation)
      chats.change(conversation, { mode: 'human' })
      chats.send(conversation.contact, { type: 'text', text: { text: words } }, { by: 'human', conversation })
    },
    staff: (agents) => inbox.agents(agents),
    inboxItem: (conversation) => inbox.item(conversation),
    decide: (which) => templates.put(which),
    fail: (number, failure) => chats.fail(people.at(number), failure),
    unreachable: (number, how) => phone.lackWhatsapp(number, how),
    forgetMedia: (url) => media.forget(url),
    revoke: (yes) => void (isRevoked = yes),
    async answeredBy(by) {
      chats.quiet(by !== 'bird')
      await switched?.(by)
    },
    backwards: (yes) => chats.backwards(yes),
    silent: () => speaker.silent(),
  }
  return {
    name: 'bird', routes, ...bird,
    admits: () => true, // Bird refuses a key in its own words: guarded does it
    opened: (url) => media.publishedAt(url),
    state: () => ({ account, contacts: people.all(), conversations: chats.conversations(), messages: chats.messages(), templates: templates.all(), subscriptions: subscriptions.all(), calls: speaker.calls() }),
    controls: controlsOf(bird, chats),
    close: () => chats.close(),
  }
}
