import type { ColumnType, Generated } from 'kysely'
import type { Millis } from '../define.ts'

// timestamptz: milliseconds come out; what goes in is at(ms) from db.ts.
type Instant = ColumnType<Millis, never, never>
type MaybeInstant = ColumnType<Millis | null, never, never>
export type JobKind = 'turn' | 'command' | 'pull' | 'watch' | 'chore'
export type JobState = 'scheduled' | 'ready' | 'running' | 'done' | 'dead' | 'shadowed' | 'dropped'

declare module '../define.ts' {
  interface DB {
    tenant: { tenant_id: string; name: string; created_at: Instant }
    data_key: { tenant_id: string; id: string; kind: 'tenant' | 'person' | 'index'; person_id: string | null; master_id: string; wrapped: Buffer; created_at: Instant; blocked_at: MaybeInstant }
    connection: { tenant_id: string; id: string; vendor: string; account: string; settings_sealed: Buffer; created_at: Instant; ended_at: MaybeInstant; asked_at: MaybeInstant }
    access_token: {
      tenant_id: string; connection_id: string; version: number; state: 'good' | 'refused'; source: Buffer; access_sealed: Buffer | null; refresh_sealed: Buffer | null; scopes: string[]
      expires_at: Instant; granted_at: MaybeInstant; changed_at: Instant; renewing_by: string | null; renewing_until: MaybeInstant; retry_at: MaybeInstant; failures: number; said: string | null
    }
    access_asked: { tenant_id: string; digest: Buffer; vendor: string; operator_id: string | null; asked_sealed: Buffer; ends_at: Instant }
    inbox: {
      tenant_id: string; id: string; seq: Generated<number>; connection_id: string; sha256: Buffer; raw_sealed: Buffer | null; mend_sealed: Buffer | null; replay_id: string | null
      state: 'new' | 'parsed' | 'dead'; error_code: string | null; error: string | null; trace: string; span: string | null; received_at: Instant; parsed_at: MaybeInstant
    }
    job: {
      tenant_id: string; id: string; seq: Generated<number>; kind: JobKind; name: string; key: string; connection_id: string | null; person_id: string | null
      serial: string | null; blocks: boolean; lane: Lane; state: JobState; run_at: Instant; attempts: number; begun: boolean; fence: number
      leased_by: string | null; leased_until: MaybeInstant; uncertain_since: MaybeInstant
      args_sealed: Buffer | null; result_sealed: Buffer | null; then_flow: string | null
      error_code: string | null; error: string | null; error_sealed: Buffer | null; trace: string; span: string | null; due_at: MaybeInstant; created_at: Instant; finished_at: MaybeInstant; replay_id: string | null
    }
    mend: { tenant_id: string; id: string; of_id: string; user_id: string; paths: string[]; was_sealed: Buffer | null; made_at: Instant }
    replay: { tenant_id: string; id: string; user_id: string; cause: string | null; state: 'going' | 'stopped' | 'done'; total: number; after_id: string | null; last_id: string; begun_at: Instant; ended_at: MaybeInstant }
    pull_cursor: { tenant_id: string; connection_id: string; name: string; cursor: string | null; generation: number; sweeping: boolean; pulled_at: MaybeInstant }
    pull_item: { tenant_id: string; connection_id: string; name: string; item: string; generation: number }
    budget: { tenant_id: string; connection_id: string; path: Generated<string>; tokens: number; filled_at: Instant }
    trouble: { tenant_id: string; connection_id: string | null; what: 'key' | 'scopes' | 'setup' | 'grant' | 'agents' | 'silent' | 'dead' | 'unseen' | 'work' | 'disk' | 'audit'; about: Generated<string>; said: string; waiting: number; since: Instant; told_at: MaybeInstant }
    vendor_minute: { tenant_id: string; connection_id: string; minute: Instant; server: string; outcome: string; bucket: number; calls: number }
    vendor_rest: { tenant_id: string; connection_id: string; server: string; state: 'breaker' | 'key' | 'throttled'; until: MaybeInstant; seen_at: Instant }
    audit: {
      tenant_id: string; id: string; at: Instant; by: string; user_id: string | null; person_id: string | null; conversation_id: string | null
      what: string; object: string; before_sealed: Buffer | null; after_sealed: Buffer | null; trace: string; link: number | null; seal: Buffer | null
    }
    tool_key: { tenant_id: string; id: string; name: string; digest: Buffer; scopes: string[]; made_at: Instant; ends_at: MaybeInstant; used_at: MaybeInstant; hint: string | null }
    tool_reply: { tenant_id: string; conversation_id: string; key: string; tool: string; reply_sealed: Buffer; person_id: string; made_at: Instant }
    tool_fact: { tenant_id: string; conversation_id: string; id: string; tool: string; answer_sealed: Buffer; made_at: Instant }
    audit_head: { tenant_id: string; link: number; seal: Buffer }
    audit_anchor: { tenant_id: string; link: number; seal: Buffer; at: Instant }
  }
}
