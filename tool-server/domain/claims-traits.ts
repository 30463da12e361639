import { countOf, papers, rules, things, traitsIn, type Trait } from './claims-features.ts'
import type { KnownHome } from './claims-facts.ts'
import { allIn, lowered, tidied, wordsIn } from './claims-text.ts'
import { momentsIn } from './claims-times.ts'

// Whether what is said of a home holds for any of those that may be meant. What nobody told of it holds only where it is denied: a home has what is told of it and nothing else.
// words: by what the sentence with it is to be compared with. ours: what the house lets the agent quote, and what people of ours said.
type Said = { low: string; homes: readonly KnownHome[]; ours: readonly string[]; today: number }
export const holds = (trait: Trait, said: Said): boolean => {
  if (trait.kind === 'term' && !trait.is && (trait.size ?? 0) < 1) return true // nobody lets by the day
  if (said.homes.some((home) => isOf(trait, home, said))) return true
  return saysSo(trait, said)
}

const isOf = (trait: Trait, home: KnownHome, { low, today }: Said): boolean => {
  const { kind, of, is, size, isOnly } = trait
  const known = knownOf(home)
  switch (kind) {
    case 'thing': return known.things.has(of) === is && (!is || !dayLong.test(low) || of !== 'guard' || known.isDayLong)
    case 'included': return (known.included.has(of) || (of === 'all' && known.included.has('all'))) === is
    case 'pets': {
      if (home.pets === undefined || of === 'some' || (size !== undefined && is)) return false
      if (!is) return of === 'large' ? home.pets !== 'yes' : home.pets === 'no'
      return of === 'large' ? home.pets === 'yes' : of === 'small' && isOnly ? home.pets === 'small' : home.pets !== 'no'
    }
    case 'parking': {
      const places = home.parking ?? (known.things.has('parking') ? 1 : known.isShown ? 0 : undefined)
      if (places === undefined) return false
      if (!is) return places === 0 && !known.things.has('parking')
      return (places > 0 || known.things.has('parking')) && (size === undefined || size === places) && (of === '' || known.text.includes(of))
    }
    case 'furnished': {
      const isFurnished = home.furnished ?? (known.isFurnished || (known.isShown ? false : undefined))
      return isFurnished !== undefined && isFurnished === is && (of !== 'half' || known.text.includes('semi'))
    }
    case 'asked': {
      if (home.asked.size === 0) return false
      const asked = known.papers
      if (!is) return !asked.has(of) || (asked.has('guarantor') && asked.has('bond') && /\b(?:con|puede ser|basta|presentas?|tambien|aceptamos|sino|pero)(?: una?)?(?: la)? (?:poliza|fianza|garantia)\b/.test(low))
      return asked.has(of) && (!isOnly || asked.size <= new Set(traitsIn(low).flatMap(({ kind, of }) => (kind === 'asked' ? [of] : []))).size) && countsIn(low).every((count) => known.counts.has(count))
    }
    case 'term': return home.months !== undefined && is === (of === 'may' ? (size ?? 0) >= home.months : size === home.months)
    case 'floor': return known.floors.has(of) === is && (is || known.isShown)
    case 'near': return is ? isWithin(of, known.words) && (size === undefined || known.counts.has(size)) : known.isShown
    case 'group': return home.group !== undefined && (size === undefined ? home.group > 1 === is : (size === home.group) === is)
    case 'rush': return false
    case 'rule': return rules[of] !== undefined && known.told.some((text) => tells(trait, text, low, today))
    default: return kind satisfies never
  }
}
// In words of the house, or of somebody of ours.
const saysSo = (trait: Trait, { low, homes, ours, today }: Said): boolean => {
  const { kind, of } = trait
  if (kind === 'rule') return ours.some((text) => tells(trait, text, low, today))
  return ours.some((text) => {
    const [answer = '', question = ''] = text.split(/\?\s/).toReversed()
    if (question !== '' && (kind === 'thing' || (kind === 'pets' && trait.size === undefined) || kind === 'parking' || kind === 'furnished' || kind === 'floor' || kind === 'group')) return false // which building it is told of nobody says
    const told = lowered(tidied(answer))
    if (kind === 'pets' && trait.size !== undefined) return trait.is && /\b(?:hasta|maximo)\b/.test(told) && numbersIn(told).includes(String(trait.size)) && homes.some(({ pets }) => pets !== 'no')
    if (kind === 'near') return isWithin(of, new Set(wordsIn(text))) && (trait.size === undefined || countsIn(told).includes(trait.size))
    if (kind === 'asked') return of !== 'guarantor' && of !== 'bond' && (papers[of] ? allIn(papers[of], told).length > 0 : false) && trait.is && !trait.isOnly && countsIn(low).every((count) => countsIn(told).includes(count))
    if (kind === 'term') return (trait.is ? trait.size !== 0 : false) && /\b(?:contrato|plazo|minim|forzos|amueblad)/.test(lowered(text)) && !/\b(?:piden|deposito|ingresos)\b/.test(lowered(text)) && (trait.of !== 'least' || /forzos|minim|desde/.test(told)) && (countsIn(told).includes(trait.size ?? -1) || (trait.of === 'least' && new RegExp(`desde ${trait.size}\\b`).test(told)))
    if (kind === 'included') return traitsIn(told).some((each) => each.kind === kind && each.of === of && each.is === trait.is) || (of === 'upkeep' && trait.is && /mantenimiento (?:ya )?(?:esta|va) en la renta/.test(told))
    return traitsIn(told, { isHome: true }).some((each) => each.kind === kind && each.of === of && each.is === trait.is && each.size === trait.size)
  })
}
// The same matter, not denied where that isn't, and no number or hour that isn't told.
const tells = ({ of, is, from, to }: Trait, text: string, low: string, today: number): boolean => {
  const form = rules[of]
  const whole = lowered(tidied(text))
  const stems = (low.slice(from, to).match(/[a-z]{5,}/g) ?? []).map((word) => word.slice(0, 4)).filter((stem) => !vague.has(stem))
  if (!form || (allIn(form, whole).length === 0 && !stems.some((stem) => new RegExp(`\\b${stem}`).test(whole)))) return false
  const told = lowered(tidied(text.split(/\?\s/).at(-1) ?? ''))
  const isNo = /^(?:¡?no)\b/.test(told)
  if (is ? isNo : !isNo && !/\b(?:no|sin|nunca|ni)\b/.test(told)) return false
  return isTold(low, whole, today)
}
const vague = new Set(['ante', 'pued', 'entr', 'hast', 'desd', 'nuev', 'acep', 'pers', 'todo', 'algu', 'rent', 'depo', 'cont', 'visi', 'mese', 'prec'])
const isTold = (low: string, told: string, today: number): boolean => {
  const moments = momentsIn(low, today)
  const minutes = new Set(momentsIn(told, today).flatMap(({ minutes = [], until = [] }) => [...minutes, ...until]))
  const rest = moments.reduce((rest, { from, to }) => rest.slice(0, from) + ' '.repeat(to - from) + rest.slice(to), low)
  const numbers = numbersIn(told)
  return numbersIn(rest).every((number) => numbers.includes(number)) && moments.every((moment) => [moment.minutes, moment.until].every((those) => those === undefined || those.some((minute) => minutes.has(minute))))
}
const numbersIn = (low: string): string[] => [...(/\b(?:mism[oa] (?:dia|semana)|de inmediato|inmediat\w+|same day)\b/.test(low) ? ['0'] : []), ...(/\bun[oa]? (?:dia|semana|mes|ano|hora)\b/.test(low) ? ['1'] : []), ...allIn(/\d+(?:[.,:]\d+)*|\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|two|three|four|five|six|ten|twelve)\b/g, low).map(([number]) => (/^\d/.test(number) ? number : String(countOf(number))))]
const countsIn = (low: string): number[] => allIn(/\b(?<count>\d{1,3}|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|dieciocho|veinticuatro|one|two|three|four|five|six|twelve)(?: ultimos)? (?:mes(?:es)?|anos?|recibos?|nominas?|comprobantes?|estados|cartas?|referencias?|avales|semanas?|dias|minutos?|min|cuadras?|calles|pasos|metros|months?|years?|minutes?|blocks?|pay)\b(?! de (?:deposito|renta))/g, low).map(({ groups }) => countOf(groups?.['count'] ?? ''))
const isWithin = (of: string, words: ReadonlySet<string>): boolean => {
  const telling = wordsIn(of).filter((word) => word.length > 3 && !plain.has(word))
  return telling.length === 0 ? wordsIn(of).some((word) => word.length > 3 && words.has(word)) : words.has(telling[0] ?? '')
}
const plain = new Set('todo toda todos todas gran muy unos unas algunos varios muchos super lindo bonito estacion calle avenida'.split(' '))
const dayLong = /\b24 ?(?:h|hrs|horas|\/ ?7)?\b|\blas 24\b|\b24\/7\b|\bdia y noche\b/

// Until or from when something may be used is told with it.
export const hoursHold = (of: string, { low, homes, ours, today }: Said): boolean => {
  const form = things[of]
  const moments = momentsIn(low, today)
  const isAllDay = dayLong.test(low)
  if (!form) return true
  const told = [...ours, ...homes.flatMap(({ texts }) => [...texts])].map(lowered).filter((text) => allIn(form, text).length > 0)
  if (told.length === 0 || !(using.test(low) || countsIn(low).length > 0)) return true
  if (isAllDay && using.test(low) && !told.some((text) => dayLong.test(text))) return false
  const counts = told.flatMap(countsIn)
  if (counts.length > 0 && !countsIn(low).every((count) => counts.includes(count))) return false
  const minutes = new Set(told.flatMap((text) => momentsIn(text, today).flatMap(({ minutes = [], until = [] }) => [...minutes, ...until])))
  return moments.every((moment) => [moment.minutes, moment.until].every((those) => those === undefined || those.some((minute) => minutes.has(minute))))
}

const using = /\b(?:abr[ei]\w*|abiert[oa]s?|cierra\w*|cerrad[oa]|horarios?|funciona\w*|se (?:usa|puede)|us[ao]r\w*|disponibles?|hasta|de \d|opens?|closes?|hours|until)\b/

// What a home is known to have, once for each.
type Known = { things: Set<string>; included: Set<string>; floors: Set<string>; papers: Set<string>; counts: Set<number>; words: Set<string>; told: string[]; text: string; isFurnished: boolean; isShown: boolean; isDayLong: boolean }
const kept = new WeakMap<KnownHome, Known>()
const knownOf = (home: KnownHome): Known => {
  const before = kept.get(home)
  if (before) return before
  const told = [...home.texts]
  const lows = told.filter((text) => !/\?\s/.test(text)).map((text) => lowered(tidied(text)))
  const traits = lows.flatMap((low) => traitsIn(low, { isHome: true }))
  const quoted = told.filter((text) => /\?\s(?!no\b|s[oó]lo\b|depende)/i.test(text)).flatMap((text) => traitsIn(lowered(tidied(text)), { isHome: true })) // what people ask about the use of is there
  const of = (kind: Trait['kind']): Set<string> => new Set(traits.flatMap((trait) => (trait.kind === kind && trait.is ? [trait.of] : [])))
  const asked = [...home.asked].map(lowered)
  const known: Known = {
    things: new Set([...of('thing'), ...quoted.flatMap(({ kind, of }) => (kind === 'thing' ? [of] : []))]), included: of('included'), floors: of('floor'), papers: new Set(Object.entries(papers).flatMap(([paper, form]) => (asked.some((text) => allIn(form, text).length > 0) ? [paper] : []))),
    counts: new Set([...asked, ...lows].flatMap(countsIn)), words: new Set([...home.words, ...told.flatMap(wordsIn)]), told, text: lows.join('\n'), isFurnished: traits.some(({ kind, is }) => kind === 'furnished' && is), isShown: home.furnished !== undefined || home.asked.size > 0, isDayLong: lows.some((low) => dayLong.test(low)),
  }
  if (traits.some(({ kind, is }) => kind === 'parking' && is)) known.things.add('parking')
  kept.set(home, known)
  return known
}
