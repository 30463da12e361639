import type { Language } from '@portero/shared'
import { house, type Millis } from '../define.ts'
import type { Calendar, Meeting } from './calendars.ts'
import type { Catalogue } from './homes.ts'
import type { KnownBusy, Said } from './known-busy.ts'
import type { Lead } from './leads.ts'
import type { Kind } from './ports/crm-fields.ts'
import type { Ports } from './ports/index.ts'
import type { Sensed } from './sense-media.ts'
import type { ShowRates } from './show-rate.ts'
import type { Taken, Tour } from './tours.ts'

// Everything that tools and flows may ask: vendors by their ports, and our own state.
export type Known = { id: string; name: string | undefined; phone: string | undefined; whatsapp: string | undefined; language: 'es-MX' | 'en'; consent: 'granted' | 'revoked' | undefined; marketing?: 'granted' | 'revoked' | undefined; source?: 'whatsapp' | 'crm' } // source: how they came, where no conversation of ours says so any more
export type Counterpart = { kind: Kind; ours: string; external: string | undefined; told: string | undefined; hung?: string | undefined } // hung: on which of the CRM's records it hangs there
export type Call = { id: string; reason: string; summary: string; owner: string | undefined; agent: string | undefined; dueAt: Millis; isOpen: boolean } // for a person of ours. owner: by name; agent: by id
export type Note = { id: string; text: string; author: string | undefined; at: Millis } // of a person of ours, for the others. author: where the CRM may know them
// How somebody was attended to, over all of their conversations.
export type Attended = { firstReplyS: number | undefined; byBot: boolean; byHuman: boolean; calls: number; lastReason: string | undefined }
export type Line = { author: 'prospect' | 'bot' | 'human' | 'portero'; text: string; at: Millis }
export type NamedSlot = { home: number; startsAt: Millis; language?: Language | undefined } // language: in which it was offered
export type Own = {
  house: { isShadow(): Promise<boolean> } // nothing leaves it
  channels: { agentOf(connection: string): Promise<'vendor' | 'portero'> } // who answers prospects there
  calendars: {
    all(): Promise<Calendar[]>
    busy(): Promise<KnownBusy> // of all who have one, as we have it
    now(asked: { agents: readonly string[]; from: Millis; to: Millis }): Promise<Said[]> // what theirs say at this moment, where what we have is older than a minute, and always of those that hear late: of those that answer in time, and without our own visits there
  }
  homes: { catalogue(): Promise<Catalogue> }
  files: { toTell(which: { message: string; place: number }): Promise<Sensed | undefined> } // what came with a message, where a model may hear or see it
  tours: {
    taken(range: { agents: readonly string[]; from: Millis; to: Millis }): Promise<Taken[]>
    of(person: string): Promise<Tour[]>
    showRates(person: string): Promise<ShowRates> // remembered for an hour; no preference for whoever wants no profiling
  }
  people: {
    // Everything the CRM is to know of a person, in one look.
    record(person: string): Promise<{ known: Known; leads: Lead[]; tours: Tour[]; meetings: Meeting[]; conversations: { id: string; lines: Line[]; openedAt: Millis }[]; calls: Call[]; notes: Note[]; attended: Attended; counterparts: Counterpart[] } | undefined>
    lead(person: string): Promise<Lead | undefined>
    toldAt(kind: Counterpart['kind'], external: string): Promise<Millis | undefined> // when the CRM last had one of its records from us
  }
  handles: {
    slot(person: string, slot: NamedSlot): Promise<string>
    slotOf(person: string, handle: string): Promise<NamedSlot | undefined> // undefined: forged, foreign, expired
    tour(person: string, tour: string): Promise<string>
    tourOf(person: string, handle: string): Promise<string | undefined>
    calendarUrl(tour: string): Promise<string> // where whoever is given it finds the visit for their calendar
    bookingUrl(which: { conversation: string; wish: { home: number; language?: Language | undefined } | { tour: string } }): Promise<string> // where they choose a time for that home, or another for that visit, once
    conversationsUrl(): Promise<string> // of the console, where each has its page by its id
    mediaUrl(which: { message: string; place: number; user: string }): Promise<string> // where somebody of ours may look at it for a moment
  }
}
export type Reads = Ports & Own
export const { defineTool, defineFlow, asReads } = house<Reads>()
