import { views } from '@portero/shared'
import type { Own } from '../domain/reads.ts'
import type { Audit } from '../spine/audit.ts'
import { cardDoor, type CardDoor } from '../spine/cards.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Condition } from '../spine/ops.ts'
import type { Vault } from '../spine/vault.ts'
import { todayOf } from './today.ts'

// The door of the app page. It shows first names, so whose they were is in the audit.
type Needs = { db: Db; clock: Clock; vault: Vault; audit: Audit; own(tenant: string): Own; conditions(): Condition[] }

export const todayView = ({ db, clock, vault, audit, own, conditions }: Needs): Record<string, CardDoor> => ({
  today: cardDoor('viewer', views.todayAsk, views.todayView, async ({ language = 'es-MX' }, visitor) => {
    const { tenant } = visitor
    const { view, people } = await todayOf({ db, vault, tenant }, { catalogue: await own(tenant).homes.catalogue(), conditions: conditions(), now: clock.now(), language })
    if (people.length > 0) await audit.record(db.bare, { subject: visitor, what: 'read:today', object: tenant, after: { people } })
    return view
  }),
})
