import { defineTasks } from './task.ts'

// What they ask of a home, and of renting here: told as the catalogue has it, or not at all.
const homes = /\$\d/
const search = (zone: string, first = homes) => ({ say: `busco depa en ${zone}`, until: first })

export const questions = defineTasks('asking', [
  { name: 'what is asked for', does: [{ say: '¿qué piden para rentar?', until: /identificaci[oó]n oficial/i }], end: {}, told: [/aval o póliza/] },
  { name: 'how much they must earn', does: [{ say: '¿cuánto tengo que ganar?', until: /3 veces/ }], end: {}, told: [/3 veces la renta/] },
  { name: 'how long the contract lasts', does: [{ say: '¿por cuánto tiempo es el contrato?', until: /12 meses/ }], end: { mayCall: true }, told: [/12 meses/] },
  { name: 'whether pets are taken anywhere', does: [{ say: '¿aceptan mascotas?', until: /depende/i }], end: {}, told: [/Depende de la vivienda/] },
  { name: 'without a guarantor', does: [{ say: '¿aceptan personas sin aval?', until: /póliza/i }], end: {}, told: [/póliza jurídica/] },
  { name: 'whether services are included', does: [{ say: '¿los servicios están incluidos?', until: /luz, gas/i }], end: {}, told: [/luz, gas e internet/] },
  { name: 'how long the papers take, which is stale', does: [{ say: '¿cuánto tarda el trámite?', until: /d[ií]as h[aá]biles/i }], end: {}, told: [/3 y 5 días hábiles/, /confirmo|confirmar/] },
  { name: 'whether there is an invoice', does: [{ say: '¿dan factura?', until: /sí, de la renta/i }], end: { mayCall: true }, told: [/Sí, de la renta/] },
  { name: 'the deposit of one home', does: [search('Roma Norte'), { say: 'la 3, ¿de cuánto es el depósito?', until: /dep[oó]sito es/i }], end: {}, told: [/\$31,900/] },
  { name: 'the deposit of a home with two months of it', does: [search('Condesa de 3 recámaras', /1\. Tres recámaras/), { say: 'la 1, ¿cuánto es de depósito?', until: /dep[oó]sito es/i }], end: {}, told: [/\$93,800/] },
  { name: 'pets in one home', does: [search('Condesa'), { say: 'la 1, ¿aceptan gatos?', until: /mascotas/i }], end: {}, told: [/Sí se aceptan mascotas|mascotas por vivienda/] },
  { name: 'no pets in one home', does: [search('Del Valle'), { say: 'la 1, ¿aceptan gatos?', until: /mascotas/i }], end: {}, told: [/No se aceptan mascotas/] },
  { name: 'how large it is', does: [search('Roma Norte'), { say: 'la 2, ¿cuántos metros mide?', until: /m²/ }], end: {}, told: [/48 m²/] },
  { name: 'whether it is furnished', does: [search('Condesa de 1 recámara', /2\. Una recámara amueblada/), { say: 'la 2, ¿está amueblado?', until: /amueblado|muebles/i }], end: {}, told: [/amueblado/i] },
  { name: 'where it is', does: [search('Del Valle'), { say: 'la 1, ¿cuál es la dirección?', until: /Pilares/ }], end: {}, told: [/Calle Pilares 3075/] },
  { name: 'what the building has', does: [search('Polanco'), { say: 'la 1, ¿qué amenidades tiene?', until: /alberca/i }], end: {}, told: [/alberca/] },
  { name: 'the hours of the gym', does: [search('Condesa'), { say: 'la 1, ¿qué horario tiene el gimnasio?', until: /23:00/ }], end: {}, told: [/6:00 a 23:00/] },
  { name: 'how far the border is', does: [search('Zona Río'), { say: 'dame información del Estudio para trabajar de los dos lados, ¿qué tan lejos está la garita?', until: /diez minutos/i }], end: {}, told: [/diez minutos/] },
  { name: 'more of a home', does: [search('Narvarte'), { say: 'la 2, cuéntame más detalles', until: /jard[ií]n/i }], end: {}, told: [/jard[ií]n/i] },
  { name: 'its pictures', does: [search('Roma Norte'), { say: 'la 1', until: /\d{1,2}:\d{2}/ }, { say: 'mándame fotos', until: /te mand[eé]/i }], end: { media: 2 }, told: [/Te mandé 2 fotos/] },
  { name: 'something that nobody knows', does: ['¿tienen helipuerto en la azotea?'], reacts: [{ to: /comunique con una persona/i, does: 'no gracias, así está bien', times: 5 }], end: {}, never: [/sí,? (?:hay|tenemos|contamos).{0,20}helipuerto/i] },
])
