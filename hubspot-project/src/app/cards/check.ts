// What an answer has to look like before a card shows it. Small, since zod can't come along: HubSpot installs nothing for a package from outside its folder.
export type Check<T> = (value: unknown) => value is T

export const text: Check<string> = (value) => typeof value === 'string'
export const truth: Check<boolean> = (value) => typeof value === 'boolean'
export const count: Check<number> = (value): value is number => Number.isSafeInteger(value)
export const time: Check<string> = (value): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value))
export const oneOf = <T extends string>(...known: readonly T[]): Check<T> => (value): value is T => known.some((one) => one === value)
export const maybe = <T>(check: Check<T>): Check<T | undefined> => (value): value is T | undefined => value === undefined || check(value)
export const list = <T>(check: Check<T>): Check<T[]> => (value): value is T[] => Array.isArray(value) && value.every(check)

// Unknown fields are fine: the server may be newer than the card.
export const shape = <T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> => (value): value is T => {
  if (!isRecord(value)) return false
  for (const name in fields) if (!fields[name](value[name])) return false
  return true
}
export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
