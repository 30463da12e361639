import { randomBytes } from 'node:crypto'
import type { Millis } from '../define.ts'

// Everything that a run can't repeat by itself comes from here: time, timers, chance and ids. The simulation hands in another one.
export type Clock = {
  now(): Millis
  after(ms: number, run: () => void): () => void // returns how to call it off
  chance(): number // in [0, 1)
  bytes(count: number): Buffer
}

export const realClock = (): Clock => ({
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  chance: () => Math.random(),
  bytes: pooledBytes(),
})

// Ids and nonces are short and many; one system call for each was 6 % of a busy server's time. Keys are drawn by themselves.
const pooledBytes = (): Clock['bytes'] => {
  let pool = randomBytes(0)
  return (count) => {
    if (count >= 32) return randomBytes(count)
    if (pool.length < count) pool = randomBytes(4_096)
    const drawn = pool.subarray(0, count)
    pool = pool.subarray(count)
    return drawn
  }
}

// UUIDv7 (RFC 9562 section 5.7): 48 bits of time, then chance. PostgreSQL 15 can't make them, so the application does on both engines.
export const newId = (clock: Clock): string => {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(clock.now(), 0, 6)
  clock.bytes(10).copy(bytes, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

export const pause = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))

// What stood at our sockets has been looked at once.
export const lookAround = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

// A signal that aborts after ms, or when the caller's does. release() must be called, or the timer outlives its work.
export const deadline = (clock: Clock, ms: number, parent?: AbortSignal): { signal: AbortSignal; release(): void } => {
  const own = new AbortController()
  const release = clock.after(ms, () => own.abort(new DOMException(`over ${ms} ms`, 'TimeoutError')))
  return { signal: parent ? AbortSignal.any([parent, own.signal]) : own.signal, release }
}
