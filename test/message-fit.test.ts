import { describe, expect, test } from '@jest/globals'
import { array, assert, constantFrom, integer, oneof, option, property, record, string } from 'fast-check'
import { fitMessage, messageContent, pickIn, sms, splitText, whatsapp, type Choice, type Content } from '@portero/tool-server/domain/message-fit.ts'
import { segmentsOf, thrifty } from '@portero/tool-server/domain/sms.ts'

const words = (count: number, word = 'palabra'): string => Array.from({ length: count }, (_, at) => `${word}${at}`).join(' ')
const texts = (messages: Content[]): (string | undefined)[] => messages.map((each) => (each.type === 'text' ? each.text : undefined))
const buttons = (...titles: string[]): Choice[] => titles.map((title, at) => ({ id: `b${at + 1}`, title }))
const on = (content: Content): Content[] => fitMessage(content, whatsapp).messages

describe('a long text', () => {
  test('that fits stays as it is', () => {
    expect(splitText('  Hola,\n\n ¿qué tal? ', 21)).toEqual(['  Hola,\n\n ¿qué tal? '])
    expect(splitText(' \n ', 2)).toEqual([])
  })
  test.each([
    ['between paragraphs', 'Uno dos tres.\n\nCuatro. Cinco seis', 25, ['Uno dos tres.', 'Cuatro. Cinco seis']],
    ['between lines', 'Uno dos tres\nCuatro. Cinco seis', 24, ['Uno dos tres', 'Cuatro. Cinco seis']],
    ['between sentences', 'Uno dos tres. Cuatro cinco seis', 25, ['Uno dos tres.', 'Cuatro cinco seis']],
    ['after a question in quotation marks', 'Dijo «¿cuánto cuesta?» y luego se fue', 30, ['Dijo «¿cuánto cuesta?»', 'y luego se fue']],
    ['between words', 'uno dos tres cuatro cinco', 14, ['uno dos tres', 'cuatro cinco']],
    ['not between a number and what it counts', 'Elige:\n1. El lunes de la semana', 24, ['Elige:\n1. El lunes de la', 'semana']],
    ['not so early that a scrap is left', 'Hola.\n\nUno dos tres cuatro cinco seis', 30, ['Hola.\n\nUno dos tres cuatro', 'cinco seis']],
    ['where it must', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['not inside a family', 'ab👨‍👩‍👧cd', 9, ['ab', '👨‍👩‍👧c', 'd']],
    ['not inside a flag', '🇲🇽🇲🇽🇲🇽', 9, ['🇲🇽🇲🇽', '🇲🇽']],
    ['not before an accent', 'abcde\u0301fg', 5, ['abcd', 'e\u0301fg']],
    ['between units only where one sign is longer than all the room', '👨‍👩‍👧', 4, ['👨‍', '👩‍', '👧']],
    ['where white space begins, which is left out', 'uno    dos', 5, ['uno', 'dos']],
  ])('is cut %s', (_, text, most, parts) => {
    expect(splitText(text, most)).toEqual(parts)
  })
  test('loses nothing but white space at a cut, and no part is too long, empty or broken', () => {
    const sign = oneof({ weight: 6, arbitrary: string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 6 }) }, constantFrom(' ', '\n\n', '\r\n', '. ', '? ', '👨‍👩‍👧', '🇲🇽', 'ñ', 'e\u0301', ' \u0301', '\u00a0', '😀'), string({ unit: 'binary', maxLength: 4 }))
    assert(property(array(sign, { maxLength: 80 }).map((signs) => signs.join('')), integer({ min: 12, max: 60 }), (text, most) => {
      const graphemes = new Set([...new Intl.Segmenter('es').segment(text)].flatMap(({ index, segment }) => (segment.length > most ? Array.from({ length: segment.length + 1 }, (_, at) => index + at) : [index])).concat(text.length))
      let from = 0
      for (const part of splitText(text, most)) {
        const found = text.indexOf(part, from)
        expect(part.trim()).not.toBe('')
        expect(part.length).toBeLessThanOrEqual(most)
        expect(text.slice(from, found).trim()).toBe('')
          expect(graphemes.has(found) && graphemes.has(found + part.length)).toBe(true)
        from = found + part.length
      }
      expect(text.slice(from).trim()).toBe('')
    }), { numRuns: 500 })
  })
  test('is cut in as few parts as words allow, give or take the halves', () => {
    const long = words(3_000)
    const parts = splitText(long, 4_096)
    expect(parts.join(' ')).toBe(long)
    expect(parts).toHaveLength(Math.ceil(long.length / 4_090))
  })
  test('of 100,000 signs is cut soon', () => {
    expect(splitText('á'.repeat(100_000), 4_096)).toHaveLength(25)
  })
})

describe('on WhatsApp', () => {
  test('what fits goes as it is', () => {
    const fitting: Content[] = [
      { type: 'text', text: 'Hola' },
      { type: 'text', text: '¿Confirmas?', buttons: buttons('Sí', 'Cambiar hora', 'Cancelar') },
      { type: 'text', text: 'a'.repeat(1_024), buttons: buttons('12345678901234567890') },
      { type: 'list', text: '¿A qué hora?', button: 'Ver horarios', rows: Array.from({ length: 10 }, (_, at) => ({ id: `s${at}`, title: `lunes ${at}`, description: 'con Ana' })) },
      { type: 'media', kind: 'image', url: 'https://example.com/a.jpg', caption: 'a'.repeat(1_024) },
      { type: 'location', latitude: 19.4, longitude: -99.1, label: 'Torre Nube' },
      { type: 'template', template: 'reminder', language: 'es_MX', project: 'p1', version: 'latest', params: [{ key: 'name', value: 'Ana' }], text: 'Hola Ana' },
    ]
    for (const content of fitting) {
      expect(messageContent.parse(content)).toEqual(content)
      expect(on(content)).toEqual([content])
    }
  })
  test.each<[string, Choice[]]>([
    ['four', buttons('Uno', 'Dos', 'Tres', 'Cuatro')],
    ['one with a long title', buttons('123456789012345678901')],
    ['one with a long id', [{ id: 'x'.repeat(257), title: 'Uno' }]],
    ['two that read alike', buttons('Sí', 'sí')],
    ['two that mean the same', [{ id: 'x', title: 'Uno' }, { id: 'x', title: 'Dos' }]],
  ])('buttons that it refuses are numbered: %s', (_, choices) => {
    const { messages, choices: offered } = fitMessage({ type: 'text', text: 'Elige', buttons: choices }, whatsapp)
    expect(messages).toEqual([{ type: 'text', text: `Elige\n\n${choices.map(({ title }, at) => `${at + 1}. ${title}`).join('\n')}` }])
    expect(offered).toEqual(choices)
  })
  const row = { id: 'a', title: 'Lunes', description: 'a las 11' }
  test.each<[string, Partial<Extract<Content, { type: 'list' }>>]>([
    ['eleven rows', { rows: Array.from({ length: 11 }, (_, at) => ({ id: `${at}`, title: `Hora ${at}` })) }],
    ['a long title', { rows: [{ ...row, title: '1234567890123456789012345' }] }],
    ['a long description', { rows: [{ ...row, description: 'x'.repeat(73) }] }],
    ['a long id', { rows: [{ ...row, id: 'x'.repeat(201) }] }],
    ['a long button', { button: '123456789012345678901' }],
    ['two rows that read alike', { rows: [row, { ...row, id: 'b' }] }],
    ['a row that reads like the button', { button: 'Lunes' }],
  ])('a list that it refuses is numbered: %s', (_, more) => {
    const list: Extract<Content, { type: 'list' }> = { type: 'list', text: 'Elige', button: 'Ver', rows: [row], ...more }
    expect(on(list)).toEqual([{ type: 'text', text: `Elige\n\n${list.rows.map(({ title, description }, at) => `${at + 1}. ${title}${description ? ` - ${description}` : ''}`).join('\n')}` }])
  })
  test('no buttons or rows are no choice', () => {
    expect(on({ type: 'text', text: 'Hola', buttons: [] })).toEqual([{ type: 'text', text: 'Hola' }])
    expect(on({ type: 'list', text: 'Hola', button: 'Ver', rows: [] })).toEqual([{ type: 'text', text: 'Hola' }])
  })
  test('buttons stand under the end of a long text', () => {
    const messages = on({ type: 'text', text: `${words(120)}\n\n${words(40)}`, buttons: buttons('Sí') })
    expect(messages).toEqual([{ type: 'text', text: words(120) }, { type: 'text', text: words(40), buttons: buttons('Sí') }])
  })
  test('a long caption goes on as text; a voice has none', () => {
    const media = { type: 'media', kind: 'image', url: 'https://example.com/a.jpg' } as const
    expect(on({ ...media, caption: `${'a'.repeat(1_000)} ${'b'.repeat(1_000)}` })).toEqual([{ ...media, caption: 'a'.repeat(1_000) }, { type: 'text', text: 'b'.repeat(1_000) }])
    expect(on({ ...media, kind: 'audio', caption: 'Escucha' })).toEqual([{ ...media, kind: 'audio' }, { type: 'text', text: 'Escucha' }])
  })
})

describe('as an SMS', () => {
  const asSms = (content: Content): (string | undefined)[] => texts(fitMessage(content, sms).messages)
  test.each<[string, Content, string[]]>([
    ['buttons are numbered', { type: 'text', text: '¿Confirmas?', buttons: buttons('Sí', 'No') }, ['¿Confirmas?\n\n1. Sí\n2. No']],
    ['a list is numbered', { type: 'list', text: 'Elige', button: 'Ver', rows: [{ id: 'a', title: 'Lunes', description: '11:00 h' }, { id: 'b', title: 'Martes' }] }, ['Elige\n\n1. Lunes - 11:00 h\n2. Martes']],
    ['a picture is a link', { type: 'media', kind: 'image', url: 'https://example.com/a.jpg', caption: 'La sala' }, ['La sala\nhttps://example.com/a.jpg']],
    ['a file is a link with its name', { type: 'media', kind: 'file', url: 'https://example.com/f.pdf', name: 'Requisitos.pdf' }, ['Requisitos.pdf\nhttps://example.com/f.pdf']],
    ['a place is a link', { type: 'location', latitude: 19.4, longitude: -99.1, label: 'Torre Nube', address: 'Calle 1' }, ['Torre Nube\nCalle 1\nhttps://maps.google.com/?q=19.4,-99.1']],
    ['a template is what it says', { type: 'template', template: 'reminder', language: 'es_MX', project: 'p1', version: 'latest', params: [{ key: 'name', value: 'Ana' }], text: 'Hola Ana' }, ['Hola Ana']],
  ])('%s', (_, content, expected) => {
    expect(asSms(content)).toEqual(expected)
  })
})

const text = oneof(string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), integer({ min: 1, max: 900 }).map((count) => words(count, 'año')))
const choice = record({ id: string({ minLength: 1, maxLength: 210 }), title: string({ unit: 'grapheme', minLength: 1, maxLength: 26 }) })
const row = record({ id: string({ minLength: 1, maxLength: 210 }), title: string({ minLength: 1, maxLength: 26 }), description: option(string({ minLength: 1, maxLength: 74 }), { nil: undefined }) })
const anyContent = oneof(
  record({ type: constantFrom('text' as const), text, buttons: array(choice, { maxLength: 5 }) }),
  record({ type: constantFrom('list' as const), text, button: string({ minLength: 1, maxLength: 22 }), rows: array(row, { maxLength: 12 }) }),
  record({ type: constantFrom('media' as const), kind: constantFrom('image' as const, 'audio' as const), url: constantFrom('https://example.com/a'), caption: text }),
)

describe('whatever is said', () => {
  test('each message is one that WhatsApp takes, and fitting it again changes nothing', () => {
    assert(property(anyContent, (content) => {
      for (const message of fitMessage(content, whatsapp).messages) {
        const labels = message.type === 'text' ? (message.buttons ?? []).map(({ title }) => title) : message.type === 'list' ? [message.button, ...message.rows.map(({ title }) => title)] : []
        const isShort =
          message.type === 'text' ? message.text.length <= (labels.length > 0 ? 1_024 : 4_096) && labels.length <= 3 && labels.every(({ length }) => length <= 20)
          : message.type === 'list' ? message.text.length <= 1_024 && labels[0]!.length <= 20 && message.rows.length <= 10 && message.rows.every(({ id, title, description = '' }) => id.length <= 200 && title.length <= 24 && description.length <= 72)
          : message.type === 'media' ? (message.caption ?? '').length <= (message.kind === 'audio' ? 0 : 1_024) : true
        expect(isShort).toBe(true)
        expect(new Set(labels).size).toBe(labels.length)
        expect(messageContent.safeParse(message).success).toBe(true)
        expect(fitMessage(message, whatsapp).messages).toEqual([message])
      }
    }))
  })
  test('an SMS is text of ten parts at most, however it is spelt', () => {
    assert(property(anyContent, (content) => fitMessage(content, sms).messages.every((message) => message.type === 'text' && message.buttons === undefined && segmentsOf(message.text).segments <= 10 && segmentsOf(thrifty(message.text)).segments <= 10)))
  })
  test('every choice can be made by its number, and by its title where that is not another\'s number', () => {
    const hours = ['Lunes 23 nov, 11:00 h', 'Martes 24 nov, 16:30 h', 'Sí, confirmo', 'Más horarios', 'Roma Norte 302', 'Cancelar mi visita']
    assert(property(integer({ min: 1, max: 6 }), constantFrom('', 'la ', 'opción ', 'La opción ', 'el número '), constantFrom('', '.', ')', ' por favor', ', gracias'), (number, before, after) => {
      const { choices } = fitMessage({ type: 'list', text: 'Elige', button: 'Ver', rows: hours.map((title, at) => ({ id: `id${at + 1}`, title })) }, sms)
      expect(pickIn(`${before}${number}${after}`, choices)).toBe(`id${number}`)
      expect(pickIn(`${hours[number - 1]}${after}`.toUpperCase(), choices)).toBe(`id${number}`)
    }))
  })
})

describe('an answer to a list', () => {
  const choices = [{ id: 'mon', title: 'Lunes, 11:00 h' }, { id: 'tue', title: 'Miércoles, 16:30 h' }, { id: 'more', title: 'Más horarios' }]
  test.each([
    ['2', 'tue'], [' 2 ', 'tue'], ['2.', 'tue'], ['2)', 'tue'], ['#2', 'tue'], ['2️⃣', 'tue'], ['２', 'tue'], ['la 2', 'tue'], ['La 2 por favor', 'tue'], ['opción 2', 'tue'], ['OPCION 2', 'tue'], ['la opción 2', 'tue'], ['número 2', 'tue'], ['option 2', 'tue'], ['el 2', 'tue'], ['2da', 'tue'], ['2nd', 'tue'],
    ['el segundo', 'tue'], ['La segunda', 'tue'], ['la segunda opción', 'tue'], ['the second one', 'tue'], ['dos', 'tue'], ['la dos', 'tue'], ['Sí, la segunda, gracias', 'tue'], ['primero', 'mon'], ['la primera', 'mon'], ['el último', 'more'], ['the last one', 'more'],
    ['miercoles 16:30 h', 'tue'], ['MIÉRCOLES, 16:30 H', 'tue'], ['Más horarios', 'more'], ['mas horarios por favor', 'more'], ['quiero la 3', 'more'],
  ])('%s is understood', (text, id) => {
    expect(pickIn(text, choices)).toBe(id)
  })
  test.each(['', '🤔', '0', '4', 'la 4', '22', '-', 'no', 'sí', 'somos 2', '2 recámaras', 'a las 2', 'las 2', 'las dos', 'la una', 'el lunes', '2 y 3', '1 o 2', 'la segunda quincena', '¿a las 11:00?', 'el cuarto'])('%j is none', (text) => {
    expect(pickIn(text, choices)).toBeUndefined()
  })
  test('is none where two read alike, or one\'s title is another\'s number', () => {
    expect(pickIn('Sí', [{ id: 'a', title: 'Sí' }, { id: 'b', title: 'si' }])).toBeUndefined()
    expect(pickIn('2', [{ id: 'a', title: '2' }, { id: 'b', title: '1' }])).toBeUndefined()
    expect(pickIn('2', [{ id: 'a', title: '2 recámaras' }, { id: 'b', title: '3 recámaras' }])).toBe('b')
    expect(pickIn('1', [])).toBeUndefined()
  })
})
