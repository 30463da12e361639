import { z } from 'zod'
import type { Answer, Asked, Route, Simulator, Time } from '../simulator.ts'
import { makeSpeaker, manner, type Account, type Said } from './speaker.ts'

// Eco itself: what it holds, what it answers, and what it did for us. Its wire and its faults are the lab's.
type Thing = { thing_id: string; text: string; revision: number; changed_at: string; reference?: string; setBy?: string; madeAt: number; history: string[] }
type Gone = { thing_id: string; revision: number; gone: true }
export type Effect = { command: 'keep' | 'set' | 'post' | 'shout'; reference: string }
export type Eco = Simulator & {
  routes: Record<string, Route>
  effects(): Effect[] // what we made it do, in order
  thing(id: string): Thing | undefined
  subscribedUntil(account: string): number | undefined
  forget(): void // every cursor
  say(wanted: z.input<typeof saying>): Promise<Said[]> // when each request has been tried once
  repeat(events: object[], how: z.input<typeof manner>): Promise<Said[]> // events that were said before
  silent(): Promise<void> // when no webhook is under way
}

const mostPerPage = 3 // few, so that there is a second page
const subscriptionMs = 24 * 3_600_000

const written = z.strictObject({ reference: z.string(), text: z.string().min(1) })
const happening = z.strictObject({ type: z.string().default('thing.said'), thing: z.string(), text: z.string().default('¿Sigue libre?'), asks: z.array(z.string()).default([]) })
export const saying = z.strictObject({ events: z.array(happening).min(1), how: manner.prefault({}) })

export const makeEco = ({ clock, account, serverUrl }: { clock: Time; account: Account; serverUrl: string }): Eco => {
  const things = new Map<string, Thing | Gone>() // in the order of their revisions
  const notes = new Map<string, { asked: string; answer: Answer }>() // by idempotency key
  const subscriptions = new Map<string, number>() // account -> until when
  const effects: Effect[] = []
  const speaker = makeSpeaker({ clock, account, serverUrl })
  // From the time it opened, since what it said in an earlier life is still remembered by whoever heard it.
  let revision = clock.now()
  let made = clock.now()
  let firstCursor = revision // older ones are forgotten

  const newId = (prefix: string): string => `${prefix}_${++made}`
  const now = (): string => new Date(clock.now()).toISOString()
  const living = (id: string | undefined): Thing | undefined => {
    const found = id === undefined ? undefined : things.get(id)
    return found && 'text' in found ? found : undefined
  }
  const put = (id: string, change: { text: string; reference?: string; setBy?: string }): Thing => {
    const before = living(id)
    const thing: Thing = { madeAt: clock.now(), ...before, ...change, thing_id: id, revision: ++revision, changed_at: now(), history: [...(before?.history ?? []), change.text] }
    things.delete(id)
    things.set(id, thing)
    return thing
  }
  const remove = (id: string): void => {
    things.delete(id)
    things.set(id, { thing_id: id, revision: ++revision, gone: true })
  }

  const routes: Record<string, Route> = {
    'POST /notes': ({ body, headers }) => {
      const note = written.parse(body)
      const key = headers['idempotency-key']
      const before = key === undefined ? undefined : notes.get(key)
      if (before) return before.asked === JSON.stringify(note) ? before.answer : { status: 409, body: { error: 'the key was used for something else' } }
      const answer = { status: 201, body: { id: newId('no') } }
      if (key !== undefined) notes.set(key, { asked: JSON.stringify(note), answer })
      effects.push({ command: 'keep', reference: note.reference })
      return answer
    },
    'PUT /things/:thing': ({ body, parts: { thing: id = '' } }) => {
      const { reference, text } = written.parse(body)
      const before = living(id)
      if (before?.setBy === reference && before.text === text) return ok(shown(before))
      if (before?.setBy !== reference) effects.push({ command: 'set', reference })
      return ok(shown(put(id, { text, setBy: reference })))
    },
    'POST /things': ({ body }) => {
      const { reference, text } = written.parse(body)
      effects.push({ command: 'post', reference })
      return { status: 201, body: shown(put(newId('th'), { text, reference })) }
    },
    'POST /shouts': ({ body }) => {
      const { reference } = written.parse(body)
      effects.push({ command: 'shout', reference })
      return { status: 201, body: { id: newId('sh') } }
    },
    'GET /things': ({ query: { reference }, lagMs }) =>
      ok({ things: [...things.keys()].flatMap((id) => living(id) ?? []).filter((thing) => thing.reference === reference && clock.now() - thing.madeAt >= lagMs).map(shown) }),
    'GET /things/:thing': ({ parts }) => {
      const found = living(parts['thing'])
      return found ? ok(shown(found)) : { status: 404, body: { error: 'no such thing' } }
    },
    'GET /changes': ({ query: { cursor } }) => {
      const [, kind = '', since = ''] = /^(full|since)-(\d+)$/.exec(cursor ?? 'full-0') ?? []
      if (kind === '' || (kind === 'since' && Number(since) < firstCursor)) return { status: 410, body: { error: 'the cursor is forgotten' } }
      const due = [...things.values()].filter((thing) => thing.revision > Number(since) && (kind === 'since' || 'text' in thing))
      const page = due.slice(0, mostPerPage)
      const more = due.length > page.length
      const next = more ? `${kind}-${page.at(-1)?.revision}` : `since-${revision}`
      return ok({ things: page.map((thing) => ('text' in thing ? shown(thing) : thing)), next, more })
    },
    'PUT /subscriptions/:account': ({ parts: { account: name = '' } }) => {
      const until = clock.now() + subscriptionMs
      subscriptions.set(name, until)
      return ok({ expires_at: new Date(until).toISOString() })
    },
  }

  const eventOf = ({ type, thing, text, asks }: z.infer<typeof happening>): object => {
    if (type === 'thing.said' || type === 'thing.changed') put(thing, { text })
    if (type === 'thing.gone') remove(thing)
    return { id: newId('ev'), type, at: now(), data: { thing_id: thing, revision, ...(type === 'thing.said' && { text, asks }) } }
  }
  const say: Eco['say'] = (wanted) => {
    const { events, how } = saying.parse(wanted)
    return speaker.say(events.map(eventOf), how)
  }
  const forget = (): void => {
    firstCursor = ++revision
  }

  return {
    name: 'eco', routes, say, forget,
    admits: ({ headers }: Asked) => headers['authorization'] === `Bearer ${account.apiKey}`,
    effects: () => [...effects],
    thing: (id) => living(id),
    subscribedUntil: (name) => subscriptions.get(name),
    repeat: (events, how) => speaker.say(events, manner.parse(how)),
    silent: () => speaker.silent(),
    state: () => ({ account, things: [...things.values()], notes: notes.size, subscriptions: Object.fromEntries(subscriptions), effects, said: speaker.log() }),
    controls: { say: async (wanted) => say(saying.parse(wanted)), forget: () => (forget(), {}) },
    close: () => speaker.close(),
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const shown = ({ thing_id, text, revision, changed_at, reference }: Thing): object => ({ thing_id, text, revision, changed_at, ...(reference !== undefined && { reference }) })
