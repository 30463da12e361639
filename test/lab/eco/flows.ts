import { z } from 'zod'
import { defineAction, type Flow } from '@portero/tool-server/define.ts'
import { serialOf } from './map.ts'
import { defineFlow, keep, post, set, shout } from './port.ts'

// What the house does about eco. Eco has no table of its own: what its actions did is told by their rows in the audit.
const asks = ['keep', 'set', 'post', 'shout'] as const
const saying = z.strictObject({ event: z.string(), thing: z.string(), text: z.string(), asks: z.array(z.enum(asks)) })

// Answers whoever spoke, by each of the commands that they asked for.
export const answerSaying = defineAction({ name: 'eco.answer', args: saying, result: z.strictObject({ sent: z.int() }), scopes: ['eco:write'], callers: ['system'] }).decides(
  async ({ event, thing, text, asks }, { send }) => {
    const how = (ask: (typeof asks)[number]) => ({ key: `eco:${event}:${ask}`, then: 'eco.answered' })
    const answer = `eco: ${text}`
    if (asks.includes('keep')) await send(keep, { text: answer }, how('keep'))
    if (asks.includes('set')) await send(set, { thing, text: answer }, { ...how('set'), serial: serialOf(thing) })
    if (asks.includes('post')) await send(post, { text: answer }, how('post'))
    if (asks.includes('shout')) await send(shout, { text: answer }, how('shout'))
    return { sent: new Set(asks).size }
  },
)

const noting = z.strictObject({ thing: z.string(), version: z.int().nullable() })
export const noteThing = defineAction({ name: 'eco.note', args: noting, result: z.strictObject({}), scopes: ['eco:write'], callers: ['system'] }).decides(async () => ({}))

const hearing = z.strictObject({ key: z.string(), outcome: z.enum(['done', 'dead', 'uncertain']) })
export const hearAnswer = defineAction({ name: 'eco.hear', args: hearing, result: z.strictObject({}), scopes: ['eco:write'], callers: ['system'] }).decides(async () => ({}))

const whenSaid = defineFlow({
  name: 'eco.said',
  payload: saying,
  async decide(payload, _facts, { act }) {
    await act(answerSaying, payload)
  },
})

// A change says which thing, not what is in it: that is asked for, and may be newer by now.
const whenChanged = defineFlow({
  name: 'eco.changed',
  payload: z.strictObject({ thing: z.string(), version: z.int() }),
  gather: ({ thing }, reads) => reads.eco.thing(thing),
  async decide({ thing }, found, { act }) {
    await act(noteThing, { thing, version: found?.version ?? null })
  },
})

const whenGone = defineFlow({
  name: 'eco.gone',
  payload: z.strictObject({ thing: z.string() }),
  async decide({ thing }, _facts, { act }) {
    await act(noteThing, { thing, version: null })
  },
})

const whenAnswered = defineFlow({
  name: 'eco.answered',
  payload: z.strictObject({
    command: z.string(),
    key: z.string(),
    args: z.unknown(),
    done: z.unknown().optional(),
    dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional(),
  }),
  async decide({ key, dead }, _facts, { act }) {
    await act(hearAnswer, { key, outcome: dead === undefined ? 'done' : dead.uncertain ? 'uncertain' : 'dead' })
  },
})

export const flows: readonly Flow[] = [whenSaid, whenChanged, whenGone, whenAnswered]
