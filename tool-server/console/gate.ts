import type { CookieOptions, Request, Response } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Operator } from '../domain/roles.ts'
import { longestMs, sameText, signedIn, signIn, type SignedIn } from '../store/sign-ins.ts'
import { cookieOf } from './cookies.ts'
import type { ConsoleNeeds } from './frame.ts'

// Who is at the console's door: by a cookie that no script reads and no other site sends.
export const session = 'portero_session'
export const knock = 'portero_knock'
const consentPath = '/oauth' // the other place that asks who somebody is

export type Gate = {
  whoIs(request: Request): Promise<SignedIn | undefined>
  guards(form: unknown, csrf: string): void
  letIn(request: Request, response: Response, operator: Operator, how: { by: 'password' } | { by: 'company'; sid: string | undefined }): Promise<void>
  seeAgain(request: Request, response: Response): void // they may have lost the cookie for the other place
  forget(response: Response): void
}
const form = z.looseObject({ csrf: z.string() })
export const strictCookie = (publicBaseUrl: string): CookieOptions => ({ httpOnly: true, sameSite: 'strict', secure: publicBaseUrl.startsWith('https:'), path: '/console' })

export const makeGate = ({ db, clock, audit, tenant, publicBaseUrl }: ConsoleNeeds): Gate => {
  const cookie = strictCookie(publicBaseUrl)
  return {
    async whoIs(request) {
      const token = cookieOf(request, session)
      return token === undefined ? undefined : signedIn({ db, clock }, tenant, token, !request.path.startsWith('/console/live'))
    },
    guards(body, csrf) {
      const told = form.safeParse(body)
      if (!told.success || !sameText(told.data.csrf, csrf)) throw new AppError('refused', 'a form without its token')
    },
    // Always by a new token: one that somebody planted in this browser is worth nothing.
    async letIn(request, response, operator, how) {
      const token = await signIn({ db, clock }, operator, { instead: cookieOf(request, session), sid: how.by === 'company' ? how.sid : undefined })
      await audit.record(db.bare, { subject: { tenant, by: 'staff', user: operator.id }, what: 'console:sign-in', object: operator.id, after: { by: how.by } })
      response.clearCookie(knock, cookie).cookie(session, token, { ...cookie, path: consentPath, maxAge: longestMs }).cookie(session, token, { ...cookie, maxAge: longestMs })
    },
    seeAgain: (request, response) => void response.cookie(session, cookieOf(request, session) ?? '', { ...cookie, path: consentPath, maxAge: longestMs }),
    forget: (response) => void response.clearCookie(session, { ...cookie, path: consentPath }).clearCookie(session, cookie),
  }
}
