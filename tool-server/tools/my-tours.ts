import { z } from 'zod'
import { AppError, sayings } from '@portero/shared'
import { startOf } from '../domain/offers.ts'
import { defineTool } from '../domain/reads.ts'
import { reply } from '../domain/replies.ts'
import { label } from '../domain/spanish-times.ts'
import { tourStatuses } from '../domain/tours.ts'

const say = sayings['es-MX']
const shown = z.strictObject({ tour_id: z.string(), home: z.string(), title: z.string(), start: z.string(), label: z.string(), address: z.string(), agent: z.string(), status: z.enum(tourStatuses), calendar_url: z.string() })
const mostShown = 10

export const myTours = defineTool({
  name: 'my_tours',
  description: 'Las visitas del prospecto de esta conversación: las que vienen y las pasadas. No necesita datos.',
  input: z.strictObject({}),
  output: reply(z.strictObject({ tours: z.array(shown) })),
  callers: ['prospect'],
  policy: { effect: 'read', timeoutMs: 5_000, scopes: ['tours:read'] },
  examples: [{ name: 'ninguna todavía', input: {}, output: { ok: true, say: say.noTours, data: { tours: [] } } }],
}).runs(async (_input, { reads, subject: { person }, now }) => {
  if (!person) throw new AppError('bug', 'visits belong to a person')
  const catalogue = await reads.homes.catalogue()
  const all = await reads.tours.of(person)
  const coming = all.filter(({ status, endsAt }) => (status === 'held' || status === 'confirmed') && endsAt > now).toSorted((a, b) => a.startsAt - b.startsAt)
  const others = all.filter((tour) => !coming.includes(tour))
  const tours = await Promise.all([...coming, ...others].slice(0, mostShown).flatMap((tour) => {
    const home = catalogue.homes.find(({ id }) => id === tour.home)
    if (!home) return []
    const { zone, address } = home.building
    const agent = catalogue.agents.find(({ id }) => id === tour.agent)?.name ?? ''
    return [Promise.all([reads.handles.tour(person, tour.id), reads.handles.calendarUrl(tour.id)]).then(([tour_id, calendar_url]) => (
      { tour_id, home: home.slug, title: home.title, start: startOf(zone, tour.startsAt), label: label(zone, tour.startsAt), address, agent, status: tour.status, calendar_url }))]
  }))
  const next = tours.slice(0, coming.length)
  return { ok: true, say: next.length === 0 ? say.noTours : say.toursAre(next.map(({ title, label }) => `${title}, ${label}`).join('; ')), data: { tours } }
})
