import type { KnownHome } from './claims-facts.ts'
import { numberWord } from './claims-money.ts'
import { allIn, lowered, wordsIn, type Sentence } from './claims-text.ts'

// Homes in free text: which of the known ones is spoken of, names and addresses that no tool gave, and the figures of a home.
export type Spot = { from: number; to: number }
export type Named = Spot & { homes: ReadonlySet<string> }
export type Figure = Spot & { of: 'bedrooms' | 'bathrooms' | 'area'; value: number; about: boolean }

// The longest names first, so that «Estudio en Roma Norte» isn't only Roma Norte.
export const namedIn = ({ raw, low }: Pick<Sentence, 'raw' | 'low'>, homes: ReadonlyMap<string, KnownHome>, strangers: ReadonlySet<string>): { named: Named[]; rest: string } => {
  const names = new Map<string, Set<string>>()
  const add = (name: string, home: string): void => {
    if (name.length < 3) return
    const known = names.get(name) ?? new Set()
    names.set(name, known.add(home))
  }
  for (const { home, titles } of homes.values()) {
    add(home, home)
    for (const title of titles) add(title, home)
    const unit = /-(?<unit>[a-z]{0,2}\d+[a-z]?)$/.exec(home)?.groups?.['unit']
    if (unit) for (const noun of [/^\d{1,2}$/.test(unit) ? 'depa' : 'el', /^\d{1,2}$/.test(unit) ? 'depa' : 'del', 'depa', 'departamento', 'depto', 'unidad', 'apartment', 'loft', 'casa', 'interior', 'int']) add(`${noun} ${unit}`, home)
  }
  const placed = new Map<string, Set<string>>()
  for (const { home, kind, places, trait, isAside } of homes.values()) {
    if (isAside) continue
    if (trait) for (const noun of ['el', 'la', 'depa', 'departamento', 'casa', 'uno', 'otro']) add(`${noun} ${trait}`, home)
    for (const place of places) placed.set(place, (placed.get(place) ?? new Set()).add(home))
    if (kind) for (const article of ['el', 'del', 'la', 'the']) add(`${article} ${kind}`, home)
  }
  // Where none of the conversation is, one of the catalogue is meant.
  const spoken = new Set(placed.keys())
  for (const { home, places, isAside } of homes.values()) {
    for (const place of places) if (isAside && !spoken.has(place)) placed.set(place, (placed.get(place) ?? new Set()).add(home))
  }
  const named: Named[] = []
  let rest = low
  const hide = (from: number, to: number, those: ReadonlySet<string>): void => {
    named.push({ from, to, homes: those })
    rest = rest.slice(0, from) + '|'.repeat(to - from) + rest.slice(to)
  }
  for (const [name, those] of [...names].toSorted(([a], [b]) => b.length - a.length)) {
    for (let from = rest.indexOf(name); from >= 0; from = rest.indexOf(name, from + name.length)) {
      const to = from + name.length
      if (/[a-z0-9]/.test(rest[from - 1] ?? ' ') || /[a-z0-9]/.test(rest[to] ?? ' ')) continue
      hide(from, to, those)
    }
  }
  // «el depa de Anzures», and one of which nothing is known.
  const elsewhere = [...new Set([...strangers, ...strangersIn([raw], homes)])].map((place) => [place, new Set<string>()] as const)
  for (const [place, those] of [...placed, ...elsewhere].toSorted(([a], [b]) => b.length - a.length)) {
    for (let from = rest.indexOf(place); from >= 0; from = rest.indexOf(place, from + place.length)) {
      const to = from + place.length
      const lead = (those.size > 0 ? calledBy : definite).exec(rest.slice(Math.max(0, from - 48), from))?.[0].trimStart() ?? (/\bthe $/.test(rest.slice(0, from)) && /^ (?:apartment|home|place|one|flat|unit)\b/.test(rest.slice(to)) ? 'the ' : undefined)
      if (lead !== undefined && !/[a-z0-9]/.test(rest[to] ?? ' ')) hide(from - lead.length, to, those)
    }
  }
  // «Anzures 27,550»: a neighbourhood before its price is the home there.
  for (const [place, those] of placed) {
    for (let from = rest.indexOf(place); from >= 0; from = rest.indexOf(place, from + place.length)) {
      if (!/[a-z0-9]/.test(rest[from - 1] ?? ' ') && beforePrice.test(rest.slice(from + place.length, from + place.length + 40)) && !beforeNumber.test(rest.slice(from + place.length))) named.push({ from, to: from + place.length, homes: those })
    }
  }
  // «el 302 de Torre Pilares»: of those, the one that stands there, or none that is known.
  const whose = named.map((each) => {
    const lead = /\d[a-z]?$/.test(low.slice(each.from, each.to)) ? /^,? (?:de|en|del)(?: la| el)? /.exec(low.slice(each.to)) : null
    const at = each.to + (lead?.[0].length ?? 0)
    const there = lead ? [...homes.values()].filter(({ places }) => [...places].some((place) => low.startsWith(place, at))) : []
    return there.length === 0 ? each : { ...each, homes: new Set(there.flatMap(({ home }) => (each.homes.has(home) ? [home] : []))) }
  })
  return { named: whose.toSorted((a, b) => a.from - b.from), rest }
}

const homeNoun = '(?:depa|depto|dpto|departamento|loft|estudio|duplex|penthouse|casa|unidad|propiedad)'
const inside = String.raw`(?:de|del|en|que (?:esta|queda|tengo|tenemos) en|ubicad[oa] en|sobre)(?: (?:la|el|los|las|col|colonia|calle|zona))* $`
const oneIn = String.raw`\bthe (?:one|home|place|apartment|flat|unit|house) (?:in|at|on) $`
const calledBy = new RegExp(String.raw`(?:\b(?:(?:el|la|del|al|ese|este|un|uno|otro) )?${homeNoun} ${inside}|\b(?:el|la|del|al|ese|este) ${inside}|${oneIn})`)
const definite = new RegExp(String.raw`(?:\b(?:el|la|del|al|ese|este) (?:${homeNoun} )?${inside}|${oneIn})`)
// A home that somebody speaks of by a place where no known one is.
export const strangersIn = (texts: readonly string[], homes: ReadonlyMap<string, KnownHome>): Set<string> => {
  const isKnown = (word: string): boolean => homes.values().some(({ words }) => words.has(word))
  const places = texts.flatMap((text) => allIn(spokenOf, text).map(({ groups }) => groups?.['words'] ?? groups?.['place'] ?? ''))
  return new Set(places.filter((place) => {
    const words = wordsIn(place).filter((each) => !link.has(each))
    return words.length > 0 && !words.some((each) => common.has(each) || countWords.has(each) || notices.has(each) || numberWord(each) !== undefined) && !words.every(isKnown)
  }).map(lowered))
}
// Where a home was seen isn't where it is: «el de Facebook».
const notices = new Set('facebook marketplace instagram tiktok youtube twitter google internet inmuebles vivanuncios lamudi airbnb easybroker metros mercado segundamano propiedades trovit anuncio publicacion pagina foto fotos video link liga correo ventas rentas administracion'.split(' '))
const beforePrice = /^(?: ?(?:[:\-–,=]|esta|sale|cuesta|anda|renta|en|de|a|por|tiene|pide|mide|es|son)\b)* ?[:\-–,=]? ?\$? ?\d/
const beforeNumber = /^,? (?:#|no |num )?\d{1,4}(?![\d,.]*\d| ?(?:mil|k)\b)/ // «Tabasco 1180» is an address
const count = String.raw`(?<![\d,.$])(?<count>\d{1,4}(?:\.\d+)?|\b(?:un|una|uno|dos|tres|cuatro|cinco|seis|siete|one|two|three|four|five|six))`
const adjective = '(?:(?:amplias?|amplios?|grandes?|buenas?|buenos?|lindas?|hermosas?|solas?|solo|comodas?|bonit[oa]s?|large|nice|spacious|full) )?'
const about = /\b(?:unos|casi|aprox|aproximadamente|alrededor de|cerca de|about|around|almost) ?$/
const figures: readonly (readonly [Figure['of'], string, string])[] = [
  ['bedrooms', String.raw`(?:recamar(?:as?|itas?)|recs?\b|cuartos?\b(?! de (?:hora|servicio|lavado))|habitacion(?:es)?|habs?\b|dormitorios?|alcobas?|bedrooms?|beds?\b|br\b)`, 'recamaras?|cuartos|habitaciones|dormitorios|bedrooms'],
  ['bathrooms', String.raw`(?:banos?\b(?: completos?)?|bathrooms?|baths?\b)(?<half> y medio)?`, 'banos?|bathrooms'],
  ['area', String.raw`(?:m2|m²|mts?[2²]?\b(?: cuadrados)?|metr(?:os|itos)(?: cuadrados)?\b|sqm\b|sq m\b|square met(?:er|re)s)(?! (?:de (?!construccion|superficie|terreno|area|espacio|vivienda|puros?)|del\b))`, 'superficie|area|tamano|metros|m2|m²|size'],
]
const forms = figures.flatMap(([of, unit, name]) => [[of, new RegExp(`${count} ?-?${adjective}${unit}`, 'g')], [of, new RegExp(String.raw`\b(?:${name}) ?[:=] ?${count}(?! ?(?:mil|%|:))`, 'g')]] as const)
export const figuresIn = (low: string): Figure[] =>
  forms.flatMap(([of, form]) => allIn(form, low).map((found) => {
    const { count: said = '', half } = found.groups ?? {}
    return { of, from: found.index, to: found.index + found[0].length, value: (numberWord(said) ?? Number(said)) + (half ? 0.5 : 0), about: about.test(low.slice(0, found.index)) }
  }))

const word = String.raw`[A-ZÁÉÍÓÚÑÜ][\p{L}’']+(?![\p{L}\d’'])`
const months = 'enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre'
const linked = String.raw`${word}(?: (?:(?:de|del|la|las|los|el|y) ){0,2}${word})*`
const street = String.raw`(?:[Cc]alle|[Aa]v(?:enida|da)?|[Bb]lvd|[Bb]oulevard|[Cc]alz(?:ada)?|[Pp]aseo|[Pp]riv(?:ada)?|[Cc]errada|[Cc]allej[oó]n|[Cc]arretera|[Cc]ircuito|[Pp]rol(?:ongaci[oó]n)?|[Ee]je|[Aa]ndador)`
const addresses: readonly RegExp[] = [
  new RegExp(String.raw`(?<![\p{L}])${street} (?<words>(?:(?:de|del|la|las|los) ){0,2}(?:${linked}|\d{1,3}))(?:,? (?:#|[Nn](?:o|[uú]m|[uú]mero) )?(?<number>\d{1,5})(?![\d:,]*\d| ?[ap]m| ?h\b))?`, 'gu'),
  new RegExp(String.raw`(?<![\p{L}])(?:en|[Dd]irecci[oó]n:?(?: es)?|[Uu]bicad[oa] en|queda en|est[aá] en|📍|at|[Aa]ddress:?(?: is)?) (?<words>(?:(?:la|el|los|las) )?${linked}),? (?:#|[Nn](?:o|[uú]m) )?(?<number>\d{2,5})(?![\d:,]*\d| ?[ap]m| ?h\b| ?m2)`, 'gu'),
  new RegExp(String.raw`(?<![\d$])\b(?<number>\d{1,5}) (?<words>${linked}) (?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|street|avenue|road)\b`, 'gu'),
  /\b(?:[Cc] ?\.?[Pp]\.?|c[oó]digo postal|zip) ?:?(?<words>)(?<number>\d{5})\b/gu,
]
// The same where nothing has a capital: then a street is what its number, and a word that leads to an address, make it.
const noStreet = String.raw`(?:pues|mira|ok|okay|va|si|sí|claro|bueno|ah|entonces|listo|hola|perfecto|sale|espera|linea|metro|etapa|tarde|manana|noche|most|least|about|around|noon|renta|venta|total|unos|unas|casi|piso|nivel|planta|torre|unidad|depa|departamento|interior|edificio|agenda|proceso|preventa|lista|mil|y|o|a|con|que|es|esta|tiene|hay|por|para|como|desde|hasta|menos|mas|sale|sin|horario|semana|dia|fecha|lunes|martes|miercoles|jueves|viernes|sabado|domingo|${months})`
const smallStreet = String.raw`\b(?<words>(?:(?:de|del|la|las|los|el|calle|avenida|av|c) )*(?!${noStreet}\b)[a-z]{3,}(?: (?:(?:de|del|la|las|los|el) )?(?!${noStreet}\b)[a-z]{3,}){0,2}),? (?:#|no |num |numero )?`
const houseNumber = String.raw`(?<number>\d{2,4})(?![\d:.,]*\d|\/| ?[ap]m\b| ?(?:h|hrs?|m2|m|mts2?|mts|metros|cuadras|minutos|min|km|mil|k|pesos|rec|recs|recamaras?|cuartos?|habitaciones|banos?|horas|dias|meses|anos|personas|opciones|bedrooms?|baths?|minutes|people|de (?:${months}))\b| ?%)`
const typedSmall: readonly RegExp[] = [
  new RegExp(String.raw`\b(?:calle|avenida|av|c|calz|calzada|blvd) ${smallStreet}${houseNumber}`, 'g'),
  new RegExp(String.raw`(?:\b(?:direccion|domicilio|address)(?: exacta| completa)?(?: es| seria| is)?:? (?:en )?|\b(?:ubicad[oa]|se ubica|se encuentra|lo encuentras|la encuentras|queda|esta) en |\b(?:find it|located|it is|it's) at )${smallStreet}${houseNumber}`, 'g'),
  new RegExp(String.raw`${smallStreet}${houseNumber}(?=(?:,[^.!?]{3,60})? (?:es|seria|is) (?:la|tu|su|the) (?:direccion|ubicacion|domicilio|address)\b)`, 'g'),
]
// A street that is known, by its bare name: «Tabasco 1280».
const numbered = new RegExp(String.raw`(?<![\p{L}\d] )(?<![\p{L}])(?<words>${linked}),? (?:#|[Nn](?:o|[uú]m) )?(?<number>\d{2,4})(?![\d:,]*\d| ?[ap]m| ?h\b| ?m2| mil| ?%)`, 'gu')
export const numbersIn = (raw: string, streets: () => readonly ReadonlySet<string>[]): Address[] =>
  allIn(numbered, raw).flatMap(({ index, 0: { length }, groups = {} }) => {
    const words = wordsIn(groups['words'] ?? '').filter((each) => !link.has(each))
    return words.length > 0 && streets().some((street) => words.every((word) => street.has(word))) ? [{ from: index, to: index + length, words: [...words, groups['number'] ?? ''] }] : []
  })
export type Address = Spot & { words: string[] }
export const addressesIn = ({ raw, low }: Pick<Sentence, 'raw' | 'low'>): Address[] => {
  const found: Address[] = []
  for (const [form, text] of [...addresses.map((form) => [form, raw] as const), ...typedSmall.map((form) => [form, low] as const)]) {
    for (const { index, 0: whole, groups = {} } of allIn(form, text)) {
      if (found.some(({ from, to }) => index < to && index + whole.length > from)) continue
      found.push({ from: index, to: index + whole.length, words: wordsIn(`${groups['words'] ?? ''} ${groups['number'] ?? ''}`).filter((each) => !link.has(each)) })
    }
  }
  return found
}
const link = new Set(['de', 'del', 'la', 'las', 'los', 'el', 'y', 'en', 'con', 'a', 'al', 'no', 'num', 'numero', 'the', 'of', 'in', 'with'])

// What looks like the name of a home or a building, with the words that one home would have to have.
export type Name = Spot & { words: string[]; kind: 'home' | 'address'; isThere?: true }
const noun = '(?:depa|departamento|depto|dpto|casa|loft|estudio|studio|penthouse|ph|duplex|townhouse|suite|unidad|vivienda|interior|int|apartment|apt|unit|torre|edificio|residencial|condominio|tower|building|villa|flat)'
const unit = new RegExp(String.raw`\b${noun} (?:${'(?:numero|num|no) ?|#'})?(?<unit>\d{1,4}-?[a-z]?|[a-z]-?\d{1,4})\b(?! ?(?:recamara|rec\b|m2|mts|metros|mil\b|k\b|pesos|bano|cuarto|habitacion|minuto|[ap]m|h\b|:|,\d|bedroom))`, 'g')
const byNumber = /\b(?:el|la) (?<unit>\d{2,4}-?[a-z]?)\b(?= (?:sigue|esta|tiene|cuesta|queda|mide|se renta|ya se|cuenta con)\b)(?! (?:esta|queda|sigue) (?:bien|perfecto|lleno|ocupado))/g // «el 302 sigue libre»; days of the month have at most two digits
const proper = new RegExp(String.raw`(?<![\p{L}])(?:[Cc]asa|[Tt]orre|[Ee]dificio|[Rr]esidencial|[Cc]ondominio|[Ll]oft|[Pp]enthouse|PH|[Ee]studio|[Dd]epa(?:rtamento)?|[Ss]uite|[Vv]illa|[Aa]partment|[Bb]uilding|[Tt]ower|[Pp]rivada)(?: (?:de|del|la|las|los|el))* (?<words>${linked}(?: \d{1,4}\b(?![,.]\d))?)`, 'gu')
const title = /(?<![\p{L}])(?<words>(?:(?:Una|Dos|Tres|Cuatro) rec[aá]maras?|Departamento|Depa|Casa|Loft|Estudio|Penthouse|PH|D[uú]plex|Suite|Studio|Townhouse)(?: [\p{L}\d]+)*)/gu
const titleEnds = /(?: (?:quedo|quedó|est[aá]|cuesta|tiene|tienes|para|a las|sigue|es|son|por|renta|desde|te|se|ya|que|hay|mide|cuenta|sale|disponible|libre|el (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|\d)|del (?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)|ma[nñ]ana|hoy|is|costs|has|on|for|at)(?![\p{L}])| de \d| y (?:el|la|una?|otr[oa]|te|ya)(?![\p{L}])| o (?:el|la|una?)(?![\p{L}])| con (?:[A-ZÁÉÍÓÚ]|\d)).*$/u
const ofKind = /\b(?:lofts?|penthouses?|ph|estudios?|studios?|duplex|townhouse|villas?|suites?)\b(?! (?:de|of) (?:mercado|credito|socioeconomico))/g
const spokenOf = new RegExp(String.raw`(?<![\p{L}])(?:(?:[Ee]l|[Dd]el|[Aa]l|[Ee]se) (?:(?:depa|depto|dpto|departamento|loft|estudio|penthouse) )?(?:de|en)(?: la| el| col(?:onia)?)*|[Tt]he (?:one|home|place|apartment|flat|unit|house) in) (?<words>${linked})|[Tt]he (?<place>${linked}) (?:apartment|home|place|one|flat|unit)\b`, 'gu')
const place = new RegExp(String.raw`(?<![\p{L}])(?:(?:[Ee]n|de) (?:la |el )?(?:[Cc]ol(?:onia)? |[Zz]ona )?|[Cc]ol(?:onia)? |in )(?<words>${linked})`, 'gu')
// «en Tlalpan tengo un loft», where nothing has a capital.
const noPlace = String.raw`(?:${noStreet.slice(3, -1)}|la|el|los|las|l[oa]|un|una|unos|otr[oa]s?|tu|su|mi|es[ea]|esa|est[ea]|esos|misma|mismo|zona|colonia|primer|segundo|tercer|planta|cuanto|caso|excelente|buen|buena|esquina|obra|remodelacion|remate|cdmx|ciudad|mexico|pesos|muy|condominio|breve|realidad|efecto|general|particular|oferta|promocion|camino|punto|serio|perfectas?|optimas|construccion|mente|ambos|dos|tres|cuatro|cinco|diez|quince|veinte|treinta|cuarenta|cien|perfecto|orden|espera|proceso|tramite|revision|agenda|contacto|breve|pausa|pie|venta|preventa|tiempo|forma)`
const placeWords = String.raw`(?<words>(?!${noPlace}\b)[a-z]{4,}(?: (?!${noPlace}\b|${noun}\b|(?:hay|tenemos|tengo|manejamos|se)\b)[a-z]{2,}){0,2})`
const elsewhere = [
  new RegExp(String.raw`\ben (?:(?:la|el|col|colonia|casa|torre|edificio|conjunto) )*${placeWords} (?:hay|tenemos|tengo|manejamos|se (?:acaba de )?(?:desocup|liber)[a-z]+) (?:un|una|otro|otra) ${noun}\b`, 'g'),
  new RegExp(String.raw`\b(?:tengo|tenemos|hay|manejamos|queda) (?:un|una|otro|otra) ${noun} (?:(?:disponible|libre) )?en (?:(?:col|colonia|casa|torre|edificio|conjunto) )*${placeWords}(?= (?:de|por|en|con|para)\b|[^a-z ]|$)`, 'g'),
]
// Where it is, in so many words: «Es en la Nápoles», «queda en san ángel».
const situated = new RegExp(String.raw`(?<=^[^a-z]*(?:(?:[a-z]+ ){0,3}[a-zí]+[,:.] )?|\||\) |, |\b(?:depa|departamento|casa|unidad|edificio|si|sí|home|it|apartment|title) )(?:(?:es|queda|esta|se ubica|se encuentra|lo tenemos|ubicad[oa]|cae|is|it's) (?:justo |mero )?(?:en|in)|located in) (?:la |el |los |las |colonia |col |the )*(?<words>(?!${noPlace}\b)[a-z]{3,}(?: (?:de |del )?(?!${noPlace}\b)[a-z]{2,}){0,2})(?=[,.!;:|)]|$| (?:muy|cerca|una|un|es|y|zona|a|con)\b|[^a-z ])`, 'g')
const common = new Set('mxn usd mx pesos ine rfc curp whatsapp google maps urbanhub mexico cdmx hubspot estado general persona linea total gracias hola perfecto claro lista listo ventas rentas cobranza administracion enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december ciudad centro spanish english espanol ingles internet zoom'.split(' '))
const adjectives = new Set('muy super bonito bonita amplio amplia lindo linda hermoso hermosa luminoso luminosa moderno moderna amueblado amueblada comodo comoda nuevo nueva disponible disponibles libre ideal excelente gran pequeno pequena mediano acogedor acogedora remodelado precioso preciosa lista listo renta rentado seleccionado similar ubicado ubicada'.split(' '))

export const namesIn = ({ raw, low, isLine }: Sentence, rest: string): Name[] => {
  const names: Name[] = []
  const add = (from: number, length: number, words: string[], kind: Name['kind'], isThere = false): void => {
    const to = from + length
    const telling = words.filter((each) => !link.has(each) && !common.has(each) && !adjectives.has(each))
    if (telling.length > 0 && !rest.slice(from, to).includes('|') && !names.some((each) => from < each.to && to > each.from)) names.push({ from, to, words: telling, kind, ...(isThere && { isThere }) })
  }
  for (const { index, 0: { length }, groups } of allIn(unit, low)) add(index, length, wordsIn(groups?.['unit'] ?? ''), 'home')
  for (const { index, 0: { length }, groups } of allIn(byNumber, low)) add(index, length, wordsIn(groups?.['unit'] ?? ''), 'home')
  for (const { index, 0: { length }, groups } of allIn(proper, raw)) add(index, length, wordsIn(groups?.['words'] ?? ''), 'home')
  for (const { index, groups } of allIn(title, raw)) {
    const words = (groups?.['words'] ?? '').replace(titleEnds, '')
    const isHead = index === 0 || /^• ?$/.test(raw.slice(0, index))
    // At the beginning of a sentence everything has a capital.
    const isTitle = !isHead || isLine
    if (isTitle && words.includes(' ')) add(index, words.length, wordsIn(words).filter((each) => !countWords.has(each)), 'home')
  }
  for (const { index, 0: kind } of allIn(ofKind, low)) add(index, kind.length, [kind.replace(/s$/, '')], 'home')
  for (const { index, 0: whole, groups: { words = '' } = {} } of allIn(situated, rest)) {
    const from = index + whole.indexOf(words)
    const spelled = raw.slice(from, from + words.length)
    if (/[A-ZÁÉÍÓÚÑ]/.test(raw.replace(/^[^\p{L}]*\p{L}/u, '')) && !/^\p{Lu}/u.test(spelled)) continue // whoever uses capitals gives them to places
    add(from, words.length, wordsIn(words), 'address', true)
  }
  if (/\b(?:depa|departamento|casa|opcion|vivienda|lugar|loft|estudio|penthouse|recamara|propiedad|unidad|apartment|home|option|place)|\b(?:esta|queda|se ubica|se encuentra|ubicad[oa]|located|it's) (?:en|in)\b|\bacab\w+ de [a-z]+ un[oa]?\b/.test(low)) {
    for (const { index, 0: { length }, groups } of allIn(place, raw)) add(index, length, wordsIn(groups?.['words'] ?? ''), 'address')
  }
  for (const form of elsewhere) {
    for (const { index, 0: whole, groups: { words = '' } = {} } of allIn(form, low)) add(index + whole.indexOf(words), words.length, wordsIn(words), 'address')
  }
  return names
}
const countWords = new Set(['una', 'dos', 'tres', 'cuatro', 'recamara', 'recamaras', 'departamento', 'depa', 'casa'])
