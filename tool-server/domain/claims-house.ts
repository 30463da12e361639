import type { HomeTold, VisitTold } from './claims-facts.ts'
import { seatsOf, type Catalogue } from './homes.ts'
import { pesos, startOf } from './offers.ts'
import type { Tour } from './tours.ts'

// What the house knows by itself, as its tools would tell it.
export const homesTold = ({ homes }: Catalogue): HomeTold[] =>
  homes.filter(({ isOpen }) => isOpen).map(({ slug, title, unit, building, rentMxn, depositMonths, bedrooms, bathrooms, areaM2, availableFrom, requirements, features, description, pets, furnished, parking, minimumMonths, seats }) => ({
    home: slug, title, building: building.name, unit, area: building.neighbourhood, address: building.address, city: building.city, rent_mxn: rentMxn, deposit: pesos(rentMxn * depositMonths),
    bedrooms, bathrooms, area_m2: areaM2, available_from: availableFrom, requirements, features, amenities: building.amenities, description, pets, furnished, parking, minimum_months: minimumMonths, group_of: seatsOf({ seats, building }),
  }))

// Answers that people of ours have written down.
export const answersTold = ({ knowledge = [], homes }: Catalogue): string[] => {
  const buildings = new Set(homes.map(({ building }) => building))
  return [knowledge, ...homes.map(({ faq }) => faq), ...[...buildings].map(({ faq }) => faq)].flat().map(({ q, a }) => `${q} ${a}`)
}

export const visitsTold = (tours: readonly Tour[], { homes }: Catalogue): VisitTold[] =>
  tours.flatMap(({ id, home: of, startsAt, status }) => {
    const home = homes.find((each) => each.id === of)
    return home ? [{ tour_id: id, home: home.slug, title: home.title, start: startOf(home.building.zone, startsAt), address: home.building.address, status }] : []
  })
