import type { Millis } from '../define.ts'

// held -> confirmed -> completed | no_show | cancelled; a hold ends in cancelled when nobody confirms it.
export const tourStatuses = ['held', 'confirmed', 'completed', 'no_show', 'cancelled'] as const
export type TourStatus = (typeof tourStatuses)[number]
const moves: Record<TourStatus, readonly TourStatus[]> = { held: ['confirmed', 'cancelled'], confirmed: ['completed', 'no_show', 'cancelled'], completed: [], no_show: [], cancelled: [] }
export const mayBecome = (from: TourStatus, to: TourStatus): boolean => moves[from].includes(to)

export type Tour = {
  id: string; person: string; conversation: string | undefined; home: string; building: string; agent: string
  startsAt: Millis; endsAt: Millis; status: TourStatus; version: number
}
// A stretch of an agent's time that is not free, and where it takes them.
export type Taken = { agent: string; building: string; startsAt: Millis; endsAt: Millis }
export type Slot = { startsAt: Millis; endsAt: Millis; agents: readonly string[] } // agents: who could show it, by id
