// How somebody says that something is done: a verb's stem in every person, tense and voice that does so, with whatever stands around it.
// All is read without accents, so «agende» may be «agendé» or a wish; wishesAside settles that first.
// ar, er: stems by conjugation. me, it: what «yo» and «ella» did, part, inf: where a verb has forms of its own.
type Verb = { ar?: string; er?: string; me?: string; it?: string; part?: string; inf?: string }

const clitic = '(?:te|se|le|les|lo|la|los|las|nos|ya|todo|eso|tambien|ahorita|recien|apenas|hoy) '
const enclitic = '(?:me|te|se|le|les|lo|la|los|las|nos|telo|tela|telos|telas|selo|sela|selos|selas)?'
const having = '(?:he|hemos|ha|han|habia|habiamos|habian)'
// What somebody leaves, has or finds something done with; and what is done.
const being = '(?:quedo|quedaron|queda|quedan|quedas|quedaste|quedamos|quedara|esta|estan|estas|fue|fueron|sido|sigue|siguen|sigues|deje|dejamos|dejo|dejaron|tengo|tenemos|tienes|tiene|tienen|doy|damos|encuentra|encuentran|encuentras|aparece|aparecen|apareces|figura|figuras|salio|va)'
const between = String.raw`(?: (?!no\b|pendiente|por\b|sin\b)[a-z]+){0,3}?`

const joined = (...forms: readonly (string | undefined)[]): string => forms.filter((form) => form).join('|')
const parts = ({ ar, er, part }: Verb): string => joined(ar && `(?:${ar})ad(?:it|isim)?[oa]s?`, er && `(?:${er})id[oa]s?`, part)
// notificar, entregar, canalizar: notifiqué, entregué, canalicé.
const before = (stems: string): string => stems.split('|').map((stem) => stem.replace(/c$/, 'qu').replace(/g$/, 'gu').replace(/z$/, 'c')).join('|')
const infs = ({ ar, er, inf }: Verb): string => `(?:${joined(ar && `(?:${ar})ar`, er && `(?:${er})[ei]r`, inf)})${enclitic}`

// Somebody did it, has done it, has just done it or managed to; it was done, or is now.
export const done = (verb: Verb): string => {
  const { ar, er, me, it } = verb
  const acts = joined(ar && `(?:${before(ar)})e|(?:${ar})(?:amos|o|aron)`, er && `(?:${er})(?:i|imos|io|ieron)`, me, it)
  return joined(
    String.raw`(?<!\b(?:el|un|tu|su|del|al|este|ese|mi|nuestro|cada|otro|algun|ningun|por|de|en|sin|con) )\b(?:${clitic})*(?:${acts})\b`,
    String.raw`\b(?:${clitic})*${having} (?:sido )?(?:${parts(verb)})\b`,
    String.raw`\b(?:${clitic})*(?:acabo|acabamos|acaba|acaban|termine|terminamos) de (?:haber(?:te|le|lo|la)? (?:${parts(verb)})|${infs(verb)})\b`,
    String.raw`\b(?:${clitic})*(?:pude|pudimos|logre|logramos|alcance a|alcanzamos a) ${infs(verb)}\b`,
    String.raw`\b(?:${clitic})*${being}${between} (?:${parts(verb)})\b`,
  )
}
// Nothing but the participle, where a clause begins, or after its noun: «Listo, cancelada», «Cita confirmada».
export const bare = (verb: Verb, noun: string): string => String.raw`(?:(?<=^[^a-z]*)|(?<=[,.!:;] )|(?<=\b(?:listo|va|ok|okay|sale|perfecto|hecho|ya) )|\b${noun} (?:ya )?)(?:${parts(verb)})\b`
// A noun that says what was done: «hice el cambio», «quedó lista la cancelación», «tu reservación está hecha».
const making: Verb = { ar: 'realiz|efectu|gener|cre|arm|gestion|tramit|proces|complet|aplic', me: 'hice|hicimos|puse|pusimos|di de alta|dimos de alta', it: 'hizo|hicieron|puso', part: 'hech[oa]s?|list[oa]s?|puest[oa]s?|dad[oa]s? de alta', inf: 'hacer|poner|dar de alta' }
export const made = (noun: string): string => String.raw`\b(?:listo|lista|hecho|hecha),? (?:ya )?(?:el|la|tu|su) ${noun}\b(?! (?:[a-z]+ ){0,2}?(?:${being}|se|ha|han|sera|es)\b)|\b(?:quedo|esta) (?:ya |lista |listo |hecha |hecho )*(?:el|la|tu|su) ${noun}\b(?! (?:por|pendiente|sin)\b)|\b${noun} (?:ya )?(?:${parts(making)})\b|(?:${done(making)})(?: (?:ya|el|la|tu|su|un|una|este|esta|ese|esa|de|los|las))* ${noun}\b|\b${noun}(?: [a-z]+){0,6}? ${being}${between} (?:${parts(making)})\b`

// Whether any of them is there at all, in whatever form: most sentences have none, and are read no further.
export const stemsOf = (verbs: readonly Verb[]): string => joined(...[making, ...verbs].map(({ ar, er, me, it, part, inf }) => joined(ar && before(ar), ar, er, me, it, part, inf)))

// The same in English, for a past and a participle.
export const did = (past: string, part = past): string => joined(
  String.raw`\b(?:able to|managed to) (?:${past.replace(/ed(?=\||$)/g, 'e?')})\b`,
  String.raw`\b(?:got|have|has) you (?:all )?(?:${part})\b`,
  String.raw`\b(?:i|we|they|he|she)(?:'ve|'s| have| has| just| already| also| went ahead and| gone ahead and| managed to| was able to)* (?:${past})\b`,
  String.raw`\b(?:is|are|was|were|been|it's|that's|you're|all|got|have you|has you) (?:now |all |just |already |successfully |been )*(?:${part})\b`,
  String.raw`(?:(?<=^[^a-z]*)|(?<=[,.!:;] ))(?:all |just )?(?:${part})\b`,
)

// «que te agende», «agende su visita», «lo agendo» are a wish, a request and a plan, and «el aviso» is a thing: they make way for bars of the same length.
export const makeWishesAside = (verbs: readonly Verb[]): ((raw: string, low: string) => string) => {
  const [ar, er] = [joined(...verbs.map((verb) => verb.ar)), joined(...verbs.map((verb) => verb.er))]
  const ambiguous = new RegExp(String.raw`(?<lead>(?:\b[a-z]+,? ){0,2}?)(?<clitics>\b(?:(?:te|se|le|les|lo|la|los|las|nos|me|ya|no|usted) )*)\b(?<verb>(?:${before(ar)})e|(?:${ar})(?:o|amos)|(?:${er})imos)\b(?=(?<after>(?:[^a-z]+[a-z]+){0,3}))`, 'g')
  return (raw, low) => low.replaceAll('pasado manana', 'proxim manana').replace(ambiguous, (whole: string, lead: string, clitics: string, verb: string, after: string, at: number) => {
    const start = at + lead.length + clitics.length
    const isSaid = /[áéíóú]/i.test(raw.slice(start, start + verb.length)) || (nouns.has(verb) && (article.test(lead) || /^,? (?:ya )?(?:hech|list|realizad|registrad|confirmad)/.test(after))) || isDone({ before: low.slice(Math.max(0, at - 24), at) + lead, clitics, verb, after })
    return isSaid ? whole : `${lead}${clitics}${'|'.repeat(verb.length)}`
  })
}
// Without its accent.
type Seen = { before: string; clitics: string; verb: string; after: string }
const isDone = ({ before, clitics, verb, after }: Seen): boolean => {
  if (wishing.test(before) || /\bno\b/.test(clitics) || article.test(before)) return false
  if (verb === 'confirmo' && /^ (?:que )?(?:tu|su|la) (?:visita|cita|reserva|recorrido)/.test(after)) return true
  if (verb.endsWith('o')) return /\bse (?:te |le |les |nos )*$/.test(clitics) || (/\bya\b/.test(clitics) && !/\b(?:te|lo|la)\b/.test(clitics))
  if (clitics !== '' || saysSo.test(before) || /^ (?:tu|tus|ya|hoy)\b/.test(after)) return true
  return verb.endsWith('e') && /^ (?:la|el|un|una|con|al|a)\b/.test(after) && !/[a-z]/.test(before)
}
const wishing = /\b(?:que|si|cuando|quien|donde|ojala|favor|hasta|aunque|mientras|como|luego|despues|enseguida|siempre|no),? $/
const saysSo = /\b(?:listo|ya|ok|okay|sale|va|perfecto|claro|hecho),? (?:[a-z]+ )?$/
const article = /\b(?:el|un|tu|su|del|al|este|ese|mi|nuestro|cada|otro|algun|ningun|con|de|por|sin) $/
const nouns = new Set(['cambio', 'ajuste', 'registro', 'reporte', 'tramite', 'video', 'plano', 'pago', 'deposito', 'cobro', 'reembolso', 'cargo', 'inicio', 'recibo', 'contrato'])
