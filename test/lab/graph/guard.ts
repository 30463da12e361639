import type { Answer, Asked, LateRoute, Time } from '../simulator.ts'
import { Refusal, refusing } from './answers.ts'

// What every call passes: the token, and how much one app may ask of one mailbox. https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
export type Whose = (bearer: string) => { email: string; isApp?: boolean } | undefined
export type Who = { by: string; email?: string } // email: of whoever let the app act for them; without one it is the app itself
export type Limits = { concurrent: number; perTenMinutes: number; takesMs: number }
export type Guarded = (asked: Asked & { parts: Record<string, string>; lagMs: number; who: Who }) => Answer | Promise<Answer>
const windowMs = 600_000

export const makeGuard = ({ clock, whose }: { clock: Time; whose: Whose }) => {
  const limits: Limits = { concurrent: 4, perTenMinutes: 10_000, takesMs: 0 }
  const recent = new Map<string, number[]>()
  const underWay = new Map<string, number>()
  let answered = 0

  const whoAsks = (header: string | undefined): Who => {
    const bearer = /^Bearer (.+)$/.exec(header ?? '')?.[1]
    const found = bearer === undefined ? undefined : whose(bearer)
    if (!found) throw new Refusal(401, 'InvalidAuthenticationToken', 'Access token is empty, or validation failed.')
    return found.isApp ? { by: 'app' } : { by: found.email, email: found.email }
  }
  const spend = (mailbox: string): void => {
    const spent = (recent.get(mailbox) ?? []).filter((at) => clock.now() - at < windowMs)
    const first = spent[0]
    if (first !== undefined && spent.length >= limits.perTenMinutes) throw new Refusal(429, 'ApplicationThrottled', 'Application is over its Mailbox limit.', { 'retry-after': String(Math.ceil((first + windowMs - clock.now()) / 1_000)) })
    recent.set(mailbox, [...spent, clock.now()])
    if ((underWay.get(mailbox) ?? 0) >= limits.concurrent) throw new Refusal(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', { 'retry-after': '1' })
  }
  const during = async (mailbox: string, work: () => Answer | Promise<Answer>): Promise<Answer> => {
    underWay.set(mailbox, (underWay.get(mailbox) ?? 0) + 1)
    try {
      if (limits.takesMs > 0) await new Promise<void>((resolve) => clock.after(limits.takesMs, resolve))
      return await work()
    } finally {
      underWay.set(mailbox, (underWay.get(mailbox) ?? 1) - 1)
    }
  }

  return {
    limit: (wish: Partial<Limits>) => void Object.assign(limits, wish),
    mailboxFor: ({ email }: Who, user: string | undefined): string => {
      if (user === undefined) {
        if (email === undefined) throw new Refusal(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
        return email
      }
      if (email !== undefined && user.toLowerCase() !== email.toLowerCase()) throw new Refusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
      return user
    },
    behind: (route: Guarded): LateRoute => async (asked) => {
      try {
        const who = whoAsks(asked.headers['authorization'])
        const mailbox = (asked.parts['user'] ?? who.email ?? '').toLowerCase()
        if (mailbox !== '') spend(mailbox)
        return await during(mailbox, () => route({ ...asked, who }))
      } catch (thrown) {
        if (thrown instanceof Refusal) return refusing(thrown, { now: clock.now(), request: `00000000-0000-4000-8000-${String(++answered).padStart(12, '0')}` })
        throw thrown
      }
    },
  }
}
