import type { Catalogue, Home } from './homes.ts'

// What somebody looks for, as far as they said. Words are compared without accents and capitals.
export type Wish = { area?: string | undefined; bedrooms?: number | undefined; budgetMxn?: number | undefined; pets?: boolean | undefined; moveIn?: string | undefined }

export const plainWords = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim()

const fillers = new Set(['la', 'el', 'los', 'las', 'de', 'del', 'en', 'por', 'zona', 'colonia', 'col', 'barrio', 'ciudad', 'cdmx', 'mx', 'mexico', 'df', 'cerca'])
const namesOf = (area: string): string[] => {
  const words = plainWords(area).split(' ').filter((word) => word !== '')
  const telling = words.filter((word) => !fillers.has(word))
  return telling.length > 0 ? telling : words.map((word) => (word === 'cdmx' || word === 'df' ? 'mexico' : word))
}
const isIn = ({ building, title }: Home, area: string): boolean => {
  const place = plainWords([building.name, building.neighbourhood, building.city, building.address, title].join(' '))
  return namesOf(area).every((word) => place.includes(word))
}
const over = (rentMxn: number, budgetMxn: number): number => (rentMxn <= budgetMxn ? 0 : rentMxn <= budgetMxn * 1.1 ? 1 : rentMxn <= budgetMxn * 1.25 ? 2 : 4)
const misses = (home: Home, { area, bedrooms, budgetMxn, pets, moveIn }: Wish): number =>
  (area !== undefined && !isIn(home, area) ? 4 : 0) +
  (bedrooms !== undefined ? Math.max(0, bedrooms - home.bedrooms) * 2 : 0) +
  (budgetMxn !== undefined ? over(home.rentMxn, budgetMxn) : 0) +
  (pets === true && home.pets === 'no' ? 4 : 0) +
  (moveIn !== undefined && home.availableFrom > moveIn ? 1 : 0)

// All that fit, cheapest first; where none does, those that come closest.
export const searchHomes = ({ homes }: Catalogue, wish: Wish): { fitting: Home[]; closest: Home[] } => {
  const ranked = homes.filter(({ isOpen }) => isOpen).map((home) => ({ home, missed: misses(home, wish) })).toSorted((a, b) => a.missed - b.missed || a.home.rentMxn - b.home.rentMxn)
  const fitting = ranked.filter(({ missed }) => missed === 0).map(({ home }) => home)
  return { fitting, closest: fitting.length > 0 ? [] : ranked.filter(({ missed }) => missed <= 4).map(({ home }) => home) }
}

// A home by its slug, or by the words of somebody who doesn't know it.
export const homeNamed = ({ homes }: Catalogue, text: string): Home | undefined => {
  const exact = homes.find(({ slug }) => slug === text.trim().toLowerCase())
  if (exact) return exact
  const words = plainWords(text)
  const named = homes.filter(({ slug, title, unit, building }) => [plainWords(slug), plainWords(title), plainWords(`${building.name} ${unit}`)].includes(words))
  return named.length === 1 ? named[0] : undefined
}
