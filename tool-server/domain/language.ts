import type { Language } from '@portero/shared'
import { plainWords } from './search-homes.ts'

// Which of the two somebody writes, told by the small words that only one of them has. undefined: too little, a third language, or both alike.
const words: Record<Language, ReadonlySet<string>> = {
  'es-MX': new Set(('el la los las un una unos unas de del que en con por para sin sobre entre hasta desde y o pero si porque como cuando donde cual quien cuanto cuanta cuantos cuantas este esta esto ese esa eso estos estas esos esas mi mis tu tus su sus me te se nos le les lo yo tengo tiene tienen tienes hay es son soy somos estoy esta estan estamos fue era ser estar quiero quisiera busco buscamos necesito puedo puede pueden podria gustaria hola buenas buenos dias tardes noches gracias favor renta depa departamento departamentos recamara recamaras visita cita manana hoy lunes martes miercoles jueves viernes sabado domingo ya muy mas tambien ahora aqui ahi algo alguien todo nada cuesta precio claro vale sale disponible ver agendar perfecto listo bien dia mes mascota mascotas perro gato nino ninos enviar mandar manda mandas mandame ubicacion fotos').split(' ')),
  en: new Set(('the an of that in with for without about between until from and or but if because how when where which who what this these those my your his her our their me you we they it i im is are am was were be been do does did have has had want would like looking need can could may should hi hello hey good morning afternoon evening thanks thank please rent apartment flat bedroom bedrooms visit tour appointment tomorrow today monday tuesday wednesday thursday friday saturday sunday very more also now here there something someone everything nothing price available see book great ok sure yes not dont cant any to at on is there pets dog cat much many move send photos address works outside furnished available').split(' ')),
}
// In both, or names and loans that tell nothing.
const neither = new Set(['me', 'no', 'ok', 'a', 'tour', 'son'])
const needed = 2

export const languageOf = (text: string): Language | undefined => {
  const said = plainWords(text.slice(0, 1_000).replace(/['’]/g, '').replace(/https?:\S+|\S+@\S+/g, ' ')).split(' ').filter((word) => !neither.has(word))
  const [spanish, english] = [said.filter((word) => words['es-MX'].has(word)).length + (/[¿¡ñ]/i.test(text) ? 1 : 0), said.filter((word) => words.en.has(word)).length]
  if (spanish >= needed && spanish > 2 * english) return 'es-MX'
  return english >= needed && english > 2 * spanish ? 'en' : undefined
}

// Whether they ask to be written to in it; once is enough then. A contract or a school in English is another matter.
export const asksForLanguage = (text: string): Language | undefined => {
  const said = plainWords(text)
  return english.test(said) ? 'en' : spanish.test(said) ? 'es-MX' : undefined
}
const wishFor = (name: string, nombre: string): RegExp => new RegExp(`^(?:in )?${name}(?: please)?$|^en ${nombre}(?: por favor)?$|^${nombre} por favor$|\\b(?:in )?${name} please$|\\b(?:speak|write|answer|reply|talk|continue|chat|switch)(?: (?:to me|to|it|you|in|back|with|me))* ${name}\\b|\\b(?:hablan|hablas|habl[ae]me|escrib\\w+|respond\\w+|contest\\w+|atend\\w+|atiend\\w+|sigamos|seguir|platicar|conversar)(?: (?:me|por favor|en|favor))* ${nombre}\\b`)
const [english, spanish] = [wishFor('english', 'ingles'), wishFor('spanish', 'espanol')]
