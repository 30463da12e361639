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
export type WhyView = Of<typeof views.whyView>
export type Slot = SlotsView['slots'][number]

export type Views = {
  transcript: TranscriptView; visit: VisitView; preview: PreviewView; slots: SlotsView; why: WhyView
  book: WriteView; move: WriteView; mark: WriteView; reveal: Of<typeof views.revealView>
}
export type ViewName = keyof Views
type Asks = {
  transcript: Of<typeof views.transcriptAsk>; visit: Of<typeof views.visitAsk>; preview: Of<typeof views.previewAsk>; slots: Of<typeof views.slotsAsk>; why: Of<typeof views.whyAsk>
  book: Of<typeof views.bookAsk>; move: Of<typeof views.moveAsk>; mark: Of<typeof views.markAsk>; reveal: Of<typeof views.revealAsk>
}
// The record, the language and a write's key are added on the way.
export type Ask<V extends ViewName> = Omit<Asks[V], 'record' | 'key' | 'language'>

const state = oneOf('bot', 'human', 'paused', 'none')
const line = shape<Line>({
  id: text, at: time, author: oneOf('prospect', 'bot', 'human', 'portero'), text,
  kind: oneOf('text', 'image', 'audio', 'video', 'file', 'location', 'other', 'done'), status: maybe(oneOf('accepted', 'sent', 'delivered', 'read', 'failed')),
})
const tour = shape<Tour>({
  tour: text, version: count, home: text, title: text, startsAt: time, endsAt: time, zone: text, status: oneOf('held', 'confirmed', 'completed', 'no_show', 'cancelled'),
  place: text, mapUrl: maybe(text), agent: text, calendarUrl: maybe(text),
})
const slots = list(shape<Slot>({ slot: text, startsAt: time, label: text }))
const write = shape<WriteView>({ ok: truth, say: text, code: maybe(text), visit: maybe(tour), alternatives: maybe(slots) })

export const checks: { readonly [V in ViewName]: Check<Views[V]> } = {
  transcript: shape<TranscriptView>({
    zone: text, asOf: time, state, lines: list(line), earlier: maybe(text),
    escalation: maybe(shape<NonNullable<TranscriptView['escalation']>>({ reason: text, summary: text, owner: maybe(text), dueAt: time, isLate: truth })),
  }),
  visit: shape<VisitView>({
    asOf: time, person: maybe(shape<NonNullable<VisitView['person']>>({ name: maybe(text), phone: maybe(text), isMasked: truth })), stage: maybe(text),
    facts: list(shape<VisitView['facts'][number]>({ name: text, value: text })), next: maybe(tour), history: list(tour),
    homes: list(shape<VisitView['homes'][number]>({ home: text, title: text, area: text })),
  }),
  preview: shape<PreviewView>({ asOf: time, stage: maybe(text), next: maybe(tour), state, waitingSince: maybe(time) }),
  slots: shape<SlotsView>({ asOf: time, zone: text, slots }),
  why: shape<WhyView>({ steps: list(shape<WhyView['steps'][number]>({ at: time, kind: oneOf('message', 'tool', 'write'), text, by: maybe(text) })) }),
  book: write, move: write, mark: write,
  reveal: shape<Views['reveal']>({ phone: text }),
}
