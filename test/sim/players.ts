import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Planted } from './planted.ts'

// Stories played side by side, each player a process of its own. said: answers whether that is enough.
const line = z.object({ seed: z.number(), wrong: z.array(z.string()), steps: z.number(), kills: z.number(), trail: z.string(), ms: z.number() })
export type Line = z.infer<typeof line>
const program = fileURLToPath(new URL('player.ts', import.meta.url))

const mostEach = 50 // the memory of an embedded database only grows

export const playAll = async (seeds: readonly number[], jobs: number, said: (result: Line) => boolean, planted?: Planted): Promise<void> => {
  const left = [...seeds]
  const player = (): Promise<void> => new Promise((resolve, reject) => {
    const child = fork(program, { execArgv: ['--no-warnings'], env: { ...process.env, ...(planted && { PLANTED: JSON.stringify(planted) }) } })
    let played = 0
    const next = (): void => {
      const seed = played++ < mostEach ? left.shift() : undefined
      if (seed === undefined) child.disconnect()
      else child.send({ seed })
    }
    child.on('message', (message) => {
      if (said(line.parse(message))) left.length = 0
      next()
    })
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a player ended with ${code}`))))
    next()
  })
  await Promise.all(Array.from({ length: Math.min(jobs, left.length) }, async () => {
    while (left.length > 0) await player()
  }))
}
