import { h } from './card-dom.js'

// HubSpot's charts: the shape for the eye, and the same numbers in words for whoever listens.
const [width, height, left, bottom, top] = [640, 240, 44, 28, 12]
const mostLabels = 8

const rowsOf = ({ data, options }) => (Array.isArray(data) ? { rows: data, labels: options?.propertyLabels ?? {} } : { rows: data.data, labels: data.options?.propertyLabels ?? {} })
const named = (labels, field, value) => labels[field]?.[value] ?? String(value)

const plotted = (node) => {
  const { axes, options = {} } = node.props
  const { rows, labels } = rowsOf(node.props)
  const groupBy = axes.options?.groupFieldByColor
  const names = [...new Set(rows.map((row) => row[axes.x.field]))]
  const groups = groupBy ? [...new Set(rows.map((row) => row[groupBy]))] : [undefined]
  const valueAt = (name, group) => rows.filter((row) => row[axes.x.field] === name && (group === undefined || row[groupBy] === group)).reduce((sum, row) => sum + Number(row[axes.y.field]), 0)
  const isStacked = axes.options?.stacking === true
  const most = Math.max(1, ...names.map((name) => (isStacked ? groups.reduce((sum, group) => sum + valueAt(name, group), 0) : Math.max(...groups.map((group) => valueAt(name, group))))))
  const labelOf = (name) => (axes.x.fieldType === 'datetime' ? String(name).slice(5, 10) : named(labels, axes.x.field, name))
  return { axes, options, names, groups, valueAt, isStacked, most, labelOf, groupLabel: (group) => named(labels, groupBy, group) }
}

const chart = (shape) => (node, pen) => {
  const plot = plotted(node)
  const { axes, options, names, groups, valueAt, most, labelOf, groupLabel } = plot
  if (names.length === 0) return h('p', { key: node.id, class: 'soft' }, pen.words.noNumbers)
  const step = (width - left) / names.length
  const y = (value) => top + (height - top - bottom) * (1 - value / most)
  const every = Math.ceil(names.length / mostLabels)
  const told = names.map((name) => `${labelOf(name)}: ${groups.map((group) => `${group === undefined ? '' : `${groupLabel(group)} `}${valueAt(name, group)}`).join(', ')}`).join('; ')
  return h('figure', { key: node.id, class: 'chart' },
    (options.title || axes.y.label) && h('figcaption', {}, options.title ?? axes.y.label),
    h('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${options.title ?? axes.y.label ?? ''} ${told}`.trim() },
      [0, most / 2, most].map((value) => h('g', {}, h('line', { class: 'rule', x1: left, x2: width, y1: y(value), y2: y(value) }), h('text', { x: left - 8, y: y(value) + 4, 'text-anchor': 'end' }, Number(value.toFixed(1))))),
      names.map((name, at) => at % every === 0 && h('text', { x: left + step * (at + 0.5), y: height - 8, 'text-anchor': 'middle' }, labelOf(name))),
      shape({ ...plot, step, y, left })),
    groups.length > 1 && h('ul', { class: 'legend line' }, groups.map((group, at) => h('li', {}, h('i', { class: `series-${at % 6}`, 'aria-hidden': 'true' }), groupLabel(group)))))
}

const bars = ({ names, groups, valueAt, isStacked, step, y, left: from }) => names.flatMap((name, at) => {
  let below = 0
  return groups.map((group, no) => {
    const value = valueAt(name, group)
    const wide = (step * 0.64) / (isStacked ? 1 : groups.length)
    const [low, high] = isStacked ? [below, (below += value)] : [0, value]
    return h('rect', { class: `series-${no % 6}`, x: from + step * (at + 0.18) + (isStacked ? 0 : wide * no), y: y(high), width: Math.max(1, wide - 2), height: Math.max(0, y(low) - y(high)), rx: 2 })
  })
})
const lines = ({ names, groups, valueAt, step, y, left: from }) => groups.flatMap((group, no) => {
  const points = names.map((name, at) => [from + step * (at + 0.5), y(valueAt(name, group))])
  return [h('polyline', { class: `series-${no % 6}`, points: points.map((each) => each.join(',')).join(' ') }), ...points.map(([x, at]) => h('circle', { class: `series-${no % 6}`, cx: x, cy: at, r: 3 }))]
})

export const charts = { BarChart: chart(bars), LineChart: chart(lines) }
