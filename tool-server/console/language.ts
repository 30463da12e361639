import type { CookieOptions, Router } from 'express'
import { z } from 'zod'
import { AppError, languages } from '@portero/shared'
import type { Millis } from '../define.ts'
import { sameText } from '../store/sign-ins.ts'
import { cookieOf, languageCookie } from './cookies.ts'
import { paths, type ConsoleNeeds } from './frame.ts'
import { knock, type Gate } from './gate.ts'

// Where a browser is told which language it is to read the console in, signed in or not yet.
const lastsMs: Millis = 365 * 86_400_000
const chosen = z.looseObject({ csrf: z.string(), language: z.enum(languages), back: z.string().max(1_000) })

export const languageDoor = (door: Router, { publicBaseUrl }: Pick<ConsoleNeeds, 'publicBaseUrl'>, gate: Gate): void => {
  const cookie: CookieOptions = { httpOnly: true, sameSite: 'lax', secure: publicBaseUrl.startsWith('https:'), maxAge: lastsMs }
  door.post(paths.language, async (request, response) => {
    const asked = chosen.safeParse(request.body)
    if (!asked.success) throw new AppError('invalid_input', 'a form of the language that does not fit')
    const { csrf, language, back } = asked.data
    const signedIn = await gate.whoIs(request)
    const knocked = cookieOf(request, knock)
    if (signedIn) gate.guards(request.body, signedIn.csrf)
    else if (!knocked || !sameText(csrf, knocked)) throw new AppError('refused', 'a form without its token')
    for (const path of [paths.home, '/oauth']) response.cookie(languageCookie, language, { ...cookie, path }) // the other place has pages for our people too
    response.redirect(303, isOfConsole(back) ? back : paths.home)
  })
}
const isOfConsole = (path: string): boolean => /^\/console(?:\/[\w-]+)*(?:\?[\w=&.%-]*)?$/.test(path)
