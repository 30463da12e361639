import type { Tool } from '../define.ts'
import { bookTourTool } from './book-tour.ts'
import { checkAvailability } from './check-availability.ts'
import { escalateTool } from './escalate.ts'
import { findHomes } from './find-homes.ts'
import { getHome } from './get-home.ts'
import { myTours } from './my-tours.ts'
import { updateDeal } from './update-deal.ts'

// Every tool, a file and a line each.
export const tools: readonly Tool[] = [bookTourTool, checkAvailability, escalateTool, findHomes, getHome, myTours, updateDeal]
