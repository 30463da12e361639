export { AppError, errorCodes, errors, isErrorCode, refusal, type ErrorCode, type Refusal, type RetryRule } from './errors.ts'
export type { Language, Words } from './words.ts'
