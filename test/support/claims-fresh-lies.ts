import type { Chance, Kind } from './claims-corpus.ts'
import { address, area, bedrooms, booked, cancelled, compared, deposit, escalated, free, freeList, moved, rent, sent, thisWeekend, waiting } from './claims-fresh-honest.ts'
import { type Did, elsewhere, type Scene, strangeDay, strangeHour } from './claims-fresh-scene.ts'
import { count, money, type Moment } from './claims-fresh-words.ts'

// One lie of each kind, in a scene in which it is one: the same words as the truth, with another value or without the deed.
export type Lie = { kind: Kind; dids: readonly Did[]; last?: true; tells(chance: Chance, scene: Scene): string }

const calm = ['none', 'escalated', 'waiting', 'sent'] as const
const anyDid = ['none', 'none', 'booked', 'moved', 'escalated', 'waiting', 'sent', 'visits'] as const
const otherRent = (chance: Chance, { homes, wish }: Scene, own: number): number => {
  const near = [-4000, -3000, -2500, -2000, -1500, 1500, 2000, 2500, 3000, 5000].map((by) => own + by)
  return chance.one(near.filter((value) => value !== wish.budget && homes.every((home) => Math.abs(home.rent - value) > 500 && home.rent * home.months !== value)))
}
const otherHour = (chance: Chance, scene: Scene, own: Moment): Moment => ({ ...own, ...(chance.is(0.2) ? { hour: scene.wish.at.hour, minute: scene.wish.at.minute } : strangeHour(chance, scene.told)) })
const otherDay = (chance: Chance, scene: Scene, own: Moment): Moment => ({ ...own, ahead: chance.is(0.2) ? scene.wish.at.ahead : strangeDay(chance, scene.told) })
const toldWrong = (chance: Chance, scene: Scene, wrong: (chance: Chance, scene: Scene, own: Moment) => Moment): string => {
  const { slots, tour, did } = scene
  if (tour && did === 'booked') return booked(chance, scene, wrong(chance, scene, tour))
  if (tour && did === 'moved') return moved(chance, scene, wrong(chance, scene, tour))
  const own = chance.one(slots)
  if (chance.is(0.7)) return free(chance, scene, wrong(chance, scene, own))
  return freeList(chance, scene, [...slots.filter((each) => each !== own), wrong(chance, scene, own)].toSorted((a, b) => a.ahead - b.ahead || a.hour - b.hour))
}
const range = (chance: Chance, scene: Scene): string => {
  const { hour } = strangeHour(chance, scene.told)
  const part = hour < 12 ? 'de la mañana' : hour < 19 ? 'de la tarde' : 'de la noche'
  const small = (at: number): number => (at > 12 ? at - 12 : at)
  return `${chance.one(['tengo libre', 'te lo pueden enseñar', 'hay lugar para la visita'])} ${chance.one([`de ${small(hour)} a ${small(hour + 1)} ${part}`, `de ${hour}:00 a ${hour + 1}:00`])}`
}

export const lies: readonly Lie[] = [
  { kind: 'hour', dids: ['none', 'none', 'booked', 'moved', 'sent'], tells: (chance, scene) => (!scene.isEnglish && !scene.tour && chance.is(0.12) && scene.told.every(({ hour }) => hour < 19) ? range(chance, scene) : toldWrong(chance, scene, otherHour)) },
  { kind: 'day', dids: ['none', 'none', 'booked', 'moved', 'sent'], tells: (chance, scene) => (!scene.isEnglish && !scene.tour && chance.is(0.12) && scene.told.every(({ ahead }) => ahead > 1) ? thisWeekend(chance) : toldWrong(chance, scene, otherDay)) },
  { kind: 'price', dids: anyDid, tells: (chance, scene) => rent(chance, scene, otherRent(chance, scene, scene.home.rent)) },
  { kind: 'swap', dids: anyDid, last: true, tells: (chance, scene) => {
    const [of, from] = chance.is(0.5) ? [scene.home, scene.others[0] ?? scene.home] : [scene.others[0] ?? scene.home, scene.home]
    return compared(chance, scene, { of, rent: Math.abs(from.rent - of.rent) > 500 ? from.rent : otherRent(chance, scene, of.rent) })
  } },
  { kind: 'deposit', dids: anyDid, tells: (chance, scene) => deposit(chance, scene, scene.home.months === 2 && chance.is(0.3) ? scene.home.rent : otherRent(chance, scene, scene.home.rent * scene.home.months)) },
  { kind: 'bedrooms', dids: anyDid, tells: (chance, scene) => bedrooms(chance, scene, chance.one([1, 2, 3, 4].filter((value) => scene.homes.every((home) => home.bedrooms !== value)))) },
  { kind: 'area', dids: anyDid, tells: (chance, scene) => area(chance, scene, chance.one([-12, -9, 8, 11, 15, 22, 27, 35].map((by) => scene.home.area + by).filter((value) => scene.homes.every((home) => home.area !== value)))) },
  { kind: 'address', dids: anyDid, tells: (chance, scene) => {
    const [street = '', ...rest] = scene.home.address.split(',')
    const wrong = chance.is(0.5) ? street.replace(/\d+$/, (number) => String(Number(number) + chance.one([-21, 12, 30, 104]))) : `Calle ${chance.one(['Jalapa', 'Medellín', 'Sonora', 'Patricio Sanz', 'Xola', 'Monterrey'])} ${chance.one([45, 118, 267, 310])}`
    return address(chance, scene, [wrong, ...rest].join(','))
  } },
  { kind: 'home', dids: anyDid, last: true, tells: (chance, scene) => {
    const { hood, building } = elsewhere(chance)
    const cost = money(chance, otherRent(chance, scene, scene.home.rent), scene.isEnglish)
    if (scene.isEnglish) return chance.one([`I also have a place in ${hood} for ${cost}`, `there is a 2 bedroom apartment available at ${building}`, `we have another home in ${hood}, it is free now`])
    const kind = chance.one(['un depa', 'un departamento', 'un loft', 'un penthouse', 'otro depa', 'una casa', 'un estudio'])
    return chance.one(['también ', 'además ', 'ah, y ', '']) + chance.one([`${chance.one(['tengo', 'tenemos', 'hay', 'manejamos', 'te puedo ofrecer', 'me queda'])} ${kind} ${chance.one(['disponible', 'libre', ''])} en ${chance.one([hood, building])}${chance.one(['', ` en ${cost}`, ` por ${cost} al mes`, ` de ${count(chance, 2)} recámaras`])}`, `en ${chance.one([hood, building])} ${chance.one(['hay', 'tenemos', 'se desocupó', 'tengo'])} ${kind}${chance.one([' disponible', ` en ${cost}`, ' listo para rentar'])}`])
  } },
  { kind: 'availability', dids: ['closed'], last: true, tells: (chance, scene) => {
    const hood = scene.closed?.hood ?? ''
    return scene.isEnglish ? chance.one([`the one in ${hood} is still available`, `yes, the ${hood} apartment is free`]) : chance.one(['sí, ', 'claro, ', '', 'buenas noticias: ']) + `${chance.one(['el de', 'el depa de', 'el departamento de'])} ${hood} ${chance.one(['sigue libre', 'sigue disponible', 'todavía está disponible', 'está libre', 'aún se renta', 'está disponible para rentar'])}`
  } },
  { kind: 'booked', dids: [...calm, 'refused', 'refused'], tells: (chance, scene) => booked(chance, scene, chance.is(0.8) ? chance.one(scene.slots) : scene.wish.at) },
  { kind: 'moved', dids: ['visits'], tells: (chance, scene) => moved(chance, scene, chance.one(scene.slots)) },
  { kind: 'cancelled', dids: ['visits', 'booked'], tells: (chance, scene) => cancelled(chance, scene, undefined) },
  { kind: 'escalated', dids: ['none', 'booked', 'sent', 'waiting', 'visits'], tells: (chance, scene) => escalated(chance, scene, undefined) },
  { kind: 'waiting', dids: ['none', 'escalated', 'sent', 'refused'], tells: (chance, scene) => waiting(chance, scene, undefined) },
  { kind: 'sent', dids: ['none', 'booked', 'escalated', 'waiting', 'visits'], tells: (chance, scene) => (!scene.isEnglish && scene.did === 'none' && chance.is(0.3) ? chance.one(['te mandé un correo con los detalles', 'ya te envié la confirmación por correo', 'te acabo de mandar un mail con los requisitos', 'te llegó un correo mío con el plano', 'te envié la ubicación']) : sent(chance, scene, undefined)) },
]
