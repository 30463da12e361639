import { sql } from 'kysely'
import { z } from 'zod'
import { defineAction } from '@portero/tool-server/define.ts'
import { itemsOf } from '@portero/tool-server/store/agent-runs.ts'
import { findLead, openLead } from '@portero/tool-server/store/leads.ts'
import { toolFacts } from '@portero/tool-server/store/tool-facts.ts'
import type { AgentStage } from '../support/agent-stage.ts'

// What our database knows of one conversation when it is over, and what its tools have answered there.
const tour = z.strictObject({ home: z.string(), startsAt: z.int(), zone: z.string(), status: z.string() })
const run = z.strictObject({ outcome: z.string().nullable(), reason: z.string().nullable(), turns: z.int(), calls: z.int(), repairs: z.int(), claims: z.int(), tokens: z.int(), micros: z.int(), replyMs: z.int().nullable() })
export const known = z.strictObject({
  conversation: z.string(), person: z.string(),
  tours: z.array(tour), waits: z.array(z.string()), calls: z.array(z.string()), stage: z.string().nullable(), facts: z.record(z.string(), z.unknown()), isStopped: z.boolean(), privacy: z.array(z.string()),
  told: z.array(z.unknown()), // by its tools
  runs: z.array(run),
  mended: z.array(z.string()), // what it was told to say otherwise
})
export type Known = z.infer<typeof known>

const args = z.strictObject({ conversation: z.uuid(), person: z.uuid() })
const lookAtThem = defineAction({ name: 'evals.look', args, result: known, scopes: [], callers: ['system'] }).decides(async ({ conversation, person }, act) => {
  const { tx, subject: { tenant } } = act
  const { rows: tours } = await sql<z.infer<typeof tour>>`select h.slug as home, t.starts_at as "startsAt", b.zone, t.status from tour t join home h on h.tenant_id = t.tenant_id and h.id = t.home_id join building b on b.tenant_id = h.tenant_id and b.id = h.building_id where t.tenant_id = ${tenant} and t.person_id = ${person} order by t.made_at, t.id`.execute(tx)
  const { rows: waits } = await sql<{ home: string }>`select h.slug as home from waitlist w join home h on h.tenant_id = w.tenant_id and h.id = w.home_id where w.tenant_id = ${tenant} and w.person_id = ${person} and w.state in ('waiting', 'offered') order by w.id`.execute(tx)
  const { rows: calls } = await sql<{ reason: string }>`select reason from escalation where tenant_id = ${tenant} and conversation_id = ${conversation} order by opened_at, id`.execute(tx)
  const { rows: [consent] } = await sql<{ status: string }>`select status from consent where tenant_id = ${tenant} and person_id = ${person} and purpose = 'messages' order by at desc, id desc limit 1`.execute(tx)
  const { rows: privacy } = await sql<{ kind: string }>`select kind from privacy_case where tenant_id = ${tenant} and person_id = ${person} order by opened_at, id`.execute(tx)
  const { rows: runs } = await sql<z.infer<typeof run>>`select outcome, reason, turns, calls, repairs, claims, tokens_in + tokens_out as tokens, micros, case when outcome in ('said', 'fell-back') then (extract(epoch from over_at - since) * 1000)::int end as "replyMs" from agent_run where tenant_id = ${tenant} and conversation_id = ${conversation} and begun_at is not null order by begun_at, id`.execute(tx)
  const { rows: unbacked } = await sql<{ id: string }>`select id from agent_run where tenant_id = ${tenant} and conversation_id = ${conversation} and claims > 0 order by begun_at, id`.execute(tx)
  const mended: string[] = []
  for (const { id } of unbacked) for (const item of (await itemsOf(act, id)).own) if (item.kind === 'note') mended.push(item.text)
  const row = await findLead(tx, tenant, person)
  const lead = row && (await openLead(row, act.sealing.open))
  return {
    conversation, person, tours, waits: waits.map(({ home }) => home), calls: calls.map(({ reason }) => reason), stage: lead?.stage ?? null, facts: { ...lead?.facts }, isStopped: consent?.status === 'revoked', privacy: privacy.map(({ kind }) => kind),
    told: (await toolFacts(act, conversation)).map(({ output }) => output), runs, mended,
  }
})

export const lookAt = async (stage: AgentStage, number: string): Promise<Known> => {
  const { house } = stage
  const { rows: [row] } = await sql<{ conversation: string; person: string }>`select id as conversation, person_id as person from conversation where external_id = ${stage.bird.conversationFor(number)}`.execute(house.db.bare)
  if (!row) throw new Error(`nobody wrote from ${number}`)
  return house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(lookAtThem, row)
}

// The times that its tools have offered, by the words they were offered in.
const offered = z.object({ start: z.string(), label: z.string() })
export const offeredIn = ({ told }: Known): Map<string, number> => {
  const found = new Map<string, number>()
  const walk = (value: unknown): void => {
    const slot = offered.safeParse(value).data
    if (slot) found.set(slot.label.replace(/ h$/, ''), Date.parse(slot.start))
    if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner)
  }
  walk(told)
  return found
}
