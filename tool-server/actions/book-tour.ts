import { z } from 'zod'
import { AppError, languages } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { chooseAgent } from '../domain/choose-agent.ts'
import type { Tour } from '../domain/tours.ts'
import { dayMs } from '../domain/zones.ts'
import { lockDays, moveTour, placeTour, takenTimes } from '../store/tours.ts'
import { tellChange } from './tour-change.ts'

// The one way to a tour. Who asks has worked out from the catalogue who could show it; whether they really can is decided here, under the lock of their days.
const args = z.strictObject({
  home: z.uuid(), building: z.uuid(), day: z.string(), startsAt: z.int(), endsAt: z.int(), gapMs: z.int(), perDay: z.int(),
  seats: z.int().min(1).optional(), party: z.int().min(1).optional(), // how many may see it at once, and how many come; one without
  language: z.enum(languages).optional(), // what whoever shows it has to speak
  agents: z.array(z.uuid()).min(1),
  weights: z.record(z.uuid(), z.number()).optional(), // of these agents, by which they take turns; all alike without
  elsewhere: z.strictObject({ agents: z.array(z.uuid()), from: z.int(), to: z.int() }), // where to look for other times when this one is gone
})
const taken = z.strictObject({ agent: z.string(), building: z.string(), startsAt: z.int(), endsAt: z.int(), group: z.strictObject({ home: z.string(), seatsTaken: z.int() }).optional(), isHeld: z.literal(true).optional() })
const result = z.strictObject({
  status: z.enum(['booked', 'held', 'mine', 'clash', 'gone']), // mine: it was already theirs; clash: they have another visit then
  tour: z.uuid().optional(), agent: z.uuid().optional(), taken: z.array(taken).optional(),
})

export const fairnessMs: Millis = 30 * dayMs

export const bookTour = defineAction({ name: 'book-tour', args, result, scopes: ['tours:write'], callers: ['prospect', 'staff', 'workflow', 'system'] }).decides((wanted, act) => takeSlot(act, wanted))

// heldUntil: only kept for them until then, of which nobody hears. unlessNamed: booked all the same where we know their name, or they say it now.
type Keeping = { heldUntil?: Millis; unlessNamed?: true | undefined; name?: string | undefined }
export const takeSlot = async (act: Act, { elsewhere, weights = {}, ...wanted }: z.infer<typeof args>, { heldUntil, unlessNamed, name }: Keeping = {}): Promise<z.infer<typeof result>> => {
  const { subject: { person, conversation } } = act
  if (!person) throw new AppError('bug', 'a visit is booked for a person')
  const { shown, isNamed } = await lockDays(act, { agents: wanted.agents, person, day: wanted.day, from: act.now - fairnessMs, to: act.now + fairnessMs, name })
  const agents = inTurn(wanted.agents, { weights: new Map(Object.entries(weights)), shown })
  const gone = async (): Promise<z.infer<typeof result>> => ({ status: 'gone', taken: await takenTimes(act.tx, act.subject.tenant, { ...elsewhere, now: act.now }) })
  const until = unlessNamed && isNamed ? undefined : heldUntil
  const placed = await placeTour(act, { ...wanted, agents, id: act.newId(), person, conversation, heldUntil: until })
  if (!placed) return gone()
  if (placed.outcome === 'mine' && placed.startsAt === wanted.startsAt && wanted.language && until === undefined) {
    const now = await inLanguage(act, { ...wanted, agents, id: placed.id, person })
    return now ? { status: 'mine', tour: now.id, agent: now.agent } : gone()
  }
  const status = placed.outcome === 'booked' && until !== undefined ? 'held' : placed.outcome
  if (status === 'booked') await tellChange(act, { ...wanted, id: placed.id, person, version: 1 }, 'booked')
  return { status, tour: placed.id, agent: placed.agent }
}

// Their visit stays where it is, and whoever speaks the language shows it. Only where they are told of it at once: what is merely kept for them changes nothing that they have.
const inLanguage = async (act: Act, wanted: Omit<Parameters<typeof moveTour>[1], 'version' | 'since'>): Promise<Tour | undefined> => {
  const { before, after } = await moveTour(act, { ...wanted, version: undefined, since: act.now })
  if (after) await tellChange(act, after, 'moved')
  return after ?? (before?.language === wanted.language ? before : undefined)
}

// Whose turn it is, then whose next: who has shown least for their weight in 30 days.
export const inTurn = (able: readonly string[], shares: Parameters<typeof chooseAgent>[1]): string[] => {
  const order: string[] = []
  for (let left = able; left.length > 0; left = left.filter((id) => !order.includes(id))) order.push(chooseAgent(left, shares))
  return order
}
