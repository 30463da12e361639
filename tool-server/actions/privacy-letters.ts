import { privacyWords, type Language, type PrivacyLetters } from '@portero/shared'
import { z } from 'zod'
import type { Act } from '../define.ts'
import { emailOf } from '../domain/identity.ts'
import { dueDay, folioOf } from '../domain/privacy.ts'
import { sendMail } from '../domain/ports/mail.ts'
import { dayLabel } from '../domain/spanish-times.ts'
import { conversationWith } from '../store/conversations.ts'
import { mailboxOf } from '../store/invitations.ts'
import type { PrivacyCase, Way } from '../store/privacy-desk.ts'
import { letter } from './letter.ts'
import { say } from './say.ts'

// What is written to somebody about their data: where they last wrote to us, as long as that may be answered; else by mail; else it is left to be read out. Whoever hasn't proven who they are is written to at the address that they gave, and never by the name of somebody whom we know.
// mail: whether there is anything to send it by.
export const outward = z.strictObject({ mail: z.boolean() })
// atOnce: also at night, where they wait for it.
type Telling = { key: string; text: string; mail: boolean; atOnce?: true }
export const tellPerson = async (act: Act, { id, person, asker }: Pick<PrivacyCase, 'id' | 'person' | 'asker'>, { key, text, mail, atOnce }: Telling): Promise<Way> => {
  const conversation = person === undefined ? undefined : await conversationWith(act, person)
  if (conversation !== undefined && (await say(act, { conversation, purpose: atOnce ? 'answer' : 'service', content: { type: 'text', text }, key: `privacy:${id}:${key}` })).said) return 'whatsapp'
  const { mailbox, language } = person === undefined ? typedBy(asker) : await mailboxOf(act, person)
  if (!mail || !mailbox || !sendMail.args.shape.to.safeParse(mailbox.email).success) return 'aloud'
  const words = privacyWords[language].letters
  await act.send(sendMail, { to: mailbox.email, subject: words.subject(folioOf(id)), ...letter({ greeting: words.greeting(mailbox.name), paragraphs: [text], link: undefined, language }) }, { key: `privacy:${id}:${key}`, ...(person !== undefined && { person }) })
  return 'mail'
}

const typedBy = (asker: PrivacyCase['asker']): { mailbox: { name: string; email: string } | undefined; language: Language } => {
  const email = asker && emailOf(asker.contact)
  return { mailbox: email === undefined ? undefined : { name: '', email }, language: asker?.language ?? 'es-MX' }
}
export const languageOf = async (act: Act, { person, asker }: Pick<PrivacyCase, 'person' | 'asker'>): Promise<Language> => (person === undefined ? (asker?.language ?? 'es-MX') : (await mailboxOf(act, person)).language)
export const wordsFor = async (act: Act, found: PrivacyCase): Promise<{ letters: PrivacyLetters; language: Language; folio: string; day(at: number): string }> => {
  const language = await languageOf(act, found)
  return { letters: privacyWords[language].letters, language, folio: folioOf(found.id), day: (at) => spokenDay(dueDay(at), language) }
}
const english = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
export const spokenDay = (day: string, language: Language): string => (language === 'en' ? english.format(Date.parse(`${day}T00:00:00Z`)) : dayLabel(day))
