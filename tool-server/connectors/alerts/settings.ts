import { z } from 'zod'

// Where alerts go, and what proves that they are ours: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
export const settings = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }), // its origin
  path: z.string().startsWith('/').default('/'), // with the query, if there is one
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'expected whsec_ and 24 to 64 bytes as base64'),
})
export type Settings = z.infer<typeof settings>
