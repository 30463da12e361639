import { z } from 'zod'

const stageId = z.string().min(1)
// Somebody who looks at a card, by their e-mail or user id at HubSpot.
const names = z.array(z.string().regex(/^(?:[1-9]\d{0,19}|[!-?A-~]+@[!-?A-~]+)$/, 'expected an e-mail or a user id of HubSpot')).default([])
// Who may do what from a card. default: whoever is in no list.
const staff = z
  .strictObject({ default: z.enum(['agent', 'viewer', 'none']).default('agent'), admins: names, agents: names, viewers: names })
  .refine(({ admins, agents, viewers }) => distinct([...admins, ...agents, ...viewers]), 'somebody is named twice')
const distinct = (all: readonly string[]): boolean => new Set(all.map((name) => name.toLowerCase())).size === all.length

// One HubSpot account. Stages have a key for each of ours (domain/leads.ts), since accounts make their own pipelines; what they are called there is an id.
export const settings = z.strictObject({
  baseUrl: z.url(),
  apiKey: z.string().min(16), // the app's access token
  portal: z.string().regex(/^\d+$/, 'expected the account id, such as 4812345'),
  pipeline: z.string().min(1),
  stages: z.strictObject({ new: stageId, qualified: stageId, visit_scheduled: stageId, visit_done: stageId, application: stageId, won: stageId, lost: stageId }),
  helpDesk: z.strictObject({ pipeline: z.string().min(1), open: stageId, closed: stageId }).optional(), // where whoever waits for a person has a ticket too; without it there are none
  clientSecrets: z.array(z.string().min(16)).max(2).default([]), // the app's, by which HubSpot signs what its cards and workflows ask; two while one is being changed
  staff: staff.optional(),
  currency: z.string().regex(/^[A-Z]{3}$/).optional(), // only where the account has several
})
export type Settings = z.infer<typeof settings>
