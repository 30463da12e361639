import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { prepareTemplate, removeTemplate } from '../support/databases.ts'
import { makeStory, told } from './story.ts'

// npm run sim -- --seeds N [--from K] [--jobs J] plays as many stories side by side; --replay SEED plays one, says what happened, and shortens it where it goes wrong.
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, jobs: { type: 'string' }, replay: { type: 'string' } } })
const number = (text: string): number => z.coerce.number().int().min(0).max(2 ** 31).parse(text)
const line = z.object({ seed: z.number(), wrong: z.array(z.string()), steps: z.number(), kills: z.number(), trail: z.string(), ms: z.number() })

const player = fileURLToPath(new URL('player.ts', import.meta.url))
const playAll = (seeds: readonly number[], jobs: number, said: (result: z.infer<typeof line>) => void): Promise<void[]> => {
  const left = [...seeds]
  return Promise.all(Array.from({ length: Math.min(jobs, left.length) }, () => new Promise<void>((resolve, reject) => {
    const child = fork(player, { execArgv: ['--no-warnings'] })
    const next = (): void => {
      const seed = left.shift()
      if (seed === undefined) child.disconnect()
      else child.send({ seed })
    }
    child.on('message', (message) => {
      said(line.parse(message))
      next()
    })
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a player ended with ${code}`))))
    next()
  })))
}

const began = performance.now()
process.env['TEST_TEMPLATE'] = await prepareTemplate()
try {
  if (values.replay !== undefined) {
    const seed = number(values.replay)
    const { play } = await import('./play.ts')
    const { shortest } = await import('./shorten.ts')
    const story = makeStory(seed)
    const first = await play(story)
    console.log(`seed ${seed}: ${first.steps} steps, ${first.kills} kills, trail ${first.trail.slice(0, 16)}, ${Math.round(performance.now() - began)} ms\n${told(story).join('\n')}`)
    if (first.wrong.length === 0) console.log('All is as it must be.')
    else {
      console.log(`${first.wrong.length} wrong:\n  ${first.wrong.join('\n  ')}`)
      const less = await shortest(story, async (each) => (await play(each)).wrong.length > 0)
      console.log(`In short, of ${story.events.length} events ${less.events.length}:\n${told(less).join('\n')}\n  ${(await play(less)).wrong.join('\n  ')}`)
      process.exitCode = 1
    }
  } else {
    const [from, count] = [number(values.from), number(values.seeds)]
    const failed: number[] = []
    let done = 0
    let steps = 0
    await playAll(Array.from({ length: count }, (_, at) => from + at), values.jobs === undefined ? availableParallelism() : number(values.jobs), (result) => {
      done++
      steps += result.steps
      if (result.wrong.length > 0) {
        failed.push(result.seed)
        console.log(`seed ${result.seed}: ${result.wrong.length} wrong; npm run sim -- --replay ${result.seed}\n  ${result.wrong.slice(0, 5).join('\n  ')}`)
      } else if (done % 100 === 0) console.log(`${done} of ${count}, ${Math.round((performance.now() - began) / 1_000)} s`)
    })
    console.log(`${count - failed.length} passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.toSorted((a, b) => a - b).join(' ')}` : ''}; ${steps} steps in ${Math.round((performance.now() - began) / 1_000)} s`)
    if (failed.length > 0) process.exitCode = 1
  }
} finally {
  await removeTemplate()
}
process.exit()
