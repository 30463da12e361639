import type { IncomingHttpHeaders } from 'node:http'
import { Router, type RequestHandler } from 'express'
import type { Tool } from '../define.ts'
import { answer } from './doors.ts'
import { jsonBody } from './json-shape.ts'
import { homeOf, type Limits } from './knocks.ts'
import type { RunTool } from './run-tool.ts'
import { refusalOf } from './tool-answer.ts'
import { nameOf, type Callers } from './tool-keys.ts'
import { openAiFunction } from './tools-openai.ts'
import { openApi } from './tools-openapi.ts'

// The plain wire: one POST a call, as Bird's HTTP action and any script can make it.
export type Credentials = { key: string | undefined; conversation: string | undefined }
export const credentialsIn = (headers: IncomingHttpHeaders): Credentials => ({
  key: /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key']?.toString(),
  conversation: (headers['x-bird-conversation-id'] ?? headers['x-conversation-id'])?.toString(),
})
export const mostBodyBytes = 65_536
export const scopesHeader = 'x-portero-scopes'

export const toolsHttp = ({ tools, keys, runTool, limits, publicBaseUrl }: { tools: readonly Tool[]; keys: Callers; runTool: RunTool; limits: Limits; publicBaseUrl: string }): Router => {
  const functions = JSON.stringify(tools.map(openAiFunction))
  const description = JSON.stringify(openApi({ tools, publicBaseUrl }))
  const knock: RequestHandler = async (request, response, next) => {
    request.headers['accept-language'] ??= 'es-MX' // a refusal may be spoken to a prospect
    const key = await keys.find(credentialsIn(request.headers).key)
    if (key) {
      limits.key(nameOf(key))
      response.setHeader(scopesHeader, key.scopes.join(' ')) // so that whoever types a key somewhere can see what it is good for
      return next()
    }
    limits.wrong(homeOf(request.ip))
    const { status, text } = refusalOf('unauthorized')
    response.setHeader('www-authenticate', 'Bearer')
    answer(response, status, text)
  }

  const router = Router()
  router.get('/tools', knock, (_request, response) => answer(response, 200, functions))
  router.get('/openapi.json', knock, (_request, response) => answer(response, 200, description))
  router.post('/tools/:name', knock, jsonBody(mostBodyBytes), async (request, response) => {
    const raw: unknown = request.body
    const { status, text, retryAfterMs } = await runTool({ tool: String(request.params['name']), raw, ...credentialsIn(request.headers), wire: 'http' })
    if (retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1000)))
    answer(response, status, text)
  })
  return router
}
