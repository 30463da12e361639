import { parseArgs } from 'node:util'
import { prepareTemplate, removeTemplate } from '../support/databases.ts'
import { evaluate } from './evaluate.ts'
import { figuresOf, tableOf } from './figures.ts'
import { tasks } from './tasks.ts'

// npm run evals [-- --k 8] [--only NAME] [--noise 0..1] [--first SEED] [--model lab|openai] [--verbose]: one JSON line, a table, and what failed. On the engine that DATABASE_URL names, or the embedded one.
const { values } = parseArgs({ options: { k: { type: 'string', default: '8' }, only: { type: 'string' }, noise: { type: 'string', default: '0.5' }, first: { type: 'string', default: '1' }, model: { type: 'string', default: 'lab' }, verbose: { type: 'boolean', default: false } } })
const fail = (why: string): never => {
  console.error(why)
  process.exit(1)
}
const [k, noise, first] = [Number(values.k), Number(values.noise), Number(values.first)]
if (!Number.isInteger(k) || k < 1 || !Number.isInteger(first)) fail('--k and --first are whole numbers, and k at least 1')
if (!(noise >= 0 && noise <= 1)) fail('--noise is from 0 to 1')
if (values.model !== 'lab' && values.model !== 'openai') fail('--model is lab or openai')

const apiKey = process.env['OPENAI_API_KEY'] ?? ''
if (values.model === 'openai' && apiKey === '') fail('--model openai needs a key: set OPENAI_API_KEY')
const model = values.model === 'openai' ? { apiKey, baseUrl: process.env['OPENAI_BASE_URL'] ?? 'https://api.openai.com/v1' } : undefined
const chosen = tasks.filter(({ name, about }) => values.only === undefined || about === values.only || name.includes(values.only))
if (chosen.length === 0) fail(`no task is called ${values.only ?? ''}: there are ${[...new Set(tasks.map(({ about }) => about))].join(', ')}`)

const began = performance.now()
process.env['TEST_TEMPLATE'] = await prepareTemplate()
const evaluated = await evaluate({ tasks: chosen, k, noise, model, first, told: (done, of) => console.error(`${done} of ${of}`) })
await removeTemplate()
const figures = figuresOf(evaluated)
console.log(JSON.stringify({ name: 'evals', model: values.model, noise, k, ...figures, seconds: Math.round((performance.now() - began) / 1000) }))
console.log(tableOf(figures, k))
for (const { run, outcome: { task, faults, transcript, known } } of evaluated) {
  if (faults.length === 0) continue
  console.log(`\n${task.about}: ${task.name} (seed ${run})\n  ${faults.join('\n  ')}`)
  if (values.verbose) console.log([...transcript, ...known.mended].map((line) => `    ${line.replaceAll('\n', '\n      ')}`).join('\n'))
}
process.exit(0)
