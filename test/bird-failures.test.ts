import { describe, expect, test } from '@jest/globals'
import { AppError } from '@portero/shared'
import { contract } from '@portero/tool-server/connectors/bird/contract.ts'
import { failedBy, isUnreachable, reasonIn, wireFailure } from '@portero/tool-server/connectors/bird/failures.ts'

// What Bird and Meta call a failure, in words of ours.
const reason = (failure: unknown, reason?: string): string => reasonIn({ failure: wireFailure.parse(failure), reason })
describe('a message failed because', () => {
  test.each([
    ['its number has no WhatsApp, by Meta\'s code', { code: 15005, source: { name: 'whatsapp-platform', code: '131026' } }, '', 'unreachable'],
    ['nobody has that number, by Bird\'s code', { code: 15005, source: { name: 'sms-messagebird', code: '1' } }, 'details: unknown subscriber; reason: unknown_subscriber; code: 1', 'unreachable'],
    ['the platform\'s code says more than Bird\'s', { code: 15005, source: { name: 'whatsapp-platform', code: 131047 } }, '', 'window_closed'],
    ['a code comes as a text', { code: '131026' }, 'no', 'unreachable'],
    ['only the sentence has a code', undefined, 'details: Re-engagement message; reason: x; code: 131047', 'window_closed'],
    ['there is a word in place of a code', null, 'undeliverable', 'unreachable'],
    ['they want no more marketing', { code: 131050 }, '', 'opted_out'],
    ['a file could not be fetched', { code: 131053 }, '', 'unfit'],
    ['the pair is too fast', { code: 131056 }, '', 'throttled'],
    ['a template is paused', { code: 132015 }, '', 'refused'],
    ['of something that nobody has told us', { code: 424242 }, 'no idea', 'unknown'],
    ['of nothing that could be read', { code: { deep: true }, source: 'x' }, undefined, 'unknown'],
    ['of nothing', undefined, undefined, 'unknown'],
  ])('%s', (_title, failure, sentence, expected) => expect(reason(failure, sentence)).toBe(expected))
})

describe('an SMS is another way', () => {
  const settings = contract.settings(['clave-de-firma-de-prueba'])
  const { smsChannel: _, ...without } = settings
  test('for whom WhatsApp cannot reach, where there is a channel for it', () => {
    expect([failedBy('unreachable', { settings }), failedBy('unreachable', { settings: without })]).toEqual([{ reason: 'unreachable', otherwise: 'sms' }, { reason: 'unreachable' }])
  })
  test('for nothing else, and not for an SMS', () => {
    expect((['window_closed', 'opted_out', 'unfit', 'throttled', 'refused', 'unknown'] as const).map((each) => failedBy(each, { settings }).otherwise)).toEqual(Array.from({ length: 6 }))
    expect(failedBy('unreachable', { by: 'sms', settings })).toEqual({ reason: 'unreachable' })
  })
})

test.each([
  ['names the recipient', new AppError('invalid_input', 'x', { detail: { code: 'InvalidRecipient' } }), true],
  ['names the recipient as the newer API does', new AppError('invalid_input', 'x', { detail: { code: 'E01001', name: 'WhatsAppInvalidRecipient' } }), true],
  ['names what it says', new AppError('invalid_input', 'x', { detail: { code: 'InvalidPayload' } }), false],
  ['may have been taken all the same', new AppError('unavailable', 'x', { arrived: 'unknown', detail: { code: 'InvalidRecipient' } }), false],
  ['says nothing', new AppError('invalid_input', 'x'), false],
  ['is none of Bird', new Error('x'), false],
])('a refusal that %s', (_title, thrown, expected) => expect(isUnreachable(thrown)).toBe(expected))
