import { defineTasks } from './task.ts'

// What they look for, in all the ways in which it is said; nothing is booked, and nobody is called.
const homes = /\$\d/
const none = /justo así|no tengo opciones|se acerca/i

export const searches = defineTasks('searching', [
  { name: 'a zone, bedrooms and a budget', does: [{ say: 'busco departamento de dos recámaras en Roma Norte, hasta 35 mil', until: /\$31,900/ }], end: {}, told: [/Dos recámaras en esquina.*\$31,900/] },
  { name: 'a zone only', does: [{ say: 'hola, busco depa en Condesa', until: homes }], end: {}, told: [/Condesa.*\$/] },
  { name: 'a budget only', does: [{ say: 'busco departamento, mi presupuesto es de hasta 17 mil', until: homes }], end: {}, told: [/\$1[4-7],\d00/], never: [/\$[2-9]\d,\d{3} al mes/] },
  { name: 'bedrooms only', does: [{ say: 'busco un departamento de 3 recámaras', until: /Tres recámaras/ }], end: {}, told: [/Tres recámaras/] },
  { name: 'with a dog', does: [{ say: 'busco depa en Roma Norte, tengo un perro', until: homes }], end: {}, told: [/Roma Norte/] },
  { name: 'with a cat and a budget', does: [{ say: 'busco departamento en Narvarte hasta 21 mil, tengo un gato', until: homes }], end: {}, told: [/Narvarte.*\$/] },
  { name: 'with a place to park', does: [{ say: 'busco departamento de 2 recámaras en Del Valle', until: homes }, { say: 'la 1, ¿tiene estacionamiento?', until: /estacionamiento/i }], end: {}, told: [/Incluye estacionamiento/] },
  { name: 'first vaguely, then with a zone', does: ['hola', { say: 'busco algo bonito para vivir, un depa', until: /\?|\$/ }, { say: 'mejor busco en Polanco', until: homes }], end: {}, told: [/Polanco.*\$/] },
  { name: 'zone and budget in two messages', does: [{ say: 'busco departamento en Del Valle', until: homes }, { say: 'busco algo de hasta 20 mil', until: homes }], end: {}, told: [/\$18,900/] },
  { name: 'a date to move in', does: [{ say: 'busco depa en Roma Norte para el 15 de enero', until: homes }], end: {}, told: [/Roma Norte.*\$/] },
  { name: 'a studio in Tijuana', does: [{ say: 'busco departamento en Zona Río, hasta 18 mil', until: homes }], end: {}, told: [/Estudio para trabajar/] },
  { name: 'no home that fits', does: [{ say: 'busco departamento de 4 recámaras en Condesa', until: none }], end: {}, told: [none] },
  { name: 'a budget too low', does: [{ say: 'busco departamento de dos recámaras hasta 5 mil', until: none }, 'ni modo, gracias'], end: {}, told: [none], never: [/\$5,000 al mes/] },
  { name: 'a zone where there is nothing', does: [{ say: 'busco depa en Coyoacán', until: none }], end: {}, told: [none] },
  { name: 'a change of mind about the zone', does: [{ say: 'busco depa en Polanco', until: /Polanco/ }, { say: 'mejor busco en Narvarte', until: /Narvarte/ }], end: {}, told: [/Polanco/, /Narvarte.*\$/] },
  { name: 'a change of mind about the budget', does: [{ say: 'busco departamento en Roma Norte hasta 20 mil', until: homes }, { say: 'ya lo pensé, busco con presupuesto de 35 mil', until: /\$(?:21|31),/ }], end: {}, told: [/\$(?:21,800|31,900)/] },
  { name: 'many homes, then the price of one', does: [{ say: 'busco depa en Roma Norte', until: homes }, { say: 'la 2, ¿cuánto cuesta?', until: homes }], end: {}, told: [/\$21,800/] },
  { name: 'without pets', does: [{ say: 'busco departamento en Polanco sin mascotas', until: homes }], end: {}, told: [/Polanco.*\$/] },
  { name: 'by voice', does: [{ voice: 'Hola, busco un departamento de dos recámaras en la Roma Norte, hasta 35 mil pesos.' }], end: {}, told: [/\$31,900/] },
  { name: 'a place on the map, and then the zone', does: [{ place: { latitude: 19.4178, longitude: -99.1621 } }, { say: 'busco depa en Roma Norte', until: homes }], end: {}, told: [/Roma Norte.*\$/] },
])
