import type { Millis } from '../define.ts'

// Until when a conversation stays with the person who has it in hand: two hours after the visit that is to come, or a day after they last wrote.
export const afterTourMs: Millis = 2 * 3_600_000
export const afterWordsMs: Millis = 24 * 3_600_000
export const backAfter = ({ lastAt, tourEndsAt }: { lastAt: Millis; tourEndsAt: Millis | undefined }): Millis => (tourEndsAt === undefined ? lastAt + afterWordsMs : tourEndsAt + afterTourMs)
