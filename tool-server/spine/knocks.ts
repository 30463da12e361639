import ipaddr from 'ipaddr.js'
import type { RequestHandler } from 'express'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'

// How often somebody may knock within a minute, at one replica. Each has spent what they may until some moment, and every knock moves that on.
// What these stop is a machine gone wild, so they are far above what people and vendors do. The links that prospects hold have tighter ones of their own (store/page-budgets.ts), and so have conversations (tool-limit.ts).
export type Knock = (who: string) => void // throws when it was too often
export type Limits = {
  key: Knock // of a caller of tools
  wrong: Knock // a wrong key or signature, by address. What is right is never counted, since vendors send for many from one address
  staff: Knock // somebody signed in at the console, or who looks at cards
  page: Knock // of any page, by address
}
export const mostKnocks = { key: 30_000, wrong: 300, staff: 1_200, page: 3_000 } as const
const minuteMs: Millis = 60_000
const rememberMost = 10_000

export const makeLimits = ({ clock, most = mostKnocks }: { clock: Clock; most?: Record<keyof Limits, number> }): Limits => ({ key: makeKnock(clock, most.key), wrong: makeKnock(clock, most.wrong), staff: makeKnock(clock, most.staff), page: makeKnock(clock, most.page) })

export const makeKnock = (clock: Clock, most: number): Knock => {
  const spentUntil = new Map<string, Millis>()
  return (who) => {
    const now = clock.now()
    const until = Math.max(spentUntil.get(who) ?? 0, now) + minuteMs / most
    const waitMs = until - now - minuteMs
    if (waitMs > 1e-3) throw new AppError('throttled', `over ${most} knocks in a minute`, { retryAfterMs: Math.max(1, waitMs) }) // the sum of so many steps is off by less
    spentUntil.delete(who) // and back in at the end: who hasn't knocked for longest stands first
    spentUntil.set(who, until)
    if (spentUntil.size > rememberMost) spentUntil.delete(spentUntil.keys().next().value ?? '')
  }
}

// Whoever has one address of IPv6 may take any that shares its first half. https://www.rfc-editor.org/rfc/rfc4291#section-2.5.4
export const homeOf = (address = ''): string => {
  if (!ipaddr.isValid(address)) return address
  const read = ipaddr.process(address)
  return read instanceof ipaddr.IPv6 ? read.parts.slice(0, 4).join(':') : read.toString()
}

export const byAddress = (knock: Knock): RequestHandler => (request, _response, next) => {
  knock(homeOf(request.ip))
  next()
}
