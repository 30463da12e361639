import { z } from 'zod'
import { tellAlert } from '../domain/ports/alerts.ts'
import { sendMail } from '../domain/ports/mail.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import { adminNames } from '../store/troubles.ts'

// Who looks after the house, and how they are reached.
type Needs = { db: Db; registry: Registry; connections: Connections; tenant: string }
const oursOf = async ({ db, connections, tenant }: Needs): Promise<Awaited<ReturnType<Connections['all']>>> => (await connections.all(db.bare)).filter((each) => each.tenant === tenant)

// The connections that take alerts.
export const alertsOf = async (needs: Needs): Promise<string[]> => {
  const takers = needs.registry.vendorsDoing(tellAlert.name)
  return (await oursOf(needs)).flatMap(({ id, vendor }) => (takers.includes(vendor) ? [id] : []))
}

// Whoever is an admin by an address: in a connection's settings, or in the console; nobody where there is no mail. undefined: all mail is refused itself.
const staffed = z.object({ staff: z.object({ admins: z.array(z.string()) }) })
export const adminsOf = async (needs: Needs, refused: readonly string[]): Promise<string[] | undefined> => {
  const ours = await oursOf(needs)
  const senders = needs.registry.vendorsDoing(sendMail.name)
  const mail = ours.filter(({ vendor }) => senders.includes(vendor))
  if (mail.length === 0) return []
  if (mail.every(({ id }) => refused.includes(id))) return undefined
  const names = [...(await adminNames(needs.db.bare, needs.tenant)), ...ours.flatMap(({ settings }) => staffed.safeParse(settings).data?.staff.admins ?? [])]
  return [...new Set(names.flatMap((name) => z.email().safeParse(name.toLowerCase()).data ?? []))]
}
