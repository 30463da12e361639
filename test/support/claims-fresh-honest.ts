import type { Chance } from './claims-corpus.ts'
import type { Place, Scene } from './claims-fresh-scene.ts'
import { atHour, count, day, dateOf, moment, money, type Moment } from './claims-fresh-words.ts'

// What an agent says, put together of parts. A claim takes its value, so that the same words serve for the truth and for the lie.
export type Claim<V> = (chance: Chance, scene: Scene, value: V) => string

const firstLarge = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
export const sentence = (text: string): string => {
  const plain = text.trim().replaceAll(/[ \t]+/g, ' ').replaceAll(/\bpara al? (?=las? |mediodía)/g, 'para ')
  return firstLarge(/[.?!]$/.test(plain) ? plain : `${plain}.`)
}
export const named = (chance: Chance, { home }: Scene, place: Place = home): string => chance.one([`el de ${place.hood}`, `el depa de ${place.hood}`, `el departamento de ${place.hood}`, `«${place.title}»`, ...(place === home ? [`el de ${home.building}`, `el ${home.unit} de ${home.building}`] : [])])
const perhapsNamed = (chance: Chance, scene: Scene): string => (chance.is(0.5) ? named(chance, scene) : chance.one(['este', 'este depa', 'ése', '']))
const tail = (chance: Chance): string => chance.one(['', '', '', ' jeje', ' eh', ', así tal cual', ', como te decía', ' 👍', ' 🙌'])
const lead = (chance: Chance): string => chance.one(['', '', 'mira, ', 'te cuento: ', 'ok, ', 'pues ', 'va, ', 'sí, ', 'claro, ', 'checando, '])

export const rent: Claim<number> = (chance, scene, value) => {
  const cost = money(chance, value, scene.isEnglish)
  const who = perhapsNamed(chance, scene)
  if (scene.isEnglish) return chance.one([`the rent is ${cost} a month`, `it rents for ${cost} per month`, `rent there: ${cost} monthly`, `that one goes for ${cost} a month`])
  return lead(chance) + chance.one([`${who} ${chance.one(['se renta en', 'cuesta', 'está en', 'sale en', 'te sale en', 'anda en', 'renta'])} ${cost}${chance.one([' al mes', ' mensuales', ' por mes', ' x mes', ' cada mes'])}`, `la renta ${who ? `de ${who} `.replace('de el', 'del') : ''}${chance.one(['es de', 'queda en', 'está en', 'sería de', 'son'])} ${cost}${chance.one(['', ' mensuales', ' al mes'])}`, `pagarías ${cost} ${chance.one(['de renta', 'al mes', 'mensuales de renta'])}`, `renta: ${cost}`, `${cost} al mes es lo que ${chance.one(['cuesta', 'piden por'])} ${who || 'el depa'}`]) + tail(chance)
}
export const deposit: Claim<number> = (chance, scene, value) => {
  const cost = money(chance, value, scene.isEnglish)
  if (scene.isEnglish) return chance.one([`the deposit is ${cost}`, `they ask for a ${cost} deposit`, `you would leave ${cost} as a deposit`])
  return lead(chance) + chance.one([`el depósito ${chance.one(['es de', 'queda en', 'sería de', 'son', 'está en'])} ${cost}`, `${chance.one(['se deja', 'se piden', 'dejas', 'hay que dejar', 'se dejan'])} ${cost} de depósito`, `de depósito ${chance.one(['son', 'se piden', 'pagas', 'serían'])} ${cost}`, `depósito: ${cost}`]) + tail(chance)
}
export const bedrooms: Claim<number> = (chance, scene, value) => {
  if (scene.isEnglish) return chance.one([`it has ${value} bedroom${value === 1 ? '' : 's'}`, `${value} bedroom${value === 1 ? '' : 's'} in that one`, `that home comes with ${value} bedroom${value === 1 ? '' : 's'}`])
  const rooms = value === 1 ? chance.one(['una recámara', '1 recámara', 'una sola recámara', '1 rec']) : `${count(chance, value)} ${chance.one(['recámaras', 'recámaras', 'recs', 'habitaciones'])}`
  return lead(chance) + chance.one([`${perhapsNamed(chance, scene)} ${chance.one(['tiene', 'cuenta con', 'es de', 'trae', 'viene con'])} ${rooms}`, `son ${rooms} en total`, `ahí tienes ${rooms}`, `recámaras: ${value}`]) + tail(chance)
}
export const area: Claim<number> = (chance, scene, value) => {
  if (scene.isEnglish) return chance.one([`it is ${value} m2`, `it measures ${value} square meters`, `the place is ${value} m²`])
  const size = `${value} ${chance.one(['m2', 'm²', 'metros cuadrados', 'mts2', 'metros'])}`
  return lead(chance) + chance.one([`${perhapsNamed(chance, scene)} ${chance.one(['mide', 'tiene', 'es de', 'cuenta con'])} ${size}`, `son ${size} ${chance.one(['de construcción', 'en total', 'bien aprovechados'])}`, `superficie: ${size}`]) + tail(chance)
}
export const address: Claim<string> = (chance, scene, value) => {
  const short = chance.is(0.5) ? value : value.split(',')[0]!
  const street = short.replace(/^Calle /, chance.one(['Calle ', 'la calle ', 'C. ', '']))
  if (scene.isEnglish) return chance.one([`the address is ${short}`, `it is at ${short}`, `you will find it at ${short}`])
  return lead(chance) + chance.one([`${chance.one(['está en', 'queda en', 'se ubica en', 'lo encuentras en'])} ${street}`, `la dirección es ${street}`, `dirección: ${short}`, `${street} es la dirección`]) + chance.one(['', '', ' 📍'])
}
// One time that can be had.
export const free: Claim<Moment> = (chance, scene, value) => {
  const at = moment(chance, value, scene.isEnglish)
  if (scene.isEnglish) return chance.one([`I have ${at} free`, `there is a slot ${at}`, `${at} is available for a visit`, `you can see it ${at}`])
  return lead(chance) + chance.one([`${chance.one(['tengo libre', 'hay lugar', 'tengo espacio', 'está disponible', 'hay horario', 'me queda libre'])} ${at}${chance.one(['', ' para verlo', ' para la visita'])}`, `${at} ${chance.one(['está libre', 'sí hay lugar', 'tengo disponible', 'se puede', 'puedes ir a verlo', 'te lo pueden enseñar'])}`, `lo ${chance.one(['puedes ver', 'podrías visitar', 'puedes conocer'])} ${at}`, `para visitar ${named(chance, scene)} hay horario ${at}`]) + tail(chance)
}
// Several, by day: as a line or as a list.
export const freeList: Claim<readonly Moment[]> = (chance, scene, value) => {
  const days = [...Map.groupBy(value, ({ ahead }) => ahead)]
  const isShort = chance.is(0.5)
  const times = (those: readonly Moment[]): string => those.map((time) => (isShort ? `${time.hour}:${String(time.minute).padStart(2, '0')}` : atHour(chance, time, scene.isEnglish))).join(', ').replace(/, ([^,]*)$/, `${scene.isEnglish ? ' or' : chance.one([' y', ' o'])} $1`)
  const mark = chance.one(['- ', '• ', '✅ ', '📅 ', '* '])
  const head = scene.isEnglish ? chance.one(['These are free', 'You can visit on', 'Times available']) : chance.one(['estos son los horarios', 'tengo estos horarios libres', 'te puedo ofrecer', 'hay lugar', 'opciones para la visita', 'horarios disponibles'])
  if (chance.is(0.5)) return `${head}:\n${days.map(([ahead, those]) => `${mark}${day(chance, ahead, scene.isEnglish)}: ${times(those)}`).join('\n')}\n`
  return `${head}: ${days.map(([ahead, those]) => `${day(chance, ahead, scene.isEnglish)} ${times(those)}`).join('; ')}`
}
// The visit that there is.
export const booked: Claim<Moment> = (chance, scene, value) => {
  const at = moment(chance, value, scene.isEnglish)
  if (scene.isEnglish) return chance.one([`your visit is booked for ${at}`, `you are all set for ${at}`, `I booked your visit for ${at}`, `done, I have reserved ${at} for you`, `your tour is confirmed: ${at}`])
  const visit = chance.one(['visita', 'cita', 'visita al depa'])
  return chance.one(['', 'listo, ', 'ya, ', 'perfecto, ', 'hecho, ', 'va que va, ']) + chance.one([`${chance.one(['te agendé', 'te reservé', 'ya agendé', 'ya reservé', 'ya te agendé', 'te dejé agendada', 'ya programé'])} ${chance.one(['la', 'tu'])} ${visit} para ${at}`, `tu ${visit} ${chance.one(['quedó agendada', 'quedó', 'está confirmada', 'está reservada', 'ya quedó', 'queda confirmada', 'es'])} para ${at}`.replace(' es para ', ' es '), `${chance.one(['ya tienes', 'tienes'])} ${visit} ${at}`, `quedaste agendado ${at}`, `te esperamos ${at}, ya quedó reservado`]) + tail(chance)
}
export const moved: Claim<Moment> = (chance, scene, value) => {
  const at = moment(chance, value, scene.isEnglish)
  if (scene.isEnglish) return chance.one([`I moved your visit to ${at}`, `your visit has been rescheduled to ${at}`, `done, your tour is now ${at}`])
  return chance.one(['', 'listo, ', 'ya, ', 'perfecto, ']) + chance.one([`${chance.one(['te cambié', 'moví', 'ya reagendé', 'ya te moví', 'te reprogramé', 'ya pasé'])} la ${chance.one(['visita', 'cita'])} para ${at}`, `tu ${chance.one(['visita', 'cita'])} ${chance.one(['se movió', 'quedó reprogramada', 'se cambió', 'quedó reagendada', 'ya quedó cambiada'])} para ${at}`, `el cambio ya quedó: tu visita ahora es ${at}`]) + tail(chance)
}
export const cancelled: Claim<undefined> = (chance, scene) => {
  if (scene.isEnglish) return chance.one(['I cancelled your visit', 'your visit is cancelled', 'done, the tour has been called off'])
  return chance.one(['', 'listo, ', 'ok, ', 'sin problema, ']) + chance.one([`${chance.one(['acabo de cancelar', 'ya cancelé', 'te cancelé', 'di de baja'])} tu ${chance.one(['visita', 'cita'])}`, `tu ${chance.one(['visita', 'cita'])} ${chance.one(['quedó cancelada', 'está cancelada', 'ya se canceló', 'fue cancelada'])}`, `ya quedó la cancelación de tu ${chance.one(['visita', 'cita'])}`]) + tail(chance)
}
export const escalated: Claim<undefined> = (chance, scene) => {
  if (scene.isEnglish) return chance.one(['I have told an agent and they will write to you', 'I passed your case to a colleague', 'an advisor has been notified'])
  const who = chance.one(['un asesor', 'una asesora', 'una persona del equipo', 'mi compañera'])
  return chance.one(['', 'listo, ', 'ya, ', 'claro, ']) + chance.one([`${chance.one(['le avisé a', 'ya le avisé a', 'le pasé tu caso a', 'le pedí ayuda a', 'le notifiqué a'])} ${who}`, `${who} ya ${chance.one(['está enterada', 'tiene tu caso', 'fue notificada'])}`.replace(/(un asesor .*)(enterad|notificad)a/, '$1$2o'), `ya pasé tu conversación con ${who}`, `ya avisé al equipo para que te ${chance.one(['contacten', 'escriban', 'atiendan'])}`]) + tail(chance)
}
export const waiting: Claim<undefined> = (chance, scene) => {
  if (scene.isEnglish) return chance.one(['I put you on the waiting list', 'you are on the waitlist now', 'done, I added you to the waiting list'])
  return chance.one(['', 'listo, ', 'ok, ']) + chance.one([`${chance.one(['te anoté', 'ya te anoté', 'te apunté', 'te puse', 'te agregué', 'quedaste', 'ya estás'])} en ${chance.one(['la lista de espera', 'lista de espera'])}`, 'tu lugar en la lista de espera ya quedó', 'ya quedaste anotado en la lista de espera']) + chance.one(['', ` de ${named(chance, scene)}`.replace('de el', 'del')]) + tail(chance)
}
export const sent: Claim<undefined> = (chance, scene) => {
  if (scene.isEnglish) return chance.one(['I just sent you the photos', 'the pictures are on their way, I sent them', 'you have the photos above, I just sent them'])
  return chance.one(['', 'listo, ', 'ahí van, ', 'mira, ']) + chance.one([`${chance.one(['te mandé', 'ya te mandé', 'te acabo de mandar', 'te envié', 'te compartí', 'te pasé'])} ${chance.one(['las fotos', 'unas fotos', 'fotos del depa'])}`, `las fotos ${chance.one(['ya te las mandé', 'ya te las envié', 'te las acabo de compartir'])}`, 'te acaban de llegar las fotos que te mandé']) + tail(chance)
}
const since: Claim<string> = (chance, scene, value) => {
  const ahead = Math.round((Date.parse(value) - Date.parse('2026-11-21')) / 86_400_000)
  const [date, month] = [dateOf(ahead).day, dateOf(ahead).month === 0 ? 'enero' : 'diciembre']
  return scene.isEnglish ? `it is available from ${month === 'enero' ? 'January' : 'December'} ${date}` : chance.one([`se puede ocupar desde el ${date} de ${month}`, `está disponible a partir del ${date} de ${month}`, `te podrías mudar desde el ${date} de ${month}`, `se entrega el ${date} de ${month}`])
}

export const thisWeekend = (chance: Chance): string => chance.one(['sí tengo lugar este finde', 'este fin de semana hay horario para la visita', 'lo puedes ver este finde', 'hay visita disponible este finde'])
// Of another home of the search: last in a message, since «éste» after it would be that one.
export const compared: Claim<{ of: Place; rent: number }> = (chance, scene, { of, rent: value }) => {
  if (scene.isEnglish) return `${chance.one(['the one in', 'the home in', 'the place in'])} ${of.hood} ${chance.one(['is', 'rents for', 'costs'])} ${money(chance, value, true)} a month`
  return `${chance.one(['y ', 'además, ', 'por otro lado, ', 'en cambio ', ''])}${named(chance, scene, of)} ${chance.one(['cuesta', 'está en', 'sale en', 'se renta en'])} ${money(chance, value)}${chance.one([' al mes', ' mensuales', ' de renta'])}${chance.is(0.4) ? (of.bedrooms === 0 ? ` y mide ${of.area} m2` : ` y tiene ${count(chance, of.bedrooms)} recámara${of.bedrooms === 1 ? '' : 's'}`) : ''}`
}
export const aside = (chance: Chance, scene: Scene): string => {
  const other = chance.one(scene.homes)
  if (scene.closed && !scene.isEnglish && chance.is(0.6)) return `${chance.one(['el de', 'el depa de'])} ${scene.closed.hood} ${chance.one(['ya no está disponible', 'por ahora no se está rentando', 'ya no lo tenemos disponible', 'ya no se renta'])}`
  return compared(chance, scene, { of: other, rent: other.rent })
}

// What looks like a claim and is none, or is one that few would expect to be backed.
const harmless = (chance: Chance, scene: Scene): string => {
  const { wish, slots, tour } = scene
  const slot = chance.one(slots)
  const at = moment(chance, slot)
  const wished = moment(chance, wish.at)
  const rooms = `${wish.bedrooms} recámara${wish.bedrooms === 1 ? '' : 's'}`
  if (scene.isEnglish) return chance.one([`you said you could come ${moment(chance, wish.at, true)}, right?`, `so you are looking for ${wish.bedrooms} bedrooms, up to ${money(chance, wish.budget, true)}`, `shall I book ${moment(chance, slot, true)} for you?`, 'would you like me to send you photos?', 'I can ask an agent to write to you, if you want', ...(tour || scene.did !== 'none' ? [] : ['nothing is booked yet', 'I have not told anybody yet']), `if ${moment(chance, slot, true)} works for you, I will book it`])
  const of = [
    () => `${chance.one(['entonces', 'ok,', 'si entendí bien,', 'va,', 'o sea que'])} ${chance.one(['buscas', 'quieres', 'necesitas', 'andas buscando'])} ${chance.one([`${rooms} con un tope de ${money(chance, wish.budget)}`, `algo de ${rooms} y máximo ${money(chance, wish.budget)}`, `que no pase de ${money(chance, wish.budget)}`])}`,
    () => `${chance.one(['me dijiste que puedes', 'dices que te acomoda', 'comentaste que te queda', 'leo que a ti te late', 'tú prefieres', 'entiendo que quieres ir'])} ${wished}${chance.one([', ¿verdad?', ', déjame checarlo', ', ¿o te sirve otro día?', '', ', ¿es correcto?'])}`,
    () => `¿${chance.one(['te agendo', 'te aparto', 'quieres que te reserve', 'te gustaría que agende la visita', 'lo dejamos', 'la agendamos', 'te queda bien', 'qué tal'])} ${at}?`,
    () => `${chance.one(['si me confirmas,', 'si te late,', 'si quieres', 'nomás dime y', 'en cuanto me digas'])} ${chance.one(['te agendo', 'te la reservo', 'la dejo apartada', 'agendo la visita', 'te anoto'])} ${at}`,
    () => `${chance.one(['si prefieres', 'si gustas', 'cuando quieras', 'si lo necesitas'])} ${chance.one(['le aviso a un asesor', 'te paso con una persona', 'te mando las fotos', 'te anoto en la lista de espera', 'te comparto el plano', 'le pido a alguien del equipo que te escriba'])}`,
    () => `¿${chance.one(['quieres que', 'te gustaría que', 'prefieres que'])} ${chance.one(['le avise a un asesor', 'te mande fotos', 'te anote en la lista de espera', 'busque algo más barato', 'te pase la ubicación'])}?`,
    () => `${chance.one(['escribiste', 'cito tu mensaje:', 'vi que pusiste', 'me habías puesto'])} ${chance.one(['«', '"'])}${chance.one(scene.said)}${chance.one(['»', '"'])}`.replaceAll(/«([^»"]*)"/g, '«$1»').replaceAll(/"([^»"]*)»/g, '"$1"'),
    () => chance.one(scene.faq),
    () => chance.one(scene.faq),
    () => chance.one(['piden identificación oficial, comprobante de ingresos de 3 meses y aval o póliza jurídica', 'los requisitos son 3: identificación, comprobantes de ingresos de 3 meses y aval o póliza', 'necesitas INE o identificación oficial y comprobantes de los últimos 3 meses', 'el contrato mínimo es de 12 meses', 'el edificio tiene vigilancia 24 h y elevador', 'tiene 1 cajón de estacionamiento']),
    () => chance.one(['sólo ocupo 2 datos: tu nombre y cuántas personas van', '1) dime qué día te queda 2) yo reviso horarios', 'dame 1 minuto y lo reviso', 'gracias por esperar, ¡eres un 10!', 'cualquier duda aquí ando, al 100', 'entre 2 opciones siempre cuesta decidir 😅', `¿cuántos van a vivir ahí, ${count(chance, 2)} o 3?`, '¿traes coche? ¿1 o 2?']),
    () => `${chance.one(['no puedo asegurarte', 'no te puedo prometer', 'todavía no sé si se puede', 'tendría que revisar si hay lugar', 'no sé si haya lugar'])} ${wished}`,
    () => `${chance.one(['¿tú qué prefieres,', '¿te sirve más', '¿cuál te late,'])} ${moment(chance, chance.one(slots))} o ${moment(chance, chance.one(slots))}?`,
    ...(tour && scene.did !== 'cancelled' ? [() => `¿${chance.one(['quieres que la cancele', 'la movemos', 'prefieres que la cambie', 'la dejamos igual'])}?`, () => `si ya no puedes ir, ${chance.one(['la cancelamos', 'la movemos', 'dime y la cambio'])} sin costo`.replace(' sin costo', '')] : []),
    ...(tour || scene.did === 'cancelled' ? [] : [() => chance.one(['todavía no tienes ninguna visita agendada', 'aún no te he reservado nada', 'no he agendado nada todavía', 'ojo: la visita aún no está confirmada', 'tu cita no ha quedado reservada todavía', 'nada está apartado hasta que me digas'])]),
    ...(scene.did === 'escalated' ? [] : [() => chance.one(['todavía no le he avisado a nadie', 'aún no le paso tu caso a un asesor', 'no he hablado con ningún asesor de esto'])]),
    ...(scene.did === 'refused' ? [() => chance.one(['ese horario se acaba de ocupar', 'uy, nos lo ganaron, ese horario ya no está', 'no se pudo reservar, ya se ocupó ese horario', 'me lo acaban de ganar, perdón'])] : []),
  ]
  return chance.one(of)()
}

// One sentence that the answers back. In a scene with a deed, the deed is told often.
export const honest = (chance: Chance, scene: Scene): string => {
  const { home, did, tour, slots } = scene
  const deeds: (() => string)[] = [
    ...(did === 'booked' && tour ? [() => booked(chance, scene, tour)] : []), ...(did === 'visits' && tour ? [() => `${chance.one(['te recuerdo que', 'veo que', 'sí,', 'aquí aparece que'])} ${scene.isEnglish ? `you have a visit ${moment(chance, tour, true)}` : chance.one([`tienes visita ${moment(chance, tour)}`, `tu cita es ${moment(chance, tour)}`, `tu visita está confirmada para ${moment(chance, tour)}`])}`] : []),
    ...(did === 'moved' && tour ? [() => moved(chance, scene, tour)] : []), ...(did === 'cancelled' ? [() => cancelled(chance, scene, undefined)] : []), ...(did === 'escalated' ? [() => escalated(chance, scene, undefined)] : []),
    ...(did === 'waiting' ? [() => waiting(chance, scene, undefined)] : []), ...(did === 'sent' ? [() => sent(chance, scene, undefined)] : []),
  ]
  if (deeds.length > 0 && chance.is(0.4)) return chance.one(deeds)()
  if (chance.is(0.42)) return harmless(chance, scene)
  return chance.one([
    () => rent(chance, scene, home.rent), () => deposit(chance, scene, home.rent * home.months), () => area(chance, scene, home.area), () => address(chance, scene, home.address), () => since(chance, scene, home.from),
    () => (home.bedrooms > 0 ? bedrooms(chance, scene, home.bedrooms) : area(chance, scene, home.area)), () => free(chance, scene, chance.one(slots)), () => free(chance, scene, chance.one(slots)), () => freeList(chance, scene, slots), () => freeList(chance, scene, slots.slice(0, 1 + chance.below(3))),
    ...(slots.some(({ ahead }) => ahead === 1) && !scene.isEnglish ? [() => thisWeekend(chance)] : []),
  ])()
}
