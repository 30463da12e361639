import type { Migration } from 'kysely/migration'
import { spine } from './0001-spine.ts'

// In order, forward only. A released migration never changes.
export const migrations: Record<string, Migration> = { '0001-spine': spine }
