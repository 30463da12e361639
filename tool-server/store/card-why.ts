import { sql } from 'kysely'
import type { z } from 'zod'
import { views, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { deedOf, isoOf } from '../domain/card-views.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { Tour } from '../domain/tours.ts'
import type { JobState } from '../spine/tables.ts'
import { doneFor, type CardPerson, type CardReads } from './card-people.ts'
import { lastHeard } from './card-transcript.ts'

// Why a field says what it says: what the prospect wrote, what was done for it, and what the CRM was told.
type Step = z.infer<typeof views.whyView>['steps'][number]
type Around = { person: CardPerson; catalogue: Catalogue; tours: readonly Tour[]; lead: { id: string } | undefined; language: Language }

export const whyOf = async (on: CardReads, field: string, { person, catalogue, tours, lead, language }: Around): Promise<Step[]> => {
  const words = views.cardAnswers[language]
  const done = (await doneFor(on, person.id)).flatMap((deed) => {
    const told = deedOf(deed, { catalogue, tours, language })
    return told?.about.includes(field === 'next' ? 'visit' : field) ? [{ deed, ...told }] : []
  })[0]
  if (!done) return []
  const { deed, text, tour } = done
  const heard = deed.by === 'staff' ? undefined : await lastHeard(on, person, deed.at, language)
  const [kind, ours] = tour !== undefined && field !== 'stage' ? ['meeting' as const, tour] : ['deal' as const, lead?.id]
  const write = ours === undefined ? undefined : await writtenAfter(on, `crm:${kind}:${ours}:`, deed.at)
  return [
    ...(heard ? [{ at: heard.at, kind: 'message' as const, text: heard.text, by: person.name ?? words.who.prospect }] : []),
    { at: isoOf(deed.at), kind: 'tool', text, by: deed.user ?? words.who.portero },
    ...(write ? [{ at: isoOf(write.finishedAt ?? write.createdAt), kind: 'write' as const, text: write.state === 'done' ? words.written[kind] : write.state === 'dead' ? words.failed : words.pending, by: 'HubSpot' }] : []),
  ]
}

// Commands are named by the thing that they tell of (domain/crm-record.ts), and names are in order.
export const writtenAfter = async ({ db, tenant }: CardReads, prefix: string, since: Millis): Promise<{ state: JobState; createdAt: Millis; finishedAt: Millis | null } | undefined> => {
  const { rows } = await sql<{ state: JobState; createdAt: Millis; finishedAt: Millis | null }>`select state, created_at as "createdAt", finished_at as "finishedAt" from job
    where tenant_id = ${tenant} and kind = 'command' and key >= ${prefix} and key < ${`${prefix.slice(0, -1)};`} order by created_at, id`.execute(db.bare)
  return rows.find(({ createdAt }) => createdAt >= since)
}
