import type { Router } from 'express'
import { z } from 'zod'
import { homeOf } from '../spine/knocks.ts'
import { notice } from '../spine/page.ts'
import { parseOr } from '../spine/parse.ts'
import { checkPassword, operatorNamed, sameName } from '../store/operators.ts'
import { giveTryBack, noteLocked, takeTry } from '../store/sign-in-tries.ts'
import { sameText, signOut } from '../store/sign-ins.ts'
import { cookieOf } from './cookies.ts'
import { paths, type ConsoleNeeds } from './frame.ts'
import { knock, session, type Gate } from './gate.ts'
import { makeKnownHere } from './known-here.ts'
import { pathOr, type ShowSignIn } from './sign-in-page.ts'

// The way in and out of the console.
const credentials = z.strictObject({ csrf: z.string(), next: z.string(), name: z.string().max(200), password: z.string().max(1_000) })

export const signInDoors = (door: Router, needs: ConsoleNeeds, gate: Gate, show: ShowSignIn): void => {
  const { db, clock, vault, audit, tenant } = needs
  const known = makeKnownHere(needs)

  door.get(paths.signIn, async (request, response) => {
    const next = pathOr(request.query['next'])
    if (!(await gate.whoIs(request))) return show(request, response, 200, { next })
    gate.seeAgain(request, response)
    response.redirect(303, next)
  })

  door.post(paths.signIn, async (request, response) => {
    const { csrf, password, ...asked } = parseOr('invalid_input', credentials, request.body, 'the fields of the sign-in')
    const next = pathOr(asked.next)
    const { name } = asked
    const knocked = cookieOf(request, knock)
    if (!knocked || !sameText(csrf, knocked)) return show(request, response, 403, { next, name, said: ({ words }) => notice('warn', words.stale, words.staleNext) })
    const here = await known.askerOf(request, name)
    const who = here === undefined ? { name: `name ${sameName(name)}`, address: `from ${homeOf(request.ip)}` } : { browser: here }
    const counted = await Promise.all(Object.entries(who).map(async ([of, asker]) => ({ of, asker: await vault.blindIndex(db.bare, tenant, 'sign-in', asker) })))
    const askers = counted.map(({ asker }) => asker)
    const tried = await takeTry(db, { tenant, askers, now: clock.now() })
    if ('waitMs' in tried) {
      response.set('retry-after', String(Math.ceil(tried.waitMs / 1_000)))
      return show(request, response, 429, { next, name, said: ({ words }) => notice('bad', words.locked, words.lockedNext) })
    }
    const operator = await checkPassword({ db, clock }, { tenant, name, password })
    if (!operator) {
      if (tried.last.length > 0) await lockedOut(name, counted.filter(({ asker }) => tried.last.some((each) => each.equals(asker))))
      return show(request, response, 401, { next, name, said: ({ words }) => notice('bad', words.wrong, words.wrongNext) })
    }
    await giveTryBack(db.bare, tenant, askers)
    await gate.letIn(request, response, operator, { by: 'password' })
    await known.note(response, operator)
    response.redirect(303, next)
  })

  // A name that nobody has isn't written down: it may be a password, typed into the wrong field.
  const lockedOut = async (name: string, last: readonly { of: string; asker: Buffer }[]): Promise<void> => {
    await noteLocked(db.bare, tenant, last.map(({ asker }) => asker))
    const operator = await operatorNamed(db.bare, tenant, name)
    await audit.record(db.bare, { subject: { tenant, by: 'system' }, what: 'console:lock-out', object: operator?.id ?? tenant, after: { of: last.map(({ of }) => of) } })
  }

  door.post(paths.signOut, async (request, response) => {
    const who = await gate.whoIs(request)
    if (who) {
      gate.guards(request.body, who.csrf)
      await signOut({ db }, tenant, cookieOf(request, session) ?? '')
    }
    gate.forget(response)
    response.redirect(303, paths.signIn)
  })
}
