import type { Millis } from '../define.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { spend } from '../store/page-budgets.ts'

// How often the booking page may be asked for in a minute, by one link and from one address: far more than people click, far less than a machine guesses.
const most = { link: 40, address: 240 } // an address may be a whole office

// Answers how long to wait; 0: go on. Who asks is kept as a blind index only.
export const makeBookingLimit = ({ db, clock, vault, tenant }: { db: Db; clock: Clock; vault: Vault; tenant: string }) => async (by: Record<keyof typeof most, string>): Promise<Millis> => {
  const askers = await Promise.all((['link', 'address'] as const).map(async (what) => ({ asker: await vault.blindIndex(db.bare, tenant, 'page-asker', `${what} ${by[what]}`), most: most[what] })))
  return spend(db.bare, { tenant, askers, now: clock.now() })
}
