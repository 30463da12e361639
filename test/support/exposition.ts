import { spawnSync } from 'node:child_process'

// Prometheus' text format as its own page has it, read strictly: https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
export type Sample = { name: string; labels: Record<string, string>; value: number }
export type Family = { name: string; type: string; help: string; samples: Sample[] }

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)",?/y
const number = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]?Inf)$/i

export const readExposition = (text: string): Family[] => {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families = new Map<string, Family>()
  let latest: Family | undefined
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const comment = new RegExp(`^# (HELP|TYPE) (${metricName}) (.*)$`).exec(line)
    if (comment) {
      const [, what, name = '', rest = ''] = comment
      if (latest?.name !== name) {
        if (families.has(name)) throw new Error(`${name} is not in one piece`)
        families.set(name, (latest = { name, type: '', help: '', samples: [] }))
      }
      if (what === 'HELP') latest.help = rest
      else latest.type = rest
      continue
    }
    const [, name = '', inner, value = ''] = new RegExp(`^(${metricName})(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? []
    if (!latest || !number.test(value)) throw new Error(`not a sample: ${line}`)
    const endings = latest.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    if (!endings.some((ending) => name === `${latest?.name}${ending}`)) throw new Error(`${name} stands below ${latest.name}`)
    latest.samples.push({ name, labels: labelsIn(inner ?? ''), value: Number(value.replace('Inf', 'Infinity')) })
  }
  for (const family of families.values()) checkFamily(family)
  return [...families.values()]
}

const labelsIn = (inner: string): Record<string, string> => {
  const labels: Record<string, string> = {}
  for (labelPair.lastIndex = 0; labelPair.lastIndex < inner.length; ) {
    const pair = labelPair.exec(inner)
    const [, name = '', value = ''] = pair ?? []
    if (name === '' || name in labels) throw new Error(`not labels: ${inner}`)
    labels[name] = value
  }
  return labels
}

const sorted = (labels: Sample['labels']): [string, string][] => Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
const checkFamily = ({ name, type, samples }: Family): void => {
  if (!['counter', 'gauge', 'histogram'].includes(type)) throw new Error(`${name} is no ${type}`)
  const keys = samples.map((sample) => JSON.stringify([sample.name, sorted(sample.labels)]))
  if (new Set(keys).size < keys.length) throw new Error(`${name} says something twice`)
  if (type !== 'histogram') return
  const seriesOf = ({ labels: { le: _le, ...rest } }: Sample): string => JSON.stringify(sorted(rest))
  for (const series of Map.groupBy(samples, seriesOf).values()) {
    const buckets = series.filter((sample) => sample.name === `${name}_bucket`).map(({ value }) => value)
    const count = series.find((sample) => sample.name === `${name}_count`)?.value
    if (buckets.some((value, at) => value < (buckets[at - 1] ?? 0)) || buckets.at(-1) !== count) throw new Error(`the buckets of ${name} do not add up`)
  }
}

// Prometheus' own tool, which .ci/run fetches and names in PROMTOOL: what is named must be there. undefined: this machine has none, and our own reader is all that looks.
export const promtool = (args: string[], input?: string): { code: number | null; said: string } | undefined => {
  const { error, status, stdout, stderr } = spawnSync(process.env['PROMTOOL'] ?? 'promtool', args, { encoding: 'utf8', ...(input !== undefined && { input }) })
  if (error && process.env['PROMTOOL']) throw error
  return error ? undefined : { code: status, said: `${stdout}${stderr}` }
}
