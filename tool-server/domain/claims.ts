import { doneIn } from './claims-deeds.ts'
import type { Deed, Facts, KnownHome, KnownTime } from './claims-facts.ts'
import { countOf, traitsIn, type Trait } from './claims-features.ts'
import { hadIn, type Had } from './claims-had.ts'
import { addressesIn, figuresIn, namedIn, namesIn, numbersIn, strangersIn, type Figure, type Named } from './claims-homes.ts'
import { amountsIn, depositMonthsIn, type Amount } from './claims-money.ts'
import { allIn, isDenied, lowered, pieceAt, plainOf, saidAt, sentencesOf, tidied, wordsIn, type Sentence } from './claims-text.ts'
import { fits, lastDayIn, momentsIn, type Moment } from './claims-times.ts'
import { holds, hoursHold } from './claims-traits.ts'
import type { Millis } from '../define.ts'
import { numberAt } from './zones.ts'

// What an agent's message claims and no tool result of its conversation backs. A question, an offer to look, a denial and the prospect's own wish claim nothing.
export type ClaimKind = 'time' | 'day' | 'money' | 'address' | 'home' | Figure['of'] | 'availability' | 'deed' | 'feature'
// home: of which it is said, where that is one. of: a time of their visit, an amount of the deposit, how soon a person answers, a home that can be had or can't. deeds: any of which would back it.
// trait: of a feature, what of.
export type Claim = { kind: ClaimKind; quote: string; home?: string; of?: 'visit' | 'deposit' | 'answer' | 'home'; deeds?: readonly Deed[]; trait?: Trait['kind'] }

export const unbacked = (text: string, facts: Facts, { now, zone }: { now: Millis; zone: string }): Claim[] => {
  const today = numberAt(zone, now)
  const wishes = wishesOf(facts, today)
  const strangers = strangersIn(facts.said, facts.homes)
  const claims: Claim[] = []
  let spoken: Spoken = { focus: undefined, isAboutVisit: false, day: undefined, asked: undefined }
  for (const sentence of sentencesOf(text)) {
    const before = claims.length
    const read = readSentence(sentence, { facts, today, spoken, strangers })
    const claimOf = ({ sentence }: Read): Report => (kind, { from, to }, more = {}) => {
      const quote = sentence.raw.slice(from, to).trim()
      if (claims.some((each) => each.kind === kind && each.quote === quote)) return
      const [home, ...others] = homesAt(read, from)
      claims.push({ kind, quote, ...(home && others.length === 0 && { home: home.home }), ...more })
    }
    const claim = claimOf(read)
    checkTimes(read, wishes, claim)
    // «¿Cómo ves el jueves a las 4? Ese horario está libre»: what was asked is said after all.
    if (spoken.asked && pointing.test(sentence.low) && !moving.test(sentence.low) && read.had.some(({ is }) => is === 'there') && read.sentence.pieces.some(({ states }) => states)) checkTimes({ ...spoken.asked, had: read.had }, wishes, claimOf(spoken.asked))
    checkMoney(read, wishes, claim)
    checkDeposits(read, claim)
    checkHomes(read, wishes, claim)
    checkDone(read, claim)
    checkHad(read, claim)
    checkCodes(read, claim)
    checkTraits(read, wishes, claim, claims.slice(before))
    if (claims.length > before && isQuoted(sentence, facts.told)) claims.length = before
    spoken = read.next
  }
  return claims
}

// Whether anything in it could be unbacked, which is known before what the tools have answered is looked up: who knows of nothing doubts the most. Only a denied visit is doubted by who knows of one, and a bare number in a street by who knows that street.
export const mayClaim = (text: string, at: { now: Millis; zone: string }): boolean => /\d/.test(text) || unbacked(text, nothing, at).length > 0
const nothing: Facts = { homes: new Map(), times: [{ day: -1, of: 'tour', home: '' }], deeds: new Set(), seen: { homes: false, slots: false, refused: false, closed: false, tours: false }, at: undefined, found: undefined, free: false, codes: new Set(), within: undefined, said: [], ours: [], told: [] } // a visit that backs nothing

// What earlier sentences of the message leave in mind.
type Spoken = { focus: ReadonlySet<string> | undefined; isAboutVisit: boolean; day: Moment['isDay']; asked: Read | undefined } // asked: a question with a time in it
type Read = { sentence: Sentence; facts: Facts; today: number; named: Named[]; rest: string; focus: ReadonlySet<string> | undefined; moments: Moment[]; done: ReturnType<typeof doneIn>; had: Had[]; isAboutVisit: boolean }
type Report = (kind: ClaimKind, spot: { from: number; to: number }, more?: Pick<Claim, 'of' | 'deeds' | 'trait' | 'home'>) => void

// An answer of the house, word for word, whatever stands before it.
const isQuoted = ({ low, pieces }: Sentence, told: readonly string[]): boolean => {
  const words = wordsIn(low)
  if (words.length < 4) return false
  const said = [words.join(' '), ...pieces.slice(0, 2).flatMap(({ to }) => { const rest = wordsIn(low.slice(to)); return rest.length >= 4 && words.length - rest.length <= 4 ? [rest.join(' ')] : [] })]
  return plainOf(told).some((text) => text.length > 20 && said.some((each) => text.includes(each)))
}

const pointing = /\b(?:es[ea]|est[ea]|dich[oa]|that|this)(?: mism[oa])? (?:horario|hora|dia|fecha|lugar|espacio|turno|opcion|slot|time|day|one)\b|\ba esa hora\b|^[^a-z]*(?:(?:si|sí|claro|ahi),? )*(?:lo tengo|esta|sigue|todavia|aun|it's|it is|that's)\b/
const moving = /\bdisponibles? (?:a partir|desde)|\bavailable (?:from|as of)/
const another = /\b(?:otr[oa]s?|segund[oa]|tambien|ademas|ambos|ambas|cualquiera|tercer[oa]?|the other|another|also|both|mas (?:economic[oa]|barat[oa]|car[oa]|grande|chic[oa]|ampli[oa])|de (?:los|las) (?:dos|tres|cuatro|cinco)|van de(?:sde)?|cheapest)\b/
const offering = /\b(?:puedes|podrias|pueden|se puede|opciones|horarios|ofre(?:zco|cer|cemos)|disponible|you can|these are|times available|options|is free|works for you)\b/ // a time that is offered isn't that of their visit
const readSentence = (sentence: Sentence, { facts, today, spoken, strangers }: { facts: Facts; today: number; spoken: Spoken; strangers: ReadonlySet<string> }): Read & { next: Spoken } => {
  const { low, isLine } = sentence
  const { named, rest } = namedIn(sentence, facts.homes, strangers)
  const isReset = another.test(low) || isLine
  const focus = named.length > 0 ? undefined : isReset ? undefined : spoken.focus
  const moments = momentsIn(rest, today, isLine || /^(?:• ?)?\d/.test(low) ? spoken.day : undefined)
  const done = doneIn(sentence)
  const had = hadIn(low)
  const isSaid = ({ from }: { from: number }): boolean => { const piece = pieceAt(sentence, from); return piece?.states === true && !isDenied(sentence, piece, from) }
  const isAboutVisit = done.some((each) => each.isVisit && isSaid(each)) || (spoken.isAboutVisit && had.length === 0 && !another.test(low) && !offering.test(low))
  const last = named.at(-1)
  const asked = moments.length > 0 && sentence.pieces.every(({ states }) => !states) ? { sentence: { ...sentence, pieces: sentence.pieces.map((piece) => ({ ...piece, states: true })) }, facts, today, named, rest, focus, moments, done: [], had: [], isAboutVisit: false } : undefined
  return { sentence, facts, today, named, rest, focus, moments, done, had, isAboutVisit, next: { asked, focus: last ? (last.homes.size > 0 ? last.homes : undefined) : focus, isAboutVisit, day: lastDayIn(moments) ?? (isLine ? spoken.day : undefined) } }
}

// The homes that what stands here is said of: the last that was named before it, else the next.
const homesAt = ({ named, focus, facts, sentence }: Read, at: number, last?: ReadonlySet<string>): KnownHome[] => {
  const piece = pieceAt(sentence, at)
  const near = named.findLast(({ from }) => from <= at) ?? named.find(({ from }) => piece !== undefined && from < piece.to) ?? named[0]
  const isElsewhere = near?.homes.size === 0 && pieceAt(sentence, near.from) !== piece // an unknown home is spoken of no longer than that
  const those = isElsewhere ? undefined : (near?.homes ?? focus ?? last)
  const all = [...facts.homes.values()]
  if (those) return all.filter(({ home }) => those.has(home))
  const spoken = all.filter(({ isAside }) => !isAside)
  return spoken.length > 0 ? spoken : all
}
const lastOf = ({ at }: Facts): ReadonlySet<string> | undefined => (at?.size ? at : undefined)
// The one home that is spoken of, where that is clear.
const one = ({ at }: Facts): ReadonlySet<string> | undefined => (at?.size === 1 ? at : undefined)
const mayBe = (homes: readonly KnownHome[], { home }: KnownTime): boolean => home === undefined || homes.some((each) => each.home === home)

type Wishes = { moments(): { moment: Moment }[]; amounts(): Set<number>; counts(): Figure[]; words(): Set<string> }
const wishesOf = ({ said, told }: Facts, today: number): Wishes => {
  const texts = once(() => said.slice(-30).map((each) => lowered(tidied(each))))
  return {
    moments: once(() => texts().flatMap((low) => momentsIn(low, today).map((moment) => ({ moment })))),
    amounts: once(() => new Set([...texts(), ...told.map(lowered)].flatMap((low) => [...amountsIn(low).map(({ value }) => value), ...bare(low)]))),
    counts: once(() => texts().flatMap(figuresIn)),
    words: once(() => new Set(texts().flatMap(wordsIn))),
  }
}
const plain = /(?<![\d,.])\d{4,6}(?![\d,.])|(?<![\d,.])\d{1,3},\d{3}(?![\d,])/g
const bare = (low: string): number[] => allIn(plain, low).map(([digits]) => Number(digits.replace(',', '')))
const once = <T>(work: () => T): (() => T) => {
  const kept: T[] = []
  return () => {
    if (kept.length === 0) kept.push(work())
    const [first] = kept
    if (first === undefined) return work()
    return first
  }
}

const timely = /\b(?:visita|cita|recorrido|tour|horario|hay|libre|disponible|tengo|tenemos|quedo|agend|reserv|confirm|espera|nos vemos|visit|slot|free|available|booked|see you|puedes)/
const mentions = /\b(?:tu|la|mi) (?:mensaje|busqueda|contrato|mudanza)|\b(?:te (?:escribo|aviso|confirmo|contesto|respondo|marco|llamo)|buen(?:as|os|a)?|feliz|bonit[oa]|excelente|lind[oa]|gracias|estoy|ayudo|ayudarte|platicamos|seguimos|i'll|have a)\b/
const theirs = /\b(?:tu|su|your) (?:visita|cita|recorrido|tour|turno|reserva|reservacion|visit|appointment|viewing|booking)\b|\b(?:estas en (?:la )?agenda|quedaste|te (?:apunte|anote|agende))\b/
const receiving = /\b(?:te|les?) (?:puedo|podemos|pueden|puede) (?:recibir|atender|ver|mostrar|ensenar)/
const leaving = /\bcancel|\banul|\bde baja|\b(?:del?|from|que tenias)(?: el| la| las)? (?:dia |lun|mar|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat|sun|\d|hoy|manana|pasado)/ // the time that it no longer has
const titled = /^[^a-z]*(?:(?:tu|su|your|recordatorio) )*(?:cita|visita|recorrido|tour|visit|appointment) ?:/
const changing = /\b(?:puedes|podemos|podrias|podria|cambiar|mover|agendar|reagendar|hay|opciones|seria|can|could)\b|\bpara tu (?:visita|cita)/
const visiting = /\b(?:visitas?|recorridos?|venir|pasar|verl[oa]|visitar\w*|conocerl[oa]|citas?|tours?|viewings?|showings?|visits?|come|see it)\b/
const weekdaysAll = '(?:lunes|martes|miercoles|jueves|viernes|sabados?|domingos?|fines de semana)'
const always = new RegExp(String.raw`\bcualquier (?:dia|hora|momento|horario)\b|\btod[oa]s los (?:dias|${weekdaysAll})\b|\bde lunes a [a-z]+\b|\b(?:los|cada) ${weekdaysAll}\b|\b(?:las )?24 ?(?:horas|hrs?|h\b|/ ?7)|\ba la hora que\b|\bcuando (?:quieras|gustes)\b|\bentre semana\b|\bdiario\b|\b(?:every|any) ?(?:day|time|hour|weekday)s?\b|\bweekdays\b|\bmonday (?:to|through)\b`)
const wholly = /\btod[oa] (?:el dia|la (?:tarde|manana|semana|noche))\b|\ball (?:day|afternoon|morning|week)\b/
const atOnce = /\b(?:entrega|disponibilidad|ocupacion|mudanza|disponible (?:de )?(?:forma |manera )?)(?: )?inmediata(?:mente)?\b|\bdisponible (?:de inmediato|inmediatamente|ya mismo|desde (?:ya|hoy))\b|\blist[oa] para (?:mudarte|entrar|habitar|ocupar|entrega)(?:lo|rse)?(?: (?:ya|hoy|inmediata))?\b(?! (?:el|en|a partir))|\b(?:te puedes mudar|puedes (?:mudarte|entrar a vivir|ocuparlo)) (?:ya|hoy|manana|de inmediato|inmediatamente|esta semana|cuando quieras)\b|\bavailable (?:immediately|right away|right now|now)\b|\bmove in (?:now|today|right away|immediately|tomorrow)\b|\bready to move in\b/
const answering = /\b(?:te|les?) (?:(?:va|van) a )?(?:responde|contesta|escribe|marca|llama|contacta|busca|atiende|habla|responder|contestar|escribir|marcar|llamar|contactar)[a-z]*\b[^.!?]{0,30}?\b(?:en|dentro de) (?:(?:menos|un|maximo|unos|los|proximos|de|como) )*(?<count>\d{1,3}|cinco|diez|quince|veinte|treinta|una?|dos) ?(?<unit>minutos?|minutitos|min|horas?|hrs?)\b|(?<!\bi(?:'ll| will|)? )\b(?:write|answer|reply|call|get back|hear back|contact)\b[^.!?]{0,24}?\b(?:in|within) (?:(?:less|than|under|about|the|next) )*(?<count>\d{1,3}|five|ten|fifteen|an?|one|two) ?(?<unit>minutes?|min|hours?)\b/
const checkTimes = (read: Read, wishes: Wishes, claim: Report): void => {
  const { sentence, facts, moments, had } = read
  const stretch = visiting.test(sentence.low) ? always.exec(sentence.low) : null
  if (stretch && pieceAt(sentence, stretch.index)?.states && !isDenied(sentence, pieceAt(sentence, stretch.index), stretch.index) && !facts.told.some((text) => always.test(lowered(text)) && speaksOf(sentence, text))) claim('time', { from: stretch.index, to: stretch.index + stretch[0].length })
  const whole = wholly.exec(sentence.low)
  if (whole && pieceAt(sentence, whole.index)?.states && !isDenied(sentence, pieceAt(sentence, whole.index), whole.index) && (had.some(({ is }) => is === 'there') || visiting.test(sentence.low) || /\b(?:disponible|libre|tengo|tenemos|hay|free|available)\b/.test(sentence.low))) claim('time', { from: whole.index, to: whole.index + whole[0].length })
  const now = atOnce.exec(sentence.low)
  if (now && pieceAt(sentence, now.index)?.states && !isDenied(sentence, pieceAt(sentence, now.index), now.index) && !homesAt(read, now.index, lastOf(facts)).some(({ from }) => from !== undefined && from <= read.today + 1)) claim('availability', { from: now.index, to: now.index + now[0].length })
  const soon = answering.exec(sentence.low)
  if (soon && pieceAt(sentence, soon.index)?.states && !isDenied(sentence, pieceAt(sentence, soon.index), soon.index)) {
    const minutes = countOf(soon.groups?.['count'] ?? '') * (soon.groups?.['unit']?.startsWith('h') ? 60 : 1)
    if (facts.within === undefined || minutes < facts.within) claim('time', { from: soon.index, to: soon.index + soon[0].length }, { of: 'answer' })
  }
  if (sentence.isPolicy) return
  for (const moment of moments) {
    const piece = pieceAt(sentence, moment.from)
    const said = saidAt(sentence, moment.from)
    if (!piece?.states || isDenied(sentence, piece, moment.from)) continue
    const near = had.find(({ from }) => pieceAt(sentence, from) === piece) ?? had.find(({ is }) => is === 'there') ?? (sentence.pieces.length === 1 ? had[0] : undefined)
    const isAboutVisit = read.isAboutVisit || (!near && (theirs.test(said) || titled.test(sentence.low) || (moment.minutes !== undefined && /\bte confirmo\b/.test(sentence.low))) && !changing.test(said))
    if (moment.minutes === undefined && moment.isVague && !near && (!timely.test(said) || mentions.test(said))) continue
    if (near?.is === 'gone') continue
    const homes = homesAt(read, moment.from)
    const isDone = read.done.some(({ deeds }) => deeds.includes('moved') || deeds.includes('cancelled')) && /\b(?:cancel|movi|cambi|moved|reagend|reprogram|changed|resched|recorri|pase)/.test(sentence.low)
    const kinds: readonly KnownTime['of'][] = near?.is === 'there' ? (near.of === 'time' || moment.minutes ? ['slot'] : ['slot', 'other']) : isDone ? (leaving.test(sentence.low) ? ['tour', 'held', 'off'] : ['tour', 'held']) : isAboutVisit ? ['tour', 'held', 'other'] : ['slot', 'tour', 'held', 'off', 'other']
    if (facts.times.some((at) => kinds.includes(at.of) && mayBe(homes, at) && fits(moment, at))) continue
    if (near?.of !== 'time' && read.done.length === 0 && !theirs.test(said) && isOpeningHours(read, moment)) continue
    // Their own wish may be repeated, as long as nobody says that it can be had.
    const isWish = !near && !isAboutVisit && !receiving.test(said) && wishes.moments().some(({ moment: wish }) => wishesFor(wish, moment, read.today))
    const isTold = moment.until === undefined && moment.isDay === undefined && !near && !isAboutVisit && facts.told.some((text) => speaksOf(sentence, text) && momentsIn(lowered(tidied(text)), read.today).some((each) => each.isDay === undefined && [...(each.minutes ?? []), ...(each.until ?? [])].some((minute) => moment.minutes?.includes(minute))))
    if (!isWish && !isTold) claim(moment.minutes ? 'time' : 'day', moment, isAboutVisit && !near ? { of: 'visit' } : {})
  }
}
const speaksOf = ({ raw }: Sentence, text: string): boolean => {
  const telling = new Set(topicsIn(text))
  return topicsIn(raw).some((topic) => telling.has(topic))
}
// «mudarte» is of «mudanzas»: the first letters tell. Days and hours tell nothing.
const topicsIn = (text: string): string[] => wordsIn(text).map((word) => (word === 'gym' ? 'gimn' : word.slice(0, 4))).filter((topic) => topic.length === 4 && !vagueTopics.has(topic))
const vagueTopics = new Set('hora lune mart mier juev vier saba domi todo cada para desd hast pued podr tien esta este dias qued cual quie como with from your that this have'.split(' '))
// From when to when, as an answer of ours has it, in a sentence that speaks of the same thing.
const isOpeningHours = ({ sentence, facts, today }: Read, { minutes, until, isDay }: Moment): boolean =>
  until !== undefined && facts.told.some((text) => {
    if (!speaksOf(sentence, text)) return false
    return momentsIn(lowered(text), today).some((told) => meets(told.minutes, minutes) && meets(told.until, until) && (!isDay || week.every((ahead) => !isDay(today + ahead) || told.isDay?.(today + ahead))))
  })
const meets = (one: readonly number[] = [], other: readonly number[] = []): boolean => one.some((minute) => other.includes(minute))
const week = [0, 1, 2, 3, 4, 5, 6]
const wishesFor = (wish: Moment, moment: Moment, today: number): boolean => {
  const hours = moment.minutes === undefined || (wish.minutes ?? []).some((minute) => moment.minutes?.includes(minute))
  const sameDay = !wish.isDay || !moment.isDay || Array.from({ length: 60 }, (_, ahead) => today + ahead).some((day) => wish.isDay?.(day) && moment.isDay?.(day))
  return hours && sameDay && (moment.minutes !== undefined || wish.isDay !== undefined)
}

const budget = /\b(?:hasta|maximo|presupuesto|menos de|tope|entre|alrededor|pagar|gastar|budget|spend|under|up to|rango)\b/
const noting = /^.{0,30}?\b(?:anotad[oa]|apuntad[oa]|registrad[oa]|tomo nota|noted|got it)\b/
const costs = /\b(?:cuestan?|sale en|(?:la )?renta (?:es|de|queda)|(?:lo|la) (?:puedo |podemos )?(?:dejar|dejo|dejamos)|costs?|rent is)\b(?!.*\b(?:menos|mas|debajo|arriba|abajo|dentro|rango|tu|si|less|more|below|your)\b)/
const stated = /\b(?:cuesta|cuestan|costo|precio|renta (?:es|de|mensual|queda)|de renta|sale en|al mes|mensual(?:es)?|por mes|deposito|costs?|rent is|a month|per month|deposit)\b/
const checkMoney = (read: Read, wishes: Wishes, claim: Report): void => {
  const { sentence, rest } = read
  const places = addressesIn(sentence)
  for (const amount of amountsIn(rest)) {
    if (places.some(({ from, to }) => amount.from < to && amount.to > from)) continue
    const piece = pieceAt(sentence, amount.from)
    const said = saidAt(sentence, amount.from)
    const isCosting = costs.test(sentence.low.slice(piece?.from ?? 0, amount.from)) // «cuesta lo que traes, 19 mil» names a price, not a wish
    const isStated = isCosting || (stated.test(said) && !budget.test(said))
    if (!piece || isDenied(sentence, piece, amount.from) || (!piece.states && !isStated)) continue
    const homes = homesAt(read, amount.from, one(read.facts))
    if (backs(homes, amount)) continue
    if (wishes.amounts().has(amount.value) && ((amount.isWish && !isCosting) || (amount.bound && !isCosting) || !isStated || read.facts.told.some((text) => amountsIn(lowered(text)).some(({ value }) => value === amount.value)))) continue
    if (amount.isWish && !isStated && wishes.amounts().size > 0 && wishes.amounts().has(amount.value)) continue
    if (noting.test(sentence.low) && read.facts.deeds.has('noted')) continue // their own budget
    claim('money', amount, amount.of === 'deposit' ? { of: 'deposit' } : {})
  }
}
// What is told as months of rent is as much as the home's own deposit.
const checkDeposits = (read: Read, claim: Report): void => {
  const { sentence, facts } = read
  for (const each of depositMonthsIn(sentence.low)) {
    const piece = pieceAt(sentence, each.from)
    if (!piece?.states || (each.months > 0 && isDenied(sentence, piece, each.from))) continue
    const isTrue = homesAt(read, each.from, lastOf(facts)).some(({ rents, deposits }) => [...deposits].some((deposit) => [...rents].some((rent) => Math.abs(deposit - each.months * rent) < 1)))
    if (!isTrue && !facts.told.some((text) => depositMonthsIn(lowered(text)).some(({ months }) => months === each.months))) claim('money', each, { of: 'deposit' })
  }
}
const backs = (homes: readonly KnownHome[], { value, of, about, bound, isForeign }: Amount): boolean => {
  if (isForeign) return false
  const rents = homes.flatMap(({ rents }) => [...rents])
  const deposits = homes.flatMap(({ deposits }) => [...deposits])
  const totals = homes.flatMap(({ rents, deposits }) => [...rents].flatMap((rent) => [...deposits].map((deposit) => rent + deposit)))
  const known = of === 'rent' ? [...rents, ...totals] : of === 'deposit' ? [...deposits, ...totals] : of === 'total' && totals.length > 0 ? totals : [...rents, ...deposits, ...totals]
  if (known.includes(value)) return true
  // «desde 20 mil» may round; «desde 20,300» may not.
  if (bound && value % 1_000 === 0) return rents.some((rent) => (bound === 'most' ? rent <= value && rent >= value * 0.6 : rent >= value && rent <= value * 1.2))
  return about && known.some((each) => Math.abs(each - value) <= Math.max(each * 0.03, value % 1_000 === 0 ? 500 : 0))
}

const checkHomes = (read: Read, wishes: Wishes, claim: Report): void => {
  const { sentence, rest, facts, had } = read
  const all = [...facts.homes.values()]
  const known = new Set(all.flatMap(({ words }) => [...words]))
  for (const figure of figuresIn(rest)) {
    const piece = pieceAt(sentence, figure.from)
    if (!piece?.states || isDenied(sentence, piece, figure.from)) continue
    const values = homesAt(read, figure.from, one(facts)).map((home) => home[figure.of])
    const near = figure.about ? figure.value * 0.05 : figure.of === 'area' ? 0.5 : 0
    if (values.some((value) => value !== undefined && Math.abs(value - figure.value) <= near)) continue
    const isWish = had.length === 0 && read.named.length === 0 && !owns.test(saidAt(sentence, figure.from)) && wishes.counts().some(({ of, value }) => of === figure.of && value === figure.value)
    if (!isWish && !facts.told.some((text) => figuresIn(lowered(text)).some(({ of, value }) => of === figure.of && value === figure.value))) claim(figure.of, figure)
  }
  const streets = (): Set<string>[] => all.flatMap(({ addresses }) => [...addresses].map((place) => new Set(wordsIn(place.split(',')[0] ?? ''))))
  const spelled = addressesIn(sentence)
  const addresses = [...spelled, ...numbersIn(sentence.raw, streets).filter(({ from, to, words }) => !known.has(words.at(-1) ?? '') && !spelled.some((each) => each.from < to && each.to > from))]
  for (const address of addresses) {
    const piece = pieceAt(sentence, address.from)
    if (!piece?.states || isDenied(sentence, piece, address.from) || address.words.length === 0) continue
    const near = homesAt({ ...read, named: read.named.filter(({ from }) => from < address.from) }, address.from, one(facts)) // whose address it is isn't said by the address
    const places = near.flatMap(({ addresses }) => [...addresses])
    const others = places.length > 0 ? places : all.flatMap(({ addresses }) => [...addresses])
    const isKnown = others.some((place) => isWithin(address.words, new Set(wordsIn(place)))) || plainOf(facts.told).some((text) => isWithin(address.words, new Set(text.split(' '))))
    if (!isKnown) claim('address', address)
  }
  for (const name of namesIn(sentence, rest)) {
    const piece = pieceAt(sentence, name.from)
    if (!piece?.states || isDenied(sentence, piece, name.from) || addresses.some(({ from, to }) => name.from < to && name.to > from)) continue
    const there = name.isThere ? new Set(homesAt(read, name.from, lastOf(facts)).flatMap(({ words, texts }) => [...words, ...[...texts].flatMap(wordsIn)])) : known
    if (name.kind === 'address' ? isWithin(name.words, there) : all.some(({ words }) => isWithin(name.words, words))) continue
    const isWish = had.length === 0 && read.done.length === 0 && isWithin(name.words, wishes.words())
    if (!isWish && !plainOf(facts.told).some((text) => isWithin(name.words, new Set(text.split(' '))))) claim(name.kind, name)
  }
}
const owns = /\b(?:tiene|tienes|mide|cuenta con|cuentas con|trae|viene con|son|es de|consta|has|measures|comes with|in that one)\b|\b(?:recamaras?|habitaciones|cuartos|banos?|superficie|area|bedrooms) ?[:=]/
const isWithin = (words: readonly string[], of: ReadonlySet<string>): boolean => words.every((word) => of.has(word))

const checkDone = (read: Read, claim: Report): void => {
  const { sentence, facts, done, moments } = read
  for (const deed of done) {
    const piece = pieceAt(sentence, deed.from)
    if (!piece?.states || isDenied(sentence, piece, deed.from) || sentence.isPolicy) continue
    const homes = homesAt(read, deed.from)
    const isOn = facts.times.some((at) => mayBe(homes, at) && (at.of === 'tour' || (at.of === 'held' && deed.deeds.includes('held'))))
    const isMoved = facts.deeds.has('moved')
    const isBacked = deed.deeds.some((each) => (each === 'booked' ? isOn : each === 'moved' && deed.deeds.length > 1 ? isMoved && isOn : facts.deeds.has(each)))
    const isOff = deed.deeds.includes('cancelled') && deed.deeds.length === 1 && !facts.times.some((at) => at.of === 'off' && mayBe(homes, at) && moments.every((moment) => fits(moment, at)))
    const isNone = deed.deeds.includes('cancelled') && facts.seen.tours && !isOn && /\bya no\b/.test(sentence.low.slice(deed.from, deed.to))
    if ((!isBacked || isOff) && !isNone) claim('deed', deed, { deeds: deed.deeds })
  }
}

// A request is known by its own number and no other.
const numbered = /\b(?:folio|ticket|numero de (?:caso|reporte|solicitud|folio|ticket)|case number|reference)(?: (?:es|numero|no|is|:))*:? ?#?(?<code>[a-z]{0,4}-?(?=[a-z0-9]*\d)[a-z0-9-]{3,})/g
const checkCodes = ({ sentence, facts }: Read, claim: Report): void => {
  for (const { index: from, 0: { length }, groups } of allIn(numbered, sentence.low)) {
    if (pieceAt(sentence, from)?.states && !facts.codes.has(groups?.['code'] ?? '')) claim('deed', { from, to: from + length }, { deeds: ['requested'] })
  }
}
const checkHad = (read: Read, claim: Report): void => {
  const { sentence, facts, had, moments } = read
  for (const each of had) {
    const piece = pieceAt(sentence, each.from)
    if (!piece?.states || sentence.isPolicy || (each.is === 'there' && isDenied(sentence, piece, each.from))) continue
    const homes = homesAt(read, each.from)
    const inPlace = moments.filter(({ from }) => pieceAt(sentence, from) === piece)
    const isTime = each.of === 'time' || (each.of === 'any' && inPlace.length > 0 && !moving.test(sentence.low) && !(/^(?:queda|quedara|estara|se)\b/.test(sentence.low.slice(each.from)) && inPlace.every((moment) => !moment.minutes && facts.times.some((at) => at.of === 'other' && mayBe(homes, at) && fits(moment, at)))))
    const slots = facts.times.filter((at) => at.of === 'slot' && mayBe(homes, at))
    if (each.of === 'visit') {
      if (facts.times.some(({ of }) => of === 'tour')) claim('deed', each, { deeds: ['booked', 'moved'] })
    } else if (each.is === 'gone') {
      const isHome = each.of === 'home' || (each.of === 'any' && !isTime && !hourly.test(saidAt(sentence, each.from)))
      const isMeant = read.named.length + (read.focus ? 1 : 0) > 0
      const quote = sentence.low.slice(each.from, each.to)
      const isOpen = isHome && !facts.seen.closed && (isMeant ? homes.some(({ isOpen }) => isOpen) && !facts.seen.refused : !(facts.seen.refused && !letting.test(quote)) && !(facts.seen.slots && !facts.free) && !facts.times.some(({ of }) => of === 'tour' || of === 'held') && (facts.at?.size === 1 || goes.test(quote)) && [...(facts.at ?? [])].some((home) => facts.homes.get(home)?.isOpen === true))
      const isFree = (isTime || (each.of === 'any' && hourly.test(sentence.low) && !theirs.test(sentence.low))) && (inPlace.length > 0 ? !facts.seen.refused && slots.some((at) => inPlace.every((moment) => fits(moment, at))) : facts.free && !facts.seen.refused && /^(?:ya )?(?:no|ni|sin|tampoco|fully|nothing)\b|\b(?:llen|satur|agot)/.test(quote) && moments.length === 0 && (each.of === 'time' || hourly.test(sentence.low)) && !other.test(sentence.low))
      const isSeen = facts.seen.refused || (each.of === 'any' ? facts.seen.slots || facts.seen.homes : isTime ? facts.seen.slots : facts.seen.homes)
      if (isOpen || isFree || !isSeen) claim('availability', each, isHome ? { of: 'home' } : {})
    } else {
      const isMeant = read.named.length > 0 || read.focus !== undefined
      const isMany = another.test(sentence.low) || /\b(?:opciones|depas|departamentos|lugares|homes|options)\b/.test(sentence.low)
      const those = isMeant ? homes : facts.at && !isMany ? homes.filter(({ home }) => facts.at?.has(home)) : homes.filter(({ isAside }) => !isAside)
      const isOpen = those.some(({ isOpen }) => isOpen)
      const known = [...facts.homes.values()].filter(({ isAside, isOpen }) => !isAside && isOpen).length
      const said = counted.exec(sentence.low.slice(each.from, each.to + 12))
      const count = said ? countOf(said.groups?.['count'] ?? '') : undefined
      if (isTime ? slots.length === 0 : !isOpen && (each.of === 'home' || slots.length === 0)) claim('availability', each, isTime ? {} : { of: 'home' })
      else if (count !== undefined && each.of === 'home' && moments.every(({ minutes }) => !minutes) && (found.test(said?.[0] ?? '') && facts.found !== undefined ? count !== facts.found && count !== known : count > Math.max(known, facts.found ?? 0))) claim('availability', each, { of: 'home' })
    }
  }
}
const hourly = /\b(?:horario|hora|espacio|lugar|turno|slot|time|dia|cita|visita\w*|verl[oa]|agenda|lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b/
const letting = /\b(?:rent|vend|lease)/
const goes = /\b(?:rent|apart|ocup|vend|desocup|lease|taken|let)/
const other = /\b(?:asi|mas|otr[oa]s?|(?:es[eao]s?|est[eao]s?|aquel\w*) (?:horarios?|dias?|horas?|fechas?|semanas?|momentos?|meses)|tarde|noche|manana|temprano|antes|despues|semana|finde?|fines|hoy|mes|like that|more|other|that|this|after|before|evening|morning|weekend)\b/
const counted = /\b(?<verb>encontre|encontramos|tengo|tenemos|hay|i found|found|i have|we have|there are) (?:(?:como|unas|unos|ya|otras|about|you) )*(?<count>\d{1,2}|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|one|two|three|four|five|six|seven|eight|nine|ten) (?:[a-z]+ )?(?:opciones|opcion|depas?|departamentos?|casas?|viviendas?|lugares|unidades|propiedades|options?|homes?|apartments?|places?)/
const found = /^(?:encontr|i found|found)/
const echoing = /\b(?:buscas|quieres|querias|buscabas|necesitarias|prefieres|a ver si entendi|anotad[oa]|me dijiste|tu mensaje|looking for|you want)\b|^[^a-z]*ok ?:/
const asserting = /\b(?:tiene|cuenta|incluy\w+|hay|acept\w+|permit\w+|piden|es|esta|son|has|includes?|is)\b/
const unsure = /\bno (?:tengo|cuento con|contamos con|tenemos|manejo|veo|encuentro)(?: [a-z]+){0,3} (?:informacion|datos?|detalles?|certeza|confirmad[oa]|registrad[oa])\b|\bno (?:lo )?(?:se|sabria)\b(?! (?:permit|acept|admit|puede|pide|cobra|renta|incluy))|\bno estoy segur[oa]\b|\b(?:don't|do not) (?:know|have (?:that|information|details))\b|\bnot sure\b/
const checkTraits = (read: Read, wishes: Wishes, claim: Report, made: readonly Claim[]): void => {
  const { sentence, rest, facts, today } = read
  if (unsure.test(sentence.low) || (noting.test(sentence.low) && !asserting.test(sentence.low))) return
  if (sentence.low.endsWith('?') && sentence.pieces.every(({ states }) => !states)) return
  for (const trait of traitsIn(rest, sentence)) {
    if (trait.of === 'discount' && !trait.is) continue // who offers none promises nothing
    if (made.some(({ kind, quote }) => kind === 'home' || (kind === 'deed' && quote.includes(sentence.raw.slice(trait.from, trait.to))))) continue // said already
    const piece = pieceAt(sentence, trait.from)
    if (!piece || (!piece.states && !(trait.kind === 'asked' && /^(?:[^a-z]*)(?:para |te |no |solo |s[ií],? )*(?:solo )?necesit/.test(sentence.low)))) continue
    const said = { low: rest, homes: homesAt(read, trait.from, lastOf(facts)), ours: facts.ours, today }
    if (trait.kind === 'thing' && trait.is && holds(trait, said) ? hoursHold(trait.of, said) : holds(trait, said)) continue
    if (echoing.test(sentence.low) && wordsIn(trait.kind === 'near' ? trait.of : sentence.low.slice(trait.from, trait.to)).some((word) => wishes.words().has(word))) continue
    const [home, ...others] = said.homes
    claim('feature', trait, { trait: trait.kind, ...(home && others.length === 0 && { home: home.home }) })
  }
}
