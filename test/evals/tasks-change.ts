import { defineTasks } from './task.ts'

// Visits that they have already: moved, cancelled, told, and waited for.
const moved = /cambi[eé] tu visita/i
const cancelled = /Cancel[eé] tu visita/i
const times = /\d{1,2}:\d{2}/

export const changes = defineTasks('changing', [
  { name: 'moved to a day and an hour', before: [{ home: 'roma-norte-302', when: '2026-11-25 12:00' }], does: [{ say: 'quiero mover mi visita al viernes a las 12', until: moved }], end: { tours: [{ home: 'roma-norte-302', when: '2026-11-27 12:00', status: 'confirmed' }] } },
  { name: 'moved to one of the times that are offered', before: [{ home: 'condesa-104', when: '2026-11-25 11:00' }], does: [{ say: 'quiero cambiar mi visita', until: times }, { pick: 2 }], end: { tours: [{ home: 'condesa-104', when: 'picked', status: 'confirmed' }] }, told: [moved] },
  { name: 'cancelled clearly', before: [{ home: 'del-valle-405', when: '2026-11-26 12:00' }], does: [{ say: 'por favor cancela mi visita', until: cancelled }], end: { tours: [{ home: 'del-valle-405', when: '2026-11-26 12:00', status: 'cancelled' }] } },
  { name: "can't come any more", before: [{ home: 'polanco-803', when: '2026-11-26 12:00' }], does: [{ say: 'ya no puedo ir a mi cita', until: cancelled }], end: { tours: [{ home: 'polanco-803', when: '2026-11-26 12:00', status: 'cancelled' }] } },
  { name: 'a bare cancelar that means the visit', before: [{ home: 'condesa-205', when: '2026-11-27 11:00' }], does: [{ clean: 'cancelar' }, { press: /visita/i }], reacts: [{ to: /¿Qué hacemos con tu visita/, does: 'cancélala' }], end: { tours: [{ home: 'condesa-205', when: '2026-11-27 11:00', status: 'cancelled' }] } },
  { name: 'a bare cancelar that means nothing', before: [{ home: 'condesa-502', when: '2026-11-27 14:00' }], does: [{ clean: 'cancelar' }, { press: /Nada/i }], end: { tours: [{ home: 'condesa-502', when: '2026-11-27 14:00', status: 'confirmed' }] } },
  { name: 'one of two visits, by its place', before: [{ home: 'roma-norte-203', when: '2026-11-26 10:00' }, { home: 'condesa-401', when: '2026-11-27 13:00' }], does: [{ say: 'cancela mi visita', until: /más de una|cancel[eé]/i }], which: 'la segunda', end: { tours: [{ home: 'roma-norte-203', status: 'confirmed' }, { home: 'condesa-401', status: 'cancelled' }] } },
  { name: 'one of two visits, by its home', before: [{ home: 'del-valle-302', when: '2026-11-26 10:00' }, { home: 'del-valle-601', when: '2026-11-27 13:00' }], does: [{ say: 'quiero cancelar mi visita', until: /más de una|cancel[eé]/i }], which: 'la de Una recámara con estudio', end: { tours: [{ home: 'del-valle-302', status: 'cancelled' }, { home: 'del-valle-601', status: 'confirmed' }] } },
  { name: 'asks which visits there are', before: [{ home: 'zona-rio-907', when: '2026-11-25 12:00' }], does: [{ say: '¿cuáles son mis visitas?', until: times }], end: { tours: [{ home: 'zona-rio-907', when: '2026-11-25 12:00', status: 'confirmed' }] }, told: [/miércoles 25 nov/] },
  { name: 'asks which visits there are, with none', does: [{ say: '¿tengo alguna cita? ¿cuáles son mis citas?', until: /todavía no/i }], end: {} },
  { name: 'cancels what is not there', does: [{ say: 'quiero cancelar mi visita', until: /no tienes/i }], end: {} },
  { name: 'the waiting list', does: [{ say: 'busco depa en Roma Norte de 2 recámaras', until: /1\. Dos recámaras en esquina/ }, { say: 'la 1, ¿qué horarios hay?', until: times }, { say: 'ninguno me queda, anótame en la lista de espera', until: /te anot[eé]/i }], end: { waits: ['roma-norte-302'] } },
])
