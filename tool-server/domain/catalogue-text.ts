import { Document, isScalar, visit } from 'yaml'
import { z } from 'zod'
import { catalogueWords } from '@portero/shared'
import type { Millis } from '../define.ts'
import { agent, building, home, zonesOf, type CatalogueFile } from './catalogue.ts'
import { buildingDetails, type Blackout } from './homes.ts'
import { dayNamed, dayOf, minuteAt, numberAt } from './zones.ts'

// The catalogue as a file again, as briefly as a person would write it: what is as usual is left out.
export const catalogueText = (file: CatalogueFile): string => {
  const visits = buildingDetails.shape.visits.unwrap()
  const written = {
    ...(file.knowledge.length > 0 && { knowledge: file.knowledge }),
    buildings: file.buildings.map((each) => ({ ...brief(building, { ...each, visits: brief(visits, each.visits) }), homes: each.homes.map((one) => brief(home, one)) })),
    agents: file.agents.map((each) => brief(agent, each)),
    ...(file.blackouts.length > 0 && { blackouts: file.blackouts.flatMap((each) => writable(file, each)).map((each) => ({ building: each.building, agent: each.agent, ...toldBy(file, each), reason: each.reason, by: each.by })) }),
  }
  const document = new Document(written)
  visit(document, { Seq: (_key, node) => void (node.flow = node.items.every((each) => isScalar(each))), Map: (_key, node) => void (node.flow = node.has('days') || node.has('caption')) })
  document.commentBefore = ` ${catalogueWords['es-MX'].exported}`
  return document.toString({ lineWidth: 0 })
}

const fields = z.record(z.string(), z.unknown())
const brief = (schema: z.ZodType, value: Record<string, unknown>): Record<string, unknown> => {
  const isUsual = (key: string): boolean => {
    const { data } = schema.safeParse(Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)))
    return data !== undefined && JSON.stringify(fields.parse(data)[key]) === JSON.stringify(fields.parse(schema.parse(value))[key])
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isUsual(key)))
}

// An agent in several zones is closed in each of their buildings instead, or nobody could say by whose clock.
const writable = <B extends Blackout>(file: CatalogueFile, blackout: B): B[] => {
  const shown = zonesOf(file, blackout).length === 1 ? undefined : file.agents.find(({ slug }) => slug === blackout.agent)?.buildings
  return shown === undefined ? [blackout] : shown.map((building) => ({ ...blackout, building }))
}

export const toldBy = (file: CatalogueFile, blackout: Blackout): { from: string; to: string } => {
  const [zone = 'UTC'] = zonesOf(file, blackout)
  return toldIn(zone, blackout)
}
export const toldIn = (zone: string, { startsAt, endsAt }: Pick<Blackout, 'startsAt' | 'endsAt'>): { from: string; to: string } => {
  const isWholeDays = minuteAt(zone, startsAt) === 0 && minuteAt(zone, endsAt) === 0
  if (isWholeDays) return { from: dayOf(zone, startsAt), to: dayNamed(numberAt(zone, endsAt) - 1) }
  return { from: momentOf(zone, startsAt), to: momentOf(zone, endsAt) }
}
const momentOf = (zone: string, ms: Millis): string => {
  const minute = minuteAt(zone, ms)
  return `${dayOf(zone, ms)} ${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}
const two = (value: number): string => String(value).padStart(2, '0')
