import { z } from 'zod'
import { roles, type Role } from './roles.ts'

// Who may come in by the company's own sign-in (OpenID Connect), and as what. Whoever is in none of the groups that have a role has none.
export type Elsewhere = { name: string; issuer: string; roleClaim: string; roles: Readonly<Record<string, Role>>; domains: readonly string[]; scopes: readonly string[] } // name: what it is called on the button
export type Judged = { subject: string; email: string; role: Role; sid: string | undefined } | { refused: 'unverified' | 'domain' | 'noRole' }

// Microsoft says it by another name: https://learn.microsoft.com/en-us/entra/identity-platform/optional-claims-reference
const yes = z.union([z.literal(true), z.literal('true'), z.literal(1), z.literal('1')])
const claims = z.looseObject({ sub: z.string().min(1).max(255), email: z.email().max(200), email_verified: z.unknown().optional(), xms_edov: z.unknown().optional(), sid: z.string().max(255).optional().catch(undefined) })
const said = z.union([z.string().transform((one) => [one]), z.array(z.string())])

export const judge = (told: unknown, { roleClaim, roles: known, domains }: Pick<Elsewhere, 'roleClaim' | 'roles' | 'domains'>): Judged => {
  const read = claims.safeParse(told)
  if (!read.success) return { refused: 'unverified' }
  const { sub, sid, email_verified: verified, xms_edov: owned } = read.data
  const email = read.data.email.toLowerCase()
  if (verified === undefined ? !yes.safeParse(owned).success : !yes.safeParse(verified).success) return { refused: 'unverified' }
  if (!domains.includes(email.slice(email.lastIndexOf('@') + 1))) return { refused: 'domain' }
  const groups = said.safeParse(read.data[roleClaim]).data ?? []
  const role = roles.findLast((each) => groups.some((group) => Object.hasOwn(known, group) && known[group] === each))
  return role === undefined ? { refused: 'noRole' } : { subject: sub, email, role, sid }
}
