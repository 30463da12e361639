import type { z } from 'zod'
import type { putCommunication, putContact, putDeal, putMeeting, putNote, putTask, putTicket } from '../../domain/ports/crm.ts'
import { fixed, tables, write, type Properties } from './mapping.ts'
import type { Settings } from './settings.ts'

// From what is to be told to HubSpot's properties, by the table.
export const contactOf = (args: z.infer<typeof putContact.args>, settings: Settings): Properties => write(tables.contact, args, settings)
export const dealOf = ({ facts, ...args }: z.infer<typeof putDeal.args>, settings: Settings): Properties => write(tables.deal, { ...facts, ...args }, settings)
export const meetingOf = (args: z.infer<typeof putMeeting.args>, settings: Settings): Properties => write(tables.meeting, args, settings)
export const communicationOf = (args: z.infer<typeof putCommunication.args>, settings: Settings): Properties => ({ ...fixed.communication, ...write(tables.communication, args, settings) })
export const taskOf = (args: z.infer<typeof putTask.args>, settings: Settings): Properties => ({ ...fixed.task, ...write(tables.task, args, settings) })
export const noteOf = (args: z.infer<typeof putNote.args>, settings: Settings): Properties => write(tables.note, args, settings)
export const ticketOf = (args: z.infer<typeof putTicket.args>, settings: Settings): Properties => write(tables.ticket, args, settings)
