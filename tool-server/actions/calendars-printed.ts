import { AppError } from '@portero/shared'
import type { Subject } from '../define.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import { connectionsShown } from '../store/connections-view.ts'
import type { Connecting } from './connecting.ts'

// People's calendars from the command line: which there are, and those that are connected without asking anybody.
type Needs = { db: Db; connections: Connections; connecting: Connecting; tenant: string; publicBaseUrl: string; say(line: string): void }
const subjectOf = (tenant: string): Subject => ({ tenant, by: 'system' })

export const listCalendars = async (needs: Needs): Promise<void> => {
  const { connecting, say } = needs
  const { agents, accounts } = await connectionsShown(needs)
  const calendars = accounts.filter(({ vendor }) => connecting.calendars.includes(vendor))
  for (const { name, address } of agents) {
    const own = calendars.filter(({ account }) => account === address)
    say(`${name}  ${address ?? 'no e-mail in the catalogue'}  ${own.length === 0 ? 'not connected' : own.map(({ vendor, troubles }) => `${vendor}${troubles.length > 0 ? ` (${troubles.join(', ')})` : ''}`).join(', ')}`)
  }
  for (const { vendor, account } of calendars) if (!agents.some(({ address }) => address === account)) say(`nobody in the catalogue  ${account}  ${vendor}`)
  say(connecting.vendors.length === 0 ? 'Nothing can be connected yet: docs/calendars.md says how Portero is registered.' : `Can be connected: ${connecting.vendors.map((vendor) => `${vendor} (${connecting.asks(vendor) ? 'its owner consents' : 'by our own name'})`).join(', ')}`)
}

export const connectCalendar = async ({ connecting, tenant, publicBaseUrl, say }: Needs, vendor: string, account: string): Promise<void> => {
  if (!connecting.vendors.includes(vendor)) throw new AppError('invalid_input', `accounts of ${vendor} can't be connected: ${connecting.vendors.join(', ') || 'docs/calendars.md says how Portero is registered'}`)
  if (connecting.asks(vendor)) throw new AppError('refused', `whoever owns the account must consent: ${publicBaseUrl}/console/connections`)
  await connecting.connect(subjectOf(tenant), { vendor, account })
  say(`${account} is connected. A server that runs begins to read it within seconds.`)
}

export const disconnectCalendar = async ({ db, connections, connecting, tenant, say }: Needs, vendor: string, account: string): Promise<void> => {
  const found = (await connections.all(db.bare)).find((each) => each.tenant === tenant && each.vendor === vendor && each.account === account.toLowerCase())
  if (!found) throw new AppError('not_found', `there is no ${vendor} of ${account}: portero calendars list`)
  const { endUrl } = await connecting.disconnect(subjectOf(tenant), found.id)
  say(`${account} is not connected any longer.${endUrl === undefined ? '' : ` Its permission could not be taken back there: its owner ends it at ${endUrl}`}`)
}
