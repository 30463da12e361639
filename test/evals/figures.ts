import type { Evaluated } from './evaluate.ts'

// What a whole evaluation comes to; each figure as docs/evals.md has it. A share of nothing is none.
export type Figures = {
  tasks: number; runs: number; passK: number; pass1: number
  falseContainment: number | undefined; escalated: number; needless: number
  messages: number; turns: number; calls: number; tokens: number; micros: number // of one run, in the mean
  replyMs: { p50: number; p95: number } | undefined // of one answer
  mended: number; replaced: number; fellBack: number // answers
}

export const figuresOf = (evaluated: readonly Evaluated[]): Figures => {
  const outcomes = evaluated.map(({ outcome }) => outcome)
  const ofTask = [...Map.groupBy(outcomes, ({ task }) => task.name).values()]
  const needing = outcomes.filter(({ task }) => task.end.calls !== undefined)
  const called = outcomes.filter(({ known }) => known.calls.length > 0)
  const answers = outcomes.flatMap(({ known }) => known.runs)
  const mean = (of: (outcome: (typeof outcomes)[number]) => number): number => rounded(outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length)
  const inAnswers = (outcome: (typeof outcomes)[number], of: (run: (typeof answers)[number]) => number): number => outcome.known.runs.reduce((sum, run) => sum + of(run), 0)
  const times = answers.flatMap(({ replyMs }) => replyMs ?? []).toSorted((a, b) => a - b)
  return {
    tasks: ofTask.length, runs: outcomes.length,
    passK: share(ofTask.filter((runs) => runs.every(({ faults }) => faults.length === 0)).length, ofTask.length) ?? 0,
    pass1: share(outcomes.filter(({ faults }) => faults.length === 0).length, outcomes.length) ?? 0,
    falseContainment: share(needing.filter(({ known }) => known.calls.length === 0).length, needing.length),
    escalated: share(called.length, outcomes.length) ?? 0,
    needless: share(called.filter(({ task }) => task.end.calls === undefined && task.end.mayCall === undefined).length, outcomes.length) ?? 0,
    messages: mean(({ turns }) => turns), turns: mean((outcome) => inAnswers(outcome, ({ turns }) => turns)), calls: mean((outcome) => inAnswers(outcome, ({ calls }) => calls)),
    tokens: mean((outcome) => inAnswers(outcome, ({ tokens }) => tokens)), micros: mean((outcome) => inAnswers(outcome, ({ micros }) => micros)),
    replyMs: times.length > 0 ? { p50: quantile(times, 0.5), p95: quantile(times, 0.95) } : undefined,
    mended: answers.filter(({ claims, outcome, reason }) => claims > 0 && outcome === 'said' && reason === null).length, replaced: answers.filter(({ reason }) => reason === 'replaced').length, fellBack: answers.filter(({ outcome }) => outcome === 'fell-back').length,
  }
}
const rounded = (value: number): number => Math.round(value * 100) / 100
const share = (some: number, all: number): number | undefined => (all === 0 ? undefined : Math.round((some / all) * 10_000) / 10_000)
// The smallest that so many don't exceed.
const quantile = (sorted: readonly number[], part: number): number => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0

export const tableOf = (figures: Figures, k: number): string => {
  const percent = (value: number | undefined): string => (value === undefined ? '—' : `${(value * 100).toFixed(1)} %`)
  const rows: [string, string][] = [
    [`pass^${k}, of ${figures.tasks} tasks`, percent(figures.passK)], [`pass@1, of ${figures.runs} runs`, percent(figures.pass1)],
    ['false containment', percent(figures.falseContainment)], ['escalated', percent(figures.escalated)], ['needlessly', percent(figures.needless)],
    ['messages of theirs, a run', String(figures.messages)], ['turns of the model, a run', String(figures.turns)], ['tool calls, a run', String(figures.calls)], ['tokens, a run', String(Math.round(figures.tokens))], ['US dollars, a run', (figures.micros / 1_000_000).toFixed(5)],
    ['reply time, p50 and p95', figures.replyMs ? `${figures.replyMs.p50 / 1000} s, ${figures.replyMs.p95 / 1000} s` : '—'], ['answers mended, replaced, fallen back', `${figures.mended}, ${figures.replaced}, ${figures.fellBack}`],
  ]
  return rows.map(([name, value]) => `${name.padEnd(40)} ${value}`).join('\n')
}
