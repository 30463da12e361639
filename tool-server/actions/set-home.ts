import { z } from 'zod'
import { defineAction } from '../define.ts'
import { versions } from '../domain/catalogue-change.ts'
import { homeDetails } from '../domain/homes.ts'
import { lockHome, putHome } from '../store/catalogue-writes.ts'

// Whether a home is offered, from when, and at what rent. Tours that are booked stay. version: what whoever decided this had seen.
const { rentMxn, availableFrom } = homeDetails.shape
const offered = z.strictObject({ isOpen: z.boolean(), rentMxn, availableFrom })
const args = offered.extend({ home: z.uuid(), version: z.string() })
const result = z.strictObject({ status: z.enum(['saved', 'changed', 'gone']), before: offered.optional() })
export const setHome = defineAction({ name: 'set-home', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ home, version, ...offered }, act) => {
  const before = await lockHome(act, home)
  if (!before) return { status: 'gone' }
  if (versions.home(before) !== version) return { status: 'changed' }
  await putHome(act, home, offered)
  return { status: 'saved', before }
})
