import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { linesOf, type Shown } from '@portero/tool-server/domain/mask-shown.ts'
import { applyEdits, edit, mended, type Json } from '@portero/tool-server/spine/mend.ts'

// Corrections by place, and what is shown of what is corrected.
describe('a correction', () => {
  const doc: Json = { a: { b: [1, { c: 'x' }] }, 'd/e~f': 'y' }
  test.each<[string, object, unknown]>([
    ['sets a value', { path: '/a/b/1/c', value: 7 }, { a: { b: [1, { c: 7 }] }, 'd/e~f': 'y' }],
    ['names keys by pointers', { path: '/d~1e~0f', value: 'z' }, { a: { b: [1, { c: 'x' }] }, 'd/e~f': 'z' }],
    ['adds to a list', { path: '/a/b/-', value: 2 }, { a: { b: [1, { c: 'x' }, 2] }, 'd/e~f': 'y' }],
    ['makes what lacks on the way', { path: '/g/h', value: true }, { a: { b: [1, { c: 'x' }] }, 'd/e~f': 'y', g: { h: true } }],
    ['takes a value from elsewhere', { path: '/g', from: '/a/b/1' }, { a: { b: [1, { c: 'x' }] }, 'd/e~f': 'y', g: { c: 'x' } }],
    ['takes something out', { path: '/a/b/0', gone: true }, { a: { b: [{ c: 'x' }] }, 'd/e~f': 'y' }],
    ['replaces the whole', { path: '', value: [] }, []],
  ])('%s', (_what, wanted, becomes) => {
    const before = structuredClone(doc)
    expect(applyEdits(doc, [edit.parse(wanted)])).toEqual(becomes)
    expect(doc).toEqual(before)
  })
  test.each([{ path: '/a/b/9', value: 1 }, { path: '/a/b/x', value: 1 }, { path: '/d~1e~0f/deeper', value: 1 }, { path: '/g', from: '/nowhere' }, { path: '/nowhere', gone: true }])('without a place is refused: %j', (wanted) => {
    expect(() => applyEdits(doc, [edit.parse(wanted)])).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
  test.each([{ path: 'a', value: 1 }, { path: '/a~2', value: 1 }, { path: '/a' }, { path: '/a', gone: false }, { path: '/a', value: 1, from: '/b' }])('that is none is refused: %j', (wanted) => {
    expect(edit.safeParse(wanted).success).toBe(false)
  })
  test('of a prototype is a key like any other', () => {
    const became = applyEdits({}, [edit.parse(JSON.parse('{"path":"/__proto__/polluted","value":true}'))])
    expect([Object.keys(became as object), ({} as { polluted?: unknown }).polluted]).toEqual([['__proto__'], undefined])
  })
  test('of a header leaves the body’s bytes as they came; what is no JSON is one text', () => {
    const inbound = { method: 'POST', url: 'https://x.example/', headers: { 'x-a': '1' }, rawBody: Buffer.from('{ "a" : 1 }') }
    expect(mended(inbound, [{ path: '/headers/x-b', value: '2' }])).toMatchObject({ headers: { 'x-a': '1', 'x-b': '2' }, rawBody: inbound.rawBody })
    expect(mended(inbound, [{ path: '/body/b', value: 2 }]).rawBody.toString()).toBe('{"a":1,"b":2}')
    expect(mended({ ...inbound, rawBody: Buffer.from('{"a":') }, [{ path: '/body', value: { a: 1 } }]).rawBody.toString()).toBe('{"a":1}')
    expect(() => mended(inbound, [{ path: '/headers/x-b', value: 2 }])).toThrow('headers')
  })
})

describe('what is shown', () => {
  const hiding = { redact: ['body', 'identifierValue'], origins: ['https://api.vendor.example'] }
  const shown = (value: Json): Shown['value'][] => linesOf(value, hiding).map(({ value }) => value)
  test('keeps form, ids, times and words of the vendor', () => {
    const body = { id: '0b6f2e1c-5d3a-4e7b-9c8d-1a2b3c4d5e6f', objectId: 201, event: 'whatsapp.inbound', createdAt: '2026-11-23T17:00:00.120Z', occurredAt: 1795453199000, portalId: '4812345', isOpen: true, nothing: null, list: [], uri: 'https://api.vendor.example/users/U1' }
    expect(shown(body)).toEqual(Object.values(body).map((value) => (Array.isArray(value) ? '[]' : String(value))))
  })
  test.each<[string, Json, Shown['value']]>([
    ['phone', '+525512345512', { hidden: 'phone', length: 13, end: '5512' }], ['identifierValue', '55 1234 5512', { hidden: 'phone', length: 12, end: '5512' }], ['phone', 525512345512, { hidden: 'number', length: 12 }], ['id', '5215512345512', { hidden: 'phone', length: 13, end: '5512' }],
    ['name', 'Ana Quiroga', { hidden: 'name', length: 11 }], ['displayName', 'Ana', { hidden: 'name', length: 3 }], ['email', 'ana@correo.example', { hidden: 'mail', length: 18 }], ['id', 'ana@correo.example', { hidden: 'mail', length: 18 }],
    ['text', '¿Sigue libre?', { hidden: 'text', length: 13 }], ['link', 'https://elsewhere.example/x', { hidden: 'link', length: 27 }], ['id', 'wamid.HBgNNTIxNTUxMjM0NTUxMg==', { hidden: 'text', length: 30 }], ['budgetMxn', 18500, { hidden: 'number', length: 5 }], ['latitude', 19.4, { hidden: 'number', length: 4 }], ['birthDate', '1990-01-02', { hidden: 'text', length: 10 }],
  ])('hides a %s: %j', (key, value, hidden) => {
    expect(linesOf({ [key]: value }, hiding)).toEqual([{ path: `/${key}`, value: hidden }])
  })
  test('hides all of what its connector names, and keys that are somebody’s', () => {
    expect(linesOf({ body: { type: 'text', id: '7' }, '+525512345512': 1, 'Ana Quiroga': { a: true } }, hiding)).toEqual([{ path: '/body/type', value: { hidden: 'text', length: 4 } }, { path: '/body/id', value: { hidden: 'text', length: 1 } }, { path: '/‹2›', value: { hidden: 'number', length: 1 } }, { path: '/‹3›/a', value: 'true' }])
  })
  // Somebody's name, number, address and words, wherever a vendor may put them.
  const digits = (length: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((all) => all.join(''))
  const name = fc.constantFrom('Ximena', 'José', 'Guadalupe', 'Íñigo', 'Ana').chain((first) => fc.constantFrom('de la Garza', 'Quiroga', 'Peña Ortiz').map((last) => `${first} ${last}`))
  const somebodys = fc.oneof(name, digits(10).map((n) => `+52${n}`), digits(10).map((n) => `521${n}`), digits(8).map((n) => `55 ${n.slice(0, 4)} ${n.slice(4)}`), name.map((n) => `${n.replaceAll(/[^a-z]/gi, '').toLowerCase()}@correo.example`), name.map((n) => `Hola, soy ${n} y busco depa`))
  const key = fc.constantFrom('id', 'name', 'text', 'phone', 'contact', 'payload', 'body', 'type', 'status', 'uri', 'value', 'note', 'event', 'sender', 'at', 'code')
  const tree = fc.letrec<{ node: unknown }>((tie) => ({ node: fc.oneof({ maxDepth: 4, depthSize: 'small' }, somebodys, fc.integer(), fc.boolean(), fc.array(tie('node'), { maxLength: 3 }), fc.dictionary(key, tie('node'), { maxKeys: 4 })) })).node
  const texts = (value: unknown): string[] => (typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [])
  test('holds nothing of anybody, wherever it stood', () => {
    fc.assert(fc.property(tree, (value) => {
      const page = JSON.stringify(linesOf(value as Json, { redact: [], origins: [] }))
      return texts(value).every((each) => !page.includes(each))
    }), { numRuns: 3_000 })
  })
})
