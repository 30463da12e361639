import type { Millis } from '../define.ts'
import type { CalendarEvent } from './ports/calendar.ts'

// The calendar of somebody who shows homes. agent: whose it is, by its address; undefined where that is nobody's of ours. version: of what is busy there. readAt: when it was last asked what has changed; undefined where it never was.
export type Calendar = { connection: string; vendor: string; version: number; agent: string | undefined; readAt: Millis | undefined }
// What one of ours has arranged with a prospect in their own calendar. agent: with whom it is; title: as they call it there, or nothing.
export type Meeting = { id: string; agent: string; title: string; startsAt: Millis; endsAt: Millis; status: 'confirmed' | 'cancelled' }

// What an event of ours that was seen there tells. ours: it is as we told it. late: it was so before, and what we know is newer. people: somebody there made it so.
// What is under way may be seen as it was told before; and of what was told since, an older version says nothing.
type Told = { state: 'sent' | 'stands' | 'leaving' | 'gone' | 'dead'; startsAt: Millis; wasStartsAt: Millis | null; versions: readonly string[] }
export const formerly = (event: string): string => `event ${event}` // among the versions: all of an event that another one has replaced
export const judge = ({ state, startsAt, wasStartsAt, versions }: Told, event: CalendarEvent): 'ours' | 'late' | 'people' => {
  const isOff = state === 'leaving' || state === 'gone'
  if (versions.includes(formerly(event.id))) return 'late'
  if (event.is === 'gone') return isOff ? 'ours' : 'people'
  const { version } = event
  if (version !== undefined && versions.includes(version) && (isOff || version !== versions.at(-1))) return 'late'
  if (state === 'leaving') return 'late'
  if (event.startsAt === startsAt || (version !== undefined && version === versions.at(-1))) return 'ours'
  if (event.startsAt === wasStartsAt && (state === 'sent' || version === undefined)) return 'ours'
  return 'people'
}
