import { z } from 'zod'
import { accessWords, mailWords } from '@portero/shared'
import { defineAction } from '../define.ts'
import { sendMail } from '../domain/ports/mail.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import { forgetTries, hasUntoldLocks, noteLocksTold } from '../store/sign-in-tries.ts'
import type { Clock } from '../spine/clock.ts'
import { letter } from './letter.ts'
import { adminsOf } from './mind-connections.ts'

// Somebody was locked out of the console again and again: the admins get one letter, of all of it within an hour.
const args = z.strictObject({ to: z.array(z.email()), url: z.url() })
export const tellLockOuts = defineAction({ name: 'tell-lock-outs', args, result: z.strictObject({ told: z.int() }), scopes: [], callers: ['system'] }).decides(async ({ to, url }, act) => {
  const language = 'es-MX'
  const told = await noteLocksTold(act)
  const { subject, paragraphs, look } = accessWords[language].lockOut
  const { greeting } = mailWords[language]
  if (told > 0) for (const [at, address] of to.entries()) await act.send(sendMail, { to: address, subject, ...letter({ greeting, paragraphs, link: { label: look, url }, language }) }, { key: `lock-outs:${act.now}:${at}` })
  return { told }
})

type Needs = { db: Db; clock: Clock; registry: Registry; connections: Connections; acting: Acting; tenant: string; publicBaseUrl: string }
export const mindLockOuts = (needs: Needs): Chore => ({
  everyMs: 3_600_000,
  async run() {
    const { db, clock, acting, tenant, publicBaseUrl } = needs
    const forgotten = Number((await forgetTries(db.bare, clock.now())).numAffectedRows ?? 0)
    if (!(await hasUntoldLocks(db.bare, tenant))) return { forgotten }
    const to = await adminsOf(needs, [])
    return { forgotten, ...(await acting.as({ tenant, by: 'system' }, 'all')(tellLockOuts, { to: to ?? [], url: `${publicBaseUrl}/console/access` })) }
  },
})
