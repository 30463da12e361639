import { z } from 'zod'
import type { Deltas } from './delta.ts'
import type { Limits } from './guard.ts'
import { changing, etagOf, shown, type Event, type Mailboxes } from './mailboxes.ts'
import type { Subscriptions } from './subscriptions.ts'
import { instantOf, moment, momentIn } from './zones.ts'

// What people do in Outlook, and what Graph does by itself: POST /_lab/graph/{control}
const email = z.email()
const which = z.strictObject({ email, event: z.string() })
const putting = changing.extend({ email, start: moment, end: moment, response: z.enum(['none', 'organizer', 'accepted', 'tentativelyAccepted', 'declined', 'notResponded']).default('organizer'), transactionId: z.string().optional(), every: z.strictObject({ days: z.int().min(1), times: z.int().min(1).max(200) }).optional() })
const revising = changing.extend({ ...which.shape, response: z.string().optional(), isCancelled: z.boolean().optional() })
const moving = which.extend({ start: moment, minutes: z.int().min(1).optional() })
const telling = z.strictObject({ event: z.enum(['missed', 'subscriptionRemoved', 'reauthorizationRequired']), email: email.optional() })
const limiting = z.strictObject({ concurrent: z.int().min(1), perTenMinutes: z.int().min(1), takesMs: z.int().min(0) }).partial()

type ControlName = 'put' | 'change' | 'move' | 'delete' | 'expire' | 'drop-pushes' | 'kill-cursors' | 'lifecycle' | 'schedule' | 'limits'
export type Controls = Record<ControlName, (wanted: unknown) => unknown>
type Needs = { boxes: Mailboxes; subscriptions: Subscriptions; deltas: Deltas; unknowable: Set<string>; limit(wish: Partial<Limits>): void }
export const controlsOf = ({ boxes, subscriptions, deltas, unknowable, limit }: Needs): Controls => {
  const told = (event: Event): object => ({ ...shown(event, { zone: event.zone, expand: true }), etag: etagOf(event) })
  const found = (wish: z.infer<typeof which>) => {
    const mailbox = boxes.of(wish.email)
    return { mailbox, event: boxes.one(mailbox, wish.event) }
  }
  return {
    put: asked(putting, ({ email: whose, ...wish }) => told(boxes.put(boxes.of(whose), wish))),
    change: asked(revising, ({ email: whose, event: id, ...wish }) => {
      const { mailbox, event } = found({ email: whose, event: id })
      return told(boxes.change(mailbox, event, wish))
    }),
    move: asked(moving, ({ start, minutes, ...one }) => {
      const { mailbox, event } = found(one)
      const lasts = minutes === undefined ? event.endsAt - event.startsAt : minutes * 60_000
      return told(boxes.change(mailbox, event, { start, end: momentIn(instantOf(start) + lasts, start.timeZone) }))
    }),
    delete: asked(which, (one) => {
      const { mailbox, event } = found(one)
      return boxes.remove(mailbox, event)
    }),
    expire: asked(z.strictObject({ email: email.optional() }), ({ email: whose }) => subscriptions.expire(whose)),
    'drop-pushes': asked(z.strictObject({ yes: z.boolean().default(true) }), ({ yes }) => subscriptions.dropPushes(yes)),
    'kill-cursors': asked(z.strictObject({}), () => deltas.kill()),
    lifecycle: asked(telling, ({ event, email: whose }) => subscriptions.lifecycle(event, whose)),
    // Whose schedule can't be said for a while.
    schedule: asked(z.strictObject({ email, isKnown: z.boolean() }), ({ email: whose, isKnown }) => void (isKnown ? unknowable.delete(boxes.of(whose).email) : unknowable.add(boxes.of(whose).email))),
    limits: asked(limiting, (wish) => limit(Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)))),
  }
}
const asked = <S extends z.ZodType>(schema: S, run: (wanted: z.infer<S>) => unknown) => (wanted: unknown): unknown => run(schema.parse(wanted ?? {})) ?? {}
