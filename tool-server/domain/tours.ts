import type { Millis } from '../define.ts'
import { mayMove, type Stage } from './leads.ts'

// held -> confirmed -> completed | no_show | cancelled; a hold that nobody confirms is gone without a trace.
export const tourStatuses = ['held', 'confirmed', 'completed', 'no_show', 'cancelled'] as const
export type TourStatus = (typeof tourStatuses)[number]
const moves: Record<TourStatus, readonly TourStatus[]> = { held: ['confirmed', 'cancelled'], confirmed: ['completed', 'no_show', 'cancelled'], completed: [], no_show: ['completed'], cancelled: [] }
export const mayBecome = (from: TourStatus, to: TourStatus): boolean => moves[from].includes(to)
// Whether a visit is still to be had, so that it can be put at another time.
export const isOn = (status: TourStatus): boolean => mayBecome(status, 'cancelled')

// What can happen to a tour, and where that leaves the lead. A visit that is off takes a lead back from where visits had brought it, and from nowhere else: it wakes no lost one.
// completed finds a lead at qualified when another visit was called off before anybody said how this one went.
export const tourChanges = ['booked', 'moved', 'completed', 'no_show', 'cancelled'] as const
export type TourChange = (typeof tourChanges)[number]
export const stageAfter = (stage: Stage, change: TourChange, hasOneAhead: boolean): Stage => {
  if (change === 'booked') return mayMove(stage, 'visit_scheduled') ? 'visit_scheduled' : stage
  if (change === 'completed') return stage === 'visit_scheduled' || stage === 'qualified' ? 'visit_done' : stage
  const isOff = change === 'no_show' || change === 'cancelled'
  return isOff && stage === 'visit_scheduled' && !hasOneAhead ? 'qualified' : stage
}

export type Tour = {
  id: string; person: string; conversation: string | undefined; home: string; building: string; agent: string
  startsAt: Millis; endsAt: Millis; status: TourStatus; version: number; party: number // party: how many people come
  language?: 'es-MX' | 'en' | undefined // what whoever shows it has to speak, where that was asked for
}
// A stretch of an agent's time that is not free, and where it takes them. group: others who want to see the same home may join. isHeld: only kept for somebody, so that no calendar shows it.
export type Taken = { agent: string; building: string; startsAt: Millis; endsAt: Millis; group?: { home: string; seatsTaken: number } | undefined; isHeld?: true | undefined }
export type Slot = { startsAt: Millis; endsAt: Millis; agents: readonly string[]; seatsLeft: number } // agents: who could show it, by id
