import { z } from 'zod'
import { errors, refusal, type ErrorCode } from '@portero/shared'
import type { Tool } from '../define.ts'
import { schemaOf } from './tools-openai.ts'

// The tools as OpenAPI 3.1, for gateways and whoever sets up an agent by import.
export const openApi = ({ tools, publicBaseUrl }: { tools: readonly Tool[]; publicBaseUrl: string }): object => ({
  openapi: '3.1.0',
  info: { title: 'Portero', version: '1.0.0', description: 'Tools that an agent may call in the middle of a conversation.' },
  servers: [{ url: publicBaseUrl }],
  security: [{ bearer: [] }, { apiKey: [] }],
  paths: Object.fromEntries(tools.map((tool) => [`/tools/${tool.name}`, { post: operation(tool) }])),
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
    parameters: {
      conversation: { name: 'X-Bird-Conversation-Id', in: 'header', required: true, description: 'Set by the flow, never by a model: the conversation that the call belongs to.', schema: { type: 'string' } },
    },
    schemas: { Refusal: schemaOf(refusal, 'output') },
    responses: Object.fromEntries(refusals.map((code) => [code, {
      description: errors[code].say.en,
      ...(code === 'throttled' && { headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } } }),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
    }])),
  },
})

const refusals: ErrorCode[] = ['invalid_input', 'unauthorized', 'refused', 'not_found', 'conflict', 'too_large', 'throttled', 'bug', 'unavailable', 'timeout']

const operation = ({ name, description, input, output, policy, examples }: Tool): object => ({
  operationId: name,
  summary: firstSentence(description),
  description,
  'x-scopes': policy.scopes,
  parameters: [{ $ref: '#/components/parameters/conversation' }],
  requestBody: { required: true, content: { 'application/json': { schema: schemaOf(input, 'input'), ...shown(examples, 'input') } } },
  responses: {
    200: { description: 'Done, or why not: ok says which, say is a sentence for the prospect.', content: { 'application/json': { schema: schemaOf(output, 'output'), ...shown(examples, 'output') } } },
    ...Object.fromEntries(refusals.map((code) => [errors[code].status, { $ref: `#/components/responses/${code}` }])),
  },
})

const shown = (examples: Tool['examples'], side: 'input' | 'output'): object =>
  examples.length === 0 ? {} : { examples: Object.fromEntries(examples.map((example, at) => [`example${at + 1}`, { summary: example.name, value: z.json().parse(example[side]) }])) }
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text
