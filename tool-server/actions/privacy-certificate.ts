import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, CompactSign, compactVerify, exportJWK, errors as joseErrors } from 'jose'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act } from '../define.ts'
import { dueOf, isOver, type CaseClock } from '../domain/privacy-case.ts'
import { arcoKinds, folioOf } from '../domain/privacy.ts'
import { auditHead, keepCertificate, type PrivacyCase } from '../store/privacy-desk.ts'

// What was done about a request, signed by a key that only this house has: it is derived from the one that the vault keeps for blind indexes, so it outlives a changed master key, and a backup brings it back. Nothing in it is personal.
// https://www.rfc-editor.org/rfc/rfc7515#appendix-F: the payload is the certificate itself, so the signature goes without it.
// where: a table of ours, or the vendor that has answered. of: which of their data, or which purposes. count: how much of it. left: what was to be done and was not, and why.
const deed = z.strictObject({ where: z.string(), what: z.enum(['handed_over', 'rectified', 'opposed', 'erased']), of: z.array(z.string()).optional(), count: z.int().optional() })
export type Deed = z.infer<typeof deed>
const left = z.strictObject({ where: z.string(), of: z.string(), count: z.int(), why: z.string() })
export type Left = z.infer<typeof left>
const time = z.iso.datetime()
const certificate = z.strictObject({
  version: z.literal(1), folio: z.string(), kind: z.enum(arcoKinds), result: z.enum(['done', 'partly']), receivedAt: time, identifiedAt: time, identifiedBy: z.string(), answeredAt: time, answerDueAt: time, doneAt: time,
  deeds: z.array(deed), left: z.array(left), audit: z.strictObject({ link: z.int(), sha256: z.string() }),
})
const key = z.strictObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() })
export const signedCertificate = z.strictObject({ certificate, key, signature: z.string() })
export type SignedCertificate = z.infer<typeof signedCertificate>

const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex') // https://www.rfc-editor.org/rfc/rfc8410#section-7, before the 32 bytes of the key
export const signingPurpose = ['privacy-certificate', 'ed25519'] as const
const keyFrom = (seed: Buffer): KeyObject => createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
const publicOf = async (seed: Buffer): Promise<z.infer<typeof key>> => {
  const { kty, crv, x } = await exportJWK(createPublicKey(keyFrom(seed)))
  const plain = { kty, crv, x: x ?? '' }
  return key.parse({ ...plain, kid: await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: plain.x }) })
}

export const certify = async (act: Act, found: PrivacyCase, clock: CaseClock, deeds: readonly Deed[], stays: readonly Left[] = []): Promise<void> => {
  const { identifiedAt, answeredAt } = clock
  if (!isOver(clock.state) || identifiedAt === undefined || answeredAt === undefined) throw new AppError('bug', 'only what was done is certified')
  const { link, seal } = await auditHead(act)
  const told = certificate.parse({
    version: 1, folio: folioOf(found.id), kind: found.kind, result: stays.length === 0 ? 'done' : 'partly', receivedAt: iso(clock.openedAt), identifiedAt: iso(identifiedAt), identifiedBy: found.identifiedBy ?? 'hand', answeredAt: iso(answeredAt), answerDueAt: iso(dueOf(clock, 'answer')), doneAt: iso(act.now),
    deeds: [...deeds], left: [...stays], audit: { link, sha256: seal },
  })
  await keepCertificate(act, found.id, JSON.stringify(await sign(await act.sealing.blind(...signingPurpose), told), null, 2))
}
const iso = (ms: number): string => new Date(ms).toISOString()
const sign = async (seed: Buffer, told: z.infer<typeof certificate>): Promise<SignedCertificate> => {
  const ours = await publicOf(seed)
  const [head = '', , signature = ''] = (await new CompactSign(Buffer.from(JSON.stringify(told))).setProtectedHeader({ alg: 'EdDSA', kid: ours.kid }).sign(keyFrom(seed))).split('.')
  return { certificate: told, key: ours, signature: `${head}..${signature}` }
}

// By our own key, whatever key it brings along.
export const isOurs = async (seed: Buffer, { certificate: told, signature }: SignedCertificate): Promise<boolean> => {
  const [head = '', , end = ''] = signature.split('.')
  try {
    await compactVerify(`${head}.${Buffer.from(JSON.stringify(told)).toString('base64url')}.${end}`, createPublicKey(keyFrom(seed)), { algorithms: ['EdDSA'] })
    return true
  } catch (thrown) {
    if (thrown instanceof joseErrors.JOSEError) return false
    throw thrown
  }
}
