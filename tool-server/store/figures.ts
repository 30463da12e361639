import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { DB, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { isSeen } from './blocked.ts'
import { claimValue, personName } from './places.ts'
import { heldRows, noticeRows, unshownRows, withdrawnRows } from './privacy-figures.ts'
import { besideRows, heldBackWithin } from './shadow.ts'
import { opener, type Shown } from './transcripts.ts'

// What the console counts. A figure is one question that gives rows: its number is how many they are, and what it opens is these rows, so that the two can't disagree. Whoever is blocked is in neither.
export type Span = { from: Millis; to: Millis; now: Millis; which?: string | undefined } // to: not in it any more. which: of those, the ones of one speaker or one reason
export type Counted = { id: string; person: string | null; conversation: string | null; at: Millis }
type Needs = { on: Kysely<DB>; tenant: string }
type Asked = Span & { tenant: string }

const within = (column: RawBuilder<unknown>, { from, to }: Span): RawBuilder<unknown> => sql`${column} >= ${at(from)} and ${column} < ${at(to)}`
const visits = (asked: Asked, time: 'starts_at' | 'made_at', statuses: RawBuilder<unknown>): RawBuilder<Counted> =>
  sql`select t.id, t.person_id as person, t.conversation_id as conversation, ${sql.ref(`t.${time}`)} as at from tour t where t.tenant_id = ${asked.tenant} and ${within(sql.ref(`t.${time}`), asked)} and t.status in (${statuses}) and ${isSeen(asked.tenant, sql`t.person_id`)}`
const bookedOnes = sql`'confirmed', 'completed', 'no_show', 'cancelled'` // got beyond being held
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

// Who spoke for us in a conversation: people of ours in the span, else a machine, else nobody.
export const speakers = ['bot', 'human', 'nobody'] as const
export type Speaker = (typeof speakers)[number]
const spoken = (asked: Asked): RawBuilder<unknown> => {
  const { tenant } = asked
  return sql`select h.id, c.person_id as person, h.id as conversation, h.at, case when h.by_people then 'human' when h.by_machine then 'bot' else 'nobody' end as speaker,
      h.id in (select t.conversation_id from tour t where t.tenant_id = ${tenant} and t.conversation_id is not null and ${within(sql`t.made_at`, asked)} and t.status in (${bookedOnes})) as booked,
      h.id in (select e.conversation_id from escalation e where e.tenant_id = ${tenant} and ${within(sql`e.opened_at`, asked)}) as called
    from (select m.conversation_id as id, max(m.sent_at) filter (where m.author = 'prospect') as at, bool_or(m.author = 'human') as by_people, bool_or(m.author = 'bot') as by_machine from message m
      where m.tenant_id = ${tenant} and ${since(asked.from)} and ${within(sql`m.sent_at`, asked)} and (m.author = 'prospect' or ${isAnswer}) group by m.conversation_id) h
    join conversation c on c.tenant_id = ${tenant} and c.id = h.id where h.at is not null and ${isSeen(tenant, sql`c.person_id`)}`
}
const spokenBy = (asked: Asked, which: RawBuilder<unknown>): RawBuilder<Counted> => sql`select id, person, conversation, at from (${spoken(asked)}) s where ${which}`
const bySpeaker = ({ which }: Asked): RawBuilder<unknown> => (which === undefined ? sql`true` : sql`speaker = ${which}`)

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
  conversations: (asked: Asked) => spokenBy(asked, bySpeaker(asked)),
  conversationsBooked: (asked: Asked) => spokenBy(asked, sql`booked and ${bySpeaker(asked)}`),
  conversationsCalled: (asked: Asked) => spokenBy(asked, sql`called and ${bySpeaker(asked)}`),
  booked: (asked: Asked) => visits(asked, 'made_at', bookedOnes),
  visits: (asked: Asked) => visits(asked, 'starts_at', sql`'confirmed', 'completed', 'no_show'`),
  came: (asked: Asked) => visits(asked, 'starts_at', sql`'completed'`),
  missed: (asked: Asked) => visits(asked, 'starts_at', sql`'no_show'`),
  called: (asked: Asked) => calls(asked, sql`${within(sql`e.opened_at`, asked)} ${asked.which === undefined ? sql`` : sql`and e.reason = ${asked.which}`}`),
  waiting: (asked: Asked) => calls(asked, sql`e.closed_at is null and (e.reason = 'unanswered' or e.seen_at is null)`),
  late: (asked: Asked) => calls(asked, sql`e.closed_at is null and (e.reason = 'unanswered' or e.seen_at is null) and e.due_at < ${at(asked.now)}`),
  replies: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${replyRows(asked)}) r where ms is not null ${asked.which === undefined ? sql`` : sql`and by = ${asked.which}`}`,
  unreplied: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${replyRows(asked)}) r where ms is null`,
  wrote: (asked: Asked) => inFunnel(asked, 1),
  answered: (asked: Asked) => inFunnel(asked, 2),
  visitBooked: (asked: Asked) => inFunnel(asked, 3),
  visited: (asked: Asked) => inFunnel(asked, 4),
  applied: (asked: Asked) => inFunnel(asked, 5),
  shadow: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${besideRows(asked.tenant, asked)}) s where ${asked.which === undefined ? sql`true` : sql`kind || '.' || outcome = ${asked.which}`}`,
  shadowReplies: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${shadowReplyRows(asked)}) r where ${asked.which === undefined ? sql`true` : sql`outcome = ${asked.which}`}`,
  consents: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${heldRows(asked)}) s where purpose || '.' || status = ${asked.which ?? ''}`,
  withdrawn: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${withdrawnRows(asked)}) s where purpose = ${asked.which ?? ''}`,
  noticeShown: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${noticeRows(asked)}) s where version = ${asked.which ?? ''}`,
  noticeUnshown: (asked: Asked) => sql<Counted>`select id, person, conversation, at from (${unshownRows(asked)}) s where language = ${asked.which ?? ''}`,
  heldBack: (asked: Asked) => sql<Counted>`select j.id, j.person_id as person, case when ${isSaid} then split_part(j.serial, ':', 2)::uuid end as conversation, j.created_at as at from job j where ${heldBackWithin(asked.tenant, asked)} ${asked.which === undefined ? sql`` : sql`and j.name = ${asked.which}`}`,
} as const
export type FigureName = keyof typeof questions
// For whoever answers for privacy.
const privately: ReadonlySet<string> = new Set<FigureName>(['consents', 'withdrawn', 'noticeShown', 'noticeUnshown'])
export const isPrivate = (name: FigureName): boolean => privately.has(name)
export const isFigure = (name: string): name is FigureName => Object.hasOwn(questions, name)

// How many got at least that far, of each step.
export const funnelOf = async ({ on, tenant }: Needs, span: Span): Promise<{ step: (typeof funnelSteps)[number]; count: number }[]> => {
  const { rows } = await sql<{ step: number; count: number }>`select step, count(*) as count from (${funnelRows({ ...span, tenant })}) reached group by step`.execute(on)
  return funnelSteps.map((step, place) => ({ step, count: rows.reduce((sum, each) => sum + (each.step > place ? each.count : 0), 0) }))
}
export const countOf = async ({ on, tenant }: Needs, name: FigureName, span: Span): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from (${questions[name]({ ...span, tenant })}) counted`.execute(on)
  return row?.count ?? 0
}
// The latest first, with whose they are, and how many there are of them in all.
export type Listed = Counted & { name: Shown; phone: Shown }
type ListedRow = Counted & { named: Buffer | null; numbered: Buffer | null; count: number }
export const rowsOf = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, name: FigureName, span: Span, most: number): Promise<{ count: number; rows: Listed[] }> => {
  const { rows } = await sql<ListedRow>`select counted.*, p.name_sealed as named, (select value_sealed from claim k where k.tenant_id = p.tenant_id and k.person_id = p.id and k.kind = 'phone' order by k.claimed_at limit 1) as numbered
    from (select id, person, conversation, at, count(*) over () as count from (${questions[name]({ ...span, tenant })}) asked order by at desc, id desc limit ${most}) counted left join person p on p.tenant_id = ${tenant} and p.id = counted.person order by counted.at desc, counted.id desc`.execute(db.bare)
  await vault.ready(db.bare, tenant, rows.flatMap(({ named, numbered }) => [named, numbered]))
  const open = opener(db, vault, tenant)
  return { count: rows[0]?.count ?? 0, rows: await Promise.all(rows.map(async ({ named, numbered, count: _count, ...row }) => ({ ...row, name: row.person === null ? undefined : await open(personName(row.person), named), phone: row.person === null ? undefined : await open(claimValue('phone', row.person), numbered) }))) }
}

// A wait begins with what a prospect writes first, or after an answer; it ends with the next answer. Of all that was said only where the other side begins to speak counts; only the first one of a conversation in the span must look further back.
const replyRows = (asked: Asked): RawBuilder<unknown> => {
  const { tenant, from } = asked
  const said = sql`m.tenant_id = ${tenant} and (m.author = 'prospect' or ${isAnswer})`
  return sql`select s.id, c.person_id as person, s.conversation_id as conversation, s.sent_at as at, s.by, s.next_at, round(extract(epoch from s.replied_at - s.sent_at) * 1000)::bigint as ms from (
      select id, conversation_id, author, sent_at, before, lead(author) over line as by, lead(sent_at) over line as replied_at, lead(sent_at, 2) over line as next_at from (
        select m.id, m.conversation_id, m.author, m.sent_at, lag(m.author) over (partition by m.conversation_id order by m.sent_at, m.id) as before from message m where ${said} and ${since(from)} and m.sent_at >= ${at(from)}) heard
      where before is null or (before = 'prospect') <> (author = 'prospect') window line as (partition by conversation_id order by sent_at, id)) s
    join conversation c on c.tenant_id = ${tenant} and c.id = s.conversation_id
    where s.author = 'prospect' and ${within(sql`s.sent_at`, asked)} and ${isSeen(tenant, sql`c.person_id`)} and coalesce(s.before,
      (select m.author from message m where ${said} and m.conversation_id = s.conversation_id and m.sent_at < ${at(from)} order by m.sent_at desc, m.id desc limit 1), 'bot') <> 'prospect'`
}

// In shadow mode: of each wait between the first and the last of what was held back, whether Portero would have answered before the next one began, and whether anybody did.
export const replyOutcomes = ['both', 'ours', 'theirs', 'nobody'] as const
const isSaid = sql`j.name = ${sendMessage.name} and j.serial like 'say:%'`
const shadowReplyRows = (asked: Asked): RawBuilder<unknown> => sql`with shadow as materialized (select min(j.created_at) as first, max(j.created_at) as last from job j where ${heldBackWithin(asked.tenant, asked)}),
    held as materialized (select split_part(j.serial, ':', 2)::uuid as conversation, j.created_at from job j where ${heldBackWithin(asked.tenant, asked)} and ${isSaid} and j.key not like '%:service:%'),
    waits as (select r.id, r.person, r.conversation, r.at, r.ms as theirs, round(extract(epoch from min(h.created_at) - r.at) * 1000)::bigint as ours from (${replyRows(asked)}) r join shadow on r.at between shadow.first and shadow.last
      left join held h on h.conversation = r.conversation and h.created_at >= r.at and (r.next_at is null or h.created_at < r.next_at) group by r.id, r.person, r.conversation, r.at, r.ms)
  select waits.*, case when ours is null then case when theirs is null then 'nobody' else 'theirs' end when theirs is null then 'ours' else 'both' end as outcome from waits`
export type ShadowReplies = { outcome: (typeof replyOutcomes)[number]; count: number; ours: Millis | undefined; theirs: Millis | undefined }
export const shadowReplies = async ({ on, tenant }: Needs, span: Span): Promise<ShadowReplies[]> => {
  const { rows } = await sql<{ outcome: string; count: number; ours: number | null; theirs: number | null }>`select outcome, count(*) as count, percentile_disc(0.5) within group (order by ours) as ours, percentile_disc(0.5) within group (order by theirs) as theirs from (${shadowReplyRows({ ...span, tenant })}) r group by outcome`.execute(on)
  return replyOutcomes.map((outcome) => {
    const { count = 0, ours, theirs } = rows.find((row) => row.outcome === outcome) ?? {}
    return { outcome, count, ours: ours ?? undefined, theirs: theirs ?? undefined }
  })
}
export type ReplyTimes = { replies: number; unreplied: number; p50: Millis | undefined; p95: Millis | undefined }
export const replyTimes = async ({ on, tenant }: Needs, span: Span): Promise<ReplyTimes> => {
  const { rows: [row] } = await sql<{ replies: number; unreplied: number; p50: number | null; p95: number | null }>`select count(ms) as replies, count(*) - count(ms) as unreplied, percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.95) within group (order by ms) as p95 from (${replyRows({ ...span, tenant })}) r`.execute(on)
  return { replies: row?.replies ?? 0, unreplied: row?.unreplied ?? 0, p50: row?.p50 ?? undefined, p95: row?.p95 ?? undefined }
}

// Conversations by who spoke in them, and answers by who gave them: each answer is one speaker's, in whatever conversation it was.
export type Compared = { speaker: Speaker; conversations: number; booked: number; called: number; replies: number; p50: Millis | undefined }
export const compared = async ({ on, tenant }: Needs, span: Span): Promise<Compared[]> => {
  const asked = { ...span, tenant }
  const [{ rows: talks }, { rows: answers }] = await Promise.all([
    sql<{ speaker: string; conversations: number; booked: number; called: number }>`select speaker, count(*) as conversations, count(*) filter (where booked) as booked, count(*) filter (where called) as called from (${spoken(asked)}) s group by speaker`.execute(on),
    sql<{ speaker: string; replies: number; p50: number }>`select by as speaker, count(*) as replies, percentile_disc(0.5) within group (order by ms) as p50 from (${replyRows(asked)}) r where ms is not null group by by`.execute(on),
  ])
  return speakers.map((speaker) => {
    const { conversations = 0, booked = 0, called = 0 } = talks.find((row) => row.speaker === speaker) ?? {}
    const { replies = 0, p50 } = answers.find((row) => row.speaker === speaker) ?? {}
    return { speaker, conversations, booked, called, replies, p50 }
  })
}

export const reasonsOf = async ({ on, tenant }: Needs, span: Span): Promise<{ reason: string; count: number }[]> => {
  const { rows } = await sql<{ reason: string; count: number }>`select e.reason, count(*) as count from (${questions.called({ ...span, tenant })}) c join escalation e on e.tenant_id = ${tenant} and e.id = c.id group by 1 order by 2 desc, 1`.execute(on)
  return rows
}

// What was spent, in millionths, by what it was spent on and its currency. The agent's is in dollars; drafts are by day. unpriced: what was sent at no price that we know.
export const costKinds = ['messages', 'agent', 'drafts'] as const
export type Cost = { kind: (typeof costKinds)[number]; currency: string; micros: number }
export const costsOf = async ({ on, tenant }: Needs, span: Span, days: { first: string; end: string }): Promise<{ costs: Cost[]; unpriced: number }> => {
  const { rows } = await sql<Cost & { unpriced: number }>`select kind, currency, coalesce(sum(micros), 0)::bigint as micros, sum(unpriced)::bigint as unpriced from (
      select 'messages' as kind, coalesce(m.currency, '') as currency, sum(m.cost_micros) as micros, count(*) filter (where m.currency is null and m.direction = 'out' and m.status <> 'failed') as unpriced from message m where m.tenant_id = ${tenant} and ${since(span.from)} and ${within(sql`m.sent_at`, span)} group by 2
      union all select 'agent', 'USD', r.micros, 0 from agent_run r where r.tenant_id = ${tenant} and ${within(sql`r.over_at`, span)}
      union all select 'drafts', 'USD', d.micros, 0 from draft_cost d where d.tenant_id = ${tenant} and d.day >= ${days.first}::date and d.day < ${days.end}::date) spent group by 1, 2 order by 2, 1`.execute(on)
  return { costs: rows.filter(({ currency, micros }) => currency !== '' && micros > 0).map(({ kind, currency, micros }) => ({ kind, currency, micros })), unpriced: rows.reduce((sum, row) => sum + row.unpriced, 0) }
}

export const perDay = async ({ on, tenant }: Needs, span: Span, zone: string): Promise<Map<string, { conversations: number; booked: number }>> => {
  const asked = { ...span, tenant }
  const { rows } = await sql<{ day: string; conversations: number; booked: number }>`select day::text as day, sum(conversations)::int as conversations, sum(booked)::int as booked from (
      select day, count(*) as conversations, 0 as booked from (select distinct m.conversation_id, (m.sent_at at time zone ${zone})::date as day from message m where m.tenant_id = ${tenant} and ${since(span.from)} and m.author = 'prospect' and ${within(sql`m.sent_at`, span)}) wrote
        join conversation c on c.tenant_id = ${tenant} and c.id = wrote.conversation_id where ${isSeen(tenant, sql`c.person_id`)} group by day
      union all select (b.at at time zone ${zone})::date, 0, count(*) from (${questions.booked(asked)}) b group by 1) counted group by day order by day`.execute(on)
  return new Map(rows.map(({ day, ...counts }) => [day, counts]))
}
