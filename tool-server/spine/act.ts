import type { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act, Action, Command, Do, Lane, Millis, LaterHow, SendHow, Subject, Tx } from '../define.ts'
import type { Audit } from './audit.ts'
import { newId, type Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import { arm, enqueue, takeBack, type NewJob } from './jobs.ts'
import { parseOr } from './parse.ts'
import type { Registry } from './registry.ts'
import { currentSpan, currentTrace, newTrace } from './trace.ts'
import type { Vault } from './vault.ts'

// How our own state changes. Whatever an action does (rows, commands, timers, audit) is one transaction, and none of it touches the network.
export type Acting = {
  // inside a transaction that is already open; sent collects the ids of the commands it enqueues
  within(tx: Tx, subject: Subject, sent?: string[]): Act
  // the door's way in: a transaction of its own. grants: the scopes of whoever asks
  as(subject: Subject, grants: readonly string[] | 'all'): Do
}

type Needs = {
  db: Db; clock: Clock; vault: Vault; connections: Connections; registry: Registry; audit: Audit; wake(lane: Lane, at?: Millis): void; whenFinished(jobs: readonly string[], waitMs: number): Promise<void>
  measure?(action: string, result: unknown): void // what was done, once it is committed
}

export const makeActing = (needs: Needs): Acting => {
  const { db, clock, vault, connections, registry, audit, wake, whenFinished, measure } = needs

  const nobodys = new WeakSet<Act>()
  const wakeAfterCommit = ({ lane, runAt }: NewJob): void => db.afterCommit(() => wake(lane, runAt))

  // Timers that many set are set last and in the order of their keys: set in between, whoever comes second would wait for the first while it holds what the first needs next.
  const sharedOf = new WeakMap<Tx, NewJob[]>()
  const shared = (tx: Tx): NewJob[] => {
    const known = sharedOf.get(tx)
    if (known) return known
    db.beforeCommit(async () => {
      for (const timer of shared(tx).toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) await arm(tx, timer, { stays: true })
    })
    const none: NewJob[] = []
    sharedOf.set(tx, none)
    return none
  }

  const decide = async <R extends z.ZodObject>(action: Action<z.ZodObject, R>, args: unknown, at: Act): Promise<z.infer<R>> => {
    if (!action.callers.includes(at.subject.by)) throw new AppError('refused', `${action.name} is not for ${at.subject.by}`)
    const parsed = parseOr('invalid_input', action.args, args, `the arguments of ${action.name}`)
    nobodys.delete(at)
    const result = parseOr('bug', action.result, await action.decide(parsed, at), `the result of ${action.name}`)
    const { subject } = at // after the action, which may have found out whom it concerns
    await audit.record(at.tx, { subject, what: `action:${action.name}`, object: subject.conversation ?? subject.person ?? subject.user ?? subject.tenant, ...(!nobodys.delete(at) && { after: { args: parsed, result } }) })
    if (measure) db.afterCommit(() => measure(action.name, result))
    return result
  }

  const within = (tx: Tx, subject: Subject, sent: string[] = []): Act => {
    const now = clock.now()
    const job = async (kind: 'turn' | 'command', name: string, payload: unknown, { key, serial, lane = 'live', at = now, person = act.subject.person }: SendHow | LaterHow): Promise<NewJob> => {
      const id = newId(clock)
      const args = await vault.seal(tx, { tenant: subject.tenant, person }, `job.args:${id}`, JSON.stringify(payload))
      return { tenant: subject.tenant, id, kind, name, key, serial, lane, runAt: at, args, person, trace: currentTrace() ?? newTrace(clock), span: currentSpan(), now }
    }
    const act: Act = {
      tx, now, subject,
      newId: () => newId(clock),
      concerns(person) {
        act.subject = { ...act.subject, person }
      },
      concernsNobody: () => void nobodys.add(act),
      sealing: {
        seal: (place, plain, person = act.subject.person) => vault.seal(tx, { tenant: subject.tenant, person }, place, plain),
        open: async (place, sealed) => (await vault.open(tx, subject.tenant, place, sealed)).toString(),
        openBytes: (place, sealed) => vault.open(tx, subject.tenant, place, sealed),
        blind: (purpose, value) => vault.blindIndex(tx, subject.tenant, purpose, value),
        block: (people, since) => vault.block(tx, subject.tenant, people, since),
        erase: (person) => vault.erasePerson(tx, subject.tenant, person),
      },
      async send(command, args, how) {
        const parsed = parseOr('bug', command.args, args, `the arguments of ${command.name}`)
        const to = await recipient(tx, subject.tenant, command, how.to)
        const row = await job('command', command.name, parsed, how)
        const [id] = await enqueue(tx, [{ ...row, connection: to, blocks: command.blocksSerialWhenDead, then: how.then }])
        if (!id) return // the same command again is the same command
        sent.push(id)
        wakeAfterCommit(row)
      },
      async later(flow, payload, how) {
        const parsed = parseOr('bug', flow.payload, payload, `the payload of ${flow.name}`)
        const row = await job('turn', flow.name, parsed, { ...how, ...serialOf(flow.name, parsed, how.serial) })
        const timer = { ...row, key: `timer:${how.key}` }
        if (how.stays) shared(tx).push(timer)
        else await arm(tx, timer)
        wakeAfterCommit(row)
      },
      async drop(keyPrefix) {
        if (keyPrefix.length === 0) throw new AppError('bug', 'drop without a key would take back everything')
        sharedOf.set(tx, shared(tx).filter(({ key }) => !key.startsWith(`timer:${keyPrefix}`)))
        await takeBack(tx, subject.tenant, 'command', keyPrefix)
        await takeBack(tx, subject.tenant, 'turn', `timer:${keyPrefix}`)
      },
      act: (action, args) => decide(action, args, act),
    }
    return act
  }

  const serialOf = (flow: string, payload: unknown, serial = registry.flows.get(flow)?.serial?.(payload)): { serial?: string } => (serial === undefined ? {} : { serial })

  // Where there is a choice, the caller must make it.
  const recipient = async (tx: Tx, tenant: string, command: Command, to: string | undefined): Promise<string | undefined> => {
    const vendors = registry.vendorsDoing(command.name)
    const able = (await connections.all(tx)).filter((connection) => connection.tenant === tenant && vendors.includes(connection.vendor))
    if (to) {
      if (!able.some(({ id }) => id === to)) throw new AppError('bug', `connection ${to} does not do ${command.name}`)
      return to
    }
    if (able.length > 1) throw new AppError('bug', `${able.length} connections do ${command.name}: say to which`)
    return able[0]?.id
  }

  return {
    within,
    as: (subject, grants) => async (action, args, { waitMs = 0 } = {}) => {
      const lacking = grants === 'all' ? undefined : action.scopes.find((scope) => !grants.includes(scope))
      if (lacking) throw new AppError('refused', `${action.name} needs the scope ${lacking}`)
      const sent: string[] = []
      const result = await db.tx((tx) => {
        sent.length = 0 // the transaction may be run again
        return decide(action, args, within(tx, subject, sent))
      })
      if (waitMs > 0) await whenFinished(sent, waitMs)
      return result
    },
  }
}
