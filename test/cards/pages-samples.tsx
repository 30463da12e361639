import type { SettingsView, TodayView } from '../../hubspot-project/src/app/cards/views.ts'

// What the server tells the pages in the tests. The people are invented.
const days = Array.from({ length: 14 }, (_, place) => `2026-11-${String(place + 14).padStart(2, '0')}`)
export const today = (more: Partial<TodayView> = {}): TodayView => ({
  zone: 'America/Mexico_City', asOf: '2026-11-21T18:04:00Z',
  tours: [
    { tour: 't-1', startsAt: '2026-11-21T17:00:00Z', endsAt: '2026-11-21T17:30:00Z', zone: 'America/Mexico_City', status: 'completed', title: 'Estudio con patio', place: 'Casa Tabasco, 101', agent: 'Mariana Solís', person: 'Guadalupe', contact: '904' },
    { tour: 't-2', startsAt: '2026-11-21T20:00:00Z', endsAt: '2026-11-21T20:30:00Z', zone: 'America/Tijuana', status: 'confirmed', title: 'Loft en Zona Río', place: 'Río, 4', agent: 'Julián Cota' },
  ],
  escalations: [
    { escalation: 'e-1', reason: 'complaint', owner: 'Mariana Solís', since: '2026-11-21T17:00:00Z', dueAt: '2026-11-21T17:15:00Z', isLate: true, isSeen: false, person: 'Bruno', contact: '905' },
    { escalation: 'e-2', reason: 'contract', since: '2026-11-21T18:00:00Z', dueAt: '2026-11-21T18:15:00Z', isLate: false, isSeen: true },
  ],
  connections: [
    { connection: 'c-1', vendor: 'Bird', account: 'urbanhub', state: 'fine', heardAt: '2026-11-21T18:03:00Z', waiting: 1, dead: 0 },
    { connection: 'c-2', vendor: 'HubSpot', account: '4812345', state: 'stuck', waiting: 12, dead: 2, failure: 'La conexión con el otro sistema ya no tiene permiso. Hay que reconectarla.' },
  ],
  tourDays: days.map((day) => ({ day, held: 0, confirmed: day === '2026-11-21' ? 1 : 0, completed: 1, no_show: 0, cancelled: 0 })),
  messageDays: days.map((day) => ({ day, in: 3, out: 4 })), ...more,
})

export const settings = (more: Partial<SettingsView> = {}): SettingsView => ({
  asOf: '2026-11-21T18:04:00Z',
  buildings: [{ building: 'roma-norte', name: 'Casa Tabasco', zone: 'America/Mexico_City' }, { building: 'condesa', name: 'Casa Ámsterdam', zone: 'America/Mexico_City' }],
  agents: [
    { agent: 'mariana-solis', name: 'Mariana Solís', isActive: true, version: 'v-1', hours: [{ day: 'mon', from: '09:00', to: '14:00' }, { day: 'mon', from: '16:00', to: '18:00' }, { day: 'sat', from: '10:00', to: '14:00' }] },
    { agent: 'diego-arriaga', name: 'Diego Arriaga', isActive: false, version: 'v-2', hours: [] },
  ],
  blackouts: [{ blackout: '01935000-0000-7000-8000-000000000001', building: 'roma-norte', startsAt: '2026-12-24T20:00:00Z', endsAt: '2026-12-27T06:00:00Z', zone: 'America/Mexico_City' }],
  owners: { version: 'o-1', list: [{ agent: 'mariana-solis', language: 'en' }, { agent: 'diego-arriaga', building: 'condesa' }] },
  connections: [{ connection: '01935000-0000-7000-8000-0000000000b1', vendor: 'Bird', account: 'urbanhub' }, { connection: '01935000-0000-7000-8000-0000000000b2', vendor: 'HubSpot', account: '4812345' }], ...more,
})
