import { allIn } from './claims-text.ts'

// Amounts as people write them: $18,500, 18 mil, 18.5 mil pesos, dieciocho mil quinientos, 18k, eighteen thousand.
export type Amount = { from: number; to: number; value: number; of: 'rent' | 'deposit' | 'total' | 'any'; about: boolean; bound?: 'most' | 'least'; isForeign: boolean; isWish: boolean }

const small: Readonly<Record<string, number>> = {
  un: 1, uno: 1, una: 1, dos: 2, tres: 3, cuatro: 4, cinco: 5, seis: 6, siete: 7, ocho: 8, nueve: 9, diez: 10, once: 11, doce: 12, trece: 13, catorce: 14, quince: 15, dieciseis: 16, diecisiete: 17, dieciocho: 18, diecinueve: 19,
  veinte: 20, veintiun: 21, veintiuno: 21, veintiuna: 21, veintidos: 22, veintitres: 23, veinticuatro: 24, veinticinco: 25, veintiseis: 26, veintisiete: 27, veintiocho: 28, veintinueve: 29,
  treinta: 30, cuarenta: 40, cincuenta: 50, sesenta: 60, setenta: 70, ochenta: 80, noventa: 90,
  one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11, twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17, eighteen: 18, nineteen: 19,
  twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90,
}
const hundreds: Readonly<Record<string, number>> = { cien: 100, ciento: 100, doscientos: 200, trescientos: 300, cuatrocientos: 400, quinientos: 500, seiscientos: 600, setecientos: 700, ochocientos: 800, novecientos: 900 }
export const numberWord = (word: string): number | undefined => (Object.hasOwn(small, word) ? small[word] : undefined)

const numberWords = [...Object.keys(small), ...Object.keys(hundreds), 'hundred'].toSorted((a, b) => b.length - a.length).join('|')
const figure = String.raw`\d{1,3}(?:[,.' ]\d{3})+(?:\.\d{1,2})?(?!\d)|\d+(?:\.\d+)?`
const currency = String.raw`pesos|pesitos|mxn|mx|varos|baros|bolas|m ?\.?n\b\.?|usd|us|dolares|dls|dollars`
const written = new RegExp(String.raw`(?<sign>(?:mx|us)?\$|\b(?:mxn|usd) ?)? ?(?<![\w,.:/])(?<figure>${figure})(?<k> ?(?:mil|k|thousand)\b(?: ?(?<rest>\d{3})\b(?! ?(?:m2|metros))| (?<tail>(?:(?:${numberWords})\b ?)+)| (?<half>y medio))?)?(?: ?(?<unit>${currency})(?![a-z]))?`, 'g')
const spoken = new RegExp(String.raw`(?<![\w$,.])(?:(?:${numberWords}|mil|thousand|and|y)\b[ -]?)+`, 'g')
// Small sums are prices only where something is said to cost them.
const costing = /\b(?:cuestan?|cuota|mantenimiento|costo|precio|cobr\w+|estacionamiento|costs?|fee)\b[^.!?$\d]{0,12}$/
const costed = /^ ?(?:al mes|mensual(?:es)?|por mes|de (?:mantenimiento|cuota|estacionamiento|inscripcion|apartado|renta|deposito)|a month|per month)\b/
const otherUnit = /^ ?(?:m2|m²|mts?|metros|sq|minutos?|min\b|horas?|hrs?|h\b|dias?|meses|mes\b|anos?|personas?|recamaras?|cuartos?|habitaciones|banos?|opciones|visitas|%|por ciento|gracias|disculpas|veces|km|fotos|lugares|am\b|pm\b|:\d|years?|months?|days?|minutes?|hours?|people|options)/
const priced = /(?:\b(?:renta|rentas|cuesta|cuestan|precio|deposito|mensualidad|sale|salen|queda|costo|pagar|pagas|pagarias|presupuesto|rent|costs?|price|deposit|budget|mensual|desde|hasta|menos de|mas de|total|suma|anticipo|apartado|cuota|mantenimiento|dejar en|dejo en|dejamos en|baja a|(?:esta|estan|anda|andan|piden?|de) en|piden?)\b[^.!?$\d]{0,24}|\b(?:esta|estan|anda|andan) en ?|\$ ?)$/

// All that is paid before moving in.
const entering = /\b(?:para (?:entrar|mudarte|iniciar|empezar|firmar|ocuparlo)|de entrada|pago inicial|desembols\w+|primer pago|al firmar|move in|move-in|up ?front)\b[^$\d]{0,30}$/
// «Salvatierra 47, Escandón, 11800»: what ends an address is its postcode.
const postal = /[a-z] #?\d{1,4},? (?:[a-z' ]{3,40}, ?){1,2}(?:c ?p ?)?$/
const monthly = /^ ?(?:al mes|mensual|por mes|cada mes|de renta|a month|per month)/

export const amountsIn = (low: string): Amount[] => {
  const found: Amount[] = []
  const add = (from: number, to: number, value: number, isForeign = false): void => {
    const before = low.slice(Math.max(0, from - 36), from)
    const after = low.slice(to, to + 28)
    const isDeposit = /\bdep(?:osito|osit)\b[^,;$]{0,24}$/.test(before) || /^ (?:(?:de|como|for|as) (?:un |the |a )?)?deposit/.test(after)
    const isRent = /\b(?:renta|rentas|cuesta|cuestan|mensualidad|rent|costs)\b[^,;$]{0,24}$/.test(before) || /^ ?(?:al mes|mensual|por mes|cada mes|\/mes|de renta|a month|per month|monthly|rent\b)/.test(after)
    const bound = /\b(?:hasta|maximo|tope|menos de|menor a|debajo de|abajo de|under|below|up to|at most|less than)(?: de| los)? ?$/.test(before) ? 'most' : /\b(?:desde|mas de|arriba de|a partir de|minimo|from|over|at least|more than|starting at)(?: de| los)? ?$/.test(before) ? 'least' : undefined
    found.push({
      from, to, value, of: isDeposit ? 'deposit' : isRent ? 'rent' : entering.test(before) ? 'total' : 'any', about: /\b(?:unos|como|casi|aproximadamente|aprox|alrededor de|cerca de|poco mas de|poco menos de|mas o menos|about|around|roughly|almost|nearly)(?: los| de| en)? ?$/.test(before) || /^ ?(?:aprox|mas o menos|y pico)/.test(after),
      ...(bound && { bound }), isForeign, isWish: /\b(?:presupuesto|tope|maximo|budget|ingresos?|ganas|puedes pagar)\b/.test(before),
    })
  }
  const said = low.replace(written, (whole: string, ...rest: unknown[]) => {
    const groups = groupsOf(rest)
    const at = offsetOf(rest)
    const { sign, figure: digits = '', k, rest: more, tail, half, unit } = groups
    const end = at + whole.trimEnd().length
    const plain = amount(digits)
    const after = low.slice(end)
    const isRange = k === undefined && /^ ?(?:y|a|o|-|to|and) (?:los )?(?:\d+(?:\.\d+)?|[a-z]+) ?(?:mil|k|thousand)\b/.test(after)
    const isBare = sign === undefined && unit === undefined
    const isGrouped = /[,']\d{3}|\d[ .]\d{3}$/.test(digits)
    const isLarge = plain >= 1_000 && (isGrouped || (/^[1-9]/.test(digits) && (priced.test(low.slice(0, at)) || /^ ?(?:al mes|mensual|a month|per month)/.test(after))))
    const isSmall = plain >= 100 && plain < 1_000 && (costing.test(low.slice(0, at)) || costed.test(after))
    const isShort = k === undefined && plain >= 5 && plain < 100 && ((/^ y medio\b/.test(after) && /\b(?:en|cuesta|renta de|son)(?: unos| como)? ?$/.test(low.slice(0, at))) || (/\b(?:sale en|anda en|cuesta|renta (?:de|en)|queda en) ?$/.test(low.slice(0, at)) && costed.test(after))) // «anda en 18 y medio»
    const isBig = plain >= 5_000 && plain < 200_000 && plain % 50 === 0 && /^[1-9]\d{3,5}$/.test(digits) // a figure like that is hardly anything else
    if (isBare && /^\d{5}$/.test(digits) && postal.test(low.slice(Math.max(0, at - 80), at + (whole.length - whole.trimStart().length))) && !monthly.test(after)) return whole
    if (isBare && ((k === undefined && !isRange && !isLarge && !isSmall && !isShort && !isBig) || otherUnit.test(after))) return whole
    const thousands = k !== undefined || isRange || isShort ? 1_000 : 1
    add(at + (whole.length - whole.trimStart().length), end, Math.round(plain * thousands + (half || (isShort && after.startsWith(' y medio')) ? 500 : more ? Number(more) : tail ? valueOf(tail) : 0)), /usd|us\$|^us$|dolares|dls|dollars/.test(`${sign ?? ''} ${unit ?? ''}`.trim()))
    return '#'.repeat(whole.length)
  })
  for (const { 0: whole, index } of allIn(spoken, said)) {
    const words = whole.trim().replace(/^(?:y|and)\s|\s(?:y|and)$/g, '')
    const start = index + whole.indexOf(words)
    const end = start + words.length
    const unit = new RegExp(`^ (?:de )?(?:${currency})(?![a-z])`).exec(low.slice(end))
    const value = valueOf(words)
    const isPrice = unit !== null || (value >= 1_000 && /[a-z] /.test(words))
    if (isPrice && value > 0 && (unit !== null || !otherUnit.test(low.slice(end)))) add(start, end + (unit?.[0].length ?? 0), value, /usd|us$|dolares|dls|dollars/.test(unit?.[0] ?? ''))
  }
  return found.toSorted((a, b) => a.from - b.from)
}

// «dos meses de depósito», «no pedimos depósito»: in months of rent.
const months = String.raw`(?<count>\d{1,2}(?:\.5)?|un|una|uno|dos|tres|cuatro|cinco|seis|medio|one|two|three)(?<half> y medio)? (?:mes(?:es)?|mensualidad(?:es)?|rentas?|months?'?)`
const depositForms = [new RegExp(String.raw`\b${months}(?: de renta)?(?: de| como| en| por| para| of)?(?: el| un)? dep(?:osito|osit)\b`, 'g'), new RegExp(String.raw`\bdep(?:osito|osit)\b(?: en garantia)?(?: (?:es|son|seria|equivale|de|a|dejas|pides|pedimos|piden|is|un total de))* ${months}`, 'g'), /\b(?:no (?:te |se |les )?(?:pid\w+|ped\w+|cobr\w+|requier\w+|requer\w+|hay|dejas|necesitas|lleva)|sin|no)(?: \w+)? deposit(?:o)?\b/g]
export const depositMonthsIn = (low: string): { from: number; to: number; months: number }[] =>
  depositForms.flatMap((form) => allIn(form, low).map(({ index: from, 0: { length }, groups }) => {
    const count = groups?.['count']
    return { from, to: from + length, months: count === undefined ? 0 : (count === 'medio' ? 0.5 : (numberWord(count) ?? Number(count))) + (groups?.['half'] ? 0.5 : 0) }
  }))

const groupsOf = (rest: readonly unknown[]): Partial<Record<string, string>> => {
  const last = rest.at(-1)
  return typeof last === 'object' && last !== null ? { ...last } : {}
}
const offsetOf = (rest: readonly unknown[]): number => {
  const at = rest.findLast((each) => typeof each === 'number')
  return typeof at === 'number' ? at : 0
}

// 18,500 and 18.500 are the same; 18.5 is not.
const amount = (digits: string): number => Number(/^\d{1,3}(?:[,.' ]\d{3})+/.test(digits) ? digits.replace(/[,' ]/g, '').replace(/\.(?=\d{3})/g, '') : digits.replace(/[,' ]/g, ''))

// dieciocho mil quinientos; and, as it is said in the street, dieciocho quinientos.
export const valueOf = (words: string): number => {
  let whole = 0
  let part = 0
  for (const word of words.split(/[\s-]+/)) {
    const hundred = Object.hasOwn(hundreds, word) ? hundreds[word] : undefined
    if (word === 'mil' || word === 'thousand') {
      whole += (part || 1) * 1_000
      part = 0
    } else if (word === 'hundred') part *= 100
    else if (hundred !== undefined) {
      if (whole === 0 && part > 1) whole = part * 1_000
      part = hundred + (whole > 0 && part < 100 ? 0 : part)
    } else part += numberWord(word) ?? 0
  }
  return whole + part
}
