import { doneIn, hadIn, type Had } from './claims-deeds.ts'
import type { Facts, KnownHome, KnownTime } from './claims-facts.ts'
import { addressesIn, figuresIn, namedIn, namesIn, type Figure, type Named } from './claims-homes.ts'
import { amountsIn, type Amount } from './claims-money.ts'
import { isDenied, lowered, pieceAt, saidAt, sentencesOf, tidied, wordsIn, type Sentence } from './claims-text.ts'
import { fits, lastDayIn, momentsIn, type Moment } from './claims-times.ts'
import type { Millis } from '../define.ts'
import { numberAt } from './zones.ts'

// What an agent's message claims and no tool result of its conversation backs. A question, an offer to look, a denial and the prospect's own wish claim nothing.
export type ClaimKind = 'time' | 'day' | 'money' | 'address' | 'home' | Figure['of'] | 'availability' | 'deed'
export type Claim = { kind: ClaimKind; quote: string }

export const unbacked = (text: string, facts: Facts, { now, zone }: { now: Millis; zone: string }): Claim[] => {
  const today = numberAt(zone, now)
  const wishes = wishesOf(facts, today)
  const claims: Claim[] = []
  let spoken: Spoken = { focus: undefined, isAboutVisit: false, day: undefined }
  for (const sentence of sentencesOf(text)) {
    const read = readSentence(sentence, { facts, today, spoken })
    const claim = (kind: ClaimKind, { from, to }: { from: number; to: number }): void => {
      const quote = sentence.raw.slice(from, to).trim()
      if (!claims.some((each) => each.kind === kind && each.quote === quote)) claims.push({ kind, quote })
    }
    checkTimes(read, wishes, claim)
    checkMoney(read, wishes, claim)
    checkHomes(read, wishes, claim)
    checkDone(read, claim)
    checkHad(read, claim)
    spoken = read.next
  }
  return claims
}

// What earlier sentences of the message leave in mind.
type Spoken = { focus: ReadonlySet<string> | undefined; isAboutVisit: boolean; day: Moment['isDay'] }
type Read = { sentence: Sentence; facts: Facts; today: number; named: Named[]; rest: string; focus: ReadonlySet<string> | undefined; moments: Moment[]; done: ReturnType<typeof doneIn>; had: Had[]; isAboutVisit: boolean; next: Spoken }
type Report = (kind: ClaimKind, spot: { from: number; to: number }) => void

const another = /\b(?:otr[oa]s?|segund[oa]|tambien|ademas|ambos|ambas|cualquiera|tercer[oa]?|the other|another|also|both)\b/
const readSentence = (sentence: Sentence, { facts, today, spoken }: { facts: Facts; today: number; spoken: Spoken }): Read => {
  const { low, isLine } = sentence
  const { named, rest } = namedIn(low, facts.homes)
  const isReset = another.test(low) || isLine
  const focus = named.length > 0 ? undefined : isReset ? undefined : spoken.focus
  const moments = momentsIn(rest, today, isLine || /^(?:• ?)?\d/.test(low) ? spoken.day : undefined)
  const done = doneIn(low)
  const had = hadIn(low)
  const isAboutVisit = done.some(({ isVisit }) => isVisit) || (spoken.isAboutVisit && had.length === 0 && !another.test(low))
  const last = named.at(-1)
  return { sentence, facts, today, named, rest, focus, moments, done, had, isAboutVisit, next: { focus: last ? last.homes : focus, isAboutVisit, day: lastDayIn(moments) ?? (isLine ? spoken.day : undefined) } }
}

// The homes that what stands here is said of: the last that was named before it, else the next.
const homesAt = ({ named, focus, facts, sentence }: Read, at: number): KnownHome[] => {
  const piece = pieceAt(sentence, at)
  const near = named.findLast(({ from }) => from <= at) ?? named.find(({ from }) => piece !== undefined && from < piece.to) ?? named[0]
  const those = near?.homes ?? focus
  return those ? [...facts.homes.values()].filter(({ home }) => those.has(home)) : [...facts.homes.values()]
}
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
const bare = (low: string): number[] => [...low.matchAll(/(?<![\d,.])\d{4,6}(?![\d,.])|(?<![\d,.])\d{1,3},\d{3}(?![\d,])/g)].map(([digits]) => Number(digits.replace(',', '')))
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
const checkTimes = (read: Read, wishes: Wishes, claim: Report): void => {
  const { sentence, facts, moments, isAboutVisit, had } = read
  if (sentence.isPolicy) return
  for (const moment of moments) {
    const piece = pieceAt(sentence, moment.from)
    const said = saidAt(sentence, moment.from)
    if (!piece?.states || isDenied(sentence, piece, moment.from)) continue
    if (moment.minutes === undefined && moment.isVague && (!timely.test(said) || (mentions.test(said) && had.length === 0))) continue
    const near = had.find(({ from }) => pieceAt(sentence, from) === piece) ?? had[0]
    if (near?.is === 'gone') continue
    const homes = homesAt(read, moment.from)
    const isDone = read.done.some(({ deeds }) => deeds.includes('moved') || deeds.includes('cancelled')) && /\b(?:cancel|movi|cambi|moved|reagend|reprogram|changed|resched|recorri|pase)/.test(sentence.low)
    const kinds: readonly KnownTime['of'][] = near?.is === 'there' ? (near.of === 'time' || moment.minutes ? ['slot'] : ['slot', 'other']) : isDone ? ['tour', 'held', 'off'] : isAboutVisit ? ['tour', 'held', 'other'] : ['slot', 'tour', 'held', 'off', 'other']
    if (facts.times.some((at) => kinds.includes(at.of) && mayBe(homes, at) && fits(moment, at))) continue
    // Their own wish may be repeated, as long as nobody says that it can be had.
    const isWish = !near && !isAboutVisit && wishes.moments().some(({ moment: wish }) => wishesFor(wish, moment, read.today))
    if (!isWish) claim(moment.minutes ? 'time' : 'day', moment)
  }
}
const wishesFor = (wish: Moment, moment: Moment, today: number): boolean => {
  const hours = moment.minutes === undefined || (wish.minutes ?? []).some((minute) => moment.minutes?.includes(minute))
  const sameDay = !wish.isDay || !moment.isDay || Array.from({ length: 60 }, (_, ahead) => today + ahead).some((day) => wish.isDay?.(day) && moment.isDay?.(day))
  return hours && sameDay && (moment.minutes !== undefined || wish.isDay !== undefined)
}

const budget = /\b(?:hasta|maximo|presupuesto|menos de|tope|entre|alrededor|pagar|gastar|budget|spend|under|up to|rango)\b/
const stated = /\b(?:cuesta|cuestan|costo|precio|renta (?:es|de|mensual|queda)|de renta|sale en|al mes|mensual(?:es)?|por mes|deposito|costs?|rent is|a month|per month|deposit)\b/
const checkMoney = (read: Read, wishes: Wishes, claim: Report): void => {
  const { sentence, rest } = read
  for (const amount of amountsIn(rest)) {
    const piece = pieceAt(sentence, amount.from)
    const said = saidAt(sentence, amount.from)
    const isStated = stated.test(said) && !budget.test(said)
    if (!piece || isDenied(sentence, piece, amount.from) || (!piece.states && !isStated)) continue
    const homes = homesAt(read, amount.from)
    if (backs(homes, amount)) continue
    if (wishes.amounts().has(amount.value) && (amount.isWish || amount.bound || !isStated || read.facts.told.some((text) => amountsIn(lowered(text)).some(({ value }) => value === amount.value)))) continue
    if (amount.isWish && !isStated && wishes.amounts().size > 0 && wishes.amounts().has(amount.value)) continue
    claim('money', amount)
  }
}
const backs = (homes: readonly KnownHome[], { value, of, about, bound, isForeign }: Amount): boolean => {
  if (isForeign) return false
  const rents = homes.flatMap(({ rents }) => [...rents])
  const deposits = homes.flatMap(({ deposits }) => [...deposits])
  const totals = homes.flatMap(({ rents, deposits }) => [...rents].flatMap((rent) => [...deposits].map((deposit) => rent + deposit)))
  const known = of === 'rent' ? [...rents, ...totals] : of === 'deposit' ? [...deposits, ...totals] : [...rents, ...deposits, ...totals]
  if (known.includes(value)) return true
  if (bound === 'most') return rents.some((rent) => rent <= value && rent >= value * 0.6)
  if (bound === 'least') return rents.some((rent) => rent >= value && rent <= value * 1.4)
  return about && known.some((each) => Math.abs(each - value) <= Math.max(each * 0.03, value % 1_000 === 0 ? 500 : 0))
}

const checkHomes = (read: Read, wishes: Wishes, claim: Report): void => {
  const { sentence, rest, facts, had } = read
  const all = [...facts.homes.values()]
  const known = new Set(all.flatMap(({ words }) => [...words]))
  for (const figure of figuresIn(rest)) {
    const piece = pieceAt(sentence, figure.from)
    if (!piece?.states || isDenied(sentence, piece, figure.from)) continue
    const values = homesAt(read, figure.from).map((home) => home[figure.of])
    const near = figure.about ? figure.value * 0.05 : figure.of === 'area' ? 0.5 : 0
    if (values.some((value) => value !== undefined && Math.abs(value - figure.value) <= near)) continue
    const isWish = had.length === 0 && read.named.length === 0 && !owns.test(saidAt(sentence, figure.from)) && wishes.counts().some(({ of, value }) => of === figure.of && value === figure.value)
    if (!isWish && !facts.told.some((text) => figuresIn(lowered(text)).some(({ of, value }) => of === figure.of && value === figure.value))) claim(figure.of, figure)
  }
  const addresses = addressesIn(sentence.raw)
  for (const address of addresses) {
    const piece = pieceAt(sentence, address.from)
    if (!piece?.states || isDenied(sentence, piece, address.from) || address.words.length === 0) continue
    const near = homesAt(read, address.from)
    const places = near.flatMap(({ addresses }) => [...addresses])
    const others = places.length > 0 ? places : all.flatMap(({ addresses }) => [...addresses])
    const isKnown = others.some((place) => isWithin(address.words, new Set(wordsIn(place)))) || facts.told.some((text) => isWithin(address.words, new Set(wordsIn(text))))
    if (!isKnown) claim('address', address)
  }
  for (const name of namesIn(sentence, rest)) {
    const piece = pieceAt(sentence, name.from)
    if (!piece?.states || isDenied(sentence, piece, name.from) || addresses.some(({ from, to }) => name.from < to && name.to > from)) continue
    if (name.kind === 'address' ? isWithin(name.words, known) : all.some(({ words }) => isWithin(name.words, words))) continue
    const isWish = had.length === 0 && read.done.length === 0 && isWithin(name.words, wishes.words())
    if (!isWish && !facts.told.some((text) => isWithin(name.words, new Set(wordsIn(text))))) claim(name.kind, name)
  }
}
const owns = /\b(?:tiene|mide|cuenta con|son|es de|consta|has|measures)\b/
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
    if (!isBacked || isOff) claim('deed', deed)
  }
}

const checkHad = (read: Read, claim: Report): void => {
  const { sentence, facts, had, moments } = read
  for (const each of had) {
    const piece = pieceAt(sentence, each.from)
    if (!piece?.states || sentence.isPolicy || (each.is === 'there' && isDenied(sentence, piece, each.from))) continue
    const homes = homesAt(read, each.from)
    const inPlace = moments.filter(({ from }) => pieceAt(sentence, from) === piece)
    const isTime = each.of === 'time' || (each.of === 'any' && inPlace.length > 0 && !/\bdisponibles? (?:a partir|desde)|\bavailable (?:from|as of)/.test(sentence.low))
    const slots = facts.times.filter((at) => at.of === 'slot' && mayBe(homes, at))
    if (each.is === 'gone') {
      const isThere = isTime ? inPlace.length > 0 && slots.some((at) => inPlace.every((moment) => fits(moment, at))) : !facts.seen.refused && read.named.length + (read.focus ? 1 : 0) > 0 && homes.some(({ isOpen }) => isOpen)
      const isSeen = facts.seen.refused || (isTime || each.of === 'any' ? facts.seen.slots : facts.seen.homes)
      if (isThere || !isSeen) claim('availability', each)
    } else if (isTime ? slots.length === 0 : !homes.some(({ isOpen }) => isOpen) && (each.of === 'home' || slots.length === 0)) claim('availability', each)
  }
}
