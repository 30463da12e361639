import { z } from 'zod'
import { mailWords, privacyDeskWords } from '@portero/shared'
import { defineAction, type Millis } from '../define.ts'
import { dueSoon, remindersOf } from '../domain/privacy-case.ts'
import { dueDay, folioOf, isWorkingDay, lawDay } from '../domain/privacy.ts'
import { sendMail } from '../domain/ports/mail.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { officersOf, unproven, unwatched } from '../store/privacy-desk.ts'
import { letter } from './letter.ts'
import { watchOpened } from './privacy-clock.ts'
import { spokenDay } from './privacy-letters.ts'

// Each morning: every open request has what rings for it, also one that is older than the desk; and of those that nobody has proven yet, whoever answers for privacy reads in one letter what is due soon, or was. page: of the console's requests.
const language = 'es-MX'
const mostLines = 30
const args = z.strictObject({ mail: z.boolean(), page: z.url() })
export const remindUnproven = defineAction({ name: 'privacy-remind-unproven', args, result: z.strictObject({ told: z.int() }), scopes: [], callers: ['system'] }).decides(async ({ mail, page }, act) => {
  if (!mail || !isWorkingDay(act.now)) return { told: 0 }
  const words = privacyDeskWords[language]
  const lines = (await unproven(act)).flatMap(({ id, clock }) => {
    const due = dueSoon(clock, act.now)
    return due ? [words.reminder.line(folioOf(id), words.term[due.term], due.isLate ? words.late : words.left(due.left), spokenDay(dueDay(due.dueAt), language))] : []
  })
  if (lines.length === 0) return { told: 0 }
  const paragraphs = [words.reminder.lead, ...lines.slice(0, mostLines), ...(lines.length > mostLines ? [words.reminder.more(lines.length - mostLines)] : [])]
  const officers = await officersOf(act)
  for (const [at, to] of officers.entries()) {
    await act.send(sendMail, { to, subject: words.reminder.every(lines.length), ...letter({ greeting: mailWords[language].greeting, paragraphs, link: { label: words.reminder.list, url: page }, language }) }, { key: `privacy-unproven:${lawDay(act.now)}:${at}` })
  }
  return { told: officers.length }
})

type Needs = { db: Db; clock: Clock; acting: Acting; tenant: string; reach(): Promise<z.infer<typeof args>> }
const day: Millis = 86_400_000
export const mindPrivacy = ({ db, clock, acting, tenant, reach }: Needs): Chore => ({
  everyMs: day, atMs: 15 * 3_600_000, // nine in the morning in Mexico
  async run() {
    const system = acting.as({ tenant, by: 'system' }, 'all')
    const late = (await unwatched(db.bare, tenant)).filter(({ kind, isErased, clock: each }) => each.state === 'asked' || (each.state === 'accepted' && kind === 'cancel' && !isErased) || remindersOf(each, clock.now()).length > 0)
    for (const { id } of late) await system(watchOpened, { case: id })
    return { watched: late.length, ...(await system(remindUnproven, await reach())) }
  },
})
