import type { Millis } from '../define.ts'
import { chargeOf, silentAt } from '../domain/silence.ts'
import { opener, type CardPerson, type CardReads } from './card-people.ts'
import { handsOf, waitsSince } from './silence.ts'

// Since when a prospect waits, by the rule that our people are called by. The bot answers by itself, so with it somebody waits only once that time is over.
export const waitingSince = async (on: CardReads, { conversations }: CardPerson, now: Millis): Promise<Millis | undefined> => {
  const which = { tenant: on.tenant, conversations: conversations.map(({ id }) => id) }
  const hands = await handsOf(on.db.bare, which)
  if (!hands) return undefined
  const charge = chargeOf(hands, now)
  const since = await waitsSince(on.db.bare, { ...which, charge, now }, opener(on))
  const { calledAt, answeredAt } = hands
  if (since === undefined) return calledAt !== undefined && (answeredAt === undefined || answeredAt < calledAt) ? calledAt : undefined
  return charge.answers.includes('bot') && silentAt(since, charge) > now ? undefined : since
}
