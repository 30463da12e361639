import { afterAll, beforeEach, afterEach, describe, expect, test } from '@jest/globals'
import OpenAI, { APIConnectionError, AuthenticationError, BadRequestError, InternalServerError, NotFoundError, RateLimitError, toFile } from 'openai'
import { publishedBy } from './support/openai-schema.ts'
import { oddIn } from './support/openai-shapes.ts'
import { openOpenai, type Exchange, type OpenaiStage } from './support/openai-stage.ts'

// The lab's OpenAI, judged by OpenAI's own client and, where somebody has it, by its published description. What its scripted model says is in lab-openai-policy.test.ts.
type Params = OpenAI.Responses.ResponseCreateParamsNonStreaming
const model = 'gpt-6.1-terra'
const exchanges: Exchange[] = []
let stage: OpenaiStage
beforeEach(async () => {
  stage = await openOpenai(exchanges)
})
afterEach(() => stage.close())

const parameters = { type: 'object', properties: { home: { type: 'string' }, about: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, required: ['home', 'about'], additionalProperties: false }
const getHome = { type: 'function' as const, name: 'get_home', description: 'Lo que se sabe de una vivienda.', parameters, strict: true }
const ask = (more: Partial<Params> = {}) => stage.client.responses.create({ model, input: 'Hola', store: false, ...more })
const refused = async (call: Promise<unknown>): Promise<any> => call.then(() => { throw new Error('it was not refused') }, (thrown: unknown) => thrown)
const types = (events: { type: string }[]): string[] => events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])

describe('an answer', () => {
  test('is a text', async () => {
    stage.openai.say({ say: '¿Qué buscas?' })
    const { data, response, request_id } = await stage.client.responses.create({ model, input: 'Hola', store: false, reasoning: { effort: 'none' }, safety_identifier: 'a1', prompt_cache_key: 'v1', metadata: { run: '7' } }).withResponse()
    expect(data).toMatchObject({ object: 'response', status: 'completed', output_text: '¿Qué buscas?', model, created_at: stage.clock.now() / 1_000, safety_identifier: 'a1', prompt_cache_key: 'v1', metadata: { run: '7' }, error: null })
    expect(data.output).toMatchObject([{ type: 'message', role: 'assistant' }])
    expect(request_id).toMatch(/^req_/)
    expect([...response.headers.keys()]).toEqual(expect.arrayContaining(['x-ratelimit-limit-requests', 'x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests', 'x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens', 'openai-processing-ms', 'openai-version']))
  })
  test('is a call, whose output is read with what it thought', async () => {
    stage.openai.say({ call: 'get_home', args: { home: 'roma-norte-302', about: null } })
    const first = await ask({ tools: [getHome], include: ['reasoning.encrypted_content'] })
    const [thought, call] = first.output
    expect([thought, call]).toMatchObject([{ type: 'reasoning', encrypted_content: expect.any(String) }, { type: 'function_call', name: 'get_home', arguments: '{"home":"roma-norte-302","about":null}' }])
    const { call_id: id } = call as OpenAI.Responses.ResponseFunctionToolCall
    stage.openai.say({ say: 'Tiene dos recámaras.' })
    const second = await ask({ tools: [getHome], input: [{ role: 'user', content: 'Hola' }, thought as OpenAI.Responses.ResponseReasoningItem, call as OpenAI.Responses.ResponseFunctionToolCall, { type: 'function_call_output', call_id: id, output: '{"ok":true}' }] })
    expect(second.output_text).toBe('Tiene dos recámaras.')
  })
  test('keeps its thoughts to itself where nobody asked for them', async () => {
    expect((await ask()).output[0]).not.toHaveProperty('encrypted_content')
  })
  test('is the same again for the same question', async () => {
    expect((await ask()).output_text).toBe((await ask()).output_text)
  })
})

describe('a stream', () => {
  const streamed = async (more: Partial<Params> = {}) => {
    const stream = stage.client.responses.stream({ model, input: 'Hola', reasoning: { effort: 'none' }, ...more, stream: true })
    const events: OpenAI.Responses.ResponseStreamEvent[] = []
    for await (const event of stream) events.push(event)
    return { events, whole: await stream.finalResponse() }
  }
  const around = (...between: string[]): string[] => ['response.created', 'response.in_progress', ...between, 'response.completed']
  const item = (...between: string[]): string[] => ['response.output_item.added', ...between, 'response.output_item.done']
  const part = (...between: string[]): string[] => ['response.content_part.added', ...between, 'response.content_part.done']

  test('tells a text word by word, and the whole of it at the end', async () => {
    stage.openai.say({ say: 'Uno dos tres.' })
    const { events, whole } = await streamed()
    expect(types(events)).toEqual(around(...item(...part('response.output_text.delta', 'response.output_text.done'))))
    expect(events.flatMap((event) => (event.type === 'response.output_text.delta' ? event.delta : []))).toEqual(['Uno', ' dos', ' tres.'])
    expect(whole.output_text).toBe('Uno dos tres.')
  })
  test('tells a thought and a call', async () => {
    stage.openai.say({ call: 'get_home', args: { home: 'x', about: 'a b' } })
    const { events, whole } = await streamed({ tools: [getHome], reasoning: { effort: 'low' } })
    expect(types(events)).toEqual(around(...item(), ...item('response.function_call_arguments.delta', 'response.function_call_arguments.done')))
    expect(whole.output).toMatchObject([{ type: 'reasoning' }, { type: 'function_call', arguments: '{"home":"x","about":"a b"}' }])
  })
  test('tells a refusal', async () => {
    stage.openai.say({ refuse: 'No puedo.' })
    expect(types((await streamed()).events)).toEqual(around(...item(...part('response.refusal.delta', 'response.refusal.done'))))
  })
  test.each([['incomplete', 'response.incomplete'], ['failed', 'response.failed'], ['empty', 'response.completed']])('that is %s ends so', async (how, last) => {
    stage.openai.controls.amiss({ how })
    expect((await streamed()).events.at(-1)?.type).toBe(last)
  })
})

describe('a request is refused', () => {
  const message = (content: unknown, role = 'user') => ({ input: [{ role, content }] })
  test.each<[string, object, { code: string | null; param: string | null; message?: string }]>([
    ['without a model', { model: undefined }, { code: 'missing_required_parameter', param: 'model' }],
    ['without input', { input: undefined }, { code: 'missing_required_parameter', param: 'input' }],
    ['with a parameter that there is not', { max_tokens: 5 }, { code: 'unknown_parameter', param: 'max_tokens', message: "Unknown parameter: 'max_tokens'." }],
    ['with one too many in a tool', { tools: [{ ...getHome, examples: [] }] }, { code: 'unknown_parameter', param: 'tools[0].examples' }],
    ['with one too many in an item', { input: [{ role: 'user', content: 'a', name: 'x' }] }, { code: 'unknown_parameter', param: 'input[0].name' }],
    ['with a number where a text goes', { instructions: 7 }, { code: 'invalid_type', param: 'instructions' }],
    ['with an effort that there is not', { reasoning: { effort: 'huge' } }, { code: 'invalid_value', param: 'reasoning.effort' }],
    ['with an include that there is not', { include: ['everything'] }, { code: 'invalid_value', param: 'include[0]' }],
    ['with too few tokens', { max_output_tokens: 15 }, { code: 'integer_below_min_value', param: 'max_output_tokens', message: "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead." }],
    ['with a safety identifier that is too long', { safety_identifier: 'x'.repeat(65) }, { code: 'string_above_max_length', param: 'safety_identifier' }],
    ['with a temperature, by a model that thinks', { temperature: 0.2 }, { code: null, param: 'temperature' }],
    ['with a name that is none', { tools: [{ ...getHome, name: 'get home' }] }, { code: 'invalid_value', param: 'tools[0].name' }],
    ['with a choice of a tool that was not given', { tool_choice: { type: 'function', name: 'x' } }, { code: null, param: 'tool_choice' }],
    ['with a role that there is not', message('a', 'tool'), { code: 'invalid_value', param: 'input[0].role' }],
    ['with a part of the other side', message([{ type: 'output_text', text: 'a' }]), { code: 'invalid_value', param: 'input[0].content[0].type' }],
    ['with an item that there is not', { input: [{ type: 'tool_result' }] }, { code: 'invalid_value', param: 'input[0].type' }],
    ['with a call whose id is too long', { input: [{ type: 'function_call', call_id: 'c'.repeat(65), name: 'a', arguments: '{}' }] }, { code: 'string_above_max_length', param: 'input[0].call_id' }],
    ['with a call that nobody answered', { input: [{ type: 'function_call', call_id: 'c1', name: 'a', arguments: '{}' }] }, { code: null, param: 'input', message: 'No tool output found for function call c1.' }],
    ['with an answer to no call', { input: [{ type: 'function_call_output', call_id: 'c1', output: '{}' }] }, { code: null, param: 'input', message: 'No tool call found for function call output with call_id c1.' }],
    ['with a thought that it never had', { input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAAAx' }] }, { code: 'invalid_encrypted_content', param: 'input' }],
    ['with an answer before that nobody has', { previous_response_id: 'resp_1' }, { code: 'previous_response_not_found', param: 'previous_response_id' }],
    ['with a picture that is none', message([{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }]), { code: 'image_parse_error', param: 'input' }],
    ['with a picture to be fetched', message([{ type: 'input_image', image_url: 'https://casas.example/a.png' }]), { code: 'failed_to_download_image', param: 'input' }],
  ])('%s', async (_title, wrong, { message: words, ...expected }) => {
    const thrown = await refused(ask(wrong))
    expect(thrown).toBeInstanceOf(BadRequestError)
    expect(thrown).toMatchObject({ status: 400, type: 'invalid_request_error', ...expected })
    expect(thrown.message).toContain(words ?? '')
  })
  test.each<[string, object, string]>([
    ['the whole is no object', { anyOf: [] }, "got 'type:"],
    ['not every property is required', { ...parameters, required: ['home'] }, "Missing 'about'"],
    ['something else is required', { ...parameters, required: ['home', 'about', 'x'] }, "Extra required key 'x'"],
    ['others may come along', { ...parameters, additionalProperties: true }, "'additionalProperties' is required to be supplied and to be false"],
    ['an inner object is loose', { ...parameters, properties: { ...parameters.properties, home: { type: 'object', properties: {} } } }, "In context=('properties', 'home'), 'additionalProperties'"],
    ['a text has a length', { ...parameters, properties: { ...parameters.properties, home: { type: 'string', maxLength: 5 } } }, "'maxLength' is not permitted"],
    ['it says oneOf', { ...parameters, properties: { ...parameters.properties, home: { oneOf: [{ type: 'string' }] } } }, "'oneOf' is not permitted"],
    ['a property has no type', { ...parameters, properties: { ...parameters.properties, home: { description: 'x' } } }, "must have a 'type' key"],
    ['a list has no items', { ...parameters, properties: { ...parameters.properties, home: { type: 'array' } } }, 'array schema missing items'],
    ['it is too deep', { ...parameters, properties: { ...parameters.properties, home: Array.from({ length: 10 }).reduce<object>((inner) => ({ type: 'array', items: inner }), { type: 'string' }) } }, '10 levels'],
  ])('with a strict function where %s', async (_title, wrong, words) => {
    const thrown = await refused(ask({ tools: [{ ...getHome, parameters: { ...wrong } }] }))
    expect(thrown).toMatchObject({ status: 400, code: 'invalid_function_parameters', param: 'tools[0].parameters' })
    expect(thrown.message).toContain(words)
  })
  test('with a key that is wrong, or none', async () => {
    const thrown = await refused(stage.clientWith('sk-another-0000').responses.create({ model, input: 'Hola' }))
    expect(thrown).toBeInstanceOf(AuthenticationError)
    expect(thrown).toMatchObject({ status: 401, code: 'invalid_api_key' })
    expect(thrown.message).not.toContain('sk-another-0000')
    expect((await fetch(`${stage.url}/openai/v1/models`)).status).toBe(401)
  })
  test('with a model that there is not', async () => {
    const thrown = await refused(ask({ model: 'gpt-9' }))
    expect(thrown).toBeInstanceOf(NotFoundError)
    expect(thrown).toMatchObject({ code: 'model_not_found' })
  })
  test('with a thought that led to nothing, or was not given whole', async () => {
    const { output: [thought] } = await ask({ include: ['reasoning.encrypted_content'] })
    const { encrypted_content: _sealed, ...bare } = thought as OpenAI.Responses.ResponseReasoningItem
    expect((await refused(ask({ input: [thought as OpenAI.Responses.ResponseReasoningItem, { role: 'user', content: 'x' }] }))).message).toContain('without its required following item')
    expect(await refused(ask({ input: [bare, { role: 'assistant', content: 'x' }] }))).toMatchObject({ status: 404 })
  })
})

describe('what goes wrong', () => {
  test.each([
    ['unauthorized', AuthenticationError, { status: 401 }], ['rate-limit', RateLimitError, { status: 429, code: 'rate_limit_exceeded' }], ['insufficient-quota', RateLimitError, { status: 429, code: 'insufficient_quota', type: 'insufficient_quota' }],
    ['internal', InternalServerError, { status: 500 }], ['unavailable', InternalServerError, { status: 503 }], ['content-policy', BadRequestError, { status: 400, code: 'content_policy_violation' }],
  ] as const)('%s is its own error, as often as it was wanted', async (kind, type, expected) => {
    stage.openai.controls.refuse({ with: kind, retryAfter: 2 })
    const thrown = await refused(ask())
    expect(thrown).toBeInstanceOf(type)
    expect(thrown).toMatchObject(expected)
    expect(thrown.headers.get('retry-after')).toBe('2')
    expect((await ask()).status).toBe('completed')
  })
  test('only one route fails, where only one was meant', async () => {
    stage.openai.controls.refuse({ with: 'internal', on: 'GET /v1/models' })
    expect((await ask()).status).toBe('completed')
    expect(await refused(stage.client.models.list() as unknown as Promise<unknown>)).toMatchObject({ status: 500 })
  })
  test.each<[string, object]>([
    ['refusal', { status: 'completed', output: [{ type: 'message', content: [{ type: 'refusal' }] }] }],
    ['incomplete', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [{ status: 'incomplete', content: [{ text: 'Uno dos ' }] }] }],
    ['filtered', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }],
    ['empty', { status: 'completed', output: [] }],
    ['failed', { status: 'failed', error: { code: 'server_error' }, output: [] }],
    ['malformed', { output: [{ type: 'function_call', name: 'get_home', arguments: '{"home": "roma-norte-3' }] }],
    ['unknown-tool', { output: [{ type: 'function_call', name: 'transfer_funds' }] }],
    ['several', { parallel_tool_calls: false, output: [{ name: 'get_home' }, { name: 'get_home' }] }],
  ])('the model is %s', async (how, expected) => {
    stage.openai.controls.amiss({ how })
    stage.openai.say({ say: 'Uno dos tres.' })
    expect(await ask({ tools: [getHome], parallel_tool_calls: false, reasoning: { effort: 'none' } })).toMatchObject(expected)
  })
  test('an answer ends where its tokens end, thoughts included', async () => {
    stage.openai.say({ say: 'Una frase que es mucho más larga que dieciséis pedacitos de cuatro letras cada uno.' })
    const cut = await ask({ max_output_tokens: 16, reasoning: { effort: 'none' } })
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage: { output_tokens: 16 } })
    expect(cut.output_text).toHaveLength(64)
    expect(await ask({ max_output_tokens: 16 })).toMatchObject({ status: 'incomplete', output: [{ type: 'reasoning' }], output_text: '' })
  })
  test('the wire breaks, stalls and garbles', async () => {
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'lost' }, { on: 'POST /v1/responses', fault: 'garbled' })
    expect(await refused(ask())).toBeInstanceOf(APIConnectionError)
    expect(await refused(ask())).toBeInstanceOf(SyntaxError)
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow' })
    const waiting = ask()
    await stage.desk.arrived('POST /v1/responses', 3)
    stage.desk.release()
    expect((await waiting).status).toBe('completed')
  })
  test('what is beyond the limits of a minute has to wait for the next', async () => {
    stage.openai.controls.limits({ requestsPerMinute: 1 })
    await ask()
    const thrown = await refused(ask())
    expect(thrown).toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'requests' })
    expect(thrown.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    stage.clock.advance(60_000)
    await ask()
    stage.clock.advance(60_000)
    stage.openai.controls.limits({ tokensPerMinute: 100 })
    expect(await refused(ask({ instructions: 'x'.repeat(1_000) }))).toMatchObject({ status: 429, type: 'tokens' })
  })
})

describe('usage', () => {
  const instructions = 'Eres la asesora de una casa inventada. '.repeat(200)
  const cachedBy = async (more: Partial<Params>): Promise<number> => (await ask({ instructions, prompt_cache_key: 'v1', tools: [getHome], ...more })).usage!.input_tokens_details.cached_tokens
  test('counts what begins as an earlier request did', async () => {
    expect(await cachedBy({})).toBe(0)
    const again = await cachedBy({ input: [{ role: 'user', content: 'Otra cosa' }] })
    expect(again).toBeGreaterThan(1_900)
    expect(again % 128).toBe(0)
  })
  test.each<[string, Partial<Params>]>([
    ['the instructions begin otherwise', { instructions: `Hoy es lunes. ${instructions}` }], ['the tools changed', { tools: [] }], ['it is another version', { prompt_cache_key: 'v2' }], ['it is another model', { model: 'gpt-6-luna' }], ['it is short', { instructions: 'Eres.' }],
  ])('counts nothing where %s', async (_title, more) => {
    await cachedBy(more.instructions === 'Eres.' ? more : {})
    expect(await cachedBy(more)).toBe(0)
  })
  test('forgets after half an hour', async () => {
    await cachedBy({})
    stage.clock.advance(30 * 60_000)
    expect(await cachedBy({})).toBe(0)
  })
})

describe('what is kept', () => {
  test('is nothing where nothing was to be', async () => {
    const { id } = await ask()
    expect(stage.openai.state()).toEqual({ stored: [], unsaid: 0 })
    expect(await refused(stage.client.responses.retrieve(id) as unknown as Promise<unknown>)).toMatchObject({ status: 404 })
  })
  test('is an answer that the next one goes on from, until it is deleted', async () => {
    stage.openai.say({ call: 'get_home', args: {} })
    const { id, output } = await ask({ store: true, tools: [getHome] })
    expect((await stage.client.responses.retrieve(id)).id).toBe(id)
    const [, call] = output as [unknown, OpenAI.Responses.ResponseFunctionToolCall]
    expect((await ask({ previous_response_id: id, input: [{ type: 'function_call_output', call_id: call.call_id, output: '{}' }] })).previous_response_id).toBe(id)
    expect((await refused(ask({ previous_response_id: id }))).message).toContain('No tool output found')
    await stage.client.responses.delete(id)
    expect(await refused(ask({ previous_response_id: id }))).toMatchObject({ code: 'previous_response_not_found' })
  })
})

describe('senses', () => {
  const voice = Buffer.from('OggS, y una voz')
  const listen = (file: Promise<File>, more: { model?: string } = {}) => file.then((sound) => stage.client.audio.transcriptions.create({ file: sound, model: 'gpt-4o-mini-transcribe', language: 'es', ...more }))
  test('hear what was said of these bytes, else a sentence that stays the same', async () => {
    expect((await listen(toFile(voice, 'nota.ogg'))).text).toBe((await listen(toFile(voice, 'otra.ogg'))).text)
    expect(await stage.control('hear', { bytes: voice.toString('base64'), text: 'Quiero ver la casa.' })).toBe(200)
    expect(await listen(toFile(voice, 'nota.ogg'))).toMatchObject({ text: 'Quiero ver la casa.', usage: { type: 'tokens' } })
    expect(await listen(toFile(voice, 'nota.ogg'), { model: 'whisper-1' })).toMatchObject({ usage: { type: 'duration', seconds: 1 } })
    expect(await stage.client.audio.transcriptions.create({ file: await toFile(voice, 'nota.ogg'), model: 'gpt-transcribe', response_format: 'text' })).toBe('Quiero ver la casa.\n')
  })
  test.each([['of another kind', 'nota.pdf', voice, {}, 'Invalid file format'], ['that is empty', 'nota.ogg', Buffer.alloc(0), {}, 'too short'], ['by a model that can not', 'nota.ogg', voice, { model }, 'does not exist']])('refuse a sound %s', async (_title, name, bytes, more, words) => {
    expect((await refused(listen(toFile(bytes, name), more))).message).toContain(words)
  })
  test('see what was said of these bytes, else a sentence that stays the same', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('una sala')])
    const look = () => ask({ input: [{ role: 'user', content: [{ type: 'input_text', text: '¿Qué ves?' }, { type: 'input_image', image_url: `data:image/png;base64,${png.toString('base64')}`, detail: 'low' }] }] })
    expect((await look()).output_text).toMatch(/^Se ve .+PNG\.$/)
    stage.openai.controls.see({ bytes: png.toString('base64'), text: 'Una sala con bugambilias.' })
    expect((await look()).output_text).toBe('Una sala con bugambilias.')
  })
})

test('its models are listed', async () => {
  const ids = (await stage.client.models.list()).data.map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining([model, 'gpt-6-luna', 'gpt-4o-mini-transcribe']))
  expect(await stage.client.models.retrieve(model)).toMatchObject({ id: model, object: 'model' })
  expect(await refused(stage.client.models.retrieve('gpt-9') as unknown as Promise<unknown>)).toMatchObject({ status: 404 })
})
test('is asked for over the wire what a test asks for', async () => {
  expect(await stage.control('say', [{ say: 'Exactamente esto.' }])).toBe(200)
  expect((await ask()).output_text).toBe('Exactamente esto.')
  expect(await stage.control('script', { mode: 'no such' })).toBe(400)
})

// All that went over the wire above, in the end.
const whole = (): Exchange[] => exchanges.filter(({ answer, events }) => answer !== undefined || events.length > 0)
describe('everything that was asked and answered', () => {
  test('has the shape that we rely on', () => {
    expect(whole().length).toBeGreaterThan(100)
    expect(whole().flatMap(oddIn)).toEqual([])
  })
  // Only whoever has OpenAI's published description can compare with it: it is not ours to ship.
  const { OPENAI_SPEC: spec } = process.env
  if (spec !== undefined) test('is as OpenAI has published it', () => {
    const judged = whole().map(publishedBy(spec))
    process.stderr.write(`${judged.length} exchanges, ${judged.reduce((sum, { things }) => sum + things, 0)} things compared with what OpenAI has published\n`)
    expect(judged.flatMap(({ faults }) => faults)).toEqual([])
  })
})
afterAll(() => void (exchanges.length = 0))
