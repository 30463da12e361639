import { AutoGrid, BarChart, LineChart } from '@hubspot/ui-extensions'
import type { ReactNode } from 'react'
import type { Page } from './page.ts'
import type { TodayView } from './views.ts'

// Two weeks of tours by how they went, and of messages. A legend names each colour.
const states = ['confirmed', 'completed', 'held', 'no_show', 'cancelled'] as const
const directions = ['in', 'out'] as const

export const Charts = ({ page: { speaker: { language, words }, said }, view: { tourDays, messageDays } }: { page: Page; view: TodayView }): ReactNode => {
  const date = new Intl.DateTimeFormat(language, { timeZone: 'UTC', day: 'numeric', month: 'short' })
  const label = (day: string): string => date.format(new Date(`${day}T00:00:00Z`))
  const tours = tourDays.flatMap(({ day, ...counts }) => states.map((state) => ({ day: label(day), what: words.tour[state], count: counts[state] })))
  const messages = messageDays.flatMap(({ day, ...counts }) => directions.map((direction) => ({ day: label(day), what: said.direction[direction], count: counts[direction] })))
  const x = { field: 'day', fieldType: 'category', label: said.day } as const
  const y = { field: 'count', fieldType: 'linear', label: said.count } as const
  const colors = { [words.tour.confirmed]: 'blue', [words.tour.completed]: 'green', [words.tour.held]: 'yellow', [words.tour.no_show]: 'darkOrange', [words.tour.cancelled]: 'purple' } as const
  return (
    <AutoGrid columnWidth={420} flexible gap="small">
      <BarChart data={tours} axes={{ x, y, options: { groupFieldByColor: 'what', stacking: true, colors } }} options={{ title: said.tourChart, showLegend: true, showTooltips: true }} />
      <LineChart data={messages} axes={{ x, y, options: { groupFieldByColor: 'what' } }} options={{ title: said.messageChart, showLegend: true, showTooltips: true }} />
    </AutoGrid>
  )
}
