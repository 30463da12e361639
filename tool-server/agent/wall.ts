import { z } from 'zod'

// By when a run has said something, or a person is called.
export const wallTimer = { name: 'agent.wall', payload: z.strictObject({ conversation: z.uuid(), run: z.uuid() }) }
