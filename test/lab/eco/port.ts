import { z } from 'zod'
import { defineCommand, house } from '@portero/tool-server/define.ts'

// What eco offers the house: its reads and commands, in the house's words. For a real vendor this is a port in domain/ports, and other vendors provide it too.
export type Thing = { id: string; text: string; version: number; changedAt: number }
export type Reads = { eco: { thing(id: string): Promise<Thing | undefined> } }
export const { defineConnector, defineFlow } = house<Reads>()

const text = z.string().min(1)

export const keep = defineCommand({ name: 'eco.keep', args: z.strictObject({ text }), result: z.strictObject({ note: z.string() }), attempts: 8, blocksSerialWhenDead: false })
export const set = defineCommand({ name: 'eco.set', args: z.strictObject({ thing: z.string(), text }), result: z.strictObject({ version: z.int() }), attempts: 8, blocksSerialWhenDead: true })
export const post = defineCommand({ name: 'eco.post', args: z.strictObject({ text }), result: z.strictObject({ thing: z.string() }), attempts: 8, blocksSerialWhenDead: false })
export const shout = defineCommand({ name: 'eco.shout', args: z.strictObject({ text }), result: z.strictObject({ shout: z.string() }), attempts: 8, blocksSerialWhenDead: false })
