import { Router } from 'express'
import { z } from 'zod'
import { answer, refuse } from './doors.ts'
import { jsonBody } from './json-shape.ts'
import { homeOf, type Limits } from './knocks.ts'
import { isConversationId } from './tool-bind.ts'
import type { ToolKeys } from './tool-keys.ts'
import { credentialsIn, mostBodyBytes } from './tools-http.ts'

// POST /gate/inbound, the first HTTP step of a vendor's flow: may its agent answer this, and what must be said first?
// The text is optional; with it an opt-out holds before any model has read it.
export type GateAnswer = { answer: 'bot' | 'human' | 'paused' | 'optout'; notice?: string }
export type Gate = (ask: { tenant: string; external: string; text: string | undefined }) => Promise<GateAnswer | undefined> // undefined: nobody's conversation
export const gateScope = 'gate'

export const gateDoor = ({ keys, gate, limits }: { keys: ToolKeys; gate: Gate; limits: Limits }): Router =>
  Router().post('/gate/inbound', jsonBody(mostBodyBytes), async (request, response) => {
    const { key: secret, conversation } = credentialsIn(request.headers)
    const key = await keys.find(secret)
    if (!key) {
      limits.wrong(homeOf(request.ip))
      return refuse(response, 'unauthorized')
    }
    limits.key(key.id)
    if (!key.scopes.includes(gateScope)) return refuse(response, 'refused')
    const { context, ...flat } = asked.parse(request.body)
    const external = conversation ?? context.conversation_id ?? flat.conversation_id
    const found = isConversationId(external) ? await gate({ tenant: key.tenant, external, text: filled(flat.text ?? flat.arguments.text) }) : undefined
    if (!found) return refuse(response, 'refused')
    answer(response, 200, JSON.stringify({ ok: true, ...found }))
  })

// Whatever a flow sends: what has another shape says nothing.
const word = z.string().optional().catch(undefined)
const asked = z
  .object({ text: word, conversation_id: word, context: z.object({ conversation_id: word }).catch({ conversation_id: undefined }), arguments: z.object({ text: word }).catch({ text: undefined }) })
  .catch({ text: undefined, conversation_id: undefined, context: { conversation_id: undefined }, arguments: { text: undefined } })
const filled = (text: string | undefined): string | undefined => (text === undefined || text.includes('{{') ? undefined : text)
