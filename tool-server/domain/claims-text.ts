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

// What the prospect wrote, word for word, is theirs.
const quoted = /(\b(?:\p{L}{2,}(?:iste|abas|[ií]as)|pusiste|habías (?:puesto|escrito|dicho|preguntado)|habias (?:puesto|escrito|dicho|preguntado)|tu mensaje|tus palabras|you (?:said|wrote|asked)|your (?:message|words))[^.!?\n"“”«»]{0,16})(?:"[^"\n]{3,400}"|“[^”\n]{3,400}”|«[^»\n]{3,400}»)/giu
// Without what only decorates, and without the full stops that end no sentence.
export const tidied = (text: string): string =>
  text.slice(0, 4_000).normalize('NFC').replace(quoted, '$1').replace(/\u200d|\ufe0f|[\u200b\u200c\u200e\u200f*_~`"“”«»]/g, '').replace(/[^\S\n]+/g, ' ').replace(/\bq\b(?! ?\d)/g, 'que').replace(/(?<=\p{L} )pa(?= \p{L})/gu, 'para').replace(/(?<=\p{L} )x(?= \p{L})/gu, 'por')
    .replace(/\b([AaPp])\.? ?[Mm]\.(?= [A-ZÁÉÍÓÚ¿¡]|\s*$)/gm, '$1m.').replace(/\b([AaPp])\.? ?[Mm]\b(?!\.(?: [A-ZÁÉÍÓÚ¿¡]|\s*$))\.?/gm, '$1m')
    .replace(/\b(av|avda|col|blvd|calz|int|no|núm|num|depto|dpto|aprox|priv|prol|c\.p|m\.n|st|ave|apt|esq)\. ?(?=\S)/gi, '$1 ')
    .replace(/\b(c)\. ?(?=(?:\p{L}+ ){1,4}#?\d)/giu, '$1 ')
    .replace(/\b(ene|feb|mar|abr|may|jun|jul|ago|sept?|oct|nov|dic|hrs?|mts?|rec|lun|mié|mie|jue|vie|sáb|sab|dom)\.(?= ?[a-zñ\d,])/g, '$1')
    .replace(/^\s*(?:\d{1,2}[.)](?=\s)|[-•·–—>]+)\s*/gm, '• ')

export const sentencesOf = (text: string): Sentence[] =>
  tidied(text).split(/\n+|(?<=[.!?…;])\s+|(?=¿)|(?<=\?)|(?<=[^.?!,;:¿¡\s] )(?=(?:Te (?:late|gustar)|C[oó]mo ves|Qu[eé] (?:te|dices|opinas)|Cu[aá]l|Algo m[aá]s|Quieres|Gustas|Agendamos|Anything|Let me know|Would you)\b)/u).map((each) => each.trim()).filter((each) => /[\p{L}\d]/u.test(each)).map((raw) => {
    const low = lowered(raw).replace(/\bsi\b/g, (_, at: number, low: string) => (raw[at + 1] === 'í' || isYes(low, at) ? 'sí' : 'si')) // yes isn't if
    return { raw, low, pieces: piecesOf(low), isLine: raw.startsWith('•'), isPolicy: policy.test(low) }
  })

// Without its accent: «si, tiene», «si se puede el domingo».
const isYes = (low: string, at: number): boolean => !/[a-z]/.test(low.slice(0, at)) && (/^si[,.!:;]/.test(low.slice(at)) || /^si (?:se puede|hay|tenemos|tiene|cuenta|acepta\w*|incluye|esta|sigue|queda|es|puedes)\b[^,?]*$/.test(low.slice(at)))

// What holds always isn't about this prospect's visit.
const policy = /\b(?:nuestr[oa]s?|los?|el) horarios? (?:de visitas? )?(?:es|son|va|van) (?:de|desde)\b|\bestamos (?:disponibles|abiertos)\b|\bhorarios? de (?:atencion|oficina|servicio)|\b(?:abren?|cierran?)\b|\b(?:atendemos|abrimos|trabajamos|laboramos)\b|\bpoliticas?\b|\breglamento\b|\boffice hours\b|\bwe(?: are|'re) open\b|\bopening hours\b/

const breaks = /(?:,|:)\s+(?![\d$]|a las? |al medio ?dia)|\s(?=(?:pero|aunque|sin embargo|mientras|but|though|however)\s)|\s(?=y (?:ya|te|tu|esta|si|sigue)\s)/g
const piecesOf = (low: string): Piece[] => {
  const rough = [0, ...allIn(breaks, low).map(({ index, 0: cut }) => index + cut.length), low.length]
  // What was said before «avísame» is said all the same.
  const cuts = rough.flatMap((from, at) => {
    const opening = looks.exec(low.slice(from, rough[at + 1] ?? from))
    return opening && opening.index > 3 ? [from, from + opening.index] : [from]
  })
  const asks = low.endsWith('?')
  const isMarked = low.startsWith('¿')
  const isTagged = tag.test(low) // «te espero el jueves, ¿va?» asks nothing of what it says
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
    const isAsked = asks && !insists && (isMarked || isLast || (!isTagged && !asserts.test(said)))
    const previous = pieces.at(-1)
    if (insists && from > 0 && previous) previous.states = true
    pieces.push({ from, to, states: (!isAsked && !soft) || insists, denies: denial.test(said.replace(mildDenial, '')) })
  }
  return pieces
}
const tag = /, (?:va|ok|okay|sale|vale|s[ií]|no|verdad|cierto|de acuerdo|right|como ves|las viste|los viste|que opinas)\??$/
const lookVerb = '(?:(?:busc|revis|chec|verific|consult|pregunt|averigu|valid)[a-z]*|ver\\b|ver si|confirmar si|confirmar con)'
const looks = new RegExp(String.raw`\b(?:dejame|permiteme|dame un|deja (?:reviso|checo|veo|busco)|(?:voy|vamos) a ${lookVerb}|(?:(?:tendria|tendriamos|tengo|tenemos|habria|hay) que|falta|faltaria|toca) ${lookVerb}|no se si|no sabria|(?:puedo|podria|podemos|podriamos|quieres que(?: te| lo| la)?|gustas que(?: te| lo| la)?) ${lookVerb}|quieres|quisieras|te gustaria|te late|te parece|que tal|si (?:te|quieres|gustas|prefieres|me|no|ya no|lo|la|necesitas|buscas|puedes|se|tienen|tienes|deseas)|(?<=^(?:¡|• |y )?)si (?:hay|esta|estan|sigue|queda|todavia|aun)\b[^,]*,|(?<=[a-z] )(?<!\b(?:que|claro|pues) )si (?:hay|esta|estan|sigue|queda|todavia|aun)|cuando (?:tengas|quede|este|sepa|me|quieras)|en cuanto|una vez que|para que|en caso de que|apenas|dime|dinos|avisame|cuentame|confirmame|reviso|checo|verifico|consulto|busco|me (?:dices|dijiste|comentas|comentaste|mencionaste|pediste|pides|preguntas)|dijiste|mencionaste|comentaste|pediste|buscas|buscabas|entiendo que (?:buscas|quieres|te|tu|necesitas)|veo que (?:buscas|quieres)|querias|prefieres|preferias|te interesa(?:ba)?|(?:si|que|cuant[oa]s?|cuando|donde|entonces|tu) necesitas|necesitas (?:algo|que|otra|mas|ayuda|saber)|tu presupuesto|por ejemplo|let me|can i|i can (?:look|check|search)|i(?:'ll| will) (?:look|check|search|see)|shall i|would you|if you|do you|you (?:said|mentioned|asked|want|wanted|need)|you(?:'re| are) looking|your budget|once (?:you|it|we|the|that)|as soon as|as you said|for example)\b`)
const asserts = /\b(?:(?:acabo|acabamos) de|(?:te|le|les|la|lo|se) (?:\w+ )?(?:mande|envie|comparti|deje|anote|apunte|movi|cambie|avise|cancele|confirme|agende|reserve)|hay|tengo|tenemos|(?:esta|estan|sigue|siguen) (?:libre|disponible|confirmad|agendad|reservad)|queda(?:n)? (?:libre|disponible|lugar)|quedo|tu (?:visita|cita|recorrido) (?:es|esta|quedo|sigue|sera)|te (?:espera|esperamos|agende|reserve|aparte|puedo ofrecer|ofrezco)|ya (?:quedo|esta|te|le)|cuesta|(?:la )?renta (?:es|de|mensual|queda)|sale en|puedes (?:ver|visitar|pasar|venir|ir)|cancele|avise|encontre|nos vemos|there (?:is|are)|(?:is|are) (?:free|available|booked|confirmed)|we have|i have|i(?:'ve)? (?:booked|told|cancelled|moved)|your (?:visit|tour) is|costs|rent is)\b/
const denial = /\b(?:no|ni|nunca|tampoco|jamas|todavia no|aun no|sin|nada|ninguna?|nadie|not|nothing|nobody|none|never|isn't|don't|doesn't|haven't|can't|won't|hasn't|didn't|wasn't|aren't)\b/
const mildDenial = /\bno (?:te )?(?:olvides?|preocupes|dudes|faltes|pierdas|tengas|hay (?:de que|problema|pendiente)|solo)\b|\bsin (?:problemas?|compromiso|costo|falta|duda|embargo)\b|\b(?:do not|don't) (?:forget|worry|hesitate)\b|\bno (?:problem|worries|obligation)\b/g

export const pieceAt = ({ pieces }: Sentence, at: number): Piece | undefined => pieces.find(({ from, to }) => from <= at && at < to)
export const saidAt = ({ low, pieces }: Sentence, at: number): string => {
  const piece = pieces.find(({ from, to }) => from <= at && at < to)
  return piece ? low.slice(piece.from, piece.to) : low
}
// Whether it is denied before it is said: «no es a las 4».
export const isDenied = ({ low }: Sentence, piece: Piece | undefined, at: number): boolean => piece !== undefined && denial.test(low.slice(piece.from, at).replace(mildDenial, ''))

export const wordsIn = (text: string): string[] => plainWords(text).split(' ').filter((word) => word !== '')

// All that was told, as bare words: many questions are put to the same.
export const plainOf = (told: readonly string[]): readonly string[] => {
  const known = plain.get(told) ?? [...new Set(told)].map(plainWords)
  plain.set(told, known)
  return known
}
const plain = new WeakMap<readonly string[], readonly string[]>()

// Each place where a form is found. By the form itself: matchAll goes by a copy, for which a large one is compiled again whenever V8 has tidied up, in a tenth of a second.
// A first text of a thousand letters has V8 compile it to machine code at once: for one as large as ours the bytecode that it begins with takes twenty times as long. https://v8.dev/blog/regexp-tier-up
export const allIn = (form: RegExp, text: string): RegExpExecArray[] => {
  const found: RegExpExecArray[] = []
  if (!met.has(form)) {
    met.add(form)
    form.test(long)
  }
  form.lastIndex = 0
  for (let each = form.exec(text); each !== null; each = form.exec(text)) {
    found.push(each)
    if (each[0] === '') form.lastIndex++
  }
  return found
}
const met = new WeakSet<RegExp>()
const long = 'x'.repeat(1_000)
