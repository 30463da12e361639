import { dayOf } from './speaker.ts'
import type { Line, TranscriptView } from './views.ts'

// A newer first page replaces what it covers and keeps what stands before it. If so much was written that the two no longer touch, the older pages are let go, so that no gap is hidden.
export const joinNewest = (before: TranscriptView, now: TranscriptView): TranscriptView => {
  const fresh = new Set(now.lines.map(({ id }) => id))
  const first = before.lines.findIndex(({ id }) => fresh.has(id))
  if (first <= 0) return now
  return withLines(now, [...before.lines.slice(0, first), ...now.lines], before.earlier)
}
export const withEarlier = (view: TranscriptView, page: TranscriptView): TranscriptView => {
  const known = new Set(view.lines.map(({ id }) => id))
  return withLines(view, [...page.lines.filter(({ id }) => !known.has(id)), ...view.lines], page.earlier)
}
const withLines = (view: TranscriptView, lines: Line[], earlier: string | undefined): TranscriptView => {
  const { earlier: _its, ...rest } = view
  return { ...rest, lines, ...(earlier !== undefined && { earlier }) }
}

// Days, and in them messages and what Portero did between two messages.
export type Entry = { kind: 'message'; line: Line } | { kind: 'done'; lines: Line[] }
export type Day = { day: string; at: string; entries: Entry[] }

export const daysOf = (lines: readonly Line[], zone: string): Day[] => {
  const days: Day[] = []
  for (const line of lines) {
    const day = dayOf(line.at, zone)
    const last = days.at(-1)
    if (last?.day === day) add(last.entries, line)
    else days.push({ day, at: line.at, entries: add([], line) })
  }
  return days
}
const add = (entries: Entry[], line: Line): Entry[] => {
  const last = entries.at(-1)
  if (line.kind !== 'done') entries.push({ kind: 'message', line })
  else if (last?.kind === 'done') last.lines.push(line)
  else entries.push({ kind: 'done', lines: [line] })
  return entries
}
