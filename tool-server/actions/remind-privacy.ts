import { z } from 'zod'
import { mailWords, privacyDeskWords } from '@portero/shared'
import { defineAction } from '../define.ts'
import { dueOf, waitsFor } from '../domain/privacy-case.ts'
import { dueDay, folioOf } from '../domain/privacy.ts'
import { sendMail } from '../domain/ports/mail.ts'
import { lockCase, officersOf } from '../store/privacy-desk.ts'
import { letter } from './letter.ts'
import { dueKey, privacyDue } from './privacy-clock.ts'
import { spokenDay } from './privacy-letters.ts'

// Whoever answers for privacy hears of a date before it has come, unless what is due then is done. page: of the console's cases, each by its id.
const language = 'es-MX'
const args = privacyDue.payload.extend({ mail: z.boolean(), page: z.string() })
export const remindPrivacy = defineAction({ name: 'privacy-remind', args, result: z.strictObject({ told: z.int() }), scopes: [], callers: ['system'] }).decides(async ({ case: id, term, left, mail, page }, act) => {
  const { clock } = await lockCase(act, id)
  if (!mail || !waitsFor(clock).includes(term)) return { told: 0 }
  const officers = await officersOf(act)
  const words = privacyDeskWords[language]
  const folio = folioOf(id)
  const due = dueOf(clock, term) // one that was put off is another date
  const text = words.reminder.text(folio, words.term[term], act.now > due ? words.late : words.left(left), spokenDay(dueDay(due), language))
  for (const [at, to] of officers.entries()) {
    await act.send(sendMail, { to, subject: words.reminder.subject(folio), ...letter({ greeting: mailWords[language].greeting, paragraphs: [text], link: { label: words.reminder.link, url: `${page}${id}` }, language }) }, { key: `${dueKey(id, { term, left })}:${due}:${at}` })
  }
  return { told: officers.length }
})
