import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { AppError } from '@portero/shared'
import { checkSignature, signatureFaults, signatureFields, signatureWindowMs, type Signature } from '@portero/tool-server/domain/ports/signature.ts'

// The check that all vendors share, where a vendor's own contract can't reach.
const now = Date.UTC(2026, 10, 23, 17)
const body = Buffer.from([0xff, 0x00, 0xc3, 0x28]) // no text at all
const digest = (secret: string | Buffer): Buffer => createHmac('sha256', secret).update('1.').update(body).digest()
const good = digest('current').toString('hex')
const check = (changes: Partial<Signature>): string => {
  try {
    checkSignature({ secrets: ['current', 'old'], over: ['1.', body], given: [good], encoding: 'hex', sentAt: { text: String(now), unit: 'milliseconds' }, now, ...changes })
    return 'good'
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'unauthorized') return thrown.message
    throw thrown
  }
}

export const signature = (): void => {
  describe('a signature', () => {
    const { missing, malformed, stale, early, foreign } = signatureFaults
    test.each<[string, Partial<Signature>, string]>([
      ['over bytes that are no text', {}, 'good'],
      ['by the old secret', { given: [digest('old').toString('hex')] }, 'good'],
      ['beside one of a secret that we do not have', { given: ['0'.repeat(64), good] }, 'good'],
      ['in capitals', { given: [good.toUpperCase()] }, 'good'],
      ['in base64', { given: [digest('current').toString('base64')], encoding: 'base64' }, 'good'],
      ['in base64 for addresses', { given: [digest('current').toString('base64url')], encoding: 'base64' }, 'good'],
      ['with a secret of bytes', { secrets: [Buffer.from('current')] }, 'good'],
      ['as old as a vendor may need it to be', { sentAt: { text: String(now - 3_600_000), unit: 'milliseconds' }, windowMs: 3_600_000 }, 'good'],
      ['in seconds, exactly as old as it may be', { sentAt: { text: String((now - signatureWindowMs) / 1_000), unit: 'seconds' } }, 'good'],
      ['that says no time, where that is known', { sentAt: 'not said by this vendor' }, 'good'],
      ['that is not there', { given: undefined }, missing],
      ['that is empty', { given: [] }, malformed],
      ['that is no hex', { given: [good.replace(/^./, 'g')] }, malformed],
      ['that is too short', { given: [good.slice(2)] }, malformed],
      ['with something behind it', { given: [`${good}00`] }, malformed],
      ['in another encoding', { given: [digest('current').toString('base64')] }, malformed],
      ['that says no time', { sentAt: { text: undefined, unit: 'milliseconds' } }, malformed],
      ['that says no number', { sentAt: { text: '1e12', unit: 'milliseconds' } }, malformed],
      ['that says less than nothing', { sentAt: { text: '-1', unit: 'milliseconds' } }, malformed],
      ['a millisecond too old', { sentAt: { text: String(now - signatureWindowMs - 1), unit: 'milliseconds' } }, stale],
      ['a millisecond older than that', { sentAt: { text: String(now - 3_600_001), unit: 'milliseconds' }, windowMs: 3_600_000 }, stale],
      ['from the future, however long its past may be', { sentAt: { text: String(now + signatureWindowMs + 1), unit: 'milliseconds' }, windowMs: 3_600_000 }, early],
      ['a millisecond too early', { sentAt: { text: String(now + signatureWindowMs + 1), unit: 'milliseconds' } }, early],
      ['by somebody else', { given: [digest('somebody').toString('hex')] }, foreign],
      ['over something else', { over: ['1.', Buffer.from('tampered')] }, foreign],
      ['when we have no secret', { secrets: [] }, foreign],
      ['when our secret is empty', { secrets: ['', Buffer.of()], given: [digest('').toString('hex')] }, foreign],
    ])('%s', (_title, changes, outcome) => {
      expect(check(changes)).toBe(outcome)
    })
    test('has its fields by name, each with all of its values', () => {
      expect(Object.fromEntries(signatureFields('t=12, v1=ab==,v1=cd,odd'))).toEqual({ t: ['12'], v1: ['ab==', 'cd'], odd: [''] })
    })
  })
}
