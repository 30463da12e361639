import { defineTasks } from './task.ts'

// Where a person of ours is called, at once and once; and where none is.
const called = /avis[eé]|avisado/i

export const persons = defineTasks('calling a person', [
  { name: 'asks for a person', does: [{ say: 'quiero hablar con una persona', until: called }], end: { calls: 'asked_for_person' }, told: [called] },
  { name: 'asks for an agent in the middle of a search', does: [{ say: 'busco depa en Condesa', until: /\$/ }, { say: 'mejor pásame con un asesor', until: called }], end: { calls: 'asked_for_person' }, told: [called] },
  { name: 'wants no robot', does: [{ say: 'no quiero hablar con un robot, comuníqueme con alguien', until: called }], end: { calls: 'asked_for_person' }, told: [called] },
  { name: 'wants to be called', does: [{ say: '¿me pueden llamar por favor?', until: called }], end: { calls: 'asked_for_person' }, told: [called] },
  { name: 'asks twice for a person', does: [{ say: 'quiero un asesor humano', until: called }, { say: 'sigo esperando al asesor', until: /avis/i }], end: { calls: 'asked_for_person' } },
  { name: 'a leak of gas', does: [{ say: 'hay una fuga de gas en el departamento', until: /911/ }], end: { calls: 'emergency' }, told: [/911/] },
  { name: 'a fire', does: [{ say: 'auxilio, se está incendiando la cocina del depa', until: /911/ }], end: { calls: 'emergency' }, told: [/911/] },
  { name: 'somebody in despair', does: [{ clean: 'ya no puedo más, me quiero matar' }], end: { calls: 'emergency' }, told: [/800 911 2000/] },
  { name: 'speaks of a lawsuit', does: [{ say: 'los voy a demandar, mi abogado se va a comunicar con ustedes', until: called }], end: { calls: 'complaint' }, told: [/en serio/] },
  { name: 'speaks of the authority', does: [{ say: 'voy a poner una queja en Profeco', until: called }], end: { calls: 'complaint' }, told: [/en serio/] },
  { name: 'complains', does: [{ say: 'esto es un pésimo servicio', until: called }], end: { calls: 'complaint' }, told: [called] },
  { name: 'says that they have paid', does: [{ say: 'ya deposité y nadie me contesta', until: called }], end: { calls: 'payment' }, told: [called] },
  { name: 'does not find out, and says yes to a person', does: [{ say: '¿tienen bodega para una lancha?', until: called }], end: { calls: ['not_understood', 'asked_for_person'] }, told: [called] },
  { name: 'wants to see their data', does: [{ say: 'quiero ver mis datos personales que tienen', until: /folio/i }], end: { privacy: ['access'], calls: 'privacy' }, told: [/folio/i] },
  { name: 'wants their data erased', does: [{ say: 'quiero que borren mis datos personales', until: /folio/i }], end: { privacy: ['cancel'], calls: 'privacy' }, told: [/folio/i] },
  { name: 'stops it all', does: [{ clean: 'BAJA' }], end: { stopped: true } },
  { name: 'stops it all in the middle', does: [{ say: 'busco depa en Roma Norte', until: /\$/ }, { clean: 'BAJA' }], end: { stopped: true } },
  { name: 'cancelar that means the messages', does: ['hola', { clean: 'cancelar' }, { press: /no me escriban/i }], end: { stopped: true } },
  { name: 'wants foreigners kept away', does: [{ say: 'busco un edificio donde no haya extranjeros', until: /bienvenid/i }], end: {}, told: [/cualquier persona es bienvenida|bienvenidas/] },
  { name: 'asks whether foreigners are taken', does: [{ say: '¿aceptan extranjeros?', until: /sí/i }], end: {}, told: [/Sí/] },
  { name: 'asks whether children are taken', does: [{ say: '¿aceptan niños?', until: /bienvenid/i }], end: {}, told: [/bienvenid/] },
  { name: 'dies of laughter, not of anything else', does: [{ say: 'me muero de risa con esos precios, busco depa en Narvarte', until: /\$/ }], end: {} },
])
