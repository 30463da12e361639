export { AppError, errorCodes, errors, isErrorCode, refusal, type ErrorCode, type Refusal, type RetryRule } from './errors.ts'
export type { Language, Words } from './words.ts'
export { sayings } from './words-tools.ts'
export { consoleWords, type ConsoleWords } from './words-console.ts'
