import type { PreviewView, Tour, TranscriptView, VisitView } from '../../hubspot-project/src/app/cards/views.ts'

// What the server tells in the tests. The people are invented.
type Line = TranscriptView['lines'][number]
export const line = (id: string, at: string, text: string, more: Partial<Line> = {}): Line => ({ id, at, author: 'prospect', kind: 'text', text, ...more })
export const lines = [
  line('m1', '2026-11-20T17:00:00Z', 'Hola, ¿tienen algo en la Roma?'),
  line('m2', '2026-11-20T17:00:09Z', 'Claro, mira estas opciones.', { author: 'bot', status: 'read' }),
  line('m3', '2026-11-21T15:00:00Z', '', { kind: 'image' }),
  line('m4', '2026-11-21T15:01:00Z', 'Portero buscó horarios', { author: 'portero', kind: 'done' }),
  line('m5', '2026-11-21T15:01:02Z', 'Portero reservó el lunes a las 11:00', { author: 'portero', kind: 'done' }),
  line('m6', '2026-11-21T15:02:00Z', 'Quedó tu visita.', { author: 'human', status: 'failed' }),
  line('m7', '2026-11-21T15:03:00Z', 'Portero escribió el negocio', { author: 'portero', kind: 'done' }),
]
export const transcript = (more: Partial<TranscriptView> = {}): TranscriptView => ({ zone: 'America/Mexico_City', asOf: '2026-11-21T18:04:00Z', state: 'bot', lines, ...more })

export const tour: Tour = {
  tour: 't-1', version: 3, home: 'roma-302', title: 'Roma Norte 302', startsAt: '2026-11-23T17:00:00Z', endsAt: '2026-11-23T17:30:00Z', zone: 'America/Mexico_City', status: 'confirmed',
  place: 'Colima 150, Roma Norte', agent: 'Sofía Luna', mapUrl: 'https://maps.example/1', calendarUrl: 'https://portero.example/ics/abc',
}
export const visit = (more: Partial<VisitView> = {}): VisitView => ({
  asOf: '2026-11-21T18:04:00Z', person: { name: 'Guadalupe Ríos', phone: '•••• 4567', isMasked: true }, stage: 'visit_scheduled',
  facts: [{ name: 'budgetMxn', value: '18500' }, { name: 'pets', value: 'true' }, { name: 'moveIn', value: '2026-12-01' }, { name: 'guarantee', value: 'policy' }],
  next: tour, history: [{ ...tour, tour: 't-0', status: 'no_show', startsAt: '2026-11-16T17:00:00Z' }],
  homes: [{ home: 'roma-302', title: 'Roma Norte 302', area: 'Roma' }, { home: 'condesa-5', title: 'Condesa 5', area: 'Condesa' }], ...more,
})
export const withoutTour = (): VisitView => {
  const { next: _next, ...rest } = visit({ history: [] })
  return rest
}
export const slots = { asOf: '2026-11-21T18:04:00Z', zone: 'America/Mexico_City', slots: [
  { slot: 's-1', startsAt: '2026-11-23T17:00:00Z', label: 'lunes 23 nov, 11:00 h' }, { slot: 's-2', startsAt: '2026-11-24T17:00:00Z', label: 'martes 24 nov, 11:00 h' },
] }
export const preview = (more: Partial<PreviewView> = {}): PreviewView => ({ asOf: '2026-11-21T18:04:00Z', stage: 'qualified', next: tour, state: 'bot', ...more })
