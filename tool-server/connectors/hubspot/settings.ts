import { z } from 'zod'

// One HubSpot account. Stages have a key for each of ours (domain/leads.ts), since accounts make their own pipelines; what they are called there is an id.
const stageId = z.string().min(1)
export const settings = z.strictObject({
  baseUrl: z.url(),
  apiKey: z.string().min(16), // the app's access token
  portal: z.string().regex(/^\d+$/, 'expected the account id, such as 4812345'),
  pipeline: z.string().min(1),
  stages: z.strictObject({ new: stageId, qualified: stageId, visit_scheduled: stageId, visit_done: stageId, application: stageId, won: stageId, lost: stageId }),
  clientSecrets: z.array(z.string().min(16)).max(2).default([]), // the app's, by which HubSpot signs what its cards and workflows ask; two while one is being changed
  currency: z.string().regex(/^[A-Z]{3}$/).optional(), // only where the account has several
})
export type Settings = z.infer<typeof settings>
