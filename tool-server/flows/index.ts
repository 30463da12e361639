import type { Flow } from '../define.ts'

// Every flow, a file and a line each.
export const flows: readonly Flow[] = []
