import { runBatch, type Batch, type Outcome } from './batch.ts'
import type { Task } from './task.ts'

// Every task k times, each time with other seeds. Houses of one run follow one another; a process has one of them at a time.
export type Evaluated = { run: number; outcome: Outcome }
type Wanted = Pick<Batch, 'noise' | 'model'> & { tasks: readonly Task[]; k: number; first?: number; perHouse?: number; told?(done: number, of: number): void }

export const evaluate = async ({ tasks, k, noise, model, first = 1, perHouse = 40, told }: Wanted): Promise<Evaluated[]> => {
  const batches = Array.from({ length: Math.ceil(tasks.length / perHouse) }, (_, at) => tasks.slice(at * perHouse, (at + 1) * perHouse))
  const evaluated: Evaluated[] = []
  for (let run = first; run < first + k; run++) {
    for (const batch of batches) {
      for (const outcome of await runBatch({ tasks: batch, seed: run, noise, model })) evaluated.push({ run, outcome })
      told?.(evaluated.length, k * tasks.length)
    }
  }
  return evaluated
}
