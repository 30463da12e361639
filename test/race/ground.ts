// Where the race is run: towns with homes in four places each, half of them shown to several at once, and the rules in plain words. What is laid out here the checker goes by, and nothing of ours.
export type Rules = {
  zone: string
  wayMinutes: Record<string, number> // to and from a building: the longer of its buffer and its way
  seats: Record<string, number> // of those homes that strangers see together
  perDay: number
  perWeek: Record<string, number> // of those agents who have one
  languages: Record<string, string[]> // that agents speak
}
export type Ground = { yaml: string; rules: Rules; homes: string[][]; starts: number[]; slots: number } // homes: by their towns

const zone = 'America/Mexico_City' // six hours behind UTC all year
const dayMs = 86_400_000
const places = [['roma', 10], ['condesa', 20], ['napoles', 30], ['tlalpan', 45]] as const // to and from each, in minutes
const bufferMinutes = 15
const seats = 3
const firstHour = 10

// A slot: one start of one agent. Two agents share a town, one of whom speaks English too, and each shows three of its four buildings. The days begin after tomorrow, so that none comes too near during the run; and two of them are of one week.
export const layOut = ({ slots, now }: { slots: number; now: number }): Ground => {
  const isLarge = slots >= 200
  const { days, perAgent, perDay, perWeek } = isLarge ? { days: 10, perAgent: 10, perDay: 6, perWeek: 24 } : { days: 2, perAgent: 5, perDay: 3, perWeek: 4 }
  const agents = Array.from({ length: Math.max(2, Math.round(slots / days / perAgent)) }, (_, at) => ({ slug: `agent-${at}`, town: Math.floor(at / 2), isLimited: at % 2 === 0, misses: at % 2, languages: at % 2 === 0 ? ['es-MX'] : ['es-MX', 'en'] }))
  const buildings = [...new Set(agents.map(({ town }) => town))].flatMap((town) => places.map(([name, minutes], at) => ({ slug: `${name}-${town}`, town, minutes, at })))
  const building = ({ slug, minutes }: (typeof buildings)[number]): string => `
  - { slug: ${slug}, name: Torre ${slug}, zone: ${zone}, address: Calle Uno 1, neighbourhood: Centro, city: Ciudad de México, visits: { bufferMinutes: ${bufferMinutes}, travelMinutes: ${minutes}, perAgentAndDay: ${perDay}, horizonDays: 20, onHolidays: true }, homes: [${home(`${slug}-a`)}, ${home(`${slug}-b`, `seats: ${seats}, `)}] }`
  const agent = ({ slug, town, isLimited, misses, languages }: (typeof agents)[number]): string => `
  - { slug: ${slug}, name: ${slug}, languages: [${languages.join(', ')}], hours: [{ days: [mon, tue, wed, thu, fri, sat, sun], from: '${firstHour}:00', to: '${clock(firstHour * 60 + perAgent * 30)}' }], buildings: [${buildings.filter((each) => each.town === town && each.at !== misses).map((each) => each.slug).join(', ')}]${isLimited ? `, perWeek: ${perWeek}` : ''} }`
  const today = Math.floor((now - 6 * 3_600_000) / dayMs) * dayMs
  const first = today + (new Date(today + 2 * dayMs).getUTCDay() === 0 ? 3 : 2) * dayMs
  return {
    yaml: `buildings:${buildings.map(building).join('')}\nagents:${agents.map(agent).join('')}\n`,
    rules: {
      zone, perDay, seats: Object.fromEntries(buildings.map(({ slug }) => [`${slug}-b`, seats])), wayMinutes: Object.fromEntries(buildings.map(({ slug, minutes }) => [slug, Math.max(minutes, bufferMinutes)])),
      perWeek: Object.fromEntries(agents.filter(({ isLimited }) => isLimited).map(({ slug }) => [slug, perWeek])),
      languages: Object.fromEntries(agents.map(({ slug, languages }) => [slug, languages])),
    },
    homes: [...Map.groupBy(buildings, ({ town }) => town).values()].map((those) => those.flatMap(({ slug }) => [`${slug}-a`, `${slug}-b`])),
    starts: Array.from({ length: days * perAgent }, (_, at) => first + Math.floor(at / perAgent) * dayMs + (firstHour + 6) * 3_600_000 + (at % perAgent) * 1_800_000),
    slots: agents.length * days * perAgent,
  }
}
const home = (slug: string, more = ''): string => `{ slug: ${slug}, ${more}title: ${slug}, unit: '1', bedrooms: 1, bathrooms: 1, areaM2: 50, rentMxn: 15000, pets: 'yes', availableFrom: '2026-12-01' }`
const clock = (minutes: number): string => `${Math.floor(minutes / 60)}:${minutes % 60 === 0 ? '00' : minutes % 60}`
