import type { KnownHome } from './claims-facts.ts'
import { numberWord } from './claims-money.ts'
import { wordsIn, type Sentence } from './claims-text.ts'

// Homes in free text: which of the known ones is spoken of, names and addresses that no tool gave, and the figures of a home.
export type Spot = { from: number; to: number }
export type Named = Spot & { homes: ReadonlySet<string> }
export type Figure = Spot & { of: 'bedrooms' | 'bathrooms' | 'area'; value: number; about: boolean }

// The longest names first, so that «Estudio en Roma Norte» isn't only Roma Norte.
export const namedIn = (low: string, homes: ReadonlyMap<string, KnownHome>): { named: Named[]; rest: string } => {
  const names = new Map<string, Set<string>>()
  const add = (name: string, home: string): void => {
    if (name.length < 3) return
    const known = names.get(name) ?? new Set()
    names.set(name, known.add(home))
  }
  for (const { home, titles } of homes.values()) {
    add(home, home)
    for (const title of titles) add(title, home)
    const unit = /\d+[a-z]?$/.exec(home)?.[0]
    if (unit) for (const noun of ['depa', 'departamento', 'depto', 'unidad', 'el', 'apartment', 'loft', 'casa', 'interior', 'int']) add(`${noun} ${unit}`, home)
  }
  const named: Named[] = []
  let rest = low
  for (const [name, those] of [...names].toSorted(([a], [b]) => b.length - a.length)) {
    for (let from = rest.indexOf(name); from >= 0; from = rest.indexOf(name, from + name.length)) {
      const to = from + name.length
      if (/[a-z0-9]/.test(rest[from - 1] ?? ' ') || /[a-z0-9]/.test(rest[to] ?? ' ')) continue
      named.push({ from, to, homes: those })
      rest = rest.slice(0, from) + '|'.repeat(name.length) + rest.slice(to)
    }
  }
  return { named: named.toSorted((a, b) => a.from - b.from), rest }
}

const count = String.raw`(?<![\d,.$])(?<count>\d{1,4}(?:\.\d+)?|\b(?:un|una|uno|dos|tres|cuatro|cinco|seis|one|two|three|four|five))`
const about = /\b(?:unos|casi|aprox|aproximadamente|alrededor de|cerca de|about|around|almost) ?$/
const figures: readonly (readonly [Figure['of'], RegExp])[] = [
  ['bedrooms', new RegExp(String.raw`${count} ?-?(?:recamaras?|rec\b|recs\b|cuartos?\b(?! de (?:hora|servicio|lavado))|habitacion(?:es)?|dormitorios?|alcobas?|bedrooms?|bed\b|br\b)`, 'g')],
  ['bathrooms', new RegExp(String.raw`${count} ?(?:banos?\b(?: completos?)?|bathrooms?|baths?\b)(?<half> y medio)?`, 'g')],
  ['area', new RegExp(String.raw`${count} ?(?:m2|m²|mts?2?\b(?: cuadrados)?|metros?(?: cuadrados)?\b|sqm\b|square meters)(?! de (?:distancia|altura))`, 'g')],
]
export const figuresIn = (low: string): Figure[] =>
  figures.flatMap(([of, form]) => [...low.matchAll(form)].map((found) => {
    const { count: said = '', half } = found.groups ?? {}
    return { of, from: found.index, to: found.index + found[0].length, value: (numberWord(said) ?? Number(said)) + (half ? 0.5 : 0), about: about.test(low.slice(0, found.index)) }
  }))

const word = String.raw`[A-ZÁÉÍÓÚÑÜ][\p{L}’']+`
const linked = String.raw`${word}(?: (?:(?:de|del|la|las|los|el|y) ){0,2}${word})*`
const street = String.raw`(?:[Cc]alle|[Aa]v(?:enida|da)?|[Bb]lvd|[Bb]oulevard|[Cc]alz(?:ada)?|[Pp]aseo|[Pp]riv(?:ada)?|[Cc]errada|[Cc]allej[oó]n|[Cc]arretera|[Cc]ircuito|[Pp]rol(?:ongaci[oó]n)?|[Ee]je|[Aa]ndador)`
const addresses: readonly RegExp[] = [
  new RegExp(String.raw`(?<![\p{L}])${street} (?<words>(?:(?:de|del|la|las|los) ){0,2}(?:${linked}|\d{1,3}))(?:,? (?:#|[Nn](?:o|[uú]m|[uú]mero) )?(?<number>\d{1,5})(?![\d:,]*\d| ?[ap]m| ?h\b))?`, 'gu'),
  new RegExp(String.raw`(?<![\p{L}])(?:en|[Dd]irecci[oó]n:?(?: es)?|[Uu]bicad[oa] en|queda en|est[aá] en|📍|at|[Aa]ddress:?(?: is)?) (?<words>(?:(?:la|el|los|las) )?${linked}),? (?:#|[Nn](?:o|[uú]m) )?(?<number>\d{2,5})(?![\d:,]*\d| ?[ap]m| ?h\b| ?m2)`, 'gu'),
  /\b(?:[Cc] ?\.?[Pp]\.?|c[oó]digo postal|zip) ?:?(?<words>)(?<number>\d{5})\b/gu,
]
export type Address = Spot & { words: string[] }
export const addressesIn = (raw: string): Address[] => {
  const found: Address[] = []
  for (const form of addresses) {
    for (const { index, 0: whole, groups = {} } of raw.matchAll(form)) {
      if (found.some(({ from, to }) => index < to && index + whole.length > from)) continue
      found.push({ from: index, to: index + whole.length, words: wordsIn(`${groups['words'] ?? ''} ${groups['number'] ?? ''}`).filter((each) => !link.has(each)) })
    }
  }
  return found
}
const link = new Set(['de', 'del', 'la', 'las', 'los', 'el', 'y', 'en', 'con', 'a', 'al', 'no', 'num', 'numero', 'the', 'of', 'in', 'with'])

// What looks like the name of a home or a building, with the words that one home would have to have.
export type Name = Spot & { words: string[]; kind: 'home' | 'address' }
const noun = '(?:depa|departamento|depto|dpto|casa|loft|estudio|studio|penthouse|ph|duplex|townhouse|suite|unidad|vivienda|interior|int|apartment|apt|unit|torre|edificio|residencial|condominio|tower|building|villa|flat)'
const unit = new RegExp(String.raw`\b${noun} (?:${'(?:numero|num|no) ?|#'})?(?<unit>\d{1,4}-?[a-z]?|[a-z]-?\d{1,4})\b(?! ?(?:recamara|rec\b|m2|mts|metros|mil\b|k\b|pesos|bano|cuarto|habitacion|minuto|[ap]m|h\b|:|,\d|bedroom))`, 'g')
const proper = new RegExp(String.raw`(?<![\p{L}])(?:[Cc]asa|[Tt]orre|[Ee]dificio|[Rr]esidencial|[Cc]ondominio|[Ll]oft|[Pp]enthouse|PH|[Ee]studio|[Dd]epa(?:rtamento)?|[Ss]uite|[Vv]illa|[Aa]partment|[Bb]uilding|[Tt]ower|[Pp]rivada)(?: (?:de|del|la|las|los|el))* (?<words>${linked}(?: \d{1,4}\b)?)`, 'gu')
const title = /(?<![\p{L}])(?<words>(?:(?:Una|Dos|Tres|Cuatro) rec[aá]maras?|Departamento|Depa|Casa|Loft|Estudio|Penthouse|PH|D[uú]plex|Suite|Studio|Townhouse)(?: [\p{L}\d]+)*)/gu
const titleEnds = /(?: (?:quedo|quedó|est[aá]|cuesta|tiene|tienes|para|a las|sigue|es|son|por|renta|desde|te|se|ya|que|hay|mide|cuenta|sale|disponible|libre|el (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|\d)|del (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)|ma[nñ]ana|hoy|is|costs|has|on|for|at)(?![\p{L}])| de \d| y (?:el|la|una?|otr[oa]|te|ya)(?![\p{L}])| o (?:el|la|una?)(?![\p{L}])| con (?:[A-ZÁÉÍÓÚ]|\d)).*$/u
const ofKind = /\b(?:lofts?|penthouses?|ph|estudios?|studios?|duplex|townhouse|villas?|suites?)\b(?! (?:de|of) (?:mercado|credito|socioeconomico))/g
const place = new RegExp(String.raw`(?<![\p{L}])(?:(?:en|de) (?:la |el )?(?:[Cc]ol(?:onia)? |[Zz]ona )?|[Cc]ol(?:onia)? |in )(?<words>${linked})`, 'gu')
const common = new Set('mxn usd mx pesos ine rfc curp whatsapp google maps urbanhub mexico cdmx hubspot estado general persona linea total gracias hola perfecto claro lista listo enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december ciudad centro spanish english espanol ingles internet zoom'.split(' '))
const adjectives = new Set('muy super bonito bonita amplio amplia lindo linda hermoso hermosa luminoso luminosa moderno moderna amueblado amueblada comodo comoda nuevo nueva disponible disponibles libre ideal excelente gran pequeno pequena mediano acogedor acogedora remodelado precioso preciosa lista listo renta rentado seleccionado similar ubicado ubicada'.split(' '))

export const namesIn = ({ raw, low, isLine }: Sentence, rest: string): Name[] => {
  const names: Name[] = []
  const add = (from: number, length: number, words: string[], kind: Name['kind']): void => {
    const to = from + length
    const telling = words.filter((each) => !link.has(each) && !common.has(each) && !adjectives.has(each))
    if (telling.length > 0 && !rest.slice(from, to).includes('|') && !names.some((each) => from < each.to && to > each.from)) names.push({ from, to, words: telling, kind })
  }
  for (const { index, 0: { length }, groups } of low.matchAll(unit)) add(index, length, wordsIn(groups?.['unit'] ?? ''), 'home')
  for (const { index, 0: { length }, groups } of raw.matchAll(proper)) add(index, length, wordsIn(groups?.['words'] ?? ''), 'home')
  for (const { index, groups } of raw.matchAll(title)) {
    const words = (groups?.['words'] ?? '').replace(titleEnds, '')
    const isHead = index === 0 || /^• ?$/.test(raw.slice(0, index))
    // At the beginning of a sentence everything has a capital.
    const isTitle = !isHead || isLine
    if (isTitle && words.includes(' ')) add(index, words.length, wordsIn(words).filter((each) => !countWords.has(each)), 'home')
  }
  for (const { index, 0: kind } of low.matchAll(ofKind)) add(index, kind.length, [kind.replace(/s$/, '')], 'home')
  if (/\b(?:depa|departamento|casa|opcion|vivienda|lugar|loft|estudio|penthouse|recamara|propiedad|unidad|apartment|home|option|place)/.test(low)) {
    for (const { index, 0: { length }, groups } of raw.matchAll(place)) add(index, length, wordsIn(groups?.['words'] ?? ''), 'address')
  }
  return names
}
const countWords = new Set(['una', 'dos', 'tres', 'cuatro', 'recamara', 'recamaras', 'departamento', 'depa', 'casa'])
