import type { Catalogue } from './homes.ts'

// Where somebody says they are, in words: only about where, and which of our buildings are nearest.
export type Position = { latitude: number; longitude: number }
const mostNear = 3

export const placeInWords = (position: Position, { homes }: Catalogue): string => {
  const here = `Está cerca de: ${position.latitude.toFixed(2)}, ${position.longitude.toFixed(2)}`
  const buildings = new Map(homes.filter(({ isOpen }) => isOpen).map(({ building }) => [building.id, building]))
  const near = [...buildings.values()].flatMap(({ name, neighbourhood, position: there }) => (there ? [{ name, neighbourhood, km: kmBetween(position, there) }] : []))
  if (near.length === 0) return `${here}.`
  return `${here}. De lo nuestro, lo más cercano: ${near.toSorted((a, b) => a.km - b.km).slice(0, mostNear).map(({ name, neighbourhood, km }) => `${name} (${neighbourhood}), a unos ${roughly(km)}`).join('; ')}.`
}
const roughly = (km: number): string => (km < 0.95 ? `${Math.max(1, Math.round(km * 10)) * 100} m` : `${Math.round(km)} km`)

const earthKm = 6_371
const radians = (degrees: number): number => (degrees * Math.PI) / 180
// The haversine of the angle between them.
export const kmBetween = (a: Position, b: Position): number => {
  const [up, along] = [Math.sin(radians(b.latitude - a.latitude) / 2), Math.sin(radians(b.longitude - a.longitude) / 2)]
  return 2 * earthKm * Math.asin(Math.min(1, Math.sqrt(up * up + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * along * along)))
}
