import { sql } from 'kysely'
import type { Db } from '@portero/tool-server/spine/db.ts'
import type { Server } from './process.ts'

// Who claimed a row and who finished it, as the database saw it: each worker has its own application_name.
export const keepLog = async (db: Db): Promise<void> => {
  await sql`create table kill_log (seq bigint generated always as identity, job uuid not null, fence integer not null, what text not null, worker text not null)`.execute(db.bare)
  await sql.raw(`create function kill_note() returns trigger language plpgsql as $$ begin
    insert into kill_log (job, fence, what, worker) values (new.id, new.fence, case when new.state = 'running' then 'claimed' else 'finished' end, current_setting('application_name'));
    return new;
  end $$`).execute(db.bare)
  await sql`create trigger kill_note after update on job for each row
    when (new.kind in ('turn', 'command') and new.state is distinct from old.state and new.state in ('running', 'done', 'dead')) execute function kill_note()`.execute(db.bare)
}

export const misdeeds = async (db: Db): Promise<string[]> => {
  const { rows } = await sql<{ said: string }>`
    select format('%s was finished %s times', job, count(*)) as said from kill_log where what = 'finished' group by job having count(*) <> 1
    union all select format('%s was claimed as %s by %s, and finished as %s by %s', c.job, c.fence, c.worker, f.fence, f.worker)
      from kill_log f join kill_log c on c.job = f.job and c.fence = f.fence and c.what = 'claimed' where f.what = 'finished' and c.worker <> f.worker
    union all select format('%s was claimed twice as %s', job, fence) from kill_log where what = 'claimed' group by job, fence having count(*) > 1
    union all select format('%s is finished as %s, and was last claimed as %s', id, fence, claimed) from job join lateral (select max(l.fence) as claimed from kill_log l where l.job = job.id and l.what = 'claimed') last on true
      where kind in ('turn', 'command') and fence is distinct from claimed`.execute(db.bare)
  return rows.map(({ said }) => said)
}

export const loggedIn = ({ lines }: Server, event: string): number => lines.filter((line) => line.includes(`"event":"${event}"`)).length
