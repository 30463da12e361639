import { describe, expect, test } from '@jest/globals'
import { array, assert, constantFrom, integer, option, property, record } from 'fast-check'
import { category, costOf, freeEntryMs, messageRates, type MessageRates } from '@portero/tool-server/domain/message-cost.ts'

const at = (text: string): number => Date.parse(text)
const rates = messageRates.parse({
  currency: 'USD',
  zone: 'America/Mexico_City',
  prices: [
    { category: 'service', from: '2025-07-01', micros: 0 },
    { category: 'service', from: '2026-10-01', micros: 4_000 },
    { category: 'utility', from: '2025-07-01', micros: 9_000 },
    { category: 'utility', country: 'MX', from: '2025-07-01', micros: 8_500 },
    { category: 'utility', country: 'MX', from: '2026-10-01', micros: 8_000 },
    { category: 'utility', from: '2026-11-01', micros: 9_900 },
    { category: 'marketing', country: 'MX', from: '2025-07-01', micros: 30_500 },
    { category: 'sms', country: 'MX', from: '2025-07-01', micros: 30_000 },
  ],
})

describe('what a message costs', () => {
  const delivered = at('2026-11-21T12:00-06:00')
  test.each([
    ['a free-form answer', { category: 'service', delivered }, 4_000],
    ['before October it was free', { category: 'service', delivered: at('2026-09-30T23:59:59-06:00') }, 0],
    ['from the first instant of October, by the clock of the account', { category: 'service', delivered: at('2026-10-01T00:00-06:00') }, 4_000],
    ['a reminder in Mexico', { category: 'utility', country: 'MX', delivered }, 8_000],
    ['the same before the country\'s price changed', { category: 'utility', country: 'MX', delivered: at('2026-09-15T12:00Z') }, 8_500],
    ['elsewhere', { category: 'utility', country: 'ES', delivered }, 9_900],
    ['nobody knows where', { category: 'utility', delivered }, 9_900],
    ['what didn\'t arrive', { category: 'marketing', country: 'MX', delivered: undefined }, 0],
    ['after an advertisement', { category: 'marketing', country: 'MX', delivered, entered: delivered - freeEntryMs + 1 }, 0],
    ['72 hours after it', { category: 'marketing', country: 'MX', delivered, entered: delivered - freeEntryMs }, 30_500],
    ['an SMS in three parts', { category: 'sms', country: 'MX', delivered, parts: 3 }, 90_000],
    ['an SMS in one', { category: 'sms', country: 'MX', delivered }, 30_000],
    ['an SMS after an advertisement, which opens nothing there', { category: 'sms', country: 'MX', delivered, entered: delivered - 1 }, 30_000],
    ['an SMS that didn\'t arrive', { category: 'sms', country: 'MX', delivered: undefined, parts: 3 }, 0],
    ['before it', { category: 'marketing', country: 'MX', delivered, entered: delivered + 1 }, 30_500],
  ] as const)('%s', (_, sent, micros) => {
    expect(costOf(sent, rates)).toEqual({ micros, currency: 'USD' })
  })
  test.each([
    ['where no price is given', { category: 'marketing', country: 'ES', delivered }],
    ['of what has none', { category: 'authentication', delivered }],
    ['before the first price', { category: 'service', delivered: at('2025-06-30T12:00Z') }],
  ] as const)('is not guessed %s', (_, sent) => {
    expect(costOf(sent, rates)).toBeUndefined()
  })
  test('is said in whole micros, for known categories, countries, days and zones', () => {
    const [price] = rates.prices
    for (const bad of [{ micros: 0.5 }, { micros: -1 }, { category: 'voice' }, { country: 'Mexico' }, { from: 'October' }, { note: 'x' }]) expect(messageRates.safeParse({ ...rates, prices: [{ ...price, ...bad }] }).success).toBe(false)
    expect(messageRates.safeParse({ ...rates, zone: 'Mexico/Nowhere' }).success).toBe(false)
  })
  test('is the latest price of the country, else of everywhere, whatever order they stand in', () => {
    const days = ['2026-01-01', '2026-04-01', '2026-07-01', '2026-10-01']
    const price = record({ category: constantFrom(...category.options), country: option(constantFrom('MX', 'US'), { nil: undefined }), from: constantFrom(...days), micros: integer({ min: 0, max: 99_999 }) })
    assert(property(array(price, { maxLength: 12 }), constantFrom(...category.options), constantFrom('MX', 'US', 'ES'), constantFrom('2025-12-31', ...days, '2026-11-21'), (all, category, country, day) => {
      const prices = all.filter((each, index) => all.findIndex((one) => one.category === each.category && one.country === each.country && one.from === each.from) === index)
      const byDay = (of: string | undefined): number | undefined => {
        let found: number | undefined
        for (const from of days) for (const each of prices) if (from <= day && each.from === from && each.category === category && each.country === of) found = each.micros
        return found
      }
      const table: MessageRates = { currency: 'MXN', zone: 'UTC', prices: prices.map(({ country, ...each }) => ({ ...each, ...(country && { country }) })) }
      expect(costOf({ category, country, delivered: at(`${day}T12:00Z`) }, table)?.micros).toBe(byDay(country) ?? byDay(undefined))
    }))
  })
})
