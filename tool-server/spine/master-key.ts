import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from './clock.ts'
import { faultCode } from './fault.ts'

// The lab's master keys: a file only its owner reads, one key a line, the current one first. For real they come from PORTERO_KEY and are never written.
const fileIn = (dataDir: string): string => join(dataDir, 'master.key')

export const labKeys = ({ dataDir, clock }: { dataDir: string; clock: Clock }): Buffer[] => {
  const kept = readKeys(dataDir)
  if (kept.length > 0) return kept
  const fresh = clock.bytes(32)
  writeKeys(dataDir, [fresh])
  return [fresh]
}

export const writeKeys = (dataDir: string, keys: readonly Buffer[]): void => {
  const draft = `${fileIn(dataDir)}.new`
  const file = openSync(draft, 'w', 0o600)
  writeSync(file, keys.map((key) => `${key.toString('base64')}\n`).join(''))
  fsyncSync(file)
  closeSync(file)
  renameSync(draft, fileIn(dataDir))
}

const readKeys = (dataDir: string): Buffer[] => {
  try {
    return readFileSync(fileIn(dataDir), 'utf8').split('\n').filter((line) => line.length > 0).map((line) => Buffer.from(line, 'base64'))
  } catch (thrown) {
    if (faultCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}
