import { AppError } from '@portero/shared'
import type { Connection, Flow, Millis, Subject } from '../define.ts'
import { linesOf, type Shown } from '../domain/mask-shown.ts'
import type { Acting } from '../spine/act.ts'
import { faultName } from '../spine/fault.ts'
import type { Db } from '../spine/db.ts'
import { json } from '../spine/mend.ts'
import type { Registry } from '../spine/registry.ts'
import { changedSoFar, isSent, type Changed } from '../store/review.ts'

// What a turn would decide, without any of it: it reads as it would, decides as it would, and its transaction is taken back. Vendors are only asked; what would be sent is written down here instead.
export type Rehearsed = { actions: string[]; commands: Command[]; timers: { flow: string; at: Millis }[]; tables: Changed[]; failed?: Failed }
export type Command = { name: string; vendor: string | undefined; args: Shown[]; isKnown: boolean; at: Millis | undefined } // isKnown: was sent before, under the same key, and would not be again
export type Failed = { code: string; message: string }
type Needs = { db: Db; acting: Acting; registry: Registry; reads(tenant: string): unknown }
type Wanted = { flow: Flow; payload: unknown; subject: Subject; connections: readonly Connection[] }

class TakenBack extends Error {}
const ofTheWork: ReadonlySet<string> = new Set(['job', 'audit', 'audit_head', 'data_key', 'inbox', 'budget'])

export const rehearse = async ({ db, acting, registry, reads }: Needs, { flow, payload, subject, connections }: Wanted): Promise<Rehearsed> => {
  const seen: Rehearsed = { actions: [], commands: [], timers: [], tables: [] }
  try {
    const facts: unknown = await gather(flow, payload, reads(subject.tenant))
    await db.tx(async (tx) => {
      const before = await changedSoFar(tx)
      const at = acting.within(tx, subject)
      const { send, later, act } = at
      at.send = async (command, args, how) => {
        const [vendor] = registry.vendorsDoing(command.name)
        const to = connections.find(({ id }) => id === how.to)?.vendor ?? vendor
        seen.commands.push({ name: command.name, vendor: to, args: linesOf(json.parse(args), hidingOf(registry, to)), isKnown: await isSent(tx, subject.tenant, how.key), at: how.at })
        await send(command, args, how)
      }
      at.later = async (timer, given, how) => {
        seen.timers.push({ flow: timer.name, at: how.at })
        await later(timer, given, how)
      }
      at.act = (action, args, options) => {
        seen.actions.push(action.name)
        return act(action, args, options)
      }
      await flow.decide(payload, facts, at)
      seen.tables = differenceOf(before, await changedSoFar(tx)).filter(({ table }) => !ofTheWork.has(table))
      throw new TakenBack()
    }, { attempts: 1 })
  } catch (thrown) {
    if (!(thrown instanceof TakenBack)) return { ...seen, failed: failureOf(thrown) }
  }
  return seen
}

const gather = async (flow: Flow, payload: unknown, reads: unknown): Promise<unknown> => (flow.gather ? flow.gather(payload, reads) : (await flow.together?.gather([payload], reads))?.[0])

// The server counts for a moment what it has told nobody yet, also of the transaction before.
const differenceOf = (before: readonly Changed[], after: readonly Changed[]): Changed[] =>
  after.flatMap(({ table, added, changed, removed }) => {
    const was = before.find((each) => each.table === table)
    const told = { table, added: added - (was?.added ?? 0), changed: changed - (was?.changed ?? 0), removed: removed - (was?.removed ?? 0) }
    return told.added + told.changed + told.removed > 0 ? [told] : []
  })

export const failureOf = (thrown: unknown): Failed => (thrown instanceof AppError ? { code: thrown.code, message: thrown.message } : { code: 'invalid_input', message: faultName(thrown) })
export const hidingOf = (registry: Registry, vendor: string | undefined): { redact: readonly string[]; origins: readonly string[] } => {
  const connector = vendor === undefined ? undefined : registry.connectors.get(vendor)
  return { redact: connector?.redact ?? [], origins: connector?.hosts ?? [] }
}
