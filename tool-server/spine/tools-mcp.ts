import type { ServerResponse } from 'node:http'
import { Router, type ErrorRequestHandler, type RequestHandler } from 'express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, ProtocolError, ProtocolErrorCode, Server, type McpServerFactory } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Tool } from '../define.ts'
import { answer } from './doors.ts'
import { faultFields } from './fault.ts'
import { jsonBody } from './json-shape.ts'
import { homeOf, type Limits } from './knocks.ts'
import type { Log } from './log.ts'
import type { RunTool } from './run-tool.ts'
import { mayCall, nameOf, type Callers } from './tool-keys.ts'
import { credentialsIn, mostBodyBytes } from './tools-http.ts'
import { schemaOf } from './tools-openai.ts'

// The same tools over MCP, stateless: the current wire and the older ones on one endpoint. The SDK parses and answers; every guard is ours,
// since it would run batches, answer a bad body in HTML with a stack, and hand a thrown message to the model.
type Needs = { tools: readonly Tool[]; keys: Callers; runTool: RunTool; limits: Limits; publicBaseUrl: string; lab: boolean; log: Log }

export const toolsMcp = ({ tools, keys, runTool, limits, publicBaseUrl, lab, log }: Needs): Router => {
  const listed = tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((tool) => ({ tool, shown: listing(tool) }))
  // A key's scopes are its owner's affair; an agent of ours is shown what it may use.
  const listedFor = async (secret: string | undefined): Promise<ReturnType<typeof listing>[]> => {
    const caller = await keys.find(secret)
    return listed.flatMap(({ tool, shown }) => (caller?.conversation === undefined || mayCall(caller, tool) ? [shown] : []))
  }
  const names = new Set(tools.map(({ name }) => name))
  const hosts = [new URL(publicBaseUrl).hostname, ...(lab ? ['localhost', '127.0.0.1', '[::1]'] : [])]

  const serve: McpServerFactory = ({ requestInfo }) => {
    const credentials = credentialsIn(Object.fromEntries(requestInfo?.headers ?? []))
    const server = new Server({ name: 'portero', version: '1.0.0' }, { capabilities: { tools: {} } })
    server.setRequestHandler('tools/list', async () => ({ tools: await listedFor(credentials.key) }))
    server.setRequestHandler('tools/call', async ({ params }) => {
      if (!names.has(params.name)) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown tool')
      const { status, body, text } = await runTool({ tool: params.name, raw: params.arguments, ...credentials, wire: 'mcp' })
      // Some clients hand on only the text, others only what is structured. A refusal is not of the tool's own shape.
      return { content: [{ type: 'text', text }], ...(status === 200 && { structuredContent: body }), isError: body['ok'] !== true }
    })
    return server
  }
  const broken = (thrown: unknown): void => log.warn('mcp.failed', faultFields(thrown))
  const handle = toNodeHandler(createMcpHandler(serve, { onerror: broken }), { onerror: broken })

  const guard: RequestHandler = async (request, response, next) => {
    response.setHeader('x-content-type-options', 'nosniff') // which the SDK's own answers lack
    const caller = await keys.find(credentialsIn(request.headers).key)
    if (caller) limits.key(nameOf(caller))
    else {
      limits.wrong(homeOf(request.ip))
      response.setHeader('www-authenticate', 'Bearer')
      return complain(response, 401, -32_001, 'Unauthorized')
    }
    const { host, origin } = request.headers
    if (!hosts.includes(hostOf(`http://${host}`)) || (origin !== undefined && !hosts.includes(hostOf(origin)))) return complain(response, 403, -32_000, 'Forbidden host or origin')
    if (request.method === 'POST') return next()
    response.setHeader('allow', 'POST')
    complain(response, 405, -32_000, 'Method not allowed')
  }
  const fault: ErrorRequestHandler = (thrown: unknown, _request, response, next) => {
    if (response.headersSent) return next(thrown)
    const type: unknown = typeof thrown === 'object' && thrown !== null && 'type' in thrown ? thrown.type : undefined
    if (thrown instanceof AppError && thrown.code === 'throttled') {
      response.setHeader('retry-after', String(Math.ceil((thrown.retryAfterMs ?? 0) / 1000)))
      return complain(response, 429, -32_000, 'Too many requests')
    }
    if (thrown instanceof AppError && thrown.code === 'invalid_input') return complain(response, 400, -32_600, 'Too deep or too many members')
    if (type === 'entity.too.large') return complain(response, 413, -32_600, 'Request too large')
    if (type === 'entity.parse.failed') return complain(response, 400, -32_700, 'Parse error')
    if (type !== undefined) return complain(response, 415, -32_600, 'Unsupported encoding')
    if (typeof thrown === 'object' && thrown !== null && 'status' in thrown && thrown.status === 400) return complain(response, 400, -32_700, 'Parse error') // said to be compressed, and isn't
    log.error('mcp.failed', faultFields(thrown))
    complain(response, 500, -32_603, 'Internal error')
  }

  const router = Router()
  router.all('/mcp', guard, jsonBody(mostBodyBytes), async (request, response) => {
    const body: unknown = request.body ?? {}
    if (Array.isArray(body)) return complain(response, 400, -32_600, 'Batches are not taken')
    await handle(request, response, body)
  })
  router.use('/mcp', fault)
  return router
}

const objectSchema = z.object({ type: z.literal('object'), properties: z.record(z.string(), z.json()), required: z.array(z.string()).optional() }).catchall(z.json())
const listing = ({ name, description, input, output, policy }: Tool) => ({
  name, description,
  inputSchema: objectSchema.parse(schemaOf(input, 'input')),
  outputSchema: objectSchema.parse(schemaOf(output, 'output')),
  annotations: { readOnlyHint: policy.effect === 'read', destructiveHint: false, idempotentHint: true, openWorldHint: false },
})

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '')
const complain = (response: ServerResponse, status: number, code: number, message: string): void =>
  answer(response, status, JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }))
