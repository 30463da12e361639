import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { isSeen } from './blocked.ts'
import { claimValue, personName } from './places.ts'
import { opener, type Shown } from './transcripts.ts'

// What the console counts. A figure is one question that gives rows: its number is how many they are, and what it opens is these rows, so that the two can't disagree. Whoever is blocked is in neither.
export type Span = { from: Millis; to: Millis; now: Millis } // to: not in it any more
export type Counted = { id: string; person: string; conversation: string | null; at: Millis }
type Needs = { on: Kysely<DB>; tenant: string }
type Asked = Span & { tenant: string }

const within = (column: RawBuilder<unknown>, { from, to }: Span): RawBuilder<unknown> => sql`${column} >= ${at(from)} and ${column} < ${at(to)}`
const visits = (asked: Asked, time: 'starts_at' | 'made_at', statuses: RawBuilder<unknown>): RawBuilder<Counted> =>
  sql`select t.id, t.person_id as person, t.conversation_id as conversation, ${sql.ref(`t.${time}`)} as at from tour t where t.tenant_id = ${asked.tenant} and ${within(sql.ref(`t.${time}`), asked)} and t.status in (${statuses}) and ${isSeen(asked.tenant, sql`t.person_id`)}`
const calls = ({ tenant }: Asked, which: RawBuilder<unknown>): RawBuilder<Counted> =>
  sql`select e.id, e.person_id as person, e.conversation_id as conversation, e.opened_at as at from escalation e where e.tenant_id = ${tenant} and ${which} and ${isSeen(tenant, sql`e.person_id`)}`
const inFunnel = (asked: Asked, least: number): RawBuilder<Counted> => sql`select person as id, person, conversation, at from (${funnelRows(asked)}) reached where step >= ${least}`

// What answers a prospect: our agent's or a person's, that arrived. A reminder or a notice that came by itself answers nobody.
const isAnswer = sql`m.author in ('bot', 'human') and m.status <> 'failed'`
// A message's id is of when we heard of it, so that its key finds the last days; a vendor's clock may be off by some hours.
const skewMs: Millis = 2 * 86_400_000
const since = (from: Millis): RawBuilder<unknown> => sql`m.id > ${firstIdAt(Math.max(0, from - skewMs))}::uuid`
// Below every id that is made from then on.
export const firstIdAt = (ms: Millis): string => {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}

const conversations = (asked: Asked): RawBuilder<Counted> => sql`select c.id, c.person_id as person, c.id as conversation, max(m.sent_at) as at from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
  where m.tenant_id = ${asked.tenant} and ${since(asked.from)} and m.author = 'prospect' and ${within(sql`m.sent_at`, asked)} and ${isSeen(asked.tenant, sql`c.person_id`)} group by c.id, c.person_id`

// Whoever wrote for the first time in the span, and how far they have come until now: 1 wrote, 2 answered, 3 booked a visit, 4 visited, 5 applied. Whoever is further has been everywhere before.
export const funnelSteps = ['wrote', 'answered', 'visitBooked', 'visited', 'applied'] as const
const funnelRows = (asked: Asked): RawBuilder<unknown> => {
  const { tenant } = asked
  const theirs = sql`c.tenant_id = ${tenant} and c.person_id = w.person`
  return sql`select w.person, w.at, (select c.id from conversation c where ${theirs} order by c.opened_at desc limit 1) as conversation,
      case when exists (select 1 from lead l where l.tenant_id = ${tenant} and l.person_id = w.person and l.stage in ('application', 'won')) then 5
        when exists (select 1 from tour t where t.tenant_id = ${tenant} and t.person_id = w.person and t.status = 'completed') then 4
        when exists (select 1 from tour t where t.tenant_id = ${tenant} and t.person_id = w.person and t.status <> 'held') then 3
        when exists (select 1 from conversation c join message m on m.tenant_id = c.tenant_id and m.conversation_id = c.id where ${theirs} and ${isAnswer} and m.sent_at > w.at) then 2 else 1 end as step
    from (select person, min(at) as at from (${sql`select c.person_id as person, m.sent_at as at from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
      where m.tenant_id = ${tenant} and ${since(asked.from)} and m.author = 'prospect' and ${within(sql`m.sent_at`, asked)}`}) wrote group by person) w
    where ${isSeen(tenant, sql`w.person`)} and not exists (select 1 from conversation c join message m on m.tenant_id = c.tenant_id and m.conversation_id = c.id where ${theirs} and m.author = 'prospect' and m.sent_at < ${at(asked.from)})`
}

// Booked: more than held. Waiting: somebody of ours was called, and nobody has come, or nobody has answered.
const questions = {
  conversations,
  booked: (asked: Asked) => visits(asked, 'made_at', sql`'confirmed', 'completed', 'no_show', 'cancelled'`),
  visits: (asked: Asked) => visits(asked, 'starts_at', sql`'confirmed', 'completed', 'no_show'`),
  came: (asked: Asked) => visits(asked, 'starts_at', sql`'completed'`),
  missed: (asked: Asked) => visits(asked, 'starts_at', sql`'no_show'`),
  called: (asked: Asked) => calls(asked, within(sql`e.opened_at`, asked)),
  waiting: (asked: Asked) => calls(asked, sql`e.closed_at is null and (e.reason = 'unanswered' or e.seen_at is null)`),
  late: (asked: Asked) => calls(asked, sql`e.closed_at is null and (e.reason = 'unanswered' or e.seen_at is null) and e.due_at < ${at(asked.now)}`),
  replies: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${replyRows(asked)}) r where ms is not null`,
  unreplied: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${replyRows(asked)}) r where ms is null`,
  wrote: (asked: Asked) => inFunnel(asked, 1),
  answered: (asked: Asked) => inFunnel(asked, 2),
  visitBooked: (asked: Asked) => inFunnel(asked, 3),
  visited: (asked: Asked) => inFunnel(asked, 4),
  applied: (asked: Asked) => inFunnel(asked, 5),
} as const
export type FigureName = keyof typeof questions
export const isFigure = (name: string): name is FigureName => Object.hasOwn(questions, name)

export const countOf = async ({ on, tenant }: Needs, name: FigureName, span: Span): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from (${questions[name]({ ...span, tenant })}) counted`.execute(on)
  return row?.count ?? 0
}
// The latest first, with whose they are.
export type Listed = Counted & { name: Shown; phone: Shown }
export const rowsOf = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, name: FigureName, span: Span, most: number): Promise<Listed[]> => {
  const { rows } = await sql<Counted & { named: Buffer | null; numbered: Buffer | null }>`select counted.*, p.name_sealed as named, (select value_sealed from claim k where k.tenant_id = p.tenant_id and k.person_id = p.id and k.kind = 'phone' order by k.claimed_at limit 1) as numbered
    from (select id, person, conversation, at from (${questions[name]({ ...span, tenant })}) asked order by at desc, id desc limit ${most}) counted join person p on p.tenant_id = ${tenant} and p.id = counted.person order by counted.at desc, counted.id desc`.execute(db.bare)
  await vault.ready(db.bare, tenant, rows.flatMap(({ named, numbered }) => [named, numbered]))
  const open = opener(db, vault, tenant)
  return Promise.all(rows.map(async ({ named, numbered, ...row }) => ({ ...row, name: await open(personName(row.person), named), phone: await open(claimValue('phone', row.person), numbered) })))
}

// A wait begins with what a prospect writes first, or after an answer; it ends with the next answer. Read from the last message to the first, so that the next reply is known all along; only the first one of a conversation in the span must look further back.
const replyRows = (asked: Asked): RawBuilder<unknown> => {
  const { tenant, from } = asked
  return sql`select s.id, c.person_id as person, s.conversation_id as conversation, s.sent_at as at, round(extract(epoch from s.replied_at - s.sent_at) * 1000)::bigint as ms from (
      select m.id, m.conversation_id, m.author, m.sent_at, lead(m.author) over later as before, min(m.sent_at) filter (where m.author <> 'prospect') over later as replied_at
      from message m where m.tenant_id = ${tenant} and ${since(from)} and m.sent_at >= ${at(from)} and (m.author = 'prospect' or ${isAnswer}) window later as (partition by m.conversation_id order by m.sent_at desc, m.id desc)) s
    join conversation c on c.tenant_id = ${tenant} and c.id = s.conversation_id
    where s.author = 'prospect' and ${within(sql`s.sent_at`, asked)} and ${isSeen(tenant, sql`c.person_id`)} and coalesce(s.before,
      (select m.author from message m where m.tenant_id = ${tenant} and m.conversation_id = s.conversation_id and m.sent_at < ${at(from)} and (m.author = 'prospect' or ${isAnswer}) order by m.sent_at desc, m.id desc limit 1), 'bot') <> 'prospect'`
}
export type ReplyTimes = { replies: number; unreplied: number; p50: Millis | undefined; p95: Millis | undefined }
export const replyTimes = async ({ on, tenant }: Needs, span: Span): Promise<ReplyTimes> => {
  const { rows: [row] } = await sql<{ replies: number; unreplied: number; p50: number | null; p95: number | null }>`select count(ms) as replies, count(*) - count(ms) as unreplied, percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.95) within group (order by ms) as p95 from (${replyRows({ ...span, tenant })}) r`.execute(on)
  return { replies: row?.replies ?? 0, unreplied: row?.unreplied ?? 0, p50: row?.p50 ?? undefined, p95: row?.p95 ?? undefined }
}

// Who spoke for us: people of ours in the span, else a machine, else nobody.
export const speakers = ['bot', 'human', 'nobody'] as const
export type Speaker = (typeof speakers)[number]
export type Compared = { speaker: Speaker; conversations: number; booked: number; called: number; p50: Millis | undefined }
export const compared = async ({ on, tenant }: Needs, span: Span): Promise<Compared[]> => {
  const asked = { ...span, tenant }
  const { rows } = await sql<Omit<Compared, 'p50'> & { p50: number | null }>`with heard as materialized (${conversations(asked)}), made as materialized (${questions.booked(asked)}), called as materialized (${questions.called(asked)}),
      ours as materialized (select m.conversation_id as id, bool_or(m.author = 'human') as by_people from message m where m.tenant_id = ${tenant} and ${since(span.from)} and ${isAnswer} and ${within(sql`m.sent_at`, span)} group by 1),
      each_one as materialized (select h.id, case when o.by_people then 'human' when o.id is not null then 'bot' else 'nobody' end as speaker, exists (select 1 from made where made.conversation = h.id) as booked, exists (select 1 from called where called.conversation = h.id) as called
        from heard h left join ours o on o.id = h.id),
      waits as (select e.speaker, percentile_disc(0.5) within group (order by r.ms) as p50 from (${replyRows(asked)}) r join each_one e on e.id = r.conversation where r.ms is not null group by 1)
    select e.speaker, count(*) as conversations, count(*) filter (where e.booked) as booked, count(*) filter (where e.called) as called, (select p50 from waits w where w.speaker = e.speaker) as p50 from each_one e group by 1`.execute(on)
  return speakers.map((speaker) => {
    const { conversations = 0, booked = 0, called = 0, p50 = null } = rows.find((row) => row.speaker === speaker) ?? {}
    return { speaker, conversations, booked, called, p50: p50 ?? undefined }
  })
}

export const reasonsOf = async ({ on, tenant }: Needs, span: Span): Promise<{ reason: string; count: number }[]> => {
  const { rows } = await sql<{ reason: string; count: number }>`select e.reason, count(*) as count from (${questions.called({ ...span, tenant })}) c join escalation e on e.tenant_id = ${tenant} and e.id = c.id group by 1 order by 2 desc, 1`.execute(on)
  return rows
}

// What messages and our own agent cost, in millionths, by currency. The agent's is in dollars; drafts are by day.
export const costsOf = async ({ on, tenant }: Needs, span: Span, days: { first: string; end: string }): Promise<{ currency: string; micros: number }[]> => {
  const { rows } = await sql<{ currency: string; micros: number }>`select currency, sum(micros)::bigint as micros from (
      select m.currency, m.cost_micros as micros from message m where m.tenant_id = ${tenant} and ${since(span.from)} and m.currency is not null and ${within(sql`m.sent_at`, span)}
      union all select 'USD', r.micros from agent_run r where r.tenant_id = ${tenant} and ${within(sql`r.over_at`, span)}
      union all select 'USD', d.micros from draft_cost d where d.tenant_id = ${tenant} and d.day >= ${days.first}::date and d.day < ${days.end}::date) spent where micros > 0 group by 1 order by 1`.execute(on)
  return rows
}

export const perDay = async ({ on, tenant }: Needs, span: Span, zone: string): Promise<Map<string, { conversations: number; booked: number }>> => {
  const asked = { ...span, tenant }
  const { rows } = await sql<{ day: string; conversations: number; booked: number }>`select day::text as day, sum(conversations)::int as conversations, sum(booked)::int as booked from (
      select (m.sent_at at time zone ${zone})::date as day, count(distinct m.conversation_id) as conversations, 0 as booked from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
        where m.tenant_id = ${tenant} and ${since(span.from)} and m.author = 'prospect' and ${within(sql`m.sent_at`, span)} and ${isSeen(tenant, sql`c.person_id`)} group by 1
      union all select (b.at at time zone ${zone})::date, 0, count(*) from (${questions.booked(asked)}) b group by 1) counted group by day order by day`.execute(on)
  return new Map(rows.map(({ day, ...counts }) => [day, counts]))
}
