import { pino, type DestinationStream } from 'pino'
import type { Clock } from './clock.ts'
import { currentTrace } from './trace.ts'

// A dotted event and fields that are ids, counts and codes: never a sentence, a name, a number or a text that somebody wrote.
export type Fields = Record<string, string | number | boolean | undefined>
export type Log = { debug(event: string, fields?: Fields): void; info(event: string, fields?: Fields): void; warn(event: string, fields?: Fields): void; error(event: string, fields?: Fields): void }

export const makeLog = ({ level, clock, to }: { level: string; clock: Clock; to?: DestinationStream }): Log => {
  const options = { level, base: null, timestamp: () => `,"time":${clock.now()}`, formatters: { level: (label: string) => ({ level: label }) } }
  const logger = to ? pino(options, to) : pino(options)
  const write = (at: 'debug' | 'info' | 'warn' | 'error') => (event: string, fields: Fields = {}) => logger[at]({ event, trace: currentTrace(), ...fields })
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
