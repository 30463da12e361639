import type { SettingsView } from './views.ts'

// The stretches of a day as people write them: '10:00-14:00, 16:00-19:00'.
export type Stretch = SettingsView['agents'][number]['hours'][number]

export const written = (hours: readonly Stretch[], day: Stretch['day']): string => hours.filter((each) => each.day === day).map(({ from, to }) => `${from}-${to}`).join(', ')

// Undefined where it can't be read.
export const stretchesIn = (line: string, day: Stretch['day']): Stretch[] | undefined => {
  const parts = line.split(/[,;]/).map((part) => part.trim()).filter((part) => part !== '')
  const stretches = parts.flatMap((part) => {
    const [, fromHour, fromMinute = '00', toHour, toMinute = '00'] = /^(\d{1,2})(?::(\d\d))?\s*(?:-|–|a|to)\s*(\d{1,2})(?::(\d\d))?$/i.exec(part) ?? []
    if (fromHour === undefined || toHour === undefined) return []
    const [from, to] = [`${fromHour.padStart(2, '0')}:${fromMinute}`, `${toHour.padStart(2, '0')}:${toMinute}`]
    return isTime(from) && isTime(to) && from < to ? [{ day, from, to }] : []
  })
  return stretches.length === parts.length ? stretches : undefined
}
const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)
