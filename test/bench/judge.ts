import type { Bench, Part, Row } from './bars.ts'

// A bar that isn't measured isn't held.
export type Judged = { what: string; bar: string; measured: string; baseline: string; holds: boolean; why: string | undefined }
export type Figures = Readonly<Record<string, unknown>>

export const judge = ({ what, parts, beside = [], why }: Row, figures: Figures): Judged => ({
  what, why,
  bar: parts.map((part) => said(part.name, `${'atMost' in part ? '≤' : '≥'} ${shown(limitOf(part))}${part.unit}`)).join(', '),
  measured: parts.map((part) => said(part.name, `${shown(valueOf(part, figures))}${part.unit}`)).join(', '),
  baseline: beside.map(({ name, at, unit }) => said(name, `${shown(numbersAt(figures, at)[0])}${unit}`)).join(', '),
  holds: parts.every((part) => isHeld(part, valueOf(part, figures))),
})
export const holds = ({ rows }: Pick<Bench, 'rows'>, figures: Figures): boolean => rows.every((row) => judge(row, figures).holds)

const limitOf = (part: Part): number => ('atMost' in part ? part.atMost : part.atLeast)
const isHeld = (part: Part, value: number | undefined): boolean => value !== undefined && ('atMost' in part ? value <= part.atMost : value >= part.atLeast)
const valueOf = (part: Part, figures: Figures): number | undefined => {
  const found = [part.at].flat().map((at) => numbersAt(figures, at))
  if (found.some((each) => each.length === 0)) return undefined
  return 'atMost' in part ? Math.max(...found.flat()) : Math.min(...found.flat())
}
const numbersAt = (figures: unknown, at: string): number[] => {
  let here = [figures]
  for (const step of at.split('.')) here = here.flatMap((each) => (typeof each !== 'object' || each === null ? [] : step === '*' ? Object.values(each) : [Reflect.get(each, step)]))
  return here.every((each) => typeof each === 'number' && Number.isFinite(each)) ? here.map(Number) : []
}
const shown = (value: number | undefined): string => (value === undefined ? '—' : (Math.abs(value) < 100 ? Math.round(value * 100) / 100 : Math.round(value)).toLocaleString('en-US'))
const said = (name: string, value: string): string => `${name} ${value}`.trim()
