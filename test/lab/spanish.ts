// What the lab's scripted agents understand of Spanish: plain rules, always the same.
export const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

const counts = ['una?', 'dos', 'tres', 'cuatro']
const ordinals = ['primer[oa]?', 'segund[oa]', 'tercer[oa]?', 'cuart[oa]', 'quint[oa]', 'sext[oa]', 'ultim[oa]']
const weekday = /\b(lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana|pasado manana)\b/

export const wantsPerson = (said: string): boolean => /(?<!para una )\bpersona\b|\b(asesora?|humano|agente|ejecutiv[oa])\b/.test(said)
// That they want another time or no visit at all; a bare «cancelar» may be either.
const visit = String.raw`\b(?:visita|cita|recorrido)s?\b`
export const wantsOtherTime = (said: string): boolean => new RegExp(String.raw`\b(?:re ?agend|re ?program)\w*|\b(?:cambi|mov|muev|recorr|pas)\w+ .*(?:${visit}|\bhorario\b)|${visit}.* para otr[oa] (?:dia|hora)`).test(said)
export const wantsNoVisit = (said: string): boolean => !/\?/.test(said) && new RegExp(String.raw`\b(?:cancel|anul)\w+ .*${visit}|\bya no (?:voy a|puedo|podre) ir\b`).test(said)
export const mayMeanVisit = (said: string): boolean => /\b(?:cancel(?:ar|a|o|en|emos)\w*|cancelacion)\b/.test(said)
export const isGone = (said: string): boolean => /\b(ya no (me interesa|busco|quiero)|no me interesa|ya encontre)\b/.test(said)
export const asksForTours = (said: string): boolean => /\bmis? (visitas?|citas?)\b/.test(said)
export const isSearch = (said: string): boolean => /\b(busco|buscando|depas?|departamentos?|recamaras?|presupuesto|zona|rentar?|cuartos?)\b/.test(said)
export const isGreeting = (said: string): boolean => /^\W*(hola|buen[oa]s|que tal|hey)\b/.test(said)
export const wantsDetails = (said: string): boolean => /\b(detalles?|informacion|info|cuentame|fotos?|amenidades)\b/.test(said)
export const asksForTimes = (said: string): boolean => /\b(horarios?|disponib\w+|visit\w+|agend\w+)\b/.test(said)
export const isYes = (said: string): boolean => /^\W*(?:si|claro|por favor|va|dale|ok(?:ey)?|de acuerdo|porfa|sale|perfecto|me parece)\b/.test(said)
export const isNo = (said: string): boolean => /^\W*(?:no|nop|ningun[oa]?)\b/.test(said)
export const isThanks = (said: string): boolean => /\b(?:gracias|muy amable|hasta luego|nos vemos|adios)\b/.test(said)
export const wantsToWait = (said: string): boolean => /\blista de espera\b|\b(?:si|cuando) se (?:libera|desocupa|abre)\b/.test(said)
export const wantsMedia = (said: string): 'photos' | 'video' | 'plan' | 'location' | undefined =>
  /\b(?:fotos?|fotografias?|imagenes)\b/.test(said) ? 'photos' : /\bvideos?\b/.test(said) ? 'video' : /\bplanos?\b/.test(said) ? 'plan' : /\b(?:ubicacion|mapa|donde (?:esta|queda))\b/.test(said) ? 'location' : undefined
// What only a person of ours may talk about.
export const troubleIn = (said: string): 'complaint' | 'payment' | 'contract' | 'emergency' | undefined =>
  /\b(?:fuga|incendio|emergencia|inundacion|robo)\b/.test(said) ? 'emergency' : /\b(?:queja|quejarme|pesimo|molest[oa]|enojad[oa]|mal servicio)\b/.test(said) ? 'complaint' : /\b(?:factura|transferencia|pague|pagar la renta|mi pago|deposite)\b/.test(said) ? 'payment' : /\bcontrato\b/.test(said) ? 'contract' : undefined
export const privacyIn = (said: string): 'access' | 'rectify' | 'cancel' | 'oppose' | 'stop' | undefined =>
  /\bya no me (?:escriban|manden|contacten)\b/.test(said) ? 'stop' : !/\bmis datos\b/.test(said) ? undefined : /\b(?:borr|elimin)\w+/.test(said) ? 'cancel' : /\b(?:corr[ei]g|rectific|actualiz)\w+/.test(said) ? 'rectify' : /\b(?:opon|no usen|dejen de usar)\w*/.test(said) ? 'oppose' : /\b(?:ver|acces\w*|conoc\w+|saber|consultar|copia|tienen|guardan|da[md]e|denme|m[au]nd\w+|envi\w+|pid\w+|quiero mis)\b/.test(said) ? 'access' : undefined

// 'la 2', 'el primero', '3': which of what was listed.
export const placeIn = (said: string, count: number): number | undefined => {
  const named = ordinals.findIndex((ordinal) => new RegExp(`\\b${ordinal}\\b`).test(said))
  if (named === ordinals.length - 1) return count > 0 ? count - 1 : undefined
  const number = named >= 0 ? named + 1 : Number(/^\W*(?:(?:la|el|opcion|numero|quiero|me gusta|prefiero)\s+)*(\d)\b(?!\s*(?::|h\b|recamara|mil))/.exec(said)?.[1] ?? 0)
  return number >= 1 && number <= count ? number - 1 : undefined
}

// 'a las 11', 'a las 4:30 de la tarde', '16:30': as a label of a slot says it.
export const timeIn = (said: string): string | undefined => {
  const [, hour, minutes = '00', half] = /\ba las? (\d{1,2})(?::(\d{2}))?(?: y (media))?/.exec(said) ?? /\b(\d{1,2}):(\d{2})\b/.exec(said) ?? []
  if (hour === undefined) return undefined
  const late = /\b(tarde|noche|pm)\b/.test(said) && Number(hour) < 12 ? 12 : 0
  return `${Number(hour) + late}:${half ? '30' : minutes}`
}

export const dayIn = (said: string): string | undefined => weekday.exec(said.replace(/\b(por|en|de) la manana\b/, ''))?.[0]
export const partIn = (said: string): string | undefined => (/\bla manana\b/.test(said) ? 'morning' : /\bla tarde\b/.test(said) ? 'afternoon' : /\bla noche\b/.test(said) ? 'evening' : undefined)

// 'quiero una visita el lunes a las 11 en Roma Norte 302', or the home first.
const time = String.raw`a las? \d{1,2}(?::\d{2})?(?: y media)?(?: de la (?:mañana|tarde))?`
const day = String.raw`(?:el |este |próximo )*(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|hoy|mañana)`
const timeFirst = new RegExp(String.raw`\bvisit\w*\s+(?:para\s+)?(${day}\b.*?${time})(?:\s+en\s+(.+))?$`, 'iu')
const homeFirst = new RegExp(String.raw`\bvisit\w*\s+(?:en|a)\s+(.+?),?\s+(${day}\b.*?${time})`, 'iu')
export const tourIn = (text: string): { when: string; home: string | undefined } | undefined => {
  const said = text.trim().replace(/[.!?]+$/, '')
  const [, when, home] = timeFirst.exec(said) ?? []
  if (when !== undefined) return { when, home }
  const [, first, then] = homeFirst.exec(said) ?? []
  return then === undefined ? undefined : { when: then, home: first }
}

// 'el martes a las 12', wherever it stands.
const anyTime = new RegExp(`(${day}\\b.*?${time})`, 'iu')
export const whenIn = (text: string): string | undefined => anyTime.exec(text)?.[1]

export type Wish = { area?: string; bedrooms?: string; budget_max?: string; pets?: string; move_in?: string }
export const wishIn = (text: string): Wish => {
  const said = plain(text)
  const count = /\b(\d|una?|dos|tres|cuatro)\s+(?:recamaras?|cuartos?|habitaciones)/.exec(said)?.[1]
  const bedrooms = count === undefined ? undefined : /\d/.test(count) ? count : String(counts.findIndex((each) => new RegExp(`^${each}$`).test(count)) + 1)
  const [, amount, thousands] = /(?:hasta|presupuesto(?: es)?(?: de)?|maximo(?: de)?|menos de|\$)\s*\$?\s*(\d[\d.,]*)\s*(mil|k\b)?/.exec(said) ?? []
  const area = /\b(?:en|por|zona(?: de)?|colonia)\s+((?:(?!(?:de|con|sin|para|hasta|que|y|renta)\b)\p{L}+\s*){1,3})/iu.exec(text)?.[1]?.trim()
  const moveIn = /\b\d{4}-\d{2}-\d{2}\b/.exec(said)?.[0]
  return {
    ...(area !== undefined && { area }),
    ...(bedrooms !== undefined && { bedrooms }),
    ...(amount !== undefined && { budget_max: amount.replace(/[.,](?=\d{3})/g, '') + (thousands ? '000' : '') }),
    ...(/\b(perr\w+|gat\w+|mascotas?)\b/.test(said) && { pets: String(!/\bsin mascotas?\b/.test(said)) }),
    ...(moveIn !== undefined && { move_in: moveIn }),
  }
}

// Which of what was listed they name, by its own name or by its place.
export const named = <T extends { home: string; title: string }>(homes: readonly T[], text: string): T | undefined => {
  const said = plain(text)
  return homes.find(({ home, title }) => said.includes(plain(home)) || said.includes(plain(title)))
}
export const picked = <T>(listed: readonly T[], said: string): T | undefined => listed[placeIn(said, listed.length) ?? -1]
export const slotAt = <T extends { label: string }>(slots: readonly T[], said: string): T | undefined => {
  const time = timeIn(said)
  const day = dayIn(said)
  return time === undefined ? undefined : slots.find(({ label }) => new RegExp(`(^|\\D)0?${time}(\\D|$)`).test(label) && (day === undefined || plain(label).includes(day)))
}
