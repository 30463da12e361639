import type { Request } from 'express'
import { z } from 'zod'
import { languages, type Language } from '@portero/shared'
import { languageOf } from '../spine/doors.ts'

export const cookieOf = (request: Request, name: string): string | undefined => {
  const found = (request.get('cookie') ?? '').split(/;\s*/).find((each) => each.startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

// In which language a browser reads the console: as somebody chose in it, else as it says itself. The cookie holds the language and nothing else.
export const languageCookie = 'portero_language'
export const languageHere = (request: Request): Language => z.enum(languages).safeParse(cookieOf(request, languageCookie)).data ?? languageOf(request.get('accept-language'))
