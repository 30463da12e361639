import type { Migration } from 'kysely/migration'
import { spine } from './0001-spine.ts'
import { firstVisit } from './0002-first-visit.ts'

// In order, forward only. A released migration never changes.
export const migrations: Record<string, Migration> = { '0001-spine': spine, '0002-first-visit': firstVisit }
