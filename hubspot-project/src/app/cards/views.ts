import type { views } from '@portero/shared'
import { count, list, maybe, oneOf, shape, text, time, truth, type Check } from './check.ts'

// The views and questions of shared/views as types, and a check for each. A field that is forgotten here does not compile.
type Of<Schema extends { _zod: { output: unknown } }> = Schema['_zod']['output']
export type CardRecord = Of<typeof views.record>
export type Line = Of<typeof views.line>
export type Tour = Of<typeof views.visit>
export type TranscriptView = Of<typeof views.transcriptView>
export type VisitView = Of<typeof views.visitView>
export type SlotsView = Of<typeof views.slotsView>
export type PreviewView = Of<typeof views.previewView>
export type WriteView = Of<typeof views.writeView>
export type DraftView = Of<typeof views.draftView>
export type WhyView = Of<typeof views.whyView>
export type EscalationReason = Of<typeof views.escalationReason>
export type Slot = SlotsView['slots'][number]
export type TodayView = Of<typeof views.todayView>
export type SettingsView = Of<typeof views.settingsView>
export type ProbeView = Of<typeof views.probeView>

export type Views = {
  transcript: TranscriptView; visit: VisitView; preview: PreviewView; slots: SlotsView; why: WhyView
  takeover: WriteView; reply: WriteView; note: WriteView; escalate: WriteView; 'draft-reply': DraftView
  book: WriteView; move: WriteView; mark: WriteView; reveal: Of<typeof views.revealView>
  today: TodayView; settings: SettingsView; hours: WriteView; blackout: WriteView; reopen: WriteView; owners: WriteView; probe: ProbeView
}
export type ViewName = keyof Views
type Asks = {
  transcript: Of<typeof views.transcriptAsk>; visit: Of<typeof views.visitAsk>; preview: Of<typeof views.previewAsk>; slots: Of<typeof views.slotsAsk>; why: Of<typeof views.whyAsk>
  takeover: Of<typeof views.takeoverAsk>; reply: Of<typeof views.replyAsk>; note: Of<typeof views.noteAsk>; escalate: Of<typeof views.escalateAsk>; 'draft-reply': Of<typeof views.draftAsk>
  book: Of<typeof views.bookAsk>; move: Of<typeof views.moveAsk>; mark: Of<typeof views.markAsk>; reveal: Of<typeof views.revealAsk>
  today: Of<typeof views.todayAsk>; settings: Of<typeof views.settingsAsk>; hours: Of<typeof views.hoursAsk>; blackout: Of<typeof views.blackoutAsk>; reopen: Of<typeof views.reopenAsk>; owners: Of<typeof views.ownersAsk>; probe: Of<typeof views.probeAsk>
}
// The record, the language and a write's key are added on the way.
export type Ask<V extends ViewName> = Omit<Asks[V], 'record' | 'key' | 'language'>

const state = oneOf('bot', 'human', 'paused', 'none')
const line = shape<Line>({
  id: text, at: time, author: oneOf('prospect', 'bot', 'human', 'portero'), text,
  kind: oneOf('text', 'image', 'audio', 'video', 'file', 'location', 'other', 'done'), status: maybe(oneOf('accepted', 'sent', 'delivered', 'read', 'failed')), isStray: maybe(truth),
  note: maybe(text), media: maybe(list(shape<NonNullable<Line['media']>[number]>({ url: text, type: text }))),
})
const status = oneOf('held', 'confirmed', 'completed', 'no_show', 'cancelled')
const tour = shape<Tour>({
  tour: text, version: count, home: text, title: text, startsAt: time, endsAt: time, zone: text, status,
  place: text, mapUrl: maybe(text), agent: text, calendarUrl: maybe(text), inCalendar: maybe(oneOf('waits', 'stands', 'byHand', 'failed')), inCalendarUrl: maybe(text),
})
const slots = list(shape<Slot>({ slot: text, startsAt: time, label: text }))
const write = shape<WriteView>({ ok: truth, say: text, code: maybe(text), visit: maybe(tour), alternatives: maybe(slots) })

export const checks: { readonly [V in ViewName]: Check<Views[V]> } = {
  transcript: shape<TranscriptView>({
    zone: text, asOf: time, state, lines: list(line), earlier: maybe(text), canDraft: maybe(truth),
    taken: maybe(shape<NonNullable<TranscriptView['taken']>>({ by: oneOf('me', 'inbox', 'other'), name: maybe(text), since: time })),
    escalation: maybe(shape<NonNullable<TranscriptView['escalation']>>({ reason: text, summary: text, owner: maybe(text), dueAt: time, isLate: truth })),
  }),
  visit: shape<VisitView>({
    asOf: time, person: maybe(shape<NonNullable<VisitView['person']>>({ name: maybe(text), phone: maybe(text), isMasked: truth })), stage: maybe(text),
    facts: list(shape<VisitView['facts'][number]>({ name: text, value: text })), next: maybe(tour), isUnmarked: maybe(truth), history: list(tour),
    homes: list(shape<VisitView['homes'][number]>({ home: text, title: text, area: text })),
  }),
  preview: shape<PreviewView>({ asOf: time, stage: maybe(text), next: maybe(tour), isUnmarked: maybe(truth), state, waitingSince: maybe(time) }),
  slots: shape<SlotsView>({ asOf: time, zone: text, slots }),
  why: shape<WhyView>({ steps: list(shape<WhyView['steps'][number]>({ at: time, kind: oneOf('message', 'tool', 'write'), text, by: maybe(text) })) }),
  book: write, move: write, mark: write, takeover: write, reply: write, note: write, escalate: write,
  'draft-reply': shape<DraftView>({ ok: truth, say: maybe(text), text: maybe(text), doubts: maybe(list(text)) }),
  reveal: shape<Views['reveal']>({ phone: text }),
  today: shape<TodayView>({
    zone: text, asOf: time,
    tours: list(shape<TodayView['tours'][number]>({ tour: text, startsAt: time, endsAt: time, zone: text, status, title: text, place: text, agent: text, person: maybe(text), contact: maybe(text) })),
    escalations: list(shape<TodayView['escalations'][number]>({ escalation: text, reason: text, owner: maybe(text), since: time, dueAt: time, isLate: truth, isSeen: truth, person: maybe(text), contact: maybe(text) })),
    connections: list(shape<TodayView['connections'][number]>({ connection: text, vendor: text, account: text, state: oneOf('fine', 'slow', 'resting', 'stuck'), heardAt: maybe(time), waiting: count, dead: count, failure: maybe(text) })),
    tourDays: list(shape<TodayView['tourDays'][number]>({ day: text, held: count, confirmed: count, completed: count, no_show: count, cancelled: count })),
    messageDays: list(shape<TodayView['messageDays'][number]>({ day: text, in: count, out: count })),
  }),
  settings: shape<SettingsView>({
    asOf: time, buildings: list(shape<SettingsView['buildings'][number]>({ building: text, name: text, zone: text })),
    agents: list(shape<SettingsView['agents'][number]>({ agent: text, name: text, isActive: truth, version: text, hours: list(shape<SettingsView['agents'][number]['hours'][number]>({ day: oneOf('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), from: text, to: text })) })),
    blackouts: list(shape<SettingsView['blackouts'][number]>({ blackout: text, building: maybe(text), agent: maybe(text), startsAt: time, endsAt: time, zone: text })),
    owners: shape<SettingsView['owners']>({ version: text, list: list(shape<SettingsView['owners']['list'][number]>({ agent: text, language: maybe(oneOf('es-MX', 'en')), building: maybe(text) })) }),
    connections: list(shape<SettingsView['connections'][number]>({ connection: text, vendor: text, account: text })),
  }),
  hours: write, blackout: write, reopen: write, owners: write,
  probe: shape<ProbeView>({ asOf: time, ok: truth, say: text }),
}
