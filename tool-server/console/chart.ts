import { html, type Html } from '../spine/page.ts'

// Drawn on the server, without a style or a script. What they show stands in a table beside them; label says it in one sentence to whoever can't see.
const step = 24
const thick = 14

export const barChart = ({ label, parts }: { label: string; parts: readonly number[] }): Html => {
  const most = Math.max(1, ...parts)
  return html`<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 320 ${parts.length * step}">${parts.map((part, place) => html`<rect class="back" x="0" y="${place * step + 5}" width="320" height="${thick}" rx="4"/>
<rect x="0" y="${place * step + 5}" width="${wide(part / most, 320)}" height="${thick}" rx="4"/>`)}</svg>`
}

// Two kinds of columns, one in front of the other, each by the same measure.
export const columnChart = ({ label, columns }: { label: string; columns: readonly (readonly [number, number])[] }): Html => {
  const most = Math.max(1, ...columns.flat())
  const width = 640 / Math.max(1, columns.length)
  const column = (count: number, place: number, second: boolean): Html => {
    const high = wide(count / most, 120)
    return html`<rect${second && html` class="second"`} x="${round(place * width + width * (second ? 0.35 : 0.1))}" y="${round(120 - high)}" width="${round(width * 0.5)}" height="${high}"/>`
  }
  return html`<svg class="chart" role="img" aria-label="${label}" viewBox="0 0 640 120">${columns.map(([first, second], place) => html`${column(first, place, false)}${column(second, place, true)}`)}</svg>`
}

const wide = (part: number, whole: number): number => round(part * whole)
const round = (size: number): number => Math.round(size * 10) / 10
