import type { Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { DB, Millis, Subject, Tool } from '../define.ts'
import type { Acting } from './act.ts'
import { deadline, newId, type Clock } from './clock.ts'
import { isRetryable, type Db } from './db.ts'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { answerAgain, answerOf, checkTool, faultOf, humanInCharge, refusalOf, stillWorking, type ToolAnswer } from './tool-answer.ts'
import { makeBinding, whoseOf, type Bound, type BoundSubject, type Introduce, type Once } from './tool-bind.ts'
import { makeChange, type Change } from './tool-change.ts'
import { onceKey, readInput } from './tool-input.ts'
import { mayCall, type Callers } from './tool-keys.ts'
import { makeToolLimit } from './tool-limit.ts'
import { noSpans, spanning, type Spans } from './spans.ts'
import type { Vault } from './vault.ts'

// Every guard around every tool, on whatever wire it is called: key, name, scopes, conversation, arguments, state, once, deadline, output.
export type ToolAsk = { tool: string; raw: unknown; key: string | undefined; conversation: string | undefined; wire: 'http' | 'mcp' | 'agent' }
export type RunTool = (ask: ToolAsk) => Promise<ToolAnswer>
// A call whose caller a door has made sure of already. once: the same call again has the first answer, whatever it was. whose: undefined where there is nobody.
export type SubjectAsk = { tool: string; raw: unknown; by: Subject['by']; once: string; limited: string; whose(): Promise<{ subject: BoundSubject; state: Bound['state'] } | undefined>; wire: 'workflow' }
export type RunFor = (ask: SubjectAsk) => Promise<ToolAnswer>
export type RunToolNeeds = {
  db: Db; clock: Clock; log: Log; metrics: Pick<Metrics, 'toolCalls'>; vault: Vault; acting: Acting
  tools: readonly Tool[]
  keys: Callers
  reads(tenant: string): unknown
  introduce: Introduce // asks the vendor whose conversation that is, and opens it: true
  pushLate(late: { subject: BoundSubject; say: string; key: string }): Promise<void> // as a message
  spans?: Spans
}

const answerMs: Millis = 7_500 // Bird hangs up after 10 s
const lateMs: Millis = 60_000 // whoever was told to wait hears something by then
const mostRuns = 4

export const makeRunTool = (needs: RunToolNeeds): { runTool: RunTool; runFor: RunFor; idle(): Promise<void> } => {
  const { db, clock, log, metrics, vault, acting, keys, reads, introduce, pushLate, spans = noSpans } = needs
  const tools = new Map(needs.tools.map((tool) => [tool.name, tool]))
  if (tools.size < needs.tools.length) throw new AppError('bug', 'two tools have one name')
  for (const tool of needs.tools) checkTool(tool)
  const binding = makeBinding(needs)
  const limit = makeToolLimit(needs)
  const running = new Set<Promise<unknown>>()

  const track = <T>(work: Promise<T>): Promise<T> => {
    running.add(work)
    const gone = (): void => void running.delete(work)
    work.then(gone, gone)
    return work
  }

  const attend = async ({ tool: name, raw, key: secret, conversation }: ToolAsk): Promise<ToolAnswer> => {
    const arrived = clock.now()
    const key = await keys.find(secret)
    if (!key) return refusalOf('unauthorized')
    const tool = tools.get(name)
    if (!tool) return refusalOf('not_found', { say: 'No tengo ninguna herramienta con ese nombre.' })
    if (!mayCall(key, tool)) return refusalOf('refused')
    const whose = whoseOf(key.conversation, conversation, raw)
    if (!whose) return unknownConversation()
    limit(`${key.tenant}/${whose.own ?? whose.external}`)
    return answerFor({ tool, raw, arrived, scopes: key.scopes, once: (input) => onceKey(tool, input), bind: (once, signal) => bindOrAsk({ tenant: key.tenant, whose, once }, signal), isHeard: true })
  }

  const attendFor = async ({ tool: name, raw, by, once: key, limited, whose }: SubjectAsk): Promise<ToolAnswer> => {
    const arrived = clock.now()
    const tool = tools.get(name)
    if (!tool?.callers.includes(by)) return refusalOf('not_found', { say: 'No tengo ninguna herramienta con ese nombre.' })
    limit(limited)
    const bind = async (): Promise<Bound | undefined> => {
      const found = await whose()
      const reply = found && (await binding.replyTo(db.bare, found.subject, { key, stale: undefined }))
      return found && { ...found, ...(reply && { reply }) }
    }
    return answerFor({ tool, raw, arrived, scopes: tool.policy.scopes, once: () => key, bind, isHeard: false })
  }

  // isHeard: somebody in a conversation waits for it. Only they are told late, and only what they did is kept: a machine is told the same again, whatever it was.
  type Asking = { tool: Tool; raw: unknown; arrived: Millis; scopes: readonly string[]; once(input: object): string | undefined; bind(once: string | undefined, signal: AbortSignal): Promise<Bound | undefined>; isHeard: boolean }
  const answerFor = async ({ tool, raw, arrived, scopes, once: nameOf, bind, isHeard }: Asking): Promise<ToolAnswer> => {
    const asked = readInput(tool, raw)
    const onceName = asked.ok ? nameOf(asked.input) : undefined
    const { signal, release } = deadline(clock, Math.min(answerMs, tool.policy.timeoutMs) - (clock.now() - arrived))
    const over = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }))
    try {
      const found = await Promise.race([bind(onceName, signal).then((bound) => ({ bound })), over])
      if (!found) return refusalOf('timeout')
      const { bound } = found
      if (!bound) return unknownConversation()
      if (!asked.ok) return refusalOf('invalid_input', { say: asked.say })
      if (tool.policy.effect === 'write' && !tool.policy.despiteTakeover && bound.state !== 'bot' && (isHeard || !bound.reply)) return humanInCharge()
      if (onceName !== undefined && bound.reply) return answerAgain(await binding.open(bound.subject, onceName, bound.reply))
      const once = onceName === undefined ? undefined : { key: onceName, stale: bound.stale }
      const stop = new AbortController()
      const work = track(perform({ tool, input: asked.input, scopes, subject: bound.subject, once, isHeard, signal: stop.signal }).catch((thrown: unknown) => failed(tool, thrown)))
      const inTime = await Promise.race([work, over])
      if (inTime) return inTime
      void track(tellLate({ tool, subject: bound.subject, once, work, stop, isHeard }))
      return stillWorking()
    } finally {
      release()
    }
  }

  const bindOrAsk = async (who: Parameters<typeof binding.bind>[0], signal: AbortSignal): Promise<Bound | undefined> =>
    (await binding.bind(who)) ?? (who.whose.own === undefined && (await introduce(who.tenant, who.whose.external, signal)) ? binding.bind(who) : undefined)

  type Work = { tool: Tool; input: object; scopes: readonly string[]; subject: BoundSubject; once: Once | undefined; isHeard: boolean; signal: AbortSignal }
  const perform = async (work: Work): Promise<ToolAnswer> => {
    const { subject, scopes, once, signal } = work
    for (let run = 1; ; run++) {
      const change = makeChange({ db, acting, subject, scopes, signal })
      try {
        return await runOnce(work, change)
      } catch (thrown) {
        await change.undo()
        if (run < mostRuns && isRetryable(thrown)) continue
        // It may have failed because the same call, at the same time, has done it.
        const first = once === undefined ? undefined : await firstAnswer(subject, once)
        if (!first) throw thrown
        return first
      }
    }
  }

  const runOnce = async ({ tool, input, subject, once, isHeard, signal }: Work, change: Change): Promise<ToolAnswer> => {
    const all = reads(subject.tenant)
    const now = clock.now()
    const isRead = tool.policy.effect === 'read'
    // A handle for what is done now is made with the tenant's key, and no query can bring that while the change is open.
    if (!isRead) await vault.blindIndex(db.bare, subject.tenant, 'handle', '')
    const ways = isRead ? { reads: all, act: neverActs } : { reads: readsBeside(change, all), act: change.act }
    const answer = answerOf(tool, await tool.run(input, { ...ways, subject, now, signal }))
    // What their agent was told must be known before it is told: what it then says is held against this, and to correct what was true is worse than the moment that the insert takes.
    const told = { tool: tool.name, text: answer.text }
    if (isRead && isHeard) {
      await binding.note(db.bare, subject, { ...told, once: undefined })
      return answer
    }
    const isDone = answer.body['ok'] === true
    if (isDone && change.isTorn()) throw new AppError('bug', `${tool.name} says that it is done, but what it did was taken back`)
    const isOpen = change.isOpen()
    // What was done, or is told to a machine, is answered the same again; what could not be done may be by now.
    const settle = (on: Kysely<DB>): Promise<boolean> => (once && (!isHeard || (isDone && isOpen)) ? binding.keep(on, subject, { ...told, once }) : binding.note(on, subject, { ...told, once: isDone ? undefined : once }))
    const isOurs = isOpen ? await change.commit(settle) : isHeard ? await settle(db.bare) : await db.tx(settle)
    if (once === undefined) return answer
    return isOurs ? answer : ((await firstAnswer(subject, once)) ?? refusalOf('conflict'))
  }

  const firstAnswer = async (subject: BoundSubject, once: Once): Promise<ToolAnswer | undefined> => {
    const reply = await binding.replyTo(db.bare, subject, once)
    return reply ? answerAgain(await binding.open(subject, once.key, reply)) : undefined
  }

  const failed = (tool: Tool, thrown: unknown): ToolAnswer => {
    const answer = faultOf(thrown)
    if (answer.status >= 500) log.error('tool.failed', { tool: tool.name, ...faultFields(thrown), code: answer.code })
    return answer
  }

  type Late = { tool: Tool; subject: BoundSubject; once: Once | undefined; work: Promise<ToolAnswer>; stop: AbortController; isHeard: boolean }
  const tellLate = async ({ tool, subject, once, work, stop, isHeard }: Late): Promise<void> => {
    const callOff = clock.after(lateMs, () => stop.abort(new DOMException(`${tool.name} took too long`, 'TimeoutError')))
    const { body, code } = await work
    callOff()
    log.info('tool.late', { tool: tool.name, code })
    if (!isHeard) return
    // A write that is done is told once, however often it was asked for meanwhile.
    const name = once !== undefined && body['ok'] === true ? `${once.key}:${once.stale ?? 0}` : newId(clock)
    try {
      await pushLate({ subject, say: String(body['say']), key: `${subject.conversation}:${name}` })
    } catch (thrown) {
      log.error('tool.untold', { tool: tool.name, conversation: subject.conversation, ...faultFields(thrown) })
    }
  }

  const stepping = (ask: { tool: string; wire: string }, run: () => Promise<ToolAnswer>): Promise<ToolAnswer> =>
    spanning(spans, { name: `tool ${tools.has(ask.tool) ? ask.tool : 'unknown'}`, kind: 'internal', attributes: { 'portero.wire': ask.wire } }, run, (done) => 'value' in done ? { attributes: { 'portero.outcome': done.value.code }, failed: done.value.status >= 500 ? done.value.code : undefined } : { failed: 'bug' })

  const counted = async (ask: { tool: string; wire: string }, attending: () => Promise<ToolAnswer>): Promise<ToolAnswer> => {
    const began = clock.now()
    const answer = await attending().catch((thrown: unknown) => {
      const fault = faultOf(thrown)
      if (fault.status >= 500) log.error('tool.failed', { ...faultFields(thrown), code: fault.code })
      return fault
    })
    const tool = tools.has(ask.tool) ? ask.tool : 'unknown'
    const ms = clock.now() - began
    metrics.toolCalls.observe({ tool, wire: ask.wire, outcome: answer.code }, ms / 1000)
    log.info('tool.done', { tool, ms, code: answer.code })
    return answer
  }

  return {
    runTool: (ask) => stepping(ask, () => counted(ask, () => attend(ask))),
    runFor: (ask) => stepping(ask, () => counted(ask, () => attendFor(ask))),
    async idle() {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}

const unknownConversation = (): ToolAnswer => refusalOf('refused', { say: 'No sé de qué conversación se trata.' })
const neverActs = async (): Promise<never> => {
  throw new AppError('bug', 'a tool that only reads changes nothing')
}

// Once something was changed, a question that needs the database would wait for that transaction for ever on PGlite, and see another state on PostgreSQL.
// Asked inside of it, the guard of db.ts throws; what needs no query is still answered.
const readsBeside = (change: Change, reads: unknown): unknown =>
  portsOf((port, question) => (...args: unknown[]) => change.inside(() => {
    const asked: unknown = memberOf(reads, port)
    const answer: unknown = memberOf(asked, question)
    if (typeof answer !== 'function') throw new AppError('bug', `nobody answers ${port}.${question}`)
    return Reflect.apply(answer, asked, args)
  }))
const portsOf = (ask: (port: string, question: string) => unknown): unknown =>
  new Proxy({}, { get: (_, port) => new Proxy({}, { get: (_, question) => ask(String(port), String(question)) }) })
const memberOf = (whole: unknown, name: string): unknown => (typeof whole === 'object' && whole !== null ? Reflect.get(whole, name) : undefined)
