import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Connection, Connector, Http, Millis, Setup, Watching } from '../define.ts'
import type { Db } from './db.ts'
import type { Asking, Seen } from './doctor-look.ts'
import { vendorChecks } from './doctor-vendors.ts'
import { faultSentence } from './fault.ts'
import { webhookUrl } from './webhooks.ts'

// One connection, looked at: by the doctor, and by whoever presses a button in the console.
// code: of what was thrown on the way, for whoever says it in other words.
export type Finding = { what: string; code?: string } & Seen

// Whatever is thrown on the way is what is wrong.
export const attempt = async (what: string, look: () => Promise<Seen>, mend: string): Promise<Finding> => {
  try {
    return { what, ...(await look()) }
  } catch (thrown) {
    const code = thrown instanceof AppError ? thrown.code : 'bug'
    return { what, code, told: faultSentence(thrown) ?? 'it could not be looked at', mend: passing.includes(code) ? 'Look again in a minute; if it stays so, look at the way to it, and at its status page.' : mend }
  }
}
const passing: readonly string[] = ['throttled', 'unavailable', 'timeout', 'paused']

type Needs = { db: Db; publicBaseUrl: string; now: Millis; signal: AbortSignal; http: Http }
export const examineConnection = async ({ db, publicBaseUrl, now, signal, http: ask }: Needs, connection: Connection, { setup }: Connector): Promise<Finding[]> => {
  const { id, tenant, vendor, account, settings } = connection
  const { rows: [heard] } = await sql<{ count: number; hasMessages: boolean; askedAt: Millis | null }>`select asked_at as "askedAt", exists (select from message m where m.tenant_id = c.tenant_id and m.connection_id = c.id and m.author = 'prospect') as "hasMessages", (select count(*) from inbox i where i.tenant_id = c.tenant_id and i.connection_id = c.id) as count from connection c where tenant_id = ${tenant} and id = ${id}`.execute(db.bare)
  const asking: Asking = { ask, settings, webhook: webhookUrl(publicBaseUrl, connection), heard: heard?.count ?? 0, hasMessages: heard?.hasMessages ?? false, askedAt: heard?.askedAt ?? undefined }
  const findings: Finding[] = [{ what: `${vendor} connection`, told: `account ${account}` }]
  for (const { what, look, mend } of vendorChecks[vendor] ?? []) findings.push(await attempt(`${vendor} ${what}`, () => look(asking).catch((thrown: unknown) => Promise.reject(inWords(thrown))), mend))
  if (setup) findings.push(await attempt(`${vendor} setup`, () => aboutSetup(vendor, setup, { http: ask, connection, now, signal, webhookUrl: asking.webhook }).catch((thrown: unknown) => Promise.reject(inWords(thrown))), `See that its key may read webhooks and templates. ${connectMend(vendor)}`))
  return findings
}
export const connectMend = (vendor: string): string => `Run: npx portero connect ${vendor} ACCOUNT, with the settings as JSON on standard input.`

const aboutSetup = async (vendor: string, { look }: Setup<unknown>, at: Watching<unknown>): Promise<Seen> => {
  const things = await look(at)
  const amiss = things.filter(({ is }) => is !== 'well')
  if (amiss.length === 0) return { told: `${things.length} things are as they should be` }
  const mends = amiss.map((thing) => (thing.is === 'blocked' ? thing.mend : `Run: npx portero ${vendor} apply`))
  return { told: amiss.map(({ what, is }) => (is === 'missing' ? `${what} is missing` : what)).join('; '), mend: [...new Set(mends)].join(' ') }
}

// An error of the way out says which call it was; what it means here is said before.
const meanings: Partial<Record<string, string>> = { disconnected: 'the key is refused', refused: 'the key may not see this', not_found: 'it is not there', throttled: 'asked to wait', unavailable: 'cannot be reached', timeout: 'does not answer in time', paused: 'is resting', bad_response: 'answers something else' }
const inWords = (thrown: unknown): unknown => (thrown instanceof AppError ? new AppError(thrown.code, `${meanings[thrown.code] ?? thrown.code} (${thrown.message})`, { cause: thrown }) : thrown)
