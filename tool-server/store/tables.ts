import type { ColumnType, Generated } from 'kysely'
import type { Millis } from '../define.ts'
import type { ConsentChannel, ConsentMode, ConsentPurpose, ConsentStatus } from '../domain/consent.ts'
import type { Part } from '../domain/hours.ts'
import type { Stage } from '../domain/leads.ts'
import type { ArcoKind } from '../domain/privacy.ts'
import type { CaseState, IdentifiedBy } from '../domain/privacy-case.ts'
import type { MediaState } from '../domain/media.ts'
import type { Role } from '../domain/roles.ts'
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
    person: { tenant_id: string; id: string; name_sealed: Buffer | null; email_sealed: Generated<Buffer | null>; language: 'es-MX' | 'en'; created_at: Instant; merged_into: string | null; source: 'whatsapp' | 'crm' | null; blocked_at: MaybeInstant; erase_at: MaybeInstant; erased_at: MaybeInstant }
    claim: { tenant_id: string; kind: string; value_bidx: Buffer; person_id: string; value_sealed: Buffer; claimed_at: Instant }
    retired_claim: { tenant_id: string; id: string; kind: string; value_bidx: Buffer; person_id: string; reason: 'renumbered' | 'recycled'; claimed_at: Instant; retired_at: Instant }
    tombstone: { tenant_id: string; person_id: string; kind: string; value_hash: Buffer; value_sealed: Buffer | null; since: Instant }
    erasure: { tenant_id: string; person_id: string; case_id: string; counts: unknown; erased_at: Instant }
    erasure_there: { tenant_id: string; key: string; case_id: string; vendor: string; what: string; state: 'asked' | 'done' | 'left'; code: string | null; changed_at: Instant }
    retention_run: { tenant_id: string; id: string; class: string; kept_until: Instant; deleted: number; ran_at: Instant }
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
    consent: {
      tenant_id: string; id: string; person_id: string; purpose: ConsentPurpose; status: ConsentStatus; mode: Generated<ConsentMode>; channel: ConsentChannel | null
      evidence: string; text_hash: string | null; notice: string | null; reason_sealed: Buffer | null; actor: string; at: Instant
    }
    agent_run: {
      tenant_id: string; id: string; conversation_id: string; person_id: string; state: 'waiting' | 'active' | 'over'; outcome: string | null; reason: string | null; version: string | null; model: string | null
      has_effect: Generated<boolean>; turns: Generated<number>; calls: Generated<number>; repairs: Generated<number>; claims: Generated<number>
      tokens_in: Generated<number>; tokens_cached: Generated<number>; tokens_out: Generated<number>; micros: Generated<number>; since: Instant; begun_at: MaybeInstant; over_at: MaybeInstant
    }
    agent_item: { tenant_id: string; id: string; run_id: string; place: number; items_sealed: Buffer; made_at: Instant }
    agent_rival: { tenant_id: string; connection_id: string; heard_at: Instant }
    draft_cost: { tenant_id: string; day: string; micros: number }
    notice: { tenant_id: string; language: 'es-MX' | 'en'; version: string; text: string; integral: string | null; text_sha256: Generated<string>; integral_sha256: Generated<string | null>; valid_from: Instant }
    notice_shown: { tenant_id: string; person_id: string; version: string; how: 'gate' | 'message' | 'bot'; shown_at: Instant; message_id: string | null }
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
      tenant_id: string; id: string; person_id: string; conversation_id: string | null; home_id: string; building_id: string; agent_id: string; session_id: string | null; party: Generated<number>; language: 'es-MX' | 'en' | null; day: string
      starts_at: Instant; ends_at: Instant; status: TourStatus; held_until: MaybeInstant; version: number; made_at: Instant; changed_at: Instant
      moved_at: MaybeInstant; acknowledged_at: MaybeInstant; arrived_at: MaybeInstant
    }
    waitlist: {
      tenant_id: string; id: string; person_id: string; conversation_id: string | null; home_id: string; from_day: string; to_day: string; part: Part | null; party: Generated<number>; language: 'es-MX' | 'en' | null; state: WaitState
      starts_at: MaybeInstant; tour_id: string | null; due_at: MaybeInstant; joined_at: Instant; changed_at: Instant
    }
    follow_up: { tenant_id: string; conversation_id: string; since: Instant; day: number; outcome: string; decided_at: Instant }
    invitation: { tenant_id: string; tour_id: string; role: 'prospect' | 'agent'; email_sealed: Buffer; home_id: string; starts_at: Instant; ends_at: Instant }
    mirror: { tenant_id: string; connection_id: string; version: Generated<number>; told_at: MaybeInstant }
    busy_event: { tenant_id: string; connection_id: string; external_id: string; starts_at: Instant; ends_at: Instant }
    projection: {
      tenant_id: string; ours: string; connection_id: string; tours: string[]; state: 'sent' | 'stands' | 'leaving' | 'gone' | 'dead'; number: Generated<number>; digest: string | null
      starts_at: Instant; ends_at: Instant; was_starts_at: MaybeInstant; was_ends_at: MaybeInstant; external_id: string | null; versions: Generated<string[]>; link: string | null; is_booked: Generated<boolean>; invites: Generated<boolean>
      seen: unknown; returned: Generated<boolean>; refusals: Generated<number>; changed_at: Instant
    }
    overlap: { tenant_id: string; tour_id: string; connection_id: string; external_id: string; state: 'open' | 'settled' | 'handed'; escalation_id: string | null; found_at: Instant }
    met: { tenant_id: string; id: string; connection_id: string; external_id: string; person_id: string; agent_id: string; starts_at: Instant; ends_at: Instant; status: 'confirmed' | 'cancelled'; title_sealed: Buffer }
    page_budget: { tenant_id: string; asker: Buffer; spent_until: Instant }
    booking_link: { tenant_id: string; digest: Buffer; ends_at: Instant; tour_id: string | null; used_at: MaybeInstant }
    escalation: {
      tenant_id: string; id: string; person_id: string; conversation_id: string; reason: string; summary_sealed: Buffer; owner: string | null
      opened_at: Instant; due_at: Instant; seen_at: MaybeInstant; closed_at: MaybeInstant; owner_id: string | null; seen_by: string | null; joined: Generated<boolean>
    }
    privacy_case: {
      tenant_id: string; id: string; person_id: string | null; kind: ArcoKind; details_sealed: Buffer | null; channel: 'chat' | 'mail' | 'web' | 'desk'; state: CaseState; opened_at: Instant; due_at: Instant; acknowledged_at: MaybeInstant
      asker_sealed: Buffer | null; contact_bidx: Generated<Buffer | null>; asked_at: MaybeInstant; completed_at: MaybeInstant; identified_at: MaybeInstant; identified_by: IdentifiedBy | null; answered_at: MaybeInstant; answer_extended: Generated<boolean>; effect_extended: Generated<boolean>
      erase_at: MaybeInstant; closed_at: MaybeInstant; code_bidx: Buffer | null; code_until: MaybeInstant; code_tries: Generated<number>; certificate: Generated<string | null>
    }
    privacy_step: { tenant_id: string; id: string; case_id: string; what: string; actor: string; at: Instant; text_sealed: Buffer | null; how: 'whatsapp' | 'mail' | 'aloud' | null }
    processor: { tenant_id: string; id: string; vendor: string | null; name: string; country: string; purpose: string; contract_on: string | null; changed_at: Instant }
    breach: { tenant_id: string; id: string; what_sealed: Buffer; notice_sealed: Buffer | null; known_at: Instant; from_at: Instant; to_at: Instant; connection_id: string | null; noted_at: Instant; told_at: MaybeInstant }
    breach_person: { tenant_id: string; breach_id: string; person_id: string; how: 'whatsapp' | 'mail' | 'aloud' | null; told_at: MaybeInstant }
    note: { tenant_id: string; id: string; person_id: string; conversation_id: string; author: string | null; text_sealed: Buffer; written_at: Instant }
    escalation_notice: { tenant_id: string; escalation_id: string; number: number; agent_id: string; how: 'whatsapp' | 'email' | 'none'; told_at: Instant }
    escalation_owner: { tenant_id: string; position: number; agent_id: string; language: 'es-MX' | 'en' | null; building_id: string | null }
    settings_write: { tenant_id: string; user_id: string; key: string; asked: Buffer; status: string | null; made_at: Instant }
    counterpart: { tenant_id: string; kind: 'contact' | 'deal' | 'meeting' | 'communication' | 'task' | 'note' | 'ticket'; our_id: string; external_id: string | null; told: string | null; person_id: string; told_at: MaybeInstant; hung: string | null }
    crm_written: { tenant_id: string; kind: string; our_id: string; field: string; value_bidx: Buffer }
    crm_conflict: { tenant_id: string; id: string; person_id: string; kind: 'contact' | 'deal' | 'meeting'; our_id: string; field: string; values_sealed: Buffer; won: 'ours' | 'theirs'; state: 'open' | 'settled'; made_at: Instant; settled_at: MaybeInstant }
    crm_review: { tenant_id: string; id: string; external_id: string; people: string[]; reason: 'several' | 'names' | 'taken'; state: 'open' | 'linked' | 'apart'; made_at: Instant; decided_at: MaybeInstant }
    crm_backfill: { tenant_id: string; connection_id: string; seen: number; linked: number; known: number; ambiguous: number; strangers: number; left_over: number | null; begun_at: Instant; ended_at: MaybeInstant }
    operator: { tenant_id: string; id: string; name: string; role: Role; password_hash: string | null; issuer: string | null; subject: string | null; made_at: Instant; signed_in_at: MaybeInstant; ended_at: MaybeInstant }
    sign_in: { tenant_id: string; digest: Buffer; operator_id: string; csrf: string; made_at: Instant; seen_at: MaybeInstant; company_sid: string | null; ends_at: Instant }
    sign_in_try: { tenant_id: string; asker: Buffer; tries: number; ends_at: Instant; locks: number; told_at: MaybeInstant }
  }
}
