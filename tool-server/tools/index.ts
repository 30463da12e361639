import type { Tool } from '../define.ts'
import { bookTourTool } from './book-tour.ts'
import { cancelTourTool } from './cancel-tour.ts'
import { checkAvailability } from './check-availability.ts'
import { escalateTool } from './escalate.ts'
import { findHomes } from './find-homes.ts'
import { getHome } from './get-home.ts'
import { joinWaitlistTool } from './join-waitlist.ts'
import { myTours } from './my-tours.ts'
import { privacyRequest } from './privacy-request.ts'
import { qualifyLead } from './qualify-lead.ts'
import { rescheduleTourTool } from './reschedule-tour.ts'
import { sendHomeMediaTool } from './send-home-media.ts'
import { updateDeal } from './update-deal.ts'

// Every tool, a file and a line each.
export const tools: readonly Tool[] = [bookTourTool, cancelTourTool, checkAvailability, escalateTool, findHomes, getHome, joinWaitlistTool, myTours, privacyRequest, qualifyLead, rescheduleTourTool, sendHomeMediaTool, updateDeal]
