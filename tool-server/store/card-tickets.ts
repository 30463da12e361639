import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { inTime } from '../spine/cards.ts'
import type { Clock } from '../spine/clock.ts'

// Whom a ticket of the help desk is about only the CRM knows, and it may change its mind; a card asks every few seconds. So it is asked at most once a minute.
const rememberMs: Millis = 60_000
const askMs: Millis = 4_000 // what comes later is there for the next ask
const mostRemembered = 1_000

export type Tickets = { contactsOf(tenant: string, ticket: string): Promise<readonly string[]> }
type Asked = { contacts: Promise<readonly string[]>; until: Millis }

export const makeTickets = ({ clock, ask }: { clock: Clock; ask: Tickets['contactsOf'] }): Tickets => {
  const remembered = new Map<string, Asked>() // the oldest first
  const asked = (tenant: string, ticket: string): Promise<readonly string[]> => {
    const name = `${tenant}:${ticket}`
    const known = remembered.get(name)
    if (known && known.until > clock.now()) return known.contacts
    const fresh: Asked = { contacts: ask(tenant, ticket).catch(nobodyIfGone), until: clock.now() + rememberMs }
    remembered.delete(name)
    remembered.set(name, fresh)
    const [oldest] = remembered.keys()
    if (oldest !== undefined && remembered.size > mostRemembered) remembered.delete(oldest)
    fresh.contacts.catch(() => remembered.get(name) === fresh && remembered.delete(name))
    return fresh.contacts
  }
  return { contactsOf: (tenant, ticket) => inTime(clock, askMs, asked(tenant, ticket)) }
}

const nobodyIfGone = (thrown: unknown): [] => {
  if (thrown instanceof AppError && thrown.code === 'not_found') return []
  throw thrown
}
