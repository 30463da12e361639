import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { asksForLanguage, languageOf } from '../domain/language.ts'
import { speakWith } from '../store/crm-adopt.ts'
import { languageWith, wroteBefore } from '../store/language.ts'

// They are written to in the language that they write: once they ask for it, or have written it twice in a row.
type Written = { person: string; conversation: string; message: string; text: string }
export const noteLanguage = async (act: Act, { person, text, ...where }: Written): Promise<void> => {
  const asked = asksForLanguage(text)
  const language = asked ?? languageOf(text)
  if (language === undefined || language === (await languageWith(act, person))) return
  if (asked === undefined && (await wroteBefore(act, where)) !== language) return
  await act.act(speak, { person, language })
}

const speak = defineAction({ name: 'speak', args: z.strictObject({ person: z.uuid(), language: z.enum(['es-MX', 'en']) }), result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ person, language }, act) => {
  await speakWith(act, person, language)
  return {}
})
