import { z } from 'zod'

// What whoever hangs on a connection is told of it when it is made, and when it ends.
export const connectionArgs = z.strictObject({ connection: z.uuid(), vendor: z.string(), account: z.string() })
