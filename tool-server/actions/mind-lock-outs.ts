import { z } from 'zod'
import { accessWords, mailWords } from '@portero/shared'
import { defineAction } from '../define.ts'
import { tellAlert } from '../domain/ports/alerts.ts'
import { sendMail } from '../domain/ports/mail.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Log } from '../spine/log.ts'
import type { Registry } from '../spine/registry.ts'
import { countUntoldLocks, forgetTries, noteLocksTold } from '../store/sign-in-tries.ts'
import { letter } from './letter.ts'
import { adminsOf, alertsOf } from './whom-to-tell.ts'

// Somebody was locked out of the console again and again: the admins get one letter, and their webhook one alert, of all of it within an hour. It has no end, so none is told. While nobody can be told, the log says it each hour; the console says it in any case.
const args = z.strictObject({ to: z.array(z.email()), alerts: z.array(z.uuid()), url: z.url() })
export const tellLockOuts = defineAction({ name: 'tell-lock-outs', args, result: z.strictObject({ letters: z.int() }), scopes: [], callers: ['system'] }).decides(async ({ to, alerts, url }, act) => {
  const language = 'es-MX'
  const waiting = to.length + alerts.length > 0 ? await noteLocksTold(act) : 0
  if (waiting === 0) return { letters: 0 }
  const { subject, paragraphs, look } = accessWords[language].lockOut
  const { greeting } = mailWords[language]
  for (const connection of alerts) await act.send(tellAlert, { alert: 'console.lock-outs', state: 'begun', severity: 'warning', summary: subject, waiting, since: new Date(act.now).toISOString(), page: url, runbook: 'docs/access.md#by-a-password' }, { key: `alert:lock-outs:${act.now}:${connection}`, to: connection })
  for (const [at, address] of to.entries()) await act.send(sendMail, { to: address, subject, ...letter({ greeting, paragraphs, link: { label: look, url }, language }) }, { key: `lock-outs:${act.now}:${at}` })
  return { letters: to.length }
})

type Needs = { db: Db; clock: Clock; log: Log; registry: Registry; connections: Connections; acting: Acting; tenant: string; publicBaseUrl: string }
export const mindLockOuts = (needs: Needs): Chore => ({
  everyMs: 3_600_000,
  async run() {
    const { db, clock, log, acting, tenant, publicBaseUrl } = needs
    const forgotten = Number((await forgetTries(db.bare, clock.now())).numAffectedRows ?? 0)
    const count = await countUntoldLocks(db.bare, tenant)
    if (count === 0) return { forgotten }
    const to = (await adminsOf(needs, [])) ?? []
    const { letters } = await acting.as({ tenant, by: 'system' }, 'all')(tellLockOuts, { to, alerts: await alertsOf(needs), url: `${publicBaseUrl}/console/access` })
    log.warn('console.locked-out', { count, letters })
    return { forgotten, letters }
  },
})
