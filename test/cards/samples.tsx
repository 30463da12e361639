import type { PreviewView, TranscriptView, VisitView } from '../../hubspot-project/src/app/cards/views.ts'

// What the server tells where it is not the house. The people are invented.
const asOf = '2026-11-21T18:04:00Z'
type Line = TranscriptView['lines'][number]
export const line = (id: string, at: string, text: string, more: Partial<Line> = {}): Line => ({ id, at, author: 'prospect', kind: 'text', text, ...more })
export const transcript = (more: Partial<TranscriptView> = {}): TranscriptView => ({
  zone: 'America/Mexico_City', asOf, state: 'bot', lines: [line('m1', '2026-11-20T17:00:00Z', 'Hola, ¿tienen algo en la Roma?'), line('m2', '2026-11-21T15:02:00Z', 'Quedó tu visita.', { author: 'human', status: 'read' })], ...more,
})
export const visit: VisitView = { asOf, person: { name: 'Guadalupe Ríos', phone: '•••• 4567', isMasked: true }, stage: 'qualified', facts: [], history: [], homes: [] }
export const preview: PreviewView = { asOf, stage: 'qualified', state: 'bot' }
