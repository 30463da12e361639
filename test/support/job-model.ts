import type { Lane, Millis } from '@portero/tool-server/define.ts'
import type { Row } from './jobs.ts'

// What the statements of durable work should do, said once more by brute force over an array.
export type ModelJob = { id: string; key: string; kind: 'turn' | 'command'; serial: string | undefined; blocks: boolean; lane: Lane; state: 'scheduled' | 'ready' | 'running' | 'done' | 'dead'; runAt: Millis; seq: number; attempts: number; fence: number; begun: boolean; leasedUntil: Millis; uncertain: boolean }
export type Given = Pick<ModelJob, 'id' | 'key' | 'kind' | 'serial' | 'blocks' | 'lane' | 'runAt'>
export type Hold = { id: string; fence: number }

export class JobModel {
  jobs: ModelJob[] = []
  seq = 0

  enqueue(given: Given, now: Millis): void {
    this.seq++
    if (!this.jobs.some(({ kind, key }) => kind === given.kind && key === given.key)) this.jobs.push(this.fresh(given, now))
  }
  arm(given: Given, now: Millis): void {
    this.seq++
    const known = this.jobs.find(({ kind, key }) => kind === given.kind && key === given.key)
    if (known) Object.assign(known, { ...this.fresh(given, now), blocks: known.blocks, fence: known.fence + 1, uncertain: known.uncertain })
    else this.jobs.push(this.fresh(given, now))
  }
  takeBack(kind: string, prefix: string): void {
    this.jobs = this.jobs.filter((job) => !(job.kind === kind && job.key.startsWith(prefix) && ['scheduled', 'ready'].includes(job.state) && !job.begun))
  }
  promote(now: Millis): void {
    const due = this.jobs.filter(({ state, runAt }) => state === 'scheduled' && runAt <= now).toSorted((a, b) => a.runAt - b.runAt || a.seq - b.seq)
    for (const job of due) Object.assign(job, { state: 'ready', seq: ++this.seq })
  }
  claim({ lane, most, now, until }: { lane: Lane; most: number; now: Millis; until: Millis }): Hold[] {
    const due = this.jobs.filter((job) => job.state === 'ready' && job.lane === lane && job.runAt <= now && !this.isHeld(job)).toSorted((a, b) => a.runAt - b.runAt || a.seq - b.seq)
    const taken = due.slice(0, most).toSorted((a, b) => a.seq - b.seq)
    for (const job of taken) Object.assign(job, { state: 'running', begun: true, fence: job.fence + 1, leasedUntil: until })
    return taken.map(({ id, fence }) => ({ id, fence }))
  }
  private isHeld(job: ModelJob): boolean {
    if (job.serial === undefined) return false
    const others = this.jobs.filter((other) => other !== job && other.kind === job.kind && other.serial === job.serial)
    return others.some(({ state, seq, blocks }) => state === 'running' || (seq < job.seq && (state === 'ready' || (state === 'dead' && blocks))))
  }
  reclaim(now: Millis): void {
    for (const job of this.jobs) if (job.state === 'running' && job.leasedUntil < now) Object.assign(job, { state: 'ready', attempts: job.attempts + 1, uncertain: job.uncertain || job.kind === 'command' })
  }
  // An end that is said with an old fence changes nothing.
  end({ id, fence }: Hold, change: (job: ModelJob) => Partial<ModelJob>): boolean {
    const job = this.jobs.find((each) => each.id === id && each.fence === fence && each.state === 'running')
    if (job) Object.assign(job, change(job))
    return job !== undefined
  }
  private fresh({ runAt, ...given }: Given, now: Millis): ModelJob {
    return { ...given, runAt, state: runAt > now ? 'scheduled' : 'ready', seq: this.seq, attempts: 0, fence: 0, begun: false, leasedUntil: 0, uncertain: false }
  }
}

// What of a row and of a model's job can be compared: places in line, not the numbers of the sequence.
export const asSeen = (jobs: readonly ModelJob[]) => jobs.toSorted((a, b) => a.seq - b.seq).map(({ id, key, state, runAt, attempts, fence, begun, uncertain }) => ({ id, key, state, runAt, attempts, fence, begun, uncertain }))
export const rowsAsSeen = (rows: readonly Row[]) => rows.map(({ id, key, state, run_at, attempts, fence, begun, uncertain_since }) => ({ id, key, state, runAt: run_at, attempts, fence, begun, uncertain: uncertain_since !== null }))
