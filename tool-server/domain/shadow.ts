import type { Entry } from './crm-record.ts'
import { csvOf } from './csv.ts'
import { phoneOf } from './identity.ts'
import type { Kind } from './ports/crm-fields.ts'
import type { Kept } from './ports/crm-kept.ts'
import { textsOf } from './ports/crm-seen.ts'

// What we would have written beside what people have: field by field, on the record that is most likely the same.
export const verdicts = ['equal', 'else', 'nobody'] as const // else: people wrote something else there, or left it empty. nobody: there is no such record
export type Shadow = { kind: Kind; ours: string; external?: string; field: string; wouldWrite: string; stands?: string; verdict: (typeof verdicts)[number] }
export type Theirs = { contact: Kept | undefined; deals: readonly Kept[]; meetings: readonly Kept[] }

export const shadowOf = (entries: readonly Entry[], theirs: Theirs): Shadow[] =>
  entries.flatMap((entry) => {
    const { kind, args, theirs: peoples } = entry
    const record = likeliest(entry, theirs)
    const texts: [string, string][] = Object.entries(textsOf({ ...args, ...peoples })).filter(([field]) => field !== 'owner') // which HubSpot calls by a number of its own
    return texts.map(([field, wouldWrite]) => {
      const stands = record?.fields[field]
      const isEqual = stands !== undefined && (stands === wouldWrite || (field === 'phone' && phoneOf(stands) === wouldWrite))
      return { kind, ours: args.ours, ...(record && { external: record.id }), field, wouldWrite, ...(stands !== undefined && { stands }), verdict: record === undefined ? 'nobody' : isEqual ? 'equal' : 'else' }
    })
  })

const sameVisitMs = 12 * 3_600_000
const likeliest = ({ kind, args }: Entry, { contact, deals, meetings }: Theirs): Kept | undefined => {
  if (kind === 'contact') return contact
  if (kind === 'deal') return deals.find(({ ours }) => ours === args.ours) ?? deals[0]
  if (kind !== 'meeting') return undefined // nobody writes down a conversation as we do
  const apart = ({ fields }: Kept): number => Math.abs(Number(fields['startsAt'] ?? Number.NaN) - args.startsAt)
  return meetings.filter((each) => apart(each) <= sameVisitMs).toSorted((a, b) => apart(a) - apart(b))[0]
}

export const shadowCsv = (rows: readonly Shadow[]): string =>
  csvOf([['kind', 'portero_id', 'hubspot_id', 'field', 'would_write', 'stands', 'verdict'], ...rows.map(({ kind, ours, external = '', field, wouldWrite, stands = '', verdict }) => [kind, ours, external, field, wouldWrite, stands, verdict])])
