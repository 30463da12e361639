import type OpenAI from 'openai'
import { z } from 'zod'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import type { LateRoute, Route, Simulator } from '../simulator.ts'
import { ok, Refusal } from './answers.ts'
import { audioRoutes } from './audio.ts'
import { draft, type Draft } from './drafts.ts'
import { eventsOf, sse } from './events.ts'
import { amissWish, makeOpenaiFaults, refuseWish } from './faults.ts'
import { guarded, limitsWish, makeLimits } from './guard.ts'
import { itemsIn, type InputItem } from './items.ts'
import { modelRoutes } from './models.ts'
import { wantedIn } from './request.ts'
import { makeRespond } from './respond.ts'
import { makeScript, scriptWish } from './script.ts'
import { makeSenses, sensedWish } from './seen.ts'
import { makeMeter } from './usage.ts'
import type { WireResponse } from './wire.ts'

// OpenAI: the Responses API with a model that is a script, speech to text, and the list of models; judged by OpenAI's own client and published schema.
//
// POST /_lab/openai/{control}, or controls.{control}(…):
//   say [drafts]                      exactly this is the next answer: {say}, {call, args}, {refuse}; each time one more in the queue
//   script {mode, noise?, prey?}      policy (without a word), with a seed of its mistakes or without; hostile, with what it would like to get at
//   refuse {with, on?, times?, retryAfter?}   unauthorized, rate-limit, insufficient-quota, internal, unavailable, content-policy
//   amiss {how, times?}               refusal, incomplete, filtered, empty, failed, malformed, unknown-tool, several
//   limits {requestsPerMinute?, tokensPerMinute?}
//   hear {bytes, text}, see {bytes, text}     what is said in a sound, or seen in a picture, of these very bytes (base64)
// The desk has the rest: down, slow, drip, lost (answered, but not heard), garbled and misshapen as faults; state, requests, release.
export type Openai = Simulator & { say(...drafts: Draft[]): void; controls: Record<'say' | 'script' | 'refuse' | 'amiss' | 'limits' | 'hear' | 'see', (wanted: unknown) => unknown> }
type Kept = { response: WireResponse; items: InputItem[] }

export const makeOpenai = ({ clock, account: { apiKey } }: { clock: Pick<Clock, 'now' | 'after' | 'bytes'>; account: { apiKey: string } }): Openai => {
  const newId = (prefix: string): string => `${prefix}_${clock.bytes(24).toString('hex')}`
  const stored = new Map<string, Kept>()
  const faults = makeOpenaiFaults()
  const limits = makeLimits(clock)
  const script = makeScript()
  const senses = makeSenses()
  const respond = makeRespond({ clock, newId, secret: apiKey, script, senses, meter: makeMeter(clock) })

  const kept = (id: string, refuse: (id: string) => Refusal): Kept => {
    const found = stored.get(id)
    if (!found) throw refuse(id)
    return found
  }
  const unknown = (id: string): Refusal => new Refusal({ status: 404, message: `Response with id '${id}' not found.` })
  const unknownBefore = (id: string): Refusal => new Refusal({ message: `Previous response with id '${id}' not found.`, param: 'previous_response_id', code: 'previous_response_not_found' })
  const create: LateRoute = async ({ body }) => {
    const wanted = wantedIn(body)
    const before = wanted.previous_response_id ? kept(wanted.previous_response_id, unknownBefore).items : []
    const { begun, response } = await respond(wanted, { before, wrong: faults.wrong() })
    if (wanted.store !== false) stored.set(response.id, { response, items: [...before, ...wanted.items, ...itemsIn(response.output).filter(({ type }) => type !== 'reasoning')] })
    return wanted.stream ? { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body: sse(eventsOf(begun, response)) } : ok(response)
  }
  const routes: Record<string, Route | LateRoute> = {
    'POST /v1/responses': create,
    'GET /v1/responses/:response': ({ parts: { response = '' } }) => ok(kept(response, unknown).response),
    'DELETE /v1/responses/:response': ({ parts: { response = '' } }) => {
      kept(response, unknown)
      stored.delete(response)
      return ok({ id: response, object: 'response', deleted: true } satisfies { id: string; object: OpenAI.Responses.Response['object']; deleted: true })
    },
    ...audioRoutes({ senses }),
    ...modelRoutes,
  }

  const asked = <S extends z.ZodType>(schema: S, run: (wanted: z.infer<S>) => unknown) => (wanted: unknown): unknown => run(schema.parse(wanted)) ?? {}
  return {
    name: 'openai', routes: guarded(routes, { clock, apiKey, newId, faults, limits }),
    admits: () => true, // OpenAI refuses a key in its own words: guarded does it
    say: (...drafts) => script.say(z.array(draft).parse(drafts)),
    state: () => ({ stored: [...stored.values()].map(({ response }) => response), unsaid: script.left() }),
    controls: {
      say: asked(z.array(draft), script.say), script: asked(scriptWish, script.choose), refuse: asked(refuseWish, faults.refuse), amiss: asked(amissWish, faults.amiss), limits: asked(limitsWish, limits.limit),
      hear: asked(sensedWish, senses.learn), see: asked(sensedWish, senses.learn),
    },
    close() {},
  }
}
