import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { takesFollowUps, takesOffers, type ConsentStatus } from '@portero/tool-server/domain/consent.ts'
import { gate, nextSend, pairBurst, pairEveryMs, windowMs, type Purpose, type Standing } from '@portero/tool-server/domain/send-gate.ts'

// The order of the design: opt-out, then a human in charge, then the 24 hours, then an approved template.
const now = 1_795_453_200_000
const fresh: Standing = { isOptedOut: false, mode: 'bot', heardAt: now - 1_000, template: 'none', windowed: true, now }
const verdict = (purpose: Purpose, standing: Partial<Standing> = {}): string => {
  const given = gate(purpose, { ...fresh, ...standing })
  return given.may === 'no' ? given.because : given.may
}

describe.each<Purpose>(['answer', 'agent', 'service', 'notice'])('%s', (purpose) => {
  test.each<[string, Partial<Standing>, string]>([
    ['goes while the prospect is there', {}, 'as-written'],
    ['goes until the last millisecond of the window', { heardAt: now - windowMs + 1 }, 'as-written'],
    ['does not a millisecond later', { heardAt: now - windowMs }, 'window_closed'],
    ['does not to somebody who never wrote', { heardAt: undefined }, 'window_closed'],
    ['goes as a template where there is an approved one', { heardAt: undefined, template: 'approved' }, 'by-template'],
    ['does not as one that is not approved', { heardAt: undefined, template: 'unapproved' }, 'template_unapproved'],
    ['goes as a promotion to who agrees to offers', { heardAt: undefined, template: 'approved', isPromotion: true, isAgreed: true }, 'by-template'],
    ['does not as a promotion to who does not', { heardAt: undefined, template: 'approved', isPromotion: true, isAgreed: false }, 'no_consent'],
    ['asks for no consent to what is no promotion', { heardAt: undefined, template: 'approved', isPromotion: false, isAgreed: false }, 'by-template'],
    ['goes at any time where the channel has no window', { heardAt: undefined, windowed: false }, 'as-written'],
    ['does not after an opt-out', { isOptedOut: true }, 'opted_out'],
    ['does not while a person is in charge', { mode: 'human' }, 'human_in_charge'],
    ['does not while it is paused', { mode: 'paused' }, 'human_in_charge'],
    ['says opt-out before anything else', { isOptedOut: true, mode: 'human', heardAt: undefined }, 'opted_out'],
    ['says who is in charge before the window', { mode: 'human', heardAt: undefined, template: 'approved' }, 'human_in_charge'],
  ])('%s', (_title, standing, expected) => expect(verdict(purpose, standing)).toBe(expected))
})
test('a person of ours writes while they are in charge, in the window, and not after an opt-out', () => {
  expect([verdict('staff', { mode: 'human' }), verdict('staff', { mode: 'human', heardAt: undefined }), verdict('staff', { isOptedOut: true })]).toEqual(['as-written', 'window_closed', 'opted_out'])
})
test('goodbye is said after the opt-out, whoever is in charge, and never outside the window', () => {
  expect([verdict('goodbye', { isOptedOut: true, mode: 'human' }), verdict('goodbye', { isOptedOut: true, heardAt: undefined })]).toEqual(['as-written', 'window_closed'])
})

test('whoever wants to be answered by people only hears nothing of our agent, and everything else', () => {
  const said = (['answer', 'agent', 'service', 'notice', 'staff', 'goodbye'] as const).map((purpose) => [purpose, verdict(purpose, { isPeopleOnly: true })])
  expect(said).toEqual([['answer', 'as-written'], ['agent', 'human_in_charge'], ['service', 'as-written'], ['notice', 'as-written'], ['staff', 'as-written'], ['goodbye', 'as-written']])
})

test.each<[ConsentStatus | null, boolean, boolean, boolean]>([['granted', false, true, true], ['granted', true, true, true], [null, true, false, true], [null, false, false, false], ['revoked', true, false, false], ['refused', true, false, false]])(
  'of who said %s to offers and was shown the notice in force, %s: agrees to offers, %s, and to follow-ups, %s', (status, isShown, offers, followUps) => expect([takesOffers(status), takesFollowUps(status, isShown)]).toEqual([offers, followUps]))

describe('a pair', () => {
  test('hears a few messages at once, and then one every six seconds', () => {
    let until: number | undefined
    const sent = Array.from({ length: 8 }, () => {
      const next = nextSend(until, now)
      until = next.until
      return next.at - now
    })
    expect(sent).toEqual([0, 0, 0, 0, 0, 6_000, 12_000, 18_000])
  })
  test('never hears more than that, whatever comes when', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 60 }), (gaps) => {
      let until: number | undefined
      let clock = now
      const sent = gaps.map((gap) => {
        clock += gap
        const next = nextSend(until, clock)
        until = next.until
        expect(next.at).toBeGreaterThanOrEqual(clock)
        return next.at
      })
      for (const [place, at] of sent.entries()) {
        const before = sent[place - pairBurst]
        if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(pairEveryMs)
      }
    }))
  })
})
