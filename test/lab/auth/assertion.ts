import { decodeJwt, importSPKI, jwtVerify } from 'jose'
import { z } from 'zod'

// A service account signs for itself (RFC 7523), as Google has it: https://developers.google.com/identity/protocols/oauth2/service-account
export const bearerGrant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export type ServiceAccount = { email: string; publicKey: string; mayActFor: readonly string[] } // publicKey: SPKI
type Verdict = { email: string; scopes: string[] } | { error: string; description: string }
const claims = z.object({ iss: z.string(), scope: z.string().min(1), sub: z.string().optional(), exp: z.number(), iat: z.number() })
const longestMs = 3_600_000

export const readAssertion = async (assertion: string, { audience, accounts, now }: { audience: string; accounts: readonly ServiceAccount[]; now: number }): Promise<Verdict> => {
  const told = claims.safeParse(decoded(assertion))
  const account = told.success ? accounts.find(({ email }) => email === told.data.iss) : undefined
  if (!told.success || !account) return { error: 'invalid_grant', description: 'Invalid issuer: Not a valid service account' }
  try {
    await jwtVerify(assertion, await importSPKI(account.publicKey, 'RS256'), { audience, issuer: account.email, algorithms: ['RS256'], currentDate: new Date(now), clockTolerance: 60 })
  } catch {
    return { error: 'invalid_grant', description: 'Invalid JWT Signature.' }
  }
  const { scope, sub, exp, iat } = told.data
  if ((exp - iat) * 1_000 > longestMs) return { error: 'invalid_grant', description: 'Invalid JWT: Token must be a short-lived token (60 minutes)' }
  if (sub !== undefined && !account.mayActFor.includes(sub)) return { error: 'unauthorized_client', description: 'Client is unauthorized to retrieve access tokens using this method' }
  return { email: sub ?? account.email, scopes: scope.split(' ') }
}
const decoded = (assertion: string): unknown => {
  try {
    return decodeJwt(assertion)
  } catch {
    return undefined
  }
}
