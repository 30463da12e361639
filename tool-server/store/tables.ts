import type { ColumnType, Generated } from 'kysely'
import type { Millis } from '../define.ts'
import type { Part } from '../domain/hours.ts'
import type { Stage } from '../domain/leads.ts'
import type { ArcoKind } from '../domain/privacy.ts'
import type { MediaState } from '../domain/media.ts'
import type { TourStatus } from '../domain/tours.ts'

// timestamptz: milliseconds come out; what goes in is at(ms) from spine/db.ts.
type Instant = ColumnType<Millis, never, never>
type MaybeInstant = ColumnType<Millis | null, never, never>
export type Author = 'prospect' | 'bot' | 'human' | 'portero'
export type MessageStatus = 'accepted' | 'sent' | 'delivered' | 'read' | 'failed'
export type WaitState = 'waiting' | 'offered' | 'taken' | 'expired' | 'left'
export type ConversationState = 'bot' | 'human' | 'paused'

declare module '../define.ts' {
  interface DB {
    person: { tenant_id: string; id: string; name_sealed: Buffer | null; email_sealed: Generated<Buffer | null>; language: 'es-MX' | 'en'; created_at: Instant; merged_into: string | null; source: 'whatsapp' | 'crm' | null }
    claim: { tenant_id: string; kind: string; value_bidx: Buffer; person_id: string; value_sealed: Buffer; claimed_at: Instant }
    retired_claim: { tenant_id: string; id: string; kind: string; value_bidx: Buffer; person_id: string; reason: 'renumbered' | 'recycled'; claimed_at: Instant; retired_at: Instant }
    merge: { tenant_id: string; id: string; kept_id: string; merged_id: string; state: 'proposed' | 'merged' | 'undone' | 'refused'; reason: 'told_together' | 'at_odds' | 'by_hand'; moved: unknown; made_at: Instant; decided_at: MaybeInstant }
    conversation: {
      tenant_id: string; id: string; person_id: string; connection_id: string; external_id: string | null; state: ConversationState; opened_at: Instant; heard_at: MaybeInstant
      taken_by: string | null; taken_at: MaybeInstant; sends_until: MaybeInstant
    }
    message: {
      tenant_id: string; id: string; conversation_id: string; connection_id: string; external_id: string; direction: 'in' | 'out'; author: Author; body_sealed: Buffer | null; status: MessageStatus; sent_at: Instant
      edited_at: MaybeInstant; deleted_at: MaybeInstant; cost_micros: number | null; currency: string | null; stray: Generated<boolean>
      failure: string | null; by_sms: Generated<boolean>
    }
    media: {
      tenant_id: string; message_id: string; place: number; person_id: string; state: MediaState; type: string | null; size: number | null; digest_bidx: Buffer | null; wanted_at: Instant; settled_at: MaybeInstant
    }
    media_bytes: { tenant_id: string; person_id: string; digest_bidx: Buffer; bytes_sealed: Buffer; kept_at: Instant }
    consent: { tenant_id: string; id: string; person_id: string; purpose: 'messages' | 'marketing'; status: 'granted' | 'revoked'; evidence: string; actor: string; at: Instant }
    notice: { tenant_id: string; language: 'es-MX' | 'en'; version: string; text: string; valid_from: Instant }
    notice_shown: { tenant_id: string; person_id: string; version: string; how: 'gate' | 'message' | 'bot'; shown_at: Instant }
    template: {
      tenant_id: string; connection_id: string; name: string; language: string; project: string; version: string
      category: 'utility' | 'marketing' | 'authentication'; status: 'approved' | 'pending' | 'rejected' | 'paused'; synced_at: Instant
    }
    lead: { tenant_id: string; id: string; person_id: string; stage: Stage; facts_sealed: Buffer | null; opened_at: Instant; changed_at: Instant; agent_id: string | null; floor: Stage | null; elsewhere: Generated<boolean> }
    building: { tenant_id: string; id: string; slug: string; position: number; name: string; zone: string; details: unknown }
    home: { tenant_id: string; id: string; building_id: string; slug: string; no: number; position: number; status: 'open' | 'closed'; details: unknown }
    agent: { tenant_id: string; id: string; slug: string; position: number; active: boolean; details: unknown; hours_by_people: Generated<boolean> }
    agent_building: { tenant_id: string; agent_id: string; building_id: string }
    blackout: { tenant_id: string; id: string; building_id: string | null; agent_id: string | null; starts_at: Instant; ends_at: Instant; by_people: Generated<boolean> }
    agent_day: { tenant_id: string; agent_id: string; day: string; bookings: number }
    session: { tenant_id: string; id: string; agent_id: string; home_id: string; starts_at: Instant; ends_at: Instant; seats: number; taken: Generated<number> }
    tour: {
      tenant_id: string; id: string; person_id: string; conversation_id: string | null; home_id: string; building_id: string; agent_id: string; session_id: string | null; party: Generated<number>; day: string
      starts_at: Instant; ends_at: Instant; status: TourStatus; held_until: MaybeInstant; version: number; made_at: Instant; changed_at: Instant
      moved_at: MaybeInstant; acknowledged_at: MaybeInstant; arrived_at: MaybeInstant
    }
    waitlist: {
      tenant_id: string; id: string; person_id: string; conversation_id: string | null; home_id: string; from_day: string; to_day: string; part: Part | null; party: Generated<number>; state: WaitState
      starts_at: MaybeInstant; tour_id: string | null; due_at: MaybeInstant; joined_at: Instant; changed_at: Instant
    }
    invitation: { tenant_id: string; tour_id: string; role: 'prospect' | 'agent'; email_sealed: Buffer; home_id: string; starts_at: Instant; ends_at: Instant }
    page_budget: { tenant_id: string; asker: Buffer; spent_until: Instant }
    booking_link: { tenant_id: string; digest: Buffer; ends_at: Instant; tour_id: string | null; used_at: MaybeInstant }
    escalation: {
      tenant_id: string; id: string; person_id: string; conversation_id: string; reason: string; summary_sealed: Buffer; owner: string | null
      opened_at: Instant; due_at: Instant; seen_at: MaybeInstant; closed_at: MaybeInstant; owner_id: string | null; seen_by: string | null
    }
    privacy_case: {
      tenant_id: string; id: string; person_id: string; kind: ArcoKind; details_sealed: Buffer; channel: 'chat' | 'mail' | 'web'; state: 'received' | 'closed'
      opened_at: Instant; due_at: Instant; acknowledged_at: MaybeInstant
    }
    note: { tenant_id: string; id: string; person_id: string; conversation_id: string; author: string | null; text_sealed: Buffer; written_at: Instant }
    escalation_notice: { tenant_id: string; escalation_id: string; number: number; agent_id: string; how: 'whatsapp' | 'email' | 'none'; told_at: Instant }
    escalation_owner: { tenant_id: string; position: number; agent_id: string; language: 'es-MX' | 'en' | null; building_id: string | null }
    settings_write: { tenant_id: string; user_id: string; key: string; asked: Buffer; status: string | null; made_at: Instant }
    counterpart: { tenant_id: string; kind: 'contact' | 'deal' | 'meeting' | 'communication' | 'task' | 'note' | 'ticket'; our_id: string; external_id: string | null; told: string | null; person_id: string; told_at: MaybeInstant; hung: string | null }
    crm_written: { tenant_id: string; kind: string; our_id: string; field: string; value_bidx: Buffer }
    crm_conflict: { tenant_id: string; id: string; person_id: string; kind: 'contact' | 'deal' | 'meeting'; our_id: string; field: string; values_sealed: Buffer; won: 'ours' | 'theirs'; state: 'open' | 'settled'; made_at: Instant; settled_at: MaybeInstant }
    crm_review: { tenant_id: string; id: string; external_id: string; people: string[]; reason: 'several' | 'names' | 'taken'; state: 'open' | 'linked' | 'apart'; made_at: Instant; decided_at: MaybeInstant }
    crm_backfill: { tenant_id: string; connection_id: string; seen: number; linked: number; known: number; ambiguous: number; strangers: number; left_over: number | null; begun_at: Instant; ended_at: MaybeInstant }
    operator: { tenant_id: string; id: string; name: string; role: 'admin' | 'agent'; password_hash: string; made_at: Instant }
    sign_in: { tenant_id: string; digest: Buffer; operator_id: string; csrf: string; made_at: Instant; ends_at: Instant }
  }
}
