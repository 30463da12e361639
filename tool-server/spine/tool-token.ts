import { hkdfSync } from 'node:crypto'
import { errors as joseErrors, jwtVerify, SignJWT, type JWTHeaderParameters } from 'jose'
import { z } from 'zod'
import type { Millis } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import type { Keyring, MasterKey } from './keyring.ts'

// Tokens for agents of ours: good for the tools of one conversation, and a quarter of an hour. The model never sees its own.
export type Token = { tenant: string; conversation: string; scopes: readonly string[] } // conversation: by our own id
export type ToolTokens = {
  mint(token: Token): Promise<string>
  read(token: string): Promise<Token | undefined>
}

export const isToken = (secret: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(secret) // as no key looks

const issuer = 'portero'
const audience = 'tool-server'
const algorithm = 'HS256'
const skewS = 5 // by which replicas' clocks may differ
const livesS = 15 * 60 - skewS
const mostLength = 4_096

const claims = z.object({ sub: z.uuid(), tenant: z.uuid(), scopes: z.array(z.string()), jti: z.uuid(), exp: z.int() })
const kidOf = (master: MasterKey, tenant: string): string => `${master.id}.${tenant}`
// No key signs for two tenants. One that was rotated out goes on verifying what it signed as long as PORTERO_KEY holds it.
const keyFrom = (master: MasterKey, tenant: string): Uint8Array => new Uint8Array(hkdfSync('sha256', master.bytes, '', `portero tool token ${tenant}`, 32))

export const makeToolTokens = ({ clock, keys }: { clock: Clock; keys: Keyring }): ToolTokens => {
  const keyOf = ({ kid = '' }: JWTHeaderParameters): Uint8Array => {
    const [masterId = '', tenant = ''] = kid.split('.')
    const master = keys.byId.get(masterId)
    if (!master || kid !== kidOf(master, tenant)) throw new joseErrors.JWKSNoMatchingKey()
    return keyFrom(master, tenant)
  }
  return {
    async mint({ tenant, conversation, scopes }) {
      const nowS = secondsOf(clock.now())
      return new SignJWT({ tenant, scopes }).setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: kidOf(keys.current, tenant) })
        .setIssuer(issuer).setAudience(audience).setSubject(conversation).setJti(newId(clock)).setIssuedAt(nowS).setExpirationTime(nowS + livesS).sign(keyFrom(keys.current, tenant))
    },
    async read(token) {
      if (token.length > mostLength) return undefined
      try {
        const { payload, protectedHeader } = await jwtVerify(token, keyOf, { algorithms: [algorithm], issuer, audience, currentDate: new Date(clock.now()), clockTolerance: skewS, maxTokenAge: livesS })
        const { data } = claims.safeParse(payload)
        return data && protectedHeader.kid?.endsWith(`.${data.tenant}`) ? { tenant: data.tenant, conversation: data.sub, scopes: data.scopes } : undefined
      } catch (thrown) {
        if (thrown instanceof joseErrors.JOSEError) return undefined
        throw thrown
      }
    },
  }
}

const secondsOf = (ms: Millis): number => Math.floor(ms / 1000)
