import type { ConsentStatus } from './consent.ts'
import { anywhere, clausesOf, either, whole, withoutCourtesy, wishIn } from './opt-out.ts'

// What is heard before any model of one purpose only: whoever wants offers or no more of them, and whoever wants no machine to answer them. What is about all messages is heard first (opt-out.ts).
// Whoever only asks whether there are offers has agreed to nothing, so nothing with a question mark counts.
export type PurposeWish = { purpose: 'marketing' | 'automated'; status: Extract<ConsentStatus, 'granted' | 'revoked'> }

export const purposeWishIn = (text: string): PurposeWish | undefined => {
  const clauses = clausesOf(text)
  const said = clauses.map(withoutCourtesy).filter((clause) => clause !== '')
  const only = withoutCourtesy(said.join(' '))
  const isAsked = /[?¿]/.test(text)
  if (wishIn(text) !== undefined) return undefined
  if (!isAsked && offersNo.test(only)) return { purpose: 'marketing', status: 'revoked' }
  if (!isAsked && offersYes.test(only)) return { purpose: 'marketing', status: 'granted' }
  if (!isAsked && machineYes.test(only)) return { purpose: 'automated', status: 'granted' }
  const isForNow = passing.test(clauses.join(' '))
  return !isForNow && (machineOff.test(only) || clauses.some((clause) => machineNo.test(clause) && !reported.test(clause))) ? { purpose: 'automated', status: 'revoked' } : undefined
}

const offers = either('promos?', 'promociones', 'ofertas', 'offers', 'promotions')
const theirs = '(?:(?:sus|las|los|tus|de|mas|your|the|more|any) )*'
const wanting = either('(?:si )?(?:quiero|queremos|deseo|acepto|autorizo|me gustaria)(?: (?:volver a )?recibir(?:las|los)?)?(?: que me (?:manden|envien|mandes|envies))?', '(?:yes )?i (?:want|would like|agree)(?: to (?:receive|get))?', '(?:mandenme|mandame|enviame|envienme)', '(?:please )?send me')
const offersYes = whole('(?:si )?promos', '(?:yes )?offers', `${wanting} ${theirs}${offers}`)
const refusing = either('no', 'sin', 'cero', 'baja', 'fin', 'stop', 'end', 'no more', 'no mas', '(?:cancelar|quitar|quiten|quitenme|cancelen)', 'no (?:quiero|acepto|autorizo|deseo)', '(?:i )?(?:dont|do not) want')
const offersNo = whole(`${refusing} ${theirs}${offers}`)

const machine = either('bots?', 'robots?', 'maquinas?', 'chatbots?', 'ia', 'inteligencia artificial', 'asistentes? (?:virtual(?:es)?|automatic[oa]s?)', 'machines?', 'ai', 'artificial intelligence', 'virtual assistants?', 'contestadoras?')
const a = '(?:(?:una?|el|la|los|las|su|tu|este|esta|a|an|the|this|your|any|mas|more) )*'
const talking = either('hablar', 'platicar', 'conversar', 'chatear', 'tratar', 'lidiar', 'escribirme', 'talk', 'speak', 'chat', 'deal', 'talking')
const answering = either('conteste[ns]?', 'atiend(?:an?|as)', 'respond(?:an?|as)', 'escrib(?:an?|as)', 'hable[ns]?', 'mande[ns]?') // what is wished, never what is: «no me responde el bot» complains of silence
const automatic = either('automatic[oa]s?', 'automatizad[oa]s?')
const machineNo = anywhere(
  `${either('(?:ya )?no (?:quiero|queremos|deseo|acepto|autorizo|pienso|voy a)(?: (?:volver a|seguir))?', 'me niego a', 'me rehuso a', '(?:i )?(?:dont|do not) want to', 'i refuse to', 'i would rather not', 'id rather not', 'stop')} (?:${talking}|hablando) (?:mas )?(?:con|to|with) ${a}${machine}`,
  `(?:ya )?no (?:quiero|queremos|deseo|acepto|autorizo) que ${a}?(?:me |nos )?(?:${answering} (?:con )?${a}${machine}|${machine} (?:me |nos )?${answering})`,
  `(?:ya )?no (?:quiero|queremos|deseo|acepto|autorizo) ${a}(?:${machine}|(?:respuestas?|mensajes?|decisiones|tratamiento|trato|atencion) ${automatic})`,
  `que no (?:me|nos) (?:${answering}) (?:con )?${a}${machine}`, `no (?:me|nos) (?:${answering}) (?:mas )?(?:con )?${a}${machine}`,
  `me opongo (?:al?|a que) (?:\\w+ ){0,5}?(?:${automatic}|${machine})`,
  `(?:i )?(?:dont|do not) want ${a}(?:${machine}|automated (?:replies|answers|messages|decisions|handling))`, `(?:i )?object to (?:\\w+ ){0,4}?(?:automated|${machine})`, `no (?:more )?automated (?:replies|answers|messages|decisions|handling)`,
)
const machineOff = whole(`(?:no|sin|cero|fuera|apaga|apaguen|desactiva|desactivar|stop) ${a}(?:${machine}|asistente)`, `no (?:more )?${machine}`)
const machineYes = whole(
  'bot', '(?:si )?asistente', `(?:si )?(?:quiero|prefiero|acepto)(?: (?:que me (?:atienda|conteste)|volver a|hablar|platicar|chatear|usar|con))* ${a}(?:bot|asistente(?: virtual)?|chatbot|robot)`, '(?:activa|activar|activen|prende) (?:el )?(?:bot|asistente)',
  '(?:yes )?i (?:want|prefer)(?: to (?:talk|chat|speak))?(?: (?:to|with))? the (?:bot|assistant)', 'bot on', 'turn (?:the )?(?:bot|assistant) on',
)
// Only for the moment: somebody is called, and the assistant answers them again afterwards.
const passing = anywhere('ahorita', 'ahora mismo', 'por ahora', 'por el momento', 'en este momento', 'right now', 'for now', 'at the moment')
const reported = /\b(?:dij[oe]|dijeron|dicen?|told|said|si)\b.*\bno\b/
