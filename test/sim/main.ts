import { enableCompileCache } from 'node:module'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { prepareTemplate, removeTemplate } from '../support/databases.ts'
import { playAll } from './players.ts'
import { makeStory, told } from './story.ts'

// npm run sim -- --seeds N [--from K] [--jobs J] plays as many stories side by side; --replay SEED plays one, says what happened, and shortens it where it goes wrong.
// --faults [--seeds N] [--named PATTERN] counts the stories it takes until each fault of faults.ts is found.
// --incident FILE [--seed N] plays what portero incident wrote; with --seeds N until one of so many goes wrong.
const { values } = parseArgs({ options: { seeds: { type: 'string' }, from: { type: 'string', default: '1' }, jobs: { type: 'string' }, replay: { type: 'string' }, incident: { type: 'string' }, seed: { type: 'string' }, faults: { type: 'boolean', default: false }, named: { type: 'string' } } })
const jobs = (): number => (values.jobs === undefined ? availableParallelism() : number(values.jobs))
const number = (text: string): number => z.coerce.number().int().min(0).max(2 ** 31).parse(text)
// What goes wrong in a shorter story is to be the same, of whomever.
const kindOf = (sentence: string): string => sentence.replaceAll(/«.*?»|[0-9a-f-]{36}|[0-9a-f:+T.]*[0-9][0-9a-f:+T.Z]*/g, '·')
const began = performance.now()
process.env['NODE_COMPILE_CACHE'] ??= fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url)) // of the players, too
enableCompileCache()
process.env['TEST_TEMPLATE'] = await prepareTemplate()
try {
  if (values.incident !== undefined) {
    const { tellIncident } = await import('./incident-played.ts')
    const first = number(values.seed ?? '1')
    if (!(await tellIncident(values.incident, Array.from({ length: number(values.seeds ?? '1') }, (_, at) => first + at), (line) => console.log(line)))) process.exitCode = 1
  } else if (values.faults) {
    const { hunt } = await import('./hunt.ts')
    const all = await hunt({ from: number(values.from), most: number(values.seeds ?? '100'), jobs: jobs(), named: values.named }, ({ name, stories, seconds, sentence }) => console.log(`${sentence === undefined ? 'NOT FOUND' : 'found'} in ${stories} stories, ${seconds} s: ${name}${sentence === undefined ? '' : `\n  ${sentence.slice(0, 200)}`}`))
    const found = all.filter(({ sentence }) => sentence !== undefined)
    console.log(`${found.length} of ${all.length} faults found; half of them within ${found.map(({ stories }) => stories).toSorted((a, b) => a - b)[Math.floor(found.length / 2)]} stories; ${Math.round((performance.now() - began) / 1_000)} s`)
    if (found.length < all.length * 0.95) process.exitCode = 1
  } else if (values.replay !== undefined) {
    const seed = number(values.replay)
    const { play } = await import('./play.ts')
    const { shortest } = await import('./shorten.ts')
    const story = makeStory(seed)
    const first = await play(story)
    console.log(`seed ${seed}: ${first.steps} steps, ${first.kills} kills, trail ${first.trail.slice(0, 16)}, ${Math.round(performance.now() - began)} ms\n${told(story).join('\n')}`)
    if (first.wrong.length === 0) console.log('All is as it must be.')
    else {
      console.log(`${first.wrong.length} wrong:\n  ${first.wrong.join('\n  ')}`)
      const kinds = new Set(first.wrong.map(kindOf))
      const less = await shortest(story, async (each) => (await play(each)).wrong.some((sentence) => kinds.has(kindOf(sentence))))
      console.log(`In short, of ${story.events.length} events ${less.events.length}:\n${told(less).join('\n')}\n  ${(await play(less)).wrong.join('\n  ')}`)
      process.exitCode = 1
    }
  } else {
    const [from, count] = [number(values.from), number(values.seeds ?? '100')]
    const failed: number[] = []
    let done = 0
    let steps = 0
    await playAll(Array.from({ length: count }, (_, at) => from + at), jobs(), (result) => {
      done++
      steps += result.steps
      if (result.wrong.length > 0) {
        failed.push(result.seed)
        console.log(`seed ${result.seed}: ${result.wrong.length} wrong; npm run sim -- --replay ${result.seed}\n  ${result.wrong.slice(0, 5).join('\n  ')}`)
      } else if (done % 100 === 0) console.log(`${done} of ${count}, ${Math.round((performance.now() - began) / 1_000)} s`)
      return false
    })
    console.log(`${count - failed.length} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.toSorted((a, b) => a - b).join(' ')}` : ''}; ${steps} steps in ${Math.round((performance.now() - began) / 1_000)} s`)
    if (failed.length > 0) process.exitCode = 1
  }
} finally {
  await removeTemplate()
}
process.exit()
