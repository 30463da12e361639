import { house, type Millis } from '../define.ts'
import type { Catalogue } from './homes.ts'
import type { Lead } from './leads.ts'
import type { Ports } from './ports/index.ts'
import type { Taken, Tour } from './tours.ts'

// Everything that tools and flows may ask: vendors by their ports, and our own state.
export type Known = { id: string; name: string | undefined; phone: string | undefined; language: 'es-MX' | 'en' }
export type Counterpart = { kind: 'contact' | 'deal' | 'meeting' | 'communication' | 'task'; ours: string; external: string | undefined; told: string | undefined }
export type Call = { id: string; reason: string; summary: string; owner: string | undefined; dueAt: Millis; isOpen: boolean } // for a person of ours
export type Line = { author: 'prospect' | 'bot' | 'human' | 'portero'; text: string; at: Millis }
export type Own = {
  homes: { catalogue(): Promise<Catalogue> }
  tours: {
    taken(range: { agents: readonly string[]; from: Millis; to: Millis }): Promise<Taken[]>
    of(person: string): Promise<Tour[]>
  }
  people: {
    // Everything the CRM is to know of a person, in one look.
    record(person: string): Promise<{ known: Known; leads: Lead[]; tours: Tour[]; conversations: { id: string; lines: Line[]; openedAt: Millis }[]; calls: Call[]; counterparts: Counterpart[] } | undefined>
    lead(person: string): Promise<Lead | undefined>
  }
  handles: {
    slot(person: string, slot: { home: number; startsAt: Millis }): Promise<string>
    slotOf(person: string, handle: string): Promise<{ home: number; startsAt: Millis } | undefined> // undefined: forged, foreign, expired
    tour(person: string, tour: string): Promise<string>
    tourOf(person: string, handle: string): Promise<string | undefined>
    calendarUrl(tour: string): Promise<string> // where whoever is given it finds the visit for their calendar
    mediaUrl(which: { message: string; place: number; user: string }): Promise<string> // where somebody of ours may look at it for a moment
  }
}
export type Reads = Ports & Own
export const { defineTool, defineFlow, asReads } = house<Reads>()
