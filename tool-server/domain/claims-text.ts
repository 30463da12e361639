import { plainWords } from './search-homes.ts'

// A message as the checker of claims reads it: sentence by sentence, each in pieces that state something, or only ask, offer to look or repeat a wish.
// raw and low are equally long: capitals tell a name, everything else is read without accents.
export type Piece = { from: number; to: number; states: boolean; denies: boolean }
export type Sentence = { raw: string; low: string; pieces: Piece[]; isLine: boolean; isPolicy: boolean }

export const lowered = (text: string): string =>
  text.replace(/[^\n -~]/gu, (char) => {
    const bare = char.normalize('NFD').replace(/\p{M}/gu, '')
    return bare.length === char.length ? bare : char
  }).replace(/[A-Z]/g, (letter) => letter.toLowerCase())

// Without what only decorates, and without the full stops that end no sentence.
export const tidied = (text: string): string =>
  text.slice(0, 4_000).normalize('NFC').replace(/\u200d|\ufe0f|[\u200b\u200c\u200e\u200f*_~`"“”«»]/g, '').replace(/[^\S\n]+/g, ' ')
    .replace(/\b([AaPp])\.? ?[Mm]\.(?= [A-ZÁÉÍÓÚ¿¡]|\s*$)/gm, '$1m.').replace(/\b([AaPp])\.? ?[Mm]\b(?!\.(?: [A-ZÁÉÍÓÚ¿¡]|\s*$))\.?/gm, '$1m')
    .replace(/\b(av|avda|col|blvd|calz|int|no|núm|num|depto|dpto|aprox|priv|prol|c\.p|m\.n|st|ave|apt|esq)\. ?(?=\S)/gi, '$1 ')
    .replace(/\b(ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic|hrs?|mts?|rec|lun|mié|mie|jue|vie|sáb|sab|dom)\.(?= ?[a-zñ\d,])/g, '$1')
    .replace(/^\s*(?:\d{1,2}[.)](?=\s)|[-•·–—>]+)\s*/gm, '• ')

export const sentencesOf = (text: string): Sentence[] =>
  tidied(text).split(/\n+|(?<=[.!?…;])\s+|(?=¿)|(?<=\?)/).map((each) => each.trim()).filter((each) => /[\p{L}\d]/u.test(each)).map((raw) => {
    const low = lowered(raw).replace(/\bsi\b/g, (_, at: number) => (raw[at + 1] === 'í' ? 'sí' : 'si')) // yes isn't if
    return { raw, low, pieces: piecesOf(low), isLine: raw.startsWith('•'), isPolicy: policy.test(low) }
  })

// What holds always isn't about this prospect's visit.
const policy = /\bhorarios? de (?:atencion|oficina|servicio)|\b(?:atendemos|abrimos|trabajamos|laboramos)\b|\bpoliticas?\b|\breglamento\b|\boffice hours\b|\bwe(?: are|'re) open\b|\bopening hours\b/

const breaks = /(?:,|:)\s+(?![\d$])|\s(?=(?:pero|aunque|sin embargo|mientras|but|though|however)\s)|\s(?=y (?:ya|te|tu|esta|si|sigue)\s)/g
const piecesOf = (low: string): Piece[] => {
  const rough = [0, ...[...low.matchAll(breaks)].map(({ index, 0: cut }) => index + cut.length), low.length]
  // What was said before «avísame» is said all the same.
  const cuts = rough.flatMap((from, at) => {
    const opening = looks.exec(low.slice(from, rough[at + 1] ?? from))
    return opening && opening.index > 3 ? [from, from + opening.index] : [from]
  })
  const asks = low.endsWith('?')
  const isMarked = low.startsWith('¿')
  const pieces: Piece[] = []
  let soft = false
  for (const [at, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[at + 1] ?? low.length
    const said = low.slice(from, to)
    const isLast = at === cuts.length - 2
    const opens = looks.test(said)
    const insists = (from > 0 && /^(?:que (?:esta|sigue|ya|cuesta|tiene|queda)|ya que|porque|pues|since|because|which)\b/.test(said)) || /\b(?:sabias|viste|te conte|recuerda|recuerdas|did you know) que\b|\bdid you know\b/.test(said)
    if (opens) soft = true
    else if (soft && asserts.test(said)) soft = false
    const isAsked = asks && !insists && (isMarked || isLast || !asserts.test(said))
    const previous = pieces.at(-1)
    if (insists && from > 0 && previous) previous.states = true
    pieces.push({ from, to, states: (!isAsked && !soft) || insists, denies: denial.test(said.replace(mildDenial, '')) })
  }
  return pieces
}
const lookVerb = '(?:busc|revis|chec|verific|consult|pregunt|averigu|valid|ver\\b|ver si|confirmar si|confirmar con)'
const looks = new RegExp(String.raw`\b(?:dejame|permiteme|dame un|deja (?:reviso|checo|veo|busco)|(?:voy|vamos) a ${lookVerb}|(?:puedo|podria|podemos|podriamos|quieres que(?: te| lo| la)?|gustas que(?: te| lo| la)?) ${lookVerb}|quieres|quisieras|te gustaria|te late|te parece|que tal|si (?:te|quieres|gustas|prefieres|me|no|lo|la|necesitas|buscas|puedes|se|tienen|tienes|deseas)|(?<=^(?:¡|• |y )?)si (?:hay|esta|estan|sigue|queda|todavia|aun)\b[^,]*,|(?<=[a-z] )(?<!\b(?:que|claro|pues) )si (?:hay|esta|estan|sigue|queda|todavia|aun)|cuando (?:tengas|quede|este|sepa|me|quieras)|en cuanto|una vez que|para que|apenas|dime|dinos|avisame|cuentame|confirmame|reviso|checo|verifico|consulto|busco|me (?:dices|dijiste|comentas|comentaste|mencionaste|pediste|pides|preguntas)|dijiste|mencionaste|comentaste|pediste|buscas|buscabas|entiendo que (?:buscas|quieres|te|tu|necesitas)|veo que (?:buscas|quieres)|querias|prefieres|preferias|te interesa(?:ba)?|necesitas|tu presupuesto|por ejemplo|let me|can i|i can (?:look|check|search)|i(?:'ll| will) (?:look|check|search|see)|shall i|would you|if you|do you|you (?:said|mentioned|asked|want|wanted|need)|you(?:'re| are) looking|your budget|once (?:you|it|we|the|that)|as soon as|as you said|for example)\b`)
const asserts = /\b(?:hay|tengo|tenemos|(?:esta|estan|sigue|siguen) (?:libre|disponible|confirmad|agendad|reservad)|queda(?:n)? (?:libre|disponible|lugar)|quedo|tu (?:visita|cita|recorrido) (?:es|esta|quedo|sigue|sera)|te (?:espera|esperamos|agende|reserve|aparte|puedo ofrecer|ofrezco)|ya (?:quedo|esta|te|le)|cuesta|(?:la )?renta (?:es|de|mensual|queda)|sale en|puedes (?:ver|visitar|pasar|venir|ir)|cancele|avise|encontre|nos vemos|there (?:is|are)|(?:is|are) (?:free|available|booked|confirmed)|we have|i have|i(?:'ve)? (?:booked|told|cancelled|moved)|your (?:visit|tour) is|costs|rent is)\b/
const denial = /\b(?:no|ni|nunca|tampoco|jamas|todavia no|aun no|sin|not|never|isn't|don't|doesn't|haven't|can't|won't|hasn't|didn't|wasn't|aren't)\b/
const mildDenial = /\bno (?:te )?(?:olvides?|preocupes|dudes|faltes|pierdas|tengas|hay (?:de que|problema|pendiente)|solo)\b|\bsin (?:problemas?|compromiso|costo|falta|duda|embargo)\b|\b(?:do not|don't) (?:forget|worry|hesitate)\b|\bno (?:problem|worries|obligation)\b/g

export const pieceAt = ({ pieces }: Sentence, at: number): Piece | undefined => pieces.find(({ from, to }) => from <= at && at < to)
export const saidAt = ({ low, pieces }: Sentence, at: number): string => {
  const piece = pieces.find(({ from, to }) => from <= at && at < to)
  return piece ? low.slice(piece.from, piece.to) : low
}
// Whether it is denied before it is said: «no es a las 4».
export const isDenied = ({ low }: Sentence, piece: Piece | undefined, at: number): boolean => piece !== undefined && denial.test(low.slice(piece.from, at).replace(mildDenial, ''))

export const wordsIn = (text: string): string[] => plainWords(text).split(' ').filter((word) => word !== '')
