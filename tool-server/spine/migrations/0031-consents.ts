import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

// What people agreed to, purpose by purpose, and what they were shown before: both are only ever added to.
const statements = `
alter table consent drop constraint consent_purpose_check;
alter table consent add constraint consent_purpose_check check (purpose in ('messages', 'visits', 'marketing', 'profiling', 'financial', 'automated'));
alter table consent drop constraint consent_status_check;
alter table consent add constraint consent_status_check check (status in ('granted', 'revoked', 'refused'));
-- channel: where they said so; null where that was not written down. text_hash: sha256 of what they said. notice: the version that they had been shown last. reason_sealed: why one of ours noted it.
alter table consent add column mode text not null default 'express' check (mode in ('tacit', 'express', 'written')), add column channel text check (channel in ('whatsapp', 'sms', 'mail', 'phone', 'person', 'web', 'crm', 'vendor')),
  add column text_hash text, add column notice text, add column reason_sealed bytea;

-- Whose it is may change, when two people turn out to be one. It may go with whom it is about: once their key is blocked, as who is erased is first, or gone.
create function consent_stays() returns trigger language plpgsql as $$ begin
  if tg_op = 'UPDATE' and to_jsonb(new) - 'person_id' = to_jsonb(old) - 'person_id' then return new; end if;
  if tg_op = 'DELETE' and not exists (select 1 from data_key k where k.tenant_id = old.tenant_id and k.kind = 'person' and k.person_id = old.person_id and to_jsonb(k) ->> 'blocked_at' is null) then return old; end if;
  raise exception 'what somebody agreed to is only ever added to';
end $$;
create trigger consent_stays before update or delete on consent for each row execute function consent_stays();

-- text: the simplified notice, as a message. integral: the whole one, as a page; null of versions from before there was one. Their sha256 are the database's own work, so they are those of what stands there.
alter table notice add column integral text, add column text_sha256 text, add column integral_sha256 text;
update notice set text_sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex');
alter table notice alter column text_sha256 set not null;
create function notice_hashes() returns trigger language plpgsql as $$ begin
  new.text_sha256 := encode(sha256(convert_to(new.text, 'UTF8')), 'hex');
  new.integral_sha256 := encode(sha256(convert_to(new.integral, 'UTF8')), 'hex');
  return new;
end $$;
create trigger notice_hashes before insert on notice for each row execute function notice_hashes();
create function notice_stays() returns trigger language plpgsql as $$ begin
  raise exception 'a version of the notice never changes';
end $$;
create trigger notice_stays before update or delete on notice for each row execute function notice_stays();

-- The message that showed it, as soon as it is known.
alter table notice_shown add column message_id uuid;
`
export const consents: Migration = {
  async up(db) {
    for (const statement of statements.split(/;\n(?! |end \$\$)/)) if (statement.trim()) await sql.raw(statement).execute(db) // a function's body has semicolons of its own
  },
}
