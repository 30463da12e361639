import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { array, assert, boolean, constantFrom, dictionary, integer, oneof, option, property, record, tuple, type Arbitrary } from 'fast-check'
import { errorCodes } from '@portero/shared'
import { reasons } from '@portero/tool-server/actions/escalate.ts'
import { actionsTold, incidentOf, type Found } from '@portero/tool-server/actions/incident.ts'
import { rooms } from '@portero/tool-server/app.ts'
import { weekday, type Catalogue } from '@portero/tool-server/domain/homes.ts'
import { deeds, plainWishes, reason, toolCode, verb } from '@portero/tool-server/domain/incident.ts'
import { meaningOf, type Heard } from '@portero/tool-server/domain/incident-meaning.ts'
import { stages } from '@portero/tool-server/domain/leads.ts'
import { failureReason } from '@portero/tool-server/domain/ports/messaging.ts'
import { arcoKinds } from '@portero/tool-server/domain/privacy.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'

// What portero incident writes: kinds and times of one conversation, and nothing of anybody's.
const minuteMs = 60_000
const beganMs = Date.UTC(2026, 10, 23, 17)
const connectors = [...makeRegistry(rooms).connectors.values()]
const vendors = connectors.map(({ name }) => name)
const commands = connectors.flatMap(({ does = [] }) => does.map(({ command }) => command.name))
const tools = rooms.tools.map(({ name }) => name)
const building = { id: 'b', slug: 'torre', name: 'Torre', zone: 'America/Mexico_City', neighbourhood: 'Roma Norte' }
const catalogue = { homes: [{ id: 'home-1', slug: 'torre-1', title: 'Uno', building }, { id: 'home-2', slug: 'torre-2', title: 'Dos', building: { ...building, neighbourhood: 'Narvarte' } }], agents: [], blackouts: [] } as unknown as Catalogue
const names = { catalogue, zone: 'America/Mexico_City', tools, commands, vendors }
const nothing: Found = { agent: 'bird', said: [], facts: [], deeds: [], slow: [], minutes: [], lives: [], calendars: new Map() }
const line = (at: number, text: string, pick?: string): Found['said'][number] => ({ at: beganMs + at, author: 'prospect', status: 'read', failure: null, isSms: false, isEdited: false, body: { kind: 'text', text, ...(pick !== undefined && { pick }) } })

describe('nothing that anybody wrote stands in an incident', () => {
  // Every word that may stand in one, whoever wrote what.
  const ofOurs = new Set<string>([
    'portero', 'incident', 'bird', ...vendors, ...commands, ...tools, ...errorCodes, ...toolCode.options, ...reason.options, ...verb.options, ...plainWishes, ...arcoKinds, ...stages, ...deeds, ...weekday.options, ...failureReason.options,
    'search', 'pick', 'press', 'privacy', 'tour', 'wait', 'wrote', 'answered', 'taken', 'given-back', 'renamed', 'deal-moved', 'event-moved', 'event-dropped', 'failed', 'began-again', 'elsewhere',
    'tool', 'said', 'visit', 'called', 'stopped', 'started', 'silent', 'back', 'command', 'prospect', 'staff', 'workflow', 'system', 'calendar', 'bot', 'human', 'accepted', 'sent', 'delivered', 'read', 'scheduled', 'ready', 'running', 'done', 'dead', 'shadowed', 'dropped', 'other',
  ])
  const leaves = (value: unknown): unknown[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value])
  const digits = (count: number): Arbitrary<string> => array(integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }).map((all) => all.join(''))
  const somebody = oneof(
    constantFrom('Ximena Canario', 'ximena', 'canario', 'Ñoño O’Higgins', 'Calle Tabasco 118, int. 4', 'ximena@example.com', 'ximena punto canario arroba example punto com', 'HEGG560427MVZRRL04', 'cuatro uno cinco, cinco cinco cinco'),
    tuple(constantFrom('+52 1 ', '+52', '521', '', '(55) '), digits(8), constantFrom(' ', '-', '')).map(([before, number, gap]) => `${before}55${gap}${number.slice(0, 4)}${gap}${number.slice(4)}`),
  )
  const words = tuple(constantFrom('', 'hola soy ', 'busco depa de 2 recámaras en ', 'la 1 ', 'BAJA ', 'tour:confirm:', 'tour:', 'wait:', 'cancela mi visita ', 'quiero hablar con una persona '), somebody).map(([before, who]) => before + who)
  const anything: Arbitrary<unknown> = oneof(words, integer({ min: 5_500_000_000, max: 5_599_999_999 }), boolean(), dictionary(constantFrom('home', 'name', 'reason', 'kind', 'stage', 'tour', 'status', 'email', 'startsAt'), words))
  const when = integer({ min: beganMs, max: beganMs + 86_400_000 })
  const keyed = dictionary(constantFrom('home', 'tour', 'reason', 'kind', 'stage', 'name', 'status', 'startsAt', 'isNew', 'summary', 'phone'), anything)
  const found: Arbitrary<Found> = record({
    agent: constantFrom('bird' as const, 'portero' as const),
    said: array(record({ at: when, author: constantFrom('prospect' as const, 'bot' as const, 'human' as const, 'portero' as const), status: constantFrom('sent' as const, 'failed' as const), failure: option(words), isSms: boolean(), isEdited: boolean(), body: record({ kind: constantFrom('text', 'image'), text: words, pick: words }) }), { minLength: 1, maxLength: 8 }),
    facts: array(record({ at: when, tool: oneof(words, constantFrom(...tools)), answer: record({ ok: boolean(), say: words, data: anything, error: record({ code: words, alternatives: anything }) }) }), { maxLength: 8 }),
    deeds: array(record({ at: when, action: oneof(words, constantFrom(...actionsTold)), by: constantFrom('prospect', 'staff', 'system'), isByCalendar: boolean(), args: keyed, result: keyed }), { maxLength: 8 }),
    slow: array(record({ at: when, command: oneof(words, constantFrom(...commands)), vendor: option(oneof(words, constantFrom(...vendors))), state: constantFrom('dead' as const, 'done' as const), tries: integer({ min: 0, max: 9 }), code: option(words) }), { maxLength: 4 }),
    minutes: array(record({ at: when, vendor: oneof(words, constantFrom(...vendors)), outcome: words, calls: integer({ min: 1, max: 99 }) }), { maxLength: 4 }),
    lives: array(record({ from: when, to: when }), { maxLength: 3 }),
    calendars: constantFrom(new Map([['Ximena Canario', 'google'], ['ximena', 'ximena']])),
  }).map((all) => ({ ...all, said: [line(0, 'hola'), ...all.said] }))

  test('whatever it was, and wherever it stood', () => {
    assert(property(found, (all) => {
      const told = incidentOf(all, names)
      expect(leaves(told).filter((leaf) => typeof leaf === 'string' && !ofOurs.has(leaf))).toEqual([])
      expect(leaves(told).filter((leaf) => typeof leaf === 'number' && Math.abs(leaf) > 86_400_000)).toEqual([])
    }), { numRuns: 600 })
  })
  test('the words that may stand in one are few, and none is a name', () => {
    expect([...ofOurs].filter((word) => !/^[a-z]+([._-][a-z]+)*$/.test(word))).toEqual([])
  })
  test('each reason to call somebody and each refusal of a tool has its word there', () => {
    expect(reasons.filter((each) => !reason.safeParse(each).success)).toEqual([])
    const sources = ['tools', 'domain', 'spine'].flatMap((folder) => globSync(fileURLToPath(new URL(`../tool-server/${folder}/*.ts`, import.meta.url)))).map((file) => readFileSync(file, 'utf8'))
    const refusals = new Set(sources.flatMap((text) => [...text.matchAll(/\b(?:failed|failedNear|near|settled)\(([^,()]*),/g)].flatMap(([, first = '']) => [...first.matchAll(/'([a-z_]+)'/g)].map(([, word]) => word!))))
    expect([...refusals]).toEqual(expect.arrayContaining(['not_offered', 'slot_gone', 'human_in_charge']))
    expect([...refusals].filter((each) => !toolCode.safeParse(each).success)).toEqual([])
  })
})

describe('what a message meant', () => {
  const heard = (text: string, more: Partial<Heard> = {}): Heard => ({ text, pick: undefined, tools: [], listed: { homes: [], slots: [] }, ...more })
  const areas = ['Roma Norte', 'Narvarte']
  const called = (tool: string, done: Heard['tools'][number]['done'] = {}, data: unknown = {}): Partial<Heard> => ({ tools: [{ tool, data, done }], listed: { homes: ['torre-1', 'torre-2'], slots: [beganMs, beganMs + minuteMs] } })
  test.each<[string, Partial<Heard>, object]>([
    ['BAJA', {}, { wish: 'stop' }], ['ya no me escriban por favor', {}, { wish: 'stop' }], ['ALTA', {}, { wish: 'start' }], ['stop', called('find_homes'), { wish: 'stop' }],
    ['Quiero hablar con una persona, soy Ximena', {}, { wish: 'person' }], ['hay una fuga de gas en Tabasco 118', {}, { wish: 'emergency' }],
    ['2', {}, { wish: 'pick', place: 2 }], ['la primera', {}, { wish: 'pick', place: 1 }], ['El 3.', called('find_homes'), { wish: 'pick', place: 3 }], ['hola', called('find_homes'), { wish: 'hello' }], ['Sí', {}, { wish: 'yes' }],
    ['algo de dos recámaras por la narvarte para mí, Ximena', called('find_homes'), { wish: 'search', bedrooms: 2, area: 2 }], ['tienen algo por ahí', called('find_homes'), { wish: 'search' }],
    ['la de la esquina', called('check_availability', {}, { home: 'torre-2' }), { wish: 'pick', place: 2 }], ['¿qué horarios hay?', called('check_availability', {}, { home: 'torre-2' }), { wish: 'times' }],
    ['el de las once', called('book_tour', { startsAt: beganMs + minuteMs }), { wish: 'pick', place: 2 }], ['el lunes a las 11 en Torre 1', called('book_tour', { startsAt: 7 }), { wish: 'book' }],
    ['mejor otro día', called('reschedule_tour'), { wish: 'change' }], ['ya no puedo', called('cancel_tour'), { wish: 'cancel' }], ['gano 30 mil', called('qualify_lead'), { wish: 'facts' }],
    ['esto es una estafa', called('escalate', { reason: 'complaint' }), { wish: 'complaint' }], ['denme todo', called('privacy_request', { kind: 'access' }), { wish: 'privacy', kind: 'access' }],
    ['Sí voy', { pick: 'tour:confirm:s_abc' }, { wish: 'press', about: 'tour', verb: 'confirm' }], ['La quiero', { pick: 'wait:take:0a' }, { wish: 'press', about: 'wait', verb: 'take' }], ['Ximena', { pick: 'tour:ximena:1' }, { wish: 'other' }],
    ['quisiera cancelar lo del lunes', {}, { wish: 'cancel' }], ['¿aceptan perros?', {}, { wish: 'question' }], ['soy Ximena', {}, { wish: 'name' }], ['ya encontré casa', {}, { wish: 'gone' }],
  ])('%s %j', (text, more, means) => {
    expect(meaningOf(heard(text, more), { areas })).toEqual(means)
  })
})

test('a tool that was called for two messages at once is the first one\'s that needs one', () => {
  const { came } = incidentOf({ ...nothing, said: [line(0, 'algo en Narvarte'), line(300, 'la 1'), line(9_000, 'ése')], facts: [{ at: beganMs + 500, tool: 'find_homes', answer: { ok: true } }, { at: beganMs + 9_500, tool: 'book_tour', answer: { ok: true } }] }, names)
  expect(came).toEqual([{ atMs: 0, is: 'wrote', means: { wish: 'search', area: 2 } }, { atMs: 300, is: 'wrote', means: { wish: 'pick', place: 1 } }, { atMs: 9_000, is: 'wrote', means: { wish: 'book' } }])
})

describe('what vendors did', () => {
  const at = (minute: number): number => beganMs + minute * minuteMs
  const told = (more: Partial<Found>): object[] => incidentOf({ ...nothing, said: [line(0, 'hola')], ...more }, names).came.slice(0)
  test('is one outage, as long as nothing of it went through', () => {
    const minutes = [1, 2, 3].map((minute) => ({ at: at(minute), vendor: 'hubspot', outcome: 'unavailable', calls: 3 }))
    expect(told({ minutes })).toContainEqual({ atMs: 60_000, is: 'failed', vendor: 'hubspot', code: 'unavailable', times: 9, forMs: 180_000 })
  })
  test('is so many failures where some went through', () => {
    const minutes = [{ at: at(1), vendor: 'bird', outcome: 'ok', calls: 5 }, { at: at(1), vendor: 'bird', outcome: 'throttled', calls: 2 }]
    expect(told({ minutes })).toContainEqual({ atMs: 60_000, is: 'failed', vendor: 'bird', code: 'throttled', times: 2, forMs: 0 })
  })
  test('a server that begins when the others are silent began again; one that joins them did not', () => {
    expect(told({ lives: [{ from: at(-5), to: at(3) }, { from: at(6), to: at(9) }] })).toContainEqual({ atMs: 360_000, is: 'began-again', awayMs: 120_000 })
    expect(told({ lives: [{ from: at(-5), to: at(8) }, { from: at(6), to: at(9) }] })).toHaveLength(1)
  })
})
