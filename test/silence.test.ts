import { describe, expect, test } from '@jest/globals'
import { array, assert, boolean, constantFrom, integer, property, record, shuffledSubarray } from 'fast-check'
import { isClosing, silenceIn, type Line, type SilenceRules } from '@portero/tool-server/domain/silence.ts'

const minute = 60_000
const rules: SilenceRules = { now: 100 * minute, patienceMs: 5 * minute, answers: ['bot', 'human'] }
const line = (author: Line['author'], at: number, text?: string): Line => ({ author, at: at * minute, ...(text !== undefined && { text }) })
const since = (lines: Line[], more: Partial<SilenceRules> = {}): number | undefined => {
  const found = silenceIn(lines, { ...rules, ...more })
  return found && found.waitingSince / minute
}

describe('a conversation', () => {
  test.each<[string, Line[], number | undefined]>([
    ['of nothing waits for nothing', [], undefined],
    ['waits since the question', [line('prospect', 10, '¿Sigue disponible?')], 10],
    ['that was answered doesn\'t wait', [line('prospect', 10, '¿Sigue disponible?'), line('bot', 11, 'Sí')], undefined],
    ['answered by a person doesn\'t wait either', [line('prospect', 10, '¿Sigue disponible?'), line('human', 50, 'Sí')], undefined],
    ['waits since the first of several questions', [line('bot', 5, 'Hola'), line('prospect', 10, 'Hola'), line('prospect', 12, '¿cuánto?'), line('prospect', 20, '??')], 10],
    ['waits since what was asked after the last answer', [line('prospect', 10, '¿cuánto?'), line('bot', 11, '$12,000'), line('prospect', 30, '¿y el depósito?')], 30],
    ['isn\'t answered by a reminder', [line('prospect', 10, '¿cuánto?'), line('portero', 20, 'Tu visita es mañana')], 10],
    ['isn\'t answered by what never arrived', [line('prospect', 10, '¿cuánto?'), { ...line('bot', 20, '$12,000'), hasFailed: true }], 10],
    ['that ends with thanks is over', [line('bot', 10, 'Te esperamos'), line('prospect', 11, 'ok, muchas gracias!'), line('prospect', 12, '👍')], undefined],
    ['waits since what came after the thanks', [line('bot', 10, 'Te esperamos'), line('prospect', 11, 'gracias'), line('prospect', 15, '¿hay estacionamiento?')], 15],
    ['waits on, although thanks followed', [line('prospect', 10, '¿hay estacionamiento?'), line('prospect', 11, 'gracias')], 10],
    ['waits for whoever sent a voice note', [line('prospect', 10)], 10],
    ['doesn\'t wait within patience', [line('prospect', 96, '¿cuánto?')], undefined],
    ['waits when patience ends', [line('prospect', 95, '¿cuánto?')], 95],
    ['knows nothing of tomorrow', [line('prospect', 10, '¿cuánto?'), line('bot', 101, '$12,000')], 10],
  ])('%s', (_, lines, expected) => {
    expect(since(lines)).toBe(expected)
  })
  test('waits on when only a person\'s answer counts', () => {
    expect(since([line('prospect', 10, 'quiero un asesor'), line('bot', 11, 'Te comunico')], { answers: ['human'] })).toBe(10)
  })
  test('is read the same in whatever order its lines come, as by walking it once', () => {
    const lines = array(record({ author: constantFrom('prospect', 'bot', 'human', 'portero'), text: constantFrom('¿cuánto?', 'gracias', '👍', 'hola'), hasFailed: boolean() }), { maxLength: 12 })
      .map((lines) => lines.map((line, at): Line => ({ ...line, at: at * minute })))
    const mixed = lines.chain((lines) => shuffledSubarray(lines, { minLength: lines.length }).map((shuffled) => ({ lines, shuffled })))
    assert(property(mixed, integer({ min: 0, max: 15 }), ({ lines, shuffled }, now) => {
      let asked: number | undefined
      for (const { author, at, text, hasFailed } of lines) {
        if (at > now * minute) break
        if (author === 'prospect') asked ??= text === '¿cuánto?' || text === 'hola' ? at : undefined
        else if (author !== 'portero' && !hasFailed) asked = undefined
      }
      const expected = asked !== undefined && now * minute - asked >= rules.patienceMs ? { waitingSince: asked, by: 'prospect' } : undefined
      expect(silenceIn(shuffled, { ...rules, now: now * minute })).toEqual(expected)
    }))
  })
})

describe('a closing', () => {
  test.each(['gracias', 'Gracias!', 'Muchas gracias 🙏', 'ok', 'OK', 'Okey gracias', 'vale', 'va', 'sale, gracias', 'perfecto', '👍', '👍🏽', '❤️', '😊😊', 'listo, nos vemos mañana', 'de acuerdo', 'Thank you so much', 'thanks!', 'got it, thanks', 'Excelente, igualmente', 'ok ok'])('asks nothing: %s', (text) => expect(isClosing(text)).toBe(true))
  test.each(['¿ok?', 'gracias?', '?', '❓', '🤔', 'gracias, ¿y el depósito?', 'hola', 'sí', 'no', 'ok mañana a las 5', 'gracias pero no puedo', 'mañana', 'va a llover', '', '   ', '5', 'sale mucho humo', 'ok '.repeat(100)])('is not: %j', (text) => expect(isClosing(text)).toBe(false))
  test('is not a voice note', () => expect(isClosing(undefined)).toBe(false))
})
