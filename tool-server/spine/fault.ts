import { types } from 'node:util'

// What may be said of something thrown. Not by instanceof: an error can come from another realm, such as Node's own under a test runner.
// Of errors only, and single words only: anything else that is thrown may be somebody's data, which has names and codes too.
const textOf = (thrown: unknown, name: 'code' | 'name' | 'message' | 'stack'): string | undefined => {
  if (!types.isNativeError(thrown)) return undefined
  const value: unknown = Reflect.get(thrown, name)
  return typeof value === 'string' ? value : undefined
}
const wordOf = (thrown: unknown, name: 'code' | 'name'): string | undefined => /^[\w.-]{1,60}$/.exec(textOf(thrown, name) ?? '')?.[0]

export const faultCode = (thrown: unknown): string | undefined => wordOf(thrown, 'code')
export const faultName = (thrown: unknown): string => wordOf(thrown, 'name') ?? typeof thrown

// For the log: code and place, never the message, which may quote a person.
export const faultFields = (thrown: unknown): { fault: string; code: string | undefined; at: string | undefined } => ({
  fault: faultName(thrown),
  code: faultCode(thrown),
  at: placeOf(thrown),
})
// The first frame of ours. The stack begins with name and message, which may look like frames.
const placeOf = (thrown: unknown): string | undefined => {
  const frames = textOf(thrown, 'stack')?.replace(textOf(thrown, 'name') ?? '', '').replace(textOf(thrown, 'message') ?? '', '')
  return frames?.match(/^ +at .*?([\w.-]+\.ts:\d+):\d+\)?$/m)?.[1]
}

// For whoever started us: one sentence where the fault is theirs to mend.
export const faultSentence = (thrown: unknown): string | undefined => {
  const code = faultCode(thrown) ?? ''
  const message = textOf(thrown, 'message')
  if (faultName(thrown) === 'AppError') return message
  if (code === 'EADDRINUSE' && typeof thrown === 'object' && thrown !== null) return `port ${Reflect.get(thrown, 'port')} is taken: stop what listens there, or choose another with PORT (the lab's with LAB_PORT)`
  if (/^(28|3D)...$/.test(code)) return `the database refuses us: ${message}` // who we are, or which database
  if (code === '57014') return 'the database took longer than 30 s for one statement, and has undone what it had begun: try again when nothing else holds its tables'
  if (isDatabaseAway(thrown)) return `the database cannot be reached (${code || message}): look at DATABASE_URL, and whether PostgreSQL runs there`
  return undefined
}

// The database can't be reached or can't work now. Node's codes for lost connections, PGlite's and PostgreSQL's classes 08 connection, 53 resources,
// 57 shut down or cancelled, 58 disk; pg gives some of its own no code, only words.
export const isDatabaseAway = (thrown: unknown): boolean =>
  /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_|EHOST|ENETUNREACH|ENOSPC|08|53|57|58)/.test(faultCode(thrown) ?? '') || /connection (terminated|timeout|ended)|timeout exceeded when trying to connect|client has encountered a connection error|query read timeout/i.test(textOf(thrown, 'message') ?? '')
