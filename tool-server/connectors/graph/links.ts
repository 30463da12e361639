import { z } from 'zod'

// Graph's lists go on under links, which are whole addresses. What is kept of one is only its token: the rest of it we know, and nobody sends us to another host.
// https://learn.microsoft.com/graph/delta-query-overview
export const tokenNames = ['$deltatoken', '$skiptoken', '$skip'] as const
export const token = z.strictObject({ name: z.enum(tokenNames), value: z.string().min(1) })
export type Token = z.infer<typeof token>

export const link = z.string().transform((text, context): Token => {
  const asked = URL.parse(text)?.searchParams
  const name = tokenNames.find((each) => asked?.get(each))
  const value = name && asked?.get(name)
  if (name && value) return { name, value }
  context.addIssue({ code: 'custom', message: 'expected a link with a token' })
  return z.NEVER
})
