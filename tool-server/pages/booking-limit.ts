import type { Millis } from '../define.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { homeOf } from '../spine/knocks.ts'
import type { Vault } from '../spine/vault.ts'
import { isLinkOf } from '../store/booking-links.ts'
import { spend } from '../store/page-budgets.ts'

// How often the booking page may be asked for in a minute, by one link and from one address: far more than people click, far less than a machine guesses.
const most = { link: 40, address: 240 } // an address may be a whole office

// Answers how long to wait; 0: go on. Who asks is kept as a blind index only. What is no link of ours counts by its address alone: each guess would leave a row.
export const makeBookingLimit = ({ db, clock, vault, tenant }: { db: Db; clock: Clock; vault: Vault; tenant: string }) => async ({ link, address }: { link: string; address: string }): Promise<Millis> => {
  const isOurs = await isLinkOf({ on: db.bare, vault }, tenant, link)
  const askers = await Promise.all([['address', homeOf(address)] as const, ...(isOurs ? [['link', link] as const] : [])].map(async ([what, who]) => ({ asker: await vault.blindIndex(db.bare, tenant, 'page-asker', `${what} ${who}`), most: most[what] })))
  return spend(db.bare, { tenant, askers, now: clock.now() })
}
