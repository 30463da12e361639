import type { Contract, Exchange, Failures } from '../../define.ts'
import { describing } from './client.ts'

// What OpenAI is asked and answers. What people say here is unlike anything else, so that a word which leaks is found.
const complaint = (code: string | null, type: string): object => ({ error: { message: 'not this time', type, param: null, code } })
const failures: Failures = {
  unauthorized: { tell: { status: 401, body: complaint('invalid_api_key', 'invalid_request_error') }, code: 'disconnected' },
  missing: { tell: { status: 404, body: complaint('model_not_found', 'invalid_request_error') }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'retry-after': '2' }, body: complaint('rate_limit_exceeded', 'requests') }, code: 'throttled', retryAfterMs: 2_000 },
  away: { tell: { status: 503, body: complaint(null, 'server_error') }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"id": "resp_67' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { object: 'response', output: 'nothing of what was promised' } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const instructions = 'Eres la asesora de rentas de una casa inventada.'
const parameters = { type: 'object', properties: { home: { type: 'string' } }, required: ['home'], additionalProperties: false }
const tools = [{ name: 'get_home', description: 'Lo que se sabe de una vivienda.', parameters }]
const thought = { kind: 'thought', id: 'rs_1c5b', sealed: 'gAAAAABo-pensamiento-sellado-1c5b' }
const call = { kind: 'call', id: 'call_9f2d', tool: 'get_home', args: '{"home":"casa-de-los-jacintos"}' }
const words = { searching: 'Hola, busco algo cerca del parque de los jacintos', when: 'Claro, ¿para cuándo lo necesitas tú?', asking: '¿La casa tiene terraza con bugambilias?', found: '{"ok":true,"say":"Tiene terraza y dos bugambilias."}', today: 'Hoy es domingo 22 de noviembre y son las 11:04.' }
const args = {
  version: 'asesora-7', instructions, tools, whom: 'a1f0c9d2e4b86357', mostTokens: 800,
  hosted: { url: 'https://portero.example/mcp', token: 'eyJhbGciOiJIUzI1NiJ9.e30.nadie', tools: ['get_home'] }, // this connection does not want it
  items: [
    { kind: 'heard', text: words.searching }, { kind: 'said', text: words.when }, { kind: 'heard', text: words.asking },
    thought, call, { kind: 'answer', id: call.id, text: words.found }, { kind: 'note', text: words.today },
  ],
}
const reasoning = (id: string, sealed: string): object => ({ type: 'reasoning', id, summary: [], encrypted_content: sealed })
const response = (model: string, output: object[], more: object = {}): object => ({
  id: 'resp_67c9', object: 'response', created_at: 1_795_453_200, status: 'completed', model, output, error: null, incomplete_details: null, parallel_tool_calls: false,
  usage: { input_tokens: 1_900, input_tokens_details: { cached_tokens: 1_400 }, output_tokens: 60, output_tokens_details: { reasoning_tokens: 24 }, total_tokens: 1_960 }, ...more,
})
const message = (text: string, more: object = {}): object => ({ type: 'message', id: 'msg_40aa', status: 'completed', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }], ...more })

const said = 'Sí: terraza y dos bugambilias en flor.'
const respondAsk = {
  method: 'POST', path: '/responses', reading: true as const, headers: { authorization: 'Bearer sk-prueba-de-contrato-4711', 'content-type': 'application/json' },
  body: {
    model: 'gpt-6.1-terra', instructions, tools: [{ type: 'function', ...tools[0], strict: true }], parallel_tool_calls: false,
    input: [
      { role: 'user', content: words.searching }, { role: 'assistant', content: words.when }, { role: 'user', content: words.asking },
      reasoning(thought.id, thought.sealed), { type: 'function_call', call_id: call.id, name: call.tool, arguments: call.args },
      { type: 'function_call_output', call_id: call.id, output: words.found }, { role: 'developer', content: words.today },
    ],
    reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'], max_output_tokens: 800, safety_identifier: 'a1f0c9d2e4b86357', prompt_cache_key: 'asesora-7', store: false,
  },
}
const model = 'gpt-6.1-terra-2026-10-26'
const usage = { input: 1_900, cached: 1_400, output: 60, micros: 870 } // 500 at 1, 1,400 at 0.05, 60 at 5
const { tools: _tools, parallel_tool_calls: _parallel, ...draftBody } = respondAsk.body
const draftAsk = { ...respondAsk, body: draftBody }
const told = (body: object): Exchange[] => [{ ask: respondAsk, tell: { status: 200, body } }]

const sound = Buffer.from('OggS, y luego una voz que pregunta por la terraza')
const boundary = 'portero-5e75fa4144f9aaa4074ad0641be3ec55'
const heard = '¿Puedo ir a ver la terraza el martes?'
const field = (name: string, value: string): string => `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const transcribeAsk = {
  method: 'POST', path: '/audio/transcriptions', reading: true as const, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  body: `${field('model', 'gpt-4o-mini-transcribe')}${field('language', 'es')}${field('response_format', 'json')}--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="sound.ogg"\r\ncontent-type: audio/ogg\r\n\r\n${sound.toString()}\r\n--${boundary}--\r\n`,
}

const picture = Buffer.from('un JPEG de una terraza')
const seen = 'Una terraza con macetas y dos sillas de madera.'
const describeAsk = {
  method: 'POST', path: '/responses', reading: true as const,
  body: {
    model: 'gpt-6-luna', instructions: describing,
    input: [{ role: 'user', content: [{ type: 'input_image', image_url: `data:image/jpeg;base64,${picture.toString('base64')}`, detail: 'low' }] }],
    reasoning: { effort: 'low' }, max_output_tokens: 600, safety_identifier: 'a1f0c9d2e4b86357', store: false,
  },
}
const outOfCredit = { status: 429, body: complaint('insufficient_quota', 'insufficient_quota') }

export const contract: Contract = {
  account: 'agente',
  settings: () => ({ apiKey: 'sk-prueba-de-contrato-4711', media: { voice: true, images: true } }),
  failures,
  does: {
    'model.respond': {
      args, key: 'run:1:step:2', exchanges: told(response(model, [reasoning('rs_2d6c', 'gAAAAABo-otro-pensamiento-2d6c'), message(said)])),
      result: { items: [{ kind: 'thought', id: 'rs_2d6c', sealed: 'gAAAAABo-otro-pensamiento-2d6c' }, { kind: 'said', text: said }], model, usage },
      more: [
        { name: 'it calls a tool', exchanges: told(response(model, [{ type: 'function_call', id: 'fc_77', call_id: 'call_0b1a', name: 'get_home', arguments: '{"home":"torre-de-las-jacarandas"}', status: 'completed' }])), result: { items: [{ kind: 'call', id: 'call_0b1a', tool: 'get_home', args: '{"home":"torre-de-las-jacarandas"}' }], model, usage } },
        { name: 'what nobody here knows is left out', exchanges: told(response(model, [{ type: 'hologram_call', id: 'holo_1' }, message(said)])), result: { items: [{ kind: 'said', text: said }], model, usage } },
        { name: 'a model whose price is unknown costs nobody knows what', exchanges: told(response('gpt-9-nova', [message(said)])), result: { items: [{ kind: 'said', text: said }], model: 'gpt-9-nova', usage } },
        { name: 'it ran out of room', exchanges: told(response(model, [message(said)], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })), result: { items: [{ kind: 'said', text: said }], model, usage, cut: 'length' } },
        { name: 'what is half called is not called', exchanges: told(response(model, [{ type: 'function_call', id: 'fc_78', call_id: 'call_0b1b', name: 'get_home', arguments: '{"home":"torre-de', status: 'incomplete' }], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })), result: { items: [], model, usage, cut: 'length' } },
        { name: 'their filter stopped it', exchanges: told(response(model, [], { status: 'incomplete', incomplete_details: { reason: 'content_filter' } })), result: { items: [], model, usage, cut: 'filter' } },
        { name: 'it will not', exchanges: told(response(model, [message('', { content: [{ type: 'refusal', refusal: 'No puedo ayudar con eso, disculpa.' }] })])), result: { items: [], model, usage, cut: 'refusal' } },
        { name: 'an item without what it is for is no answer', exchanges: told(response(model, [{ type: 'function_call', id: 'fc_79', name: 'get_home' }])), code: 'bad_response', uncertain: true },
        { name: 'it failed on their side', exchanges: told(response(model, [], { status: 'failed', error: { code: 'server_error', message: 'sorry' }, usage: null })), code: 'unavailable' },
        { name: 'it failed because of what was asked', exchanges: told(response(model, [], { status: 'failed', error: { code: 'invalid_prompt', message: 'no' }, usage: null })), code: 'refused' },
        { name: 'no credit is left, which no waiting mends', exchanges: [{ ask: respondAsk, tell: outOfCredit }], code: 'disconnected', retryAfterMs: 60_000 },
        { name: 'it is more than the model reads', exchanges: [{ ask: respondAsk, tell: { status: 400, body: complaint('context_length_exceeded', 'invalid_request_error') } }], code: 'invalid_input' },
      ],
    },
  },
  reads: {
    'model.draft': {
      args: [{ version: 'asesora-7', instructions, items: args.items, whom: args.whom, mostTokens: 800 }], result: { text: said, usage },
      exchanges: [{ ask: draftAsk, tell: { status: 200, body: response(model, [message(said)]) } }],
      more: [
        { name: 'it ran out of room', exchanges: [{ ask: draftAsk, tell: { status: 200, body: response(model, [message(said)], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }) } }], code: 'refused' },
        { name: 'it says nothing', exchanges: [{ ask: draftAsk, tell: { status: 200, body: response(model, []) } }], code: 'refused' },
      ],
    },
    'model.transcribe': {
      args: [{ bytes: sound, type: 'audio/ogg; codecs=opus' }], result: heard,
      exchanges: [{ ask: transcribeAsk, tell: { status: 200, body: { text: `${heard} `, usage: { type: 'duration', seconds: 4 } } } }],
      more: [{ name: 'no credit is left, which no waiting mends', exchanges: [{ ask: transcribeAsk, tell: outOfCredit }], code: 'disconnected' }],
    },
    'model.describe': {
      args: [{ bytes: picture, type: 'image/jpeg', whom: 'a1f0c9d2e4b86357' }], result: seen,
      exchanges: [{ ask: describeAsk, tell: { status: 200, body: response('gpt-6-luna', [message(seen)]) } }],
      more: [{ name: 'it will not', exchanges: [{ ask: describeAsk, tell: { status: 200, body: response('gpt-6-luna', [message('', { content: [{ type: 'refusal', refusal: 'No puedo ayudar con eso, disculpa.' }] })]) } }], code: 'refused' }],
    },
  },
}
