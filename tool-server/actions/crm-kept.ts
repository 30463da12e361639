import type { z } from 'zod'
import type { Act } from '../define.ts'
import { ownerOf } from '../domain/ports/crm-fields.ts'
import { textsOf } from '../domain/ports/crm-seen.ts'
import { isElsewhere } from '../store/crm-adopt.ts'
import { noteWritten, veil, writtenAt } from '../store/crm-written.ts'
import { asItIs } from './link-contact.ts'

// Of what is not ours alone, only what has changed here is told: what was told already, people may have changed since, and we don't know it yet.
type Thing<A extends z.ZodObject> = { kind: 'contact' | 'deal'; command: { args: A }; args: z.infer<A> & { ours: string } }
export const untold = async <A extends z.ZodObject>(act: Act, { kind, command, args }: Thing<A>): Promise<z.infer<A>> => {
  const thing = { kind, ours: args.ours }
  const told = await writtenAt(act, thing)
  const kept = new Set<string>(kind === 'deal' && (await isElsewhere(act, args.ours)) ? ['stage'] : [])
  for (const [field, text] of Object.entries(textsOf(args))) {
    const last = told.get(field)
    if (last === undefined || ownerOf(kind, field) === 'portero') continue
    const isTheirs = last === (await veil(act, { kind }, field, asItIs))
    if (isTheirs) await noteWritten(act, thing, { [field]: text })
    if (isTheirs || last === (await veil(act, { kind }, field, text))) kept.add(field)
  }
  const without = (given: object): object => Object.fromEntries(Object.entries(given).filter(([field]) => !kept.has(field)))
  return command.args.parse({ ...without(args), ...('facts' in args && typeof args['facts'] === 'object' && args['facts'] !== null && { facts: without(args['facts']) }) })
}
