import { sql } from 'kysely'
import type { Db } from '@portero/tool-server/spine/db.ts'

// What was promised against what is there, as sets. Every sentence that comes out is a promise broken.
export type FloodFacts = {
  acknowledged: ReadonlySet<string> // messages of webhooks that were taken
  lost: ReadonlySet<string> // messages that Bird has and never told
  written: readonly string[] // in the transcript
  turns: readonly { message: string; state: string }[] // of each message that was heard
  deeds: number // times that somebody was heard, by the audit, which nothing keeps unique
}

export const floodBroken = ({ acknowledged, lost, written, turns, deeds }: FloodFacts): string[] => {
  const said = new Set(written)
  const heard = new Set(turns.map(({ message }) => message))
  const named = (ids: readonly string[], what: string): string[] => (ids.length === 0 ? [] : [`${ids.length} ${what}: ${ids.slice(0, 5).join(', ')}`])
  const expected = new Set([...acknowledged, ...lost])
  return [
    ...named([...acknowledged].filter((id) => !said.has(id)), 'were acknowledged and are not in the transcript'),
    ...named([...lost].filter((id) => !said.has(id)), 'were never told, and not found either'),
    ...named([...said].filter((id) => !expected.has(id)), 'are in the transcript, and nobody sent them'),
    ...(written.length === said.size ? [] : [`${written.length - said.size} are in the transcript more than once`]),
    ...(turns.length === heard.size ? [] : [`${turns.length - heard.size} have more than one turn`]),
    ...named(turns.filter(({ state }) => state !== 'done').map(({ message, state }) => `${message} ${state}`), 'have a turn that is not done'),
    ...(deeds === said.size ? [] : [`${said.size} messages, and people were heard ${deeds} times`]),
  ]
}

export const floodFacts = async (db: Db): Promise<Omit<FloodFacts, 'acknowledged' | 'lost'>> => {
  const { rows: messages } = await sql<{ id: string }>`select external_id as id from message where external_id like 'flood-%'`.execute(db.bare)
  const { rows: turns } = await sql<{ message: string; state: string }>`select substring(key from 'heard:(.*)$') as message, state from job where kind = 'turn' and name = 'messaging.heard'`.execute(db.bare)
  const { rows: [audited] } = await sql<{ deeds: number }>`select count(*) as deeds from audit where what = 'action:hear-message'`.execute(db.bare)
  return { written: messages.map(({ id }) => id), turns, deeds: audited?.deeds ?? 0 }
}
