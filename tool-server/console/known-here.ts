import type { Request, Response } from 'express'
import type { Millis } from '../define.ts'
import type { Operator } from '../domain/roles.ts'
import { operatorNamed } from '../store/operators.ts'
import { sameText } from '../store/sign-ins.ts'
import { cookieOf } from './cookies.ts'
import { paths, type ConsoleNeeds } from './frame.ts'
import { strictCookie } from './gate.ts'

// A browser in which somebody has come in by their password has tries of its own for that name: whoever only knows the name can't keep them out. It lets nobody in.
const cookie = 'portero_known'
const lastsMs: Millis = 180 * 86_400_000
export type KnownHere = {
  note(response: Response, operator: Operator): Promise<void>
  askerOf(request: Request, name: string): Promise<string | undefined> // undefined: nobody came in here by that name
}

export const makeKnownHere = ({ db, clock, vault, tenant, publicBaseUrl }: Pick<ConsoleNeeds, 'db' | 'clock' | 'vault' | 'tenant' | 'publicBaseUrl'>): KnownHere => {
  const proofOf = async (operator: string, browser: string): Promise<string> => (await vault.blindIndex(db.bare, tenant, 'known-here', `${operator} ${browser}`)).toString('base64url')
  return {
    async note(response, { id }) {
      const browser = `${clock.now()}.${clock.bytes(12).toString('base64url')}`
      response.cookie(cookie, `${browser}.${await proofOf(id, browser)}`, { ...strictCookie(publicBaseUrl), path: paths.signIn, maxAge: lastsMs })
    },
    async askerOf(request, name) {
      const [, browser = '', since = '', proof = ''] = /^((\d{1,14})\.[\w-]{16})\.([\w-]{43})$/.exec(cookieOf(request, cookie) ?? '') ?? []
      if (browser === '' || Number(since) <= clock.now() - lastsMs) return undefined
      const operator = await operatorNamed(db.bare, tenant, name)
      return operator && sameText(proof, await proofOf(operator.id, browser)) ? `known ${operator.id} ${browser}` : undefined
    },
  }
}
