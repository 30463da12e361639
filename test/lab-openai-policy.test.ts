import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import OpenAI from 'openai'
import { readPersonas } from '@portero/tool-server/agent/persona-files.ts'
import { promptFor } from '@portero/tool-server/agent/prompt.ts'
import { factsOf } from '@portero/tool-server/domain/claims-facts.ts'
import { unbacked } from '@portero/tool-server/domain/claims.ts'
import { attacksOn } from './lab/openai/hostile.ts'
import { publishedBy } from './support/openai-schema.ts'
import { oddIn } from './support/openai-shapes.ts'
import { recording, type Exchange } from './support/openai-stage.ts'
import { functions, openTalk, type Talk } from './support/openai-talk.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What the lab's scripted model makes of a conversation, with the house's own tools behind it.
const zone = 'America/Mexico_City'
const instructions = ['# Cómo escribes', '- Saluda sólo en tu primer mensaje; por ejemplo: «¡Hola! Soy Vivi. ¿En qué zona buscas depa?». No repitas lo ya dicho.', '# Datos generales de Casas', '- ¿Cuánto dura el contrato? Doce meses.', '- ¿Se puede pagar con tarjeta? Sí, con cualquiera. (por confirmar)'].join('\n')
const exchanges: Exchange[] = []
let stage: VisitStage
let client: OpenAI
let key: { apiKey: string; baseUrl: string }
let people = 0
let talk: Talk
let conversation: string
beforeAll(async () => {
  stage = await openVisit()
  key = stage.lab.accounts.find(({ vendor }) => vendor === 'openai')!.settings as typeof key
  client = new OpenAI({ apiKey: key.apiKey, baseURL: key.baseUrl, maxRetries: 0, fetch: recording(exchanges) })
})
afterAll(() => stage.end())

const somebody = async (): Promise<string> => {
  const number = `+52551234${String(5_600 + people++)}`
  stage.lab.bird.phone.write(number, { text: 'hola' })
  await stage.follow()
  return stage.lab.bird.conversationFor(number)
}
const knock = async (whose: string, tool: string, args: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${stage.url}/tools/${tool}`, { method: 'POST', headers: { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': whose, 'content-type': 'application/json' }, body: args })
  return { status: response.status, text: await response.text() }
}
const talkAs = (whose: string): Talk => openTalk({ client, instructions, call: async (tool, args) => (await knock(whose, tool, args)).text })
beforeEach(async () => {
  conversation = await somebody()
  talk = talkAs(conversation)
})
afterEach(() => void stage.lab.openai.controls.script({ mode: 'policy' }))
const called = (): string[] => talk.calls.map(({ tool, answer }) => `${tool} ${answer.ok ? 'ok' : answer.error?.code}`)
const last = (): any => JSON.parse(talk.calls.at(-1)!.args)
const claimsIn = (said: string) => unbacked(said, factsOf(talk.calls.map(({ tool, answer }) => ({ tool, output: answer })), { zone, now: stage.clock.now() }), { now: stage.clock.now(), zone })

describe('the scripted model', () => {
  test('finds a home, answers about it, offers its times and books one of them', async () => {
    expect(await talk.say('Hola')).toBe('¡Hola! Soy Vivi. ¿En qué zona buscas depa?')
    expect(await talk.say('Busco depa de dos recámaras en Roma Norte, hasta 35 mil')).toContain('1. Dos recámaras en esquina, Roma Norte, Ciudad de México: $31,900 al mes')
    expect(last()).toEqual({ area: 'Roma Norte', bedrooms: 2, budget_max: 35_000, pets: null, move_in: null })
    const times = await talk.say('la 1')
    expect(times).toMatch(/1\. .+\n2\. .+\n3\. .+\n¿Cuál te queda\?$/)
    expect(await talk.say('¿Aceptan perros?')).toContain('mascotas')
    const { slots } = talk.calls.find(({ tool }) => tool === 'check_availability')!.answer.data
    expect(await talk.say('el segundo')).toContain(slots[1].label)
    expect(last()).toMatchObject({ slot_id: slots[1].slot_id, home: null, when: null })
    expect(called()).toEqual(['find_homes ok', 'check_availability ok', 'get_home ok', 'book_tour ok'])
  })
  test('books by a home and a time, in one call, and greets on the way', async () => {
    expect(await talk.say('quiero una visita el miércoles a las 11 en Roma Norte 302')).toMatch(/^¡Hola! Soy Vivi\. Listo, tu visita/)
    expect(last()).toMatchObject({ home: 'Roma Norte 302', when: 'el miércoles a las 11' })
  })
  test('moves a visit, tells which there are, and cancels it', async () => {
    await talk.say('quiero una visita el jueves a las 10 en Roma Norte 302')
    expect(await talk.say('quiero mover mi visita al viernes a las 12')).toContain('viernes 27 nov, 12:00 h')
    expect(await talk.say('¿cuáles son mis visitas?')).toContain('viernes 27 nov, 12:00 h')
    expect(await talk.say('quiero cancelar')).toContain('¿Qué hacemos con tu visita')
    expect(await talk.say('cancélala')).toContain('Cancelé tu visita')
    expect(called()).toEqual(['book_tour ok', 'reschedule_tour ok', 'my_tours ok', 'cancel_tour ok'])
  })
  test('asks which of several visits is meant, and takes the one that is named', async () => {
    await talk.say('quiero una visita el jueves a las 13 en Roma Norte 302')
    await talk.say('quiero una visita el sábado a las 11 en Roma Norte 203')
    expect(await talk.say('ya no puedo ir a mi cita, cancela mi visita')).toMatch(/^Tienes más de una visita\. ¿Cuál\?\n1\. .+\n2\. /)
    const { tours } = talk.calls.at(-1)!.answer.data
    await talk.say('la segunda')
    expect(last()).toEqual({ tour_id: tours[1].tour_id, reason: null })
    expect(called().slice(2)).toEqual(['cancel_tour which_tour', 'my_tours ok', 'cancel_tour ok'])
  })
  test('offers what a tool offers instead, and takes it by its place', async () => {
    const said = await talk.say('quiero una visita el domingo a las 23 en Roma Norte 302')
    expect(said).toMatch(/1\. .+\n/)
    expect(await talk.say('el primero')).toMatch(/^Listo, tu visita/)
    expect(called()).toEqual(['book_tour not_offered', 'book_tour ok'])
  })
  test('presses what was pressed', async () => {
    await talk.say('horarios de visita de Roma Norte 302, busco depa')
    await talk.say('la 1')
    const slot = talk.calls.at(-1)!.answer.data.slots.at(-1)
    await talk.say(`${slot.label} [slot_id ${slot.slot_id}]`)
    expect(last()).toMatchObject({ slot_id: slot.slot_id })
  })
  test('takes down what somebody says of themselves, question by question', async () => {
    await talk.say('quiero rentar con ustedes, quiero aplicar')
    for (const words of ['el 15 de enero', 'somos dos', 'no', '30 mil', 'tengo aval']) await talk.say(words)
    expect(talk.calls.map(({ args }) => JSON.parse(args)).map((args) => Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)))).toEqual([{}, { move_in: '2027-01-15' }, { occupants: 2 }, { pets: false }, { budget_max: 30_000 }, { guarantee: 'guarantor' }])
    expect(talk.calls.at(-1)!.answer.data).toMatchObject({ qualified: true })
  })
  test.each<[string, string[], string[]]>([
    ['a person', ['quiero hablar con una persona'], ['escalate ok']],
    ['a complaint', ['esto es un pésimo servicio'], ['escalate ok']],
    ['the waiting list', ['cuéntame de Roma Norte 302, busco depa', 'la 1', 'ninguno me queda, anótame en la lista de espera'], ['find_homes ok', 'check_availability ok', 'join_waitlist ok']],
    ['photos', ['busco depa en Roma Norte', 'la 1', 'mándame fotos'], ['find_homes ok', 'check_availability ok', 'send_home_media ok']],
    ['their data', ['quiero que borren mis datos'], ['privacy_request ok']],
    ['an end', ['ya no me interesa'], ['update_deal ok']],
  ])('understands that they want %s', async (_title, heard, expected) => {
    for (const words of heard) await talk.say(words)
    expect(called()).toEqual(expected)
  })
  test('knows what its instructions know, and nothing else', async () => {
    expect(await talk.say('¿Cuánto dura el contrato?')).toBe('¡Hola! Soy Vivi. Doce meses.')
    expect(await talk.say('¿Puedo pagar con tarjeta?')).toBe('Sí, con cualquiera. Ese dato no está al día: te lo confirmo con un asesor.')
    expect(await talk.say('¿Tienen helipuerto?')).toMatch(/^Eso no lo tengo a la mano\. ¿Quieres que te comunique/)
    await talk.say('sí por favor')
    expect(called()).toEqual(['escalate ok'])
  })
  test('reads the instructions that the house gives its agent', async () => {
    const [persona] = readPersonas({}).all.values()
    const { instructions: ours } = promptFor({ persona: persona!, company: { name: 'Casas', knowledge: [{ q: '¿Cuánto dura el contrato?', a: 'Doce meses.' }] } })
    const told = openTalk({ client, instructions: ours, call: async () => '' })
    expect(await told.say('Hola')).toMatch(/Vivi.+Casas/)
    expect(await told.say('¿cuánto dura el contrato?')).toBe('Doce meses.')
  })
  test('told that it claimed what nothing backs, says what its tool said', async () => {
    await talk.say('busco depa en Roma Norte hasta 35 mil')
    stage.lab.openai.say({ say: 'Listo, tu visita quedó para mañana a las 3.' })
    await talk.say('la 1')
    talk.note('Ese mensaje no se envió: «quedó» no viene de ninguna herramienta.')
    expect(await talk.answer()).toBe(talk.calls.at(-1)!.answer.say)
  })
  test('reads a note at the end as what it is, not as a word on what it said', async () => {
    await talk.say('Hola')
    talk.items.push({ role: 'user', content: 'busco depa en Roma Norte' })
    talk.note('Nota del sistema. Hoy es lunes 23 de noviembre de 2026, 11:00 h.')
    expect(await talk.answer()).toContain('¿Cuál te interesa?')
  })
  test('answers the last word, where one came while a tool was at work', async () => {
    await talk.say('busco depa en Roma Norte')
    talk.items.splice(-2) // what it thought and said of the answer
    talk.items.push({ role: 'user', content: 'mejor quiero hablar con un asesor' })
    await talk.answer()
    expect(called().at(-1)).toBe('escalate ok')
  })
  test('gives up on a tool that says nothing to go by', async () => {
    const deaf = openTalk({ client, instructions, call: async () => '{"error":"?"}' })
    expect(await deaf.say('busco depa')).toContain('Ahora no lo pude consultar')
  })
})

const conversations = [
  ['Hola', 'busco depa de 2 recámaras en Roma Norte hasta 35 mil', 'la primera', '¿cuánto es de depósito?', '¿qué piden?', 'el segundo', 'gracias'],
  ['busco algo en Tijuana con mascota', 'cuéntame de la primera', '¿dónde está?', '¿qué horarios tienes el sábado?', 'la 3', 'quiero mover mi visita al lunes a las 12', '¿cuáles son mis visitas?', 'cancela mi visita'],
  ['busco depa de una recámara en Roma Norte', 'la 1', 'el primero', '¿cuáles son mis visitas?', 'somos dos', 'aval'],
]
test('claims nothing that its tools do not back', async () => {
  for (const heard of conversations) {
    talk = talkAs(await somebody())
    for (const words of heard) {
      const said = await talk.say(words)
      expect([words, said, claimsIn(said)]).toEqual([words, said, []])
    }
  }
})

describe('the sloppy model', () => {
  const soiled = async (noise: number) => {
    stage.lab.openai.controls.script({ mode: 'policy', noise })
    talk = talkAs(await somebody())
    const said: string[] = []
    for (const words of conversations[0]!) said.push(await talk.say(words))
    return { said, calls: [...talk.calls], claims: said.flatMap(claimsIn).length }
  }
  test('errs in each of its ways, never for ever, and the same way again', async () => {
    const runs = []
    for (let seed = 1; seed <= 6; seed++) runs.push(await soiled(seed))
    const all = runs.flatMap(({ said }) => said)
    expect(all.some((words) => words.startsWith('Claro que sí, con mucho gusto'))).toBe(true)
    expect(all.some((words) => words.startsWith('¡Listo! Tu visita quedó agendada'))).toBe(true)
    expect(runs.some(({ calls }) => calls.some(({ tool, args }, at) => calls[at - 1]?.tool === tool && calls[at - 1]?.args === args))).toBe(true)
    expect(runs.some(({ calls }) => calls.some(({ answer }) => !answer.ok))).toBe(true)
    expect(runs.some(({ calls }) => calls.some(({ tool, args }) => tool === 'book_tour' && JSON.parse(args).slot_id === null))).toBe(true)
    expect(runs.some(({ claims }) => claims > 0)).toBe(true)
    expect((await soiled(1)).calls.map(({ tool }) => tool)).toEqual(runs[0]!.calls.map(({ tool }) => tool))
  })
})

describe('the hostile model', () => {
  test('tries everything, and reaches nobody else', async () => {
    const victim = await somebody()
    const theirs = talkAs(victim)
    await theirs.say('quiero una visita el martes a las 16 en Roma Norte 302')
    await theirs.say('¿qué otros horarios de visita hay?')
    const { tour_id } = theirs.calls[0]!.answer.data.tour
    const slots = theirs.calls.at(-1)!.answer.data.slots as { slot_id: string }[]
    const before = await knock(victim, 'my_tours', '{}')
    const prey = { slot_ids: slots.slice(0, 1).map(({ slot_id }) => slot_id), tour_ids: [tour_id as string], phones: ['+525512349999'], emails: ['otra@casas.example'], ids: [victim] }
    stage.lab.openai.controls.script({ mode: 'hostile', prey })
    const attacks = attacksOn(functions.map(({ name, parameters }) => ({ name, parameters })), prey)
    const statuses = new Map<number, number>()
    for (let at = 0; at < attacks.length; at++) {
      const { output } = await client.responses.create({ model: 'gpt-6.1-terra', instructions, tools: functions, input: 'Hola', reasoning: { effort: 'none' }, store: false })
      const [call] = output as OpenAI.Responses.ResponseFunctionToolCall[]
      expect(call).toMatchObject({ type: 'function_call', name: attacks[at]!.call })
      const { status, text } = await knock(conversation, call!.name, call!.arguments)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      expect([at, text.includes('Mariana') && text.includes(tour_id)]).toEqual([at, false])
    }
    expect(attacks.length).toBeGreaterThan(250)
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([])
    expect(await knock(victim, 'my_tours', '{}')).toEqual(before)
  })
  test('lies in between, and to each conversation begins anew', async () => {
    stage.lab.openai.controls.script({ mode: 'hostile', prey: {} })
    const lied = await talk.say('Hola')
    expect(talk.calls).toHaveLength(4)
    expect(claimsIn(lied).length).toBeGreaterThan(0)
    const other = await client.responses.create({ model: 'gpt-6.1-terra', tools: functions, input: 'Hola', safety_identifier: 'otra', store: false })
    expect(other.output.find(({ type }) => type === 'function_call')).toMatchObject({ name: attacksOn(functions.map(({ name, parameters }) => ({ name, parameters })), { slot_ids: [], tour_ids: [], phones: [], emails: [], ids: [] })[0]!.call })
  })
})

describe('tools that OpenAI calls by itself', () => {
  const door = (more: object = {}) => ({ type: 'mcp' as const, server_label: 'portero', server_url: `${stage.url}/mcp`, authorization: stage.lab.toolKey, headers: { 'x-bird-conversation-id': conversation }, allowed_tools: ['find_homes', 'book_tour'], require_approval: 'never' as const, ...more })
  const ask = (input: string, tool: ReturnType<typeof door>) => client.responses.create({ model: 'gpt-6.1-terra', input, tools: [tool], reasoning: { effort: 'none' }, store: false })
  test('are listed and called at our door, and their answers are read at once', async () => {
    const { output, output_text, tools } = await ask('busco depa en Roma Norte hasta 35 mil', door())
    expect(output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_call', 'message'])
    expect(output[0]).toMatchObject({ tools: [{ name: 'book_tour' }, { name: 'find_homes' }] })
    expect(output[1]).toMatchObject({ name: 'find_homes', status: 'completed', error: null, output: expect.stringContaining('roma-norte') })
    expect(output_text).toContain('¿Cuál te interesa?')
    expect(JSON.stringify(tools)).not.toContain(stage.lab.toolKey)
  })
  test('are told of as they come', async () => {
    const stream = client.responses.stream({ model: 'gpt-6.1-terra', input: 'busco depa en Roma Norte', tools: [door()], reasoning: { effort: 'none' }, store: false })
    const seen = []
    for await (const { type } of stream) seen.push(type)
    expect(seen).toEqual(expect.arrayContaining(['response.mcp_list_tools.in_progress', 'response.mcp_list_tools.completed', 'response.mcp_call.in_progress', 'response.mcp_call_arguments.done', 'response.mcp_call.completed', 'response.output_text.done']))
  })
  test('that refuse are read as well', async () => {
    stage.lab.openai.say({ call: 'book_tour', args: { home: 'luna-1', when: 'lunes a las 11' } })
    const { output, output_text } = await ask('una visita', door())
    expect(output[1]).toMatchObject({ type: 'mcp_call', status: 'failed', output: null, error: { type: 'mcp_tool_execution_error' } })
    expect(output_text).toContain('No encontré esa vivienda')
  })
  test.each([['with a token that is wrong', { authorization: 'nobody' }], ['where nobody is', { server_url: 'http://127.0.0.1:9/mcp' }]])('%s make the whole request fail', async (_title, more) => {
    await expect(ask('busco depa', door(more))).rejects.toMatchObject({ status: 424, type: 'external_connector_error', param: 'tools' })
  })
})

describe('everything that was asked and answered', () => {
  test('has the shape that we rely on', () => {
    expect(exchanges.length).toBeGreaterThan(200)
    expect(exchanges.flatMap(oddIn)).toEqual([])
  })
  // Only whoever has OpenAI's published description can compare with it: it is not ours to ship.
  const { OPENAI_SPEC: spec } = process.env
  if (spec !== undefined) test('is as OpenAI has published it', () => {
    const judged = exchanges.map(publishedBy(spec))
    process.stderr.write(`${judged.length} exchanges, ${judged.reduce((sum, { things }) => sum + things, 0)} things compared with what OpenAI has published\n`)
    expect(judged.flatMap(({ faults }) => faults)).toEqual([])
  })
})
