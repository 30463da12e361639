import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { makeMetrics, type Values } from '@portero/tool-server/spine/metrics.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { promtool } from './support/exposition.ts'

// Alerts and dashboard name only what there is, and whoever is called finds what to do.
const file = (name: string): string => fileURLToPath(new URL(`../docs/${name}`, import.meta.url))
const read = (name: string): string => readFileSync(file(name), 'utf8')
type Rule = { record?: string; alert?: string; expr: string; for?: string; labels?: { severity?: string }; annotations?: { summary?: string; runbook_url?: string } }
const rules = (parse(read('ops/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)
const alerts = rules.flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]))
const recorded = rules.flatMap(({ record }) => record ?? [])
type Panel = { title: string; type: string; targets?: { expr: string; legendFormat: string }[] }
const { panels } = JSON.parse(read('ops/grafana.json')) as { panels: Panel[] }
const { listed } = makeMetrics()

const valuesOf = (values: Values): string[] => ('from' in values ? [...(values.from === 'tools' ? tools : connectors).map(({ name }) => name), ...values.and] : [...values])
const theirs: Record<string, string[]> = { up: ['job', 'instance'] } // Prometheus' own
const ofScrape = ['instance', 'job', 'le']
// Every name in an expression that is no function, keyword, label or duration, with the labels that it asks for.
const faultsIn = (expr: string): string[] => {
  const faults: string[] = []
  for (const [, name = '', selector = ''] of expr.matchAll(/\b(up|portero[\w:]*)(?:\{([^}]*)\})?/g)) {
    if (recorded.includes(name) || name in theirs) continue
    const metric = listed.find((each) => name === each.name || (each.type === 'histogram' && [`${each.name}_bucket`, `${each.name}_count`, `${each.name}_sum`].includes(name)))
    if (!metric) faults.push(name)
    for (const [, label = '', how = '', told = ''] of selector.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
      if (label === 'le' && metric?.buckets?.includes(Number(told))) continue
      const known = metric?.labels.find((each) => each.name === label)
      for (const value of how.endsWith('~') ? told.split('|') : [told]) if (!known || !valuesOf(known.values).includes(value)) faults.push(`${name}{${label}="${value}"}`)
    }
  }
  const labels = new Set(listed.flatMap((each) => each.labels.map(({ name }) => name)))
  for (const [, by = ''] of expr.matchAll(/\bby \(([^)]*)\)/g)) for (const label of by.split(',').map((each) => each.trim())) if (!labels.has(label) && !ofScrape.includes(label)) faults.push(`by ${label}`)
  return faults
}

describe('the rules', () => {
  test('know what there is from what there is not', () => {
    expect(faultsIn('sum by (room) (rate(portero_jobs_total{kind="turn", lane=~"live|fast"}[5m])) + portero_nothing + portero_job_wait_seconds_bucket{le="7"}')).toEqual(['portero_jobs_total{lane="fast"}', 'portero_nothing', 'portero_job_wait_seconds_bucket{le="7"}', 'by room'])
  })
  test.each(rules.map((rule) => [rule.alert ?? rule.record ?? '', rule] as const))('%s asks for what there is', (_name, { expr }) => {
    expect(expr).toMatch(/portero|up/)
    expect(faultsIn(expr)).toEqual([])
  })
  test.each(alerts.map((rule) => [rule.alert, rule] as const))('%s says how bad it is, in words what it is, and where the remedy stands', (name, { labels, annotations, for: wait }) => {
    expect(['critical', 'warning', 'info']).toContain(labels?.severity)
    expect(annotations?.summary?.split(' ').length).toBeGreaterThan(3)
    expect([annotations?.runbook_url, wait]).toEqual([`docs/alerts.md#${name.toLowerCase()}`, expect.stringMatching(/^\d+m|1h$/)])
    const label = /\{\{ \$labels\.(\w+) \}\}/.exec(annotations?.summary ?? '')?.[1]
    if (label !== undefined && !ofScrape.includes(label)) expect(listed.some((each) => each.labels.some((one) => one.name === label))).toBe(true)
  })
  test('no name is given twice', () => {
    const names = rules.map(({ alert, record }) => alert ?? record)
    expect(new Set(names).size).toBe(names.length)
  })
  test('each alert is tried by the rules of promtool, ringing', () => {
    const { tests } = parse(read('ops/alerts.test.yaml')) as { tests: { alert_rule_test: { alertname: string; exp_alerts?: object[] }[] }[] }
    const rung = new Set(tests.flatMap((each) => each.alert_rule_test.filter(({ exp_alerts: ringing }) => ringing && ringing.length > 0).map(({ alertname }) => alertname)))
    expect(alerts.map(({ alert }) => alert).filter((name) => !rung.has(name))).toEqual(['PorteroWebhooksFailSlow']) // the same words as PorteroToolsFailSlow
  })
  test('are taken by promtool, and ring as its tests say, where there is one', () => {
    const [checked, tried] = [promtool(['check', 'rules', file('ops/alerts.yaml')]), promtool(['test', 'rules', file('ops/alerts.test.yaml')])]
    expect([checked?.code ?? 0, tried?.code ?? 0, tried?.said.includes('FAILED') ?? false]).toEqual([0, 0, false])
  })
})

describe('docs/alerts.md', () => {
  const page = read('alerts.md')
  const sections = new Map(page.split(/^## /m).slice(1).map((text): [string, string] => [text.split('\n')[0]!, text]))
  test('says of each alert how it is told without Prometheus, or why only Prometheus can', () => {
    const told = sections.get('What is told without Prometheus') ?? ''
    expect(alerts.map(({ alert }) => alert).filter((name) => !new RegExp(`\\b${name}\\b`).test(told))).toEqual([])
  })
  test('has one section for each alert, and none for another', () => {
    expect([...sections.keys()].filter((name) => name.startsWith('Portero')).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
  })
  test.each(alerts.map(({ alert }) => [alert]))('%s: what it means, who feels it, what to do', (name) => {
    for (const word of ['**Means**: ', '**Felt by**: ', '**Do**: ']) expect(sections.get(name)).toContain(word)
  })
  test('names no metric and no alert that is not', () => {
    expect(faultsIn([...page.matchAll(/`(portero_[^`]*)`/g)].map(([, text]) => text).join(' '))).toEqual([])
    expect([...page.matchAll(/\bPortero[A-Z]\w+/g)].map(([name]) => name).filter((name) => !alerts.some(({ alert }) => alert === name))).toEqual([])
  })
  test('names only panels that are', () => {
    const titles = panels.map(({ title }) => title)
    expect([...page.matchAll(/\*([A-Z][a-z][^*]{8,60})\*/g)].map(([, title]) => title!).filter((title) => /^(Deliveries|Tool|Calls)/.test(title) && !titles.includes(title))).toEqual([])
  })
})

describe('the dashboard', () => {
  const drawn = panels.filter(({ type }) => type !== 'row')
  test.each(drawn.map((panel) => [panel.title, panel] as const))('%s asks for what there is', (_title, { targets = [] }) => {
    expect(targets.length).toBeGreaterThan(0)
    for (const { expr, legendFormat } of targets) {
      expect(faultsIn(expr)).toEqual([])
      const by = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(',').map((each) => each.trim()) ?? []
      for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect([...by, 'instance']).toContain(label)
    }
  })
  test('draws every metric there is, but for those of which others are made', () => {
    const all = drawn.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join(' ') + rules.map(({ expr }) => expr).join(' ')
    expect(listed.map(({ name }) => name).filter((name) => !all.includes(name))).toEqual(['portero_watch_mended_total', 'portero_escalation_seen_seconds', 'portero_stray_messages', 'portero_notices_shown', 'portero_follow_ups', 'portero_crm_matched', 'portero_agent_turns'])
  })
  test('is taken by promtool, expression by expression, where there is one', () => {
    const wrapped = { groups: [{ name: 'dashboard', rules: drawn.flatMap(({ targets = [] }, panel) => targets.map(({ expr }, target) => ({ record: `dashboard:p${panel}:t${target}`, expr: expr.replaceAll('$__rate_interval', '5m') }))) }] }
    const dir = mkdtempSync(join(tmpdir(), 'portero-dashboard-'))
    writeFileSync(join(dir, 'rules.json'), JSON.stringify(wrapped))
    const checked = promtool(['check', 'rules', join(dir, 'rules.json')])
    rmSync(dir, { recursive: true })
    expect(checked?.code ?? 0).toBe(0)
  })
})
