import { makeMetrics, type Listed, type Values } from './metrics.ts'

// docs/metrics.md, made of the list that the metrics themselves are made of.
export const metricsReference = (): string => `# Metrics

Made by \`npx portero docs metrics > docs/metrics.md\` from \`tool-server/spine/metrics.ts\`. \`GET /metrics\` answers in Prometheus' text format, from the machine itself or with \`Authorization: Bearer OPS_TOKEN\`.

- Names and labels are stable: one is added, none changes its meaning. A label says vendors, lanes and codes, never anything of a person.
- Gauges say how things stand when they are read; with several servers on one database each says the same, so take their \`max\`, not their \`sum\`. Only \`portero_ready\`, \`portero_connections\`, \`portero_webhook_last_timestamp_seconds\` and the disk are each server's own.
- A histogram has \`_bucket\`, \`_sum\` and \`_count\` besides. What hasn't happened yet isn't there yet.
- Rules for alerts and a dashboard: \`docs/alerts.md\`.

| Metric | Type | Labels | What it says |
|---|---|---|---|
${makeMetrics().listed.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(row).join('\n')}
`

const row = ({ name, type, help, labels }: Listed): string => `| \`${name}\` | ${type} | ${labels.map((each) => `\`${each.name}\`: ${words(each.values)}`).join('<br>')} | ${help} |`
const words = (values: Values): string => {
  const known = ('from' in values ? values.and : values).map((each) => `\`${each}\``).join(' ')
  return 'from' in values ? `${values.from === 'tools' ? "the tool's name" : "the vendor's name"}${known && `, or ${known}`}` : known
}
