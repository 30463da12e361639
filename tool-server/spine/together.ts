import { AppError } from '@portero/shared'
import type { Job } from './jobs.ts'
import { inTrace } from './trace.ts'

// Many jobs by one call, each in its own trace but for that call: one that can't be made ready fails by itself; when the call fails, all that were in it do. Answers a promise for each job, in their order.
export type Ready<P> = { job: Job; args: P }
type Steps<P, F, R> = { prepare(job: Job): Promise<P>; call(fit: readonly Ready<P>[]): Promise<F[]>; end(ready: Ready<P>, found: F): Promise<R> }

export const eachOf = <P, F, R>(jobs: readonly Job[], { prepare, call, end }: Steps<P, F, R>): Promise<R>[] => {
  const made = jobs.map(async (job): Promise<Ready<P>> => ({ job, args: await inTrace(job.trace, () => prepare(job), job.ownSpan) }))
  const told = Promise.allSettled(made).then(async (all) => {
    const fit = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const found = fit.length === 0 ? [] : await call(fit)
    if (found.length !== fit.length) throw new AppError('bug', `${fit.length} went together, and ${found.length} were answered`, { arrived: 'unknown' })
    return found.map((each, at) => ({ ready: fit[at], found: each }))
  })
  return made.map(async (each) => {
    const ready = await each
    const mine = (await told).find((one) => one.ready === ready)
    if (!mine) throw new AppError('bug', 'one of those that went together got lost', { arrived: 'unknown' })
    return inTrace(ready.job.trace, () => end(ready, mine.found), ready.job.ownSpan)
  })
}
