import type { Language } from './words.ts'

// What whoever writes a persona is told: where its file can't be read, and what it comes to.
const es = {
  refused: (file: string) => `No pude tomar la persona ${file}:`,
  next: 'Corrige esas líneas y vuelve a correr: portero persona check ARCHIVO',
  unreadable: (file: string) => `No pude leer ${file}: revisa que exista y que sea ese el nombre.`,
  id: 'se espera un nombre y un número de versión, como vivi.2',
  contact: 'tiene un teléfono o un correo; esos datos no van en las instrucciones de un modelo',
  figure: 'tiene una cifra; el modelo la repetiría como si fuera cierta. Escribe {precio}, {día} u {hora}',
  twice: (id: string, file: string) => `${id} está dos veces; cambia el número en ${file}`,
  none: (path: string) => `No hay ninguna persona en ${path}: se espera un archivo .yaml, o una carpeta con ellos.`,
  whichOne: (ids: string) => `Hay varias personas (${ids}): di cuál atiende, por ejemplo PERSONA_STABLE=vivi.1`,
  unknown: (id: string, ids: string) => `No hay ninguna persona ${id}; hay ${ids}.`,
  checked: (version: string, tokens: number) => `Bien: ${version}, unos ${tokens} tokens de instrucciones, más lo que el catálogo dice en knowledge.`,
}
type PersonaWords = typeof es
const en: PersonaWords = {
  refused: (file) => `The persona ${file} can't be taken:`,
  next: 'Mend those lines and run again: portero persona check FILE',
  unreadable: (file) => `${file} can't be read: look whether it exists and is called that.`,
  id: 'expected a name and the number of a version, such as vivi.2',
  contact: 'holds a phone number or an e-mail address; those have no place in the instructions of a model',
  figure: 'holds a figure; the model would repeat it as if it were true. Write {price}, {day} or {time}',
  twice: (id, file) => `${id} is there twice; change the number in ${file}`,
  none: (path) => `There is no persona at ${path}: expected a .yaml file, or a folder of them.`,
  whichOne: (ids) => `There are several personas (${ids}): say which one attends, such as PERSONA_STABLE=vivi.1`,
  unknown: (id, ids) => `There is no persona ${id}; there are ${ids}.`,
  checked: (version, tokens) => `Fine: ${version}, about ${tokens} tokens of instructions, besides what the catalogue says under knowledge.`,
}
export const personaWords: Record<Language, PersonaWords> = { 'es-MX': es, en }
