import type { Kind } from './crm-fields.ts'
import type { Texts } from './crm-seen.ts'

// A record that stands at the CRM, of any kind that we keep there, in our words; what is empty there is left out. ours: the id of ours that it carries. phones: of a contact, as they are written. on: what it hangs on, where that was asked.
export type Kept = { kind: Kind; id: string; ours?: string; fields: Texts; phones: readonly string[]; on?: { contact?: readonly string[]; deal?: readonly string[] } }

// A record as it stands there, by the CRM's own names for what is on it; what is empty is left out.
export type Whole = { kind: Kind; id: string; fields: Record<string, string> }

export type CrmKeptReads = {
  // All that is on these, a hundred at most, for whoever asks what is kept of them; what is there no more is left out.
  whole(kind: Kind, ids: readonly string[]): Promise<Whole[]>
  // Whether escalations are also tickets of a help desk.
  hasHelpDesk(): Promise<boolean>
  // These, a hundred at most, as they stand now; what is there no more is left out.
  kept(kind: Kind, ids: readonly string[]): Promise<Kept[]>
  // Those that carry an id of ours, a hundred after this one.
  carrying(kind: Kind, after: string | undefined): Promise<{ records: Kept[]; next?: string }>
  // Contacts with one of these numbers, of which there may be fifty; a hundred after this one.
  numbered(phones: readonly string[], after: string | undefined): Promise<{ records: Kept[]; next?: string }>
  // What of the other kind hangs on each of these, a thousand at most.
  hungOn(kind: Kind, ids: readonly string[], other: Kind): Promise<{ id: string; others: string[] }[]>
}
