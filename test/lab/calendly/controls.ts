import { z } from 'zod'
import type { Simulator } from '../simulator.ts'
import type { Rescheduling } from './bookings.ts'
import { plans, type Plan } from './limits.ts'

// What people do at Calendly, and what befalls it.
export type Deeds = {
  book(wanted: { account?: string | undefined; link?: string | undefined; startsAt: number; email: string; name: string; title?: string | undefined; guests?: string[] | undefined }): string // the event
  reschedule(wanted: Rescheduling): string
  cancel(event: string, how: { by: 'host' | 'invitee'; reason: string | null }): void
  noShow(event: string, yes: boolean): void
  forget(event: string): void
  occupy(account: string, startsAt: number, endsAt: number): void
  free(account: string, startsAt: number, endsAt: number): void
  blind(account: string, yes: boolean): void
  plan(account: string, plan: Plan): void
  secondType(account: string): void // besides the one for visits
  losePushes(times: number): void
  disable(): void
}

// POST /_lab/calendly/{control}
const account = z.string().min(1) // by address
const event = z.string().min(1)
const at = z.union([z.int(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
const yes = z.boolean().default(true)

const wishes = {
  book: z.strictObject({ account: account.optional(), link: z.url().optional(), start: at, email: z.email(), name: z.string().min(1).default('Alguien'), title: z.string().optional(), guests: z.array(z.email()).optional() }), // link: one that may be used once
  reschedule: z.strictObject({ event, start: at, keepsTracking: z.boolean().default(false), order: z.enum(['created-first', 'canceled-first']).default('created-first') }),
  cancel: z.strictObject({ event, by: z.enum(['host', 'invitee']).default('invitee'), reason: z.string().nullable().default(null) }),
  'no-show': z.strictObject({ event, yes }),
  delete: z.strictObject({ event }),
  busy: z.strictObject({ account, start: at, end: at }), // in a calendar behind it
  free: z.strictObject({ account, start: at, end: at }),
  blind: z.strictObject({ account, yes }), // whether a calendar behind it doesn't answer
  plan: z.strictObject({ account, plan: plans }),
  'second-type': z.strictObject({ account }),
  'drop-pushes': z.strictObject({ times: z.int().min(0).default(1) }),
}
const asked = <S extends z.ZodType>(schema: S, run: (wanted: z.infer<S>) => unknown) => (wanted: unknown): unknown => run(schema.parse(wanted ?? {})) ?? {}

export const controlsOf = (deeds: Deeds): Simulator['controls'] => ({
  book: asked(wishes.book, ({ start, ...wanted }) => ({ event: deeds.book({ ...wanted, startsAt: start }) })),
  reschedule: asked(wishes.reschedule, ({ start, ...wanted }) => ({ event: deeds.reschedule({ ...wanted, startsAt: start }) })),
  cancel: asked(wishes.cancel, ({ event, ...how }) => deeds.cancel(event, how)),
  'no-show': asked(wishes['no-show'], ({ event, yes }) => deeds.noShow(event, yes)),
  delete: asked(wishes.delete, ({ event }) => deeds.forget(event)),
  busy: asked(wishes.busy, ({ account, start, end }) => deeds.occupy(account, start, end)),
  free: asked(wishes.free, ({ account, start, end }) => deeds.free(account, start, end)),
  blind: asked(wishes.blind, ({ account, yes }) => deeds.blind(account, yes)),
  plan: asked(wishes.plan, ({ account, plan }) => deeds.plan(account, plan)),
  'second-type': asked(wishes['second-type'], ({ account }) => deeds.secondType(account)),
  'drop-pushes': asked(wishes['drop-pushes'], ({ times }) => deeds.losePushes(times)),
  disable: () => (deeds.disable(), {}), // every subscription
})
