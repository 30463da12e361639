import { z } from 'zod'
import type { Simulator } from '../simulator.ts'
import type { Chats, Doom } from './chats.ts'
import { inboxAgents, type InboxAgent } from './inbox.ts'
import type { Phone } from './phone.ts'
import { templateStates, type LocaleStatus } from './templates.ts'
import type { Conversation } from './wire.ts'

// What a person may ask of the simulated Bird: POST /_lab/bird/{control}.
const conversation = z.string()
const number = z.string()
const asked = <S extends z.ZodType>(schema: S, run: (wanted: z.infer<S>) => unknown) => (wanted: unknown): unknown => run(schema.parse(wanted)) ?? {}
const yes = z.strictObject({ yes: z.boolean() })

// What happens at Bird besides what its wire is asked for.
export type Deeds = {
  phone: Phone
  assign(conversation: string, mode: Conversation['mode']): void
  staffSays(conversation: string, text: string): void // in the Inbox; from then on the bot is silent
  end(conversation: string): void
  staff(agents: readonly InboxAgent[]): void // who works in the Inbox
  decide(which: { project: string; locale?: string | undefined; status: LocaleStatus }): void // Meta, on a template
  fail(number: string, failure: Doom): void // the next that is sent there
  unreachable(number: string, how: 'told' | 'refused' | 'no'): void // on WhatsApp
  forgetMedia(url: string): void
  revoke(yes: boolean): void // our key
  answeredBy(who: 'bird' | 'portero'): Promise<void> // whose agent talks with prospects
}
export const controlsOf = (bird: Deeds, { speaker, subscriptions, people, ...chats }: Chats): Simulator['controls'] => ({
  assign: asked(z.strictObject({ conversation, mode: z.enum(['bot', 'human']) }), ({ conversation, mode }) => bird.assign(conversation, mode)),
  staff: asked(z.strictObject({ conversation, text: z.string().min(1) }), ({ conversation, text }) => bird.staffSays(conversation, text)),
  end: asked(z.strictObject({ conversation }), ({ conversation }) => bird.end(conversation)),
  agents: asked(inboxAgents, bird.staff),
  read: asked(z.strictObject({ number }), ({ number }) => bird.phone.read(number)),
  hide: asked(z.strictObject({ number, username: z.string().optional() }), ({ number, username }) => bird.phone.hide(number, username)),
  renumber: asked(z.strictObject({ from: number, to: number }), ({ from, to }) => bird.phone.renumber(from, to)),
  twin: asked(z.strictObject({ number }), ({ number }) => ({ contact: people.twin(number).id })), // the same phone as a second contact, 521 beside 52
  template: asked(z.strictObject({ project: z.string(), locale: z.string().optional(), status: templateStates }), bird.decide),
  fail: asked(z.strictObject({ number, status: z.enum(['sending_failed', 'delivery_failed']), reason: z.string(), code: z.string() }), ({ number, ...failure }) => bird.fail(number, failure)),
  unreachable: asked(z.strictObject({ number, how: z.enum(['told', 'refused', 'no']) }), ({ number, how }) => bird.unreachable(number, how)),
  forget: asked(z.strictObject({ url: z.string() }), ({ url }) => bird.forgetMedia(url)),
  revoke: asked(yes, ({ yes }) => bird.revoke(yes)), // our key
  agent: asked(z.strictObject({ by: z.enum(['bird', 'portero']) }), ({ by }) => bird.answeredBy(by)),
  backwards: asked(yes, ({ yes }) => chats.backwards(yes)),
  bodiless: asked(yes, ({ yes }) => chats.bodiless(yes)),
  twice: asked(yes, ({ yes }) => speaker.twice(yes)), // each webhook
  hold: asked(z.strictObject({}), () => speaker.hold()), // the webhooks, until they are let go
  'let-go': asked(z.strictObject({ backwards: z.boolean().default(false) }), ({ backwards }) => speaker.letGo(backwards)),
  'own-addresses': asked(yes, ({ yes }) => subscriptions.admitOwn(yes)),
  subscription: asked(z.strictObject({ id: z.string(), status: z.enum(['active', 'inactive', 'deleted']) }), ({ id, status }) => (status === 'deleted' ? subscriptions.drop(id) : subscriptions.put(id, status))),
})
