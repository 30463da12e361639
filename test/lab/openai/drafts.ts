import { z } from 'zod'

// What whoever thinks for the simulated model wants it to say, before it is put on the wire.
// call: args as an object, or as text just as it is written. refuse: it won't.
export const draft = z.union([z.strictObject({ say: z.string() }), z.strictObject({ call: z.string(), args: z.union([z.string(), z.looseObject({})]).default({}) }), z.strictObject({ refuse: z.string() })])
export type Draft = z.infer<typeof draft>
export type Offered = { name: string; parameters: unknown } // a tool that it may call, with its schema
