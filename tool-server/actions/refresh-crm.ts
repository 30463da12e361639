import { z } from 'zod'
import type { Act, Millis } from '../define.ts'

// The CRM's record of this person is out of date. However often that is said within a moment, it is brought up to date once.
export const crmRefresh = { name: 'crm.refresh', payload: z.strictObject({ person: z.uuid(), since: z.int().optional() }) } // since: when what is to be told changed
const gatherMs = 250

export const refreshCrm = (act: Act, person: string, waitMs = gatherMs, since: Millis = act.now): Promise<void> => act.later(crmRefresh, { person, since }, { key: `crm:${person}`, at: act.now + waitMs, serial: `crm:${person}`, person, stays: true })
