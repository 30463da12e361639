import { sql } from 'kysely'
import type { House } from '@portero/tool-server/app.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import type { Worker } from '@portero/tool-server/spine/worker.ts'
import type { FakeClock } from './clock.ts'

// To find that nothing is due a worker asks six times, and claims in each lane; most steps of a test's clock find just that. One look in front of it takes a third of the time.
export const whenDue = ({ db, worker }: Pick<House, 'db' | 'worker'>, clock: FakeClock): Worker => ({
  ...worker,
  async settle() {
    const now = at(clock.now())
    const { rows } = await sql`select 1 where exists (select 1 from inbox where state = 'new')
      or exists (select 1 from job where (state in ('ready', 'scheduled') and run_at <= ${now}) or (state = 'running' and leased_until < ${now}))`.execute(db.bare)
    if (rows.length > 0) await worker.settle()
  },
})
