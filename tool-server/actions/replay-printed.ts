import { readFileSync } from 'node:fs'
import { AppError, reviewWords } from '@portero/shared'
import type { Shown } from '../domain/mask-shown.ts'
import type { Clock } from '../spine/clock.ts'
import { listDead } from '../spine/dead.ts'
import type { Db } from '../spine/db.ts'
import { edits, type Edit } from '../spine/mend.ts'
import { putPageBack, reach } from '../store/replays.ts'
import { causesOf } from '../store/review.ts'
import { perPage } from './replay-page.ts'
import type { Event, Preview, Problem, Review } from './review.ts'
import type { Command, Rehearsed } from './rehearse.ts'

// What has stopped, from the command line: by the same functions as the console's page for review.
export type ReplayFlags = { id?: string | undefined; all?: boolean | undefined; sure?: boolean | undefined; group?: string | undefined; fix?: string | undefined; preview?: boolean | undefined }
type House = { db: Db; review: Review; tenant: string }
type Needs = { clock: Clock; say(line: string): void; bar(done: number, of: number, rest: string): void; withDb(work: (db: Db) => Promise<void>): Promise<void>; withHouse(work: (house: House) => Promise<void>): Promise<void>; tenant: string }
const words = reviewWords.en

export const printReplay = (flags: ReplayFlags, needs: Needs): Promise<void> => {
  const { id, all, group, fix, preview, sure } = flags
  if (id !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new AppError('invalid_input', `"${id}" is no id: portero replay lists those of what is dead`)
  if (id === undefined && (fix !== undefined || preview || sure)) throw new AppError('invalid_input', '--fix, --preview and --sure are for one: --id ID')
  const wanted = fix === undefined ? [] : editsOf(fix)
  if (id !== undefined) return needs.withHouse((house) => (preview ? rehearsed(house, needs, id, wanted) : again(house, needs, { id, wanted, sure: sure === true })))
  return needs.withDb((db) => (all || group !== undefined ? many(db, needs, group ?? null) : list(db, needs)))
}

const list = async (db: Db, { say, tenant }: Needs): Promise<void> => {
  const dead = await listDead(db)
  for (const row of dead) say(`${row.id}  ${row.kind}  ${row.name}  ${row.uncertain ? 'outcome unknown  ' : ''}${row.code}: ${row.error}`)
  const causes = await causesOf({ db, tenant })
  if (causes.length > 1) for (const { cause, count } of causes) say(`--group ${cause}  ${count}`)
  say(`${dead.length} dead`)
}

// Page by page, as the console does it. What nobody knows the outcome of is looked up first.
const many = async (db: Db, { clock, say, bar, tenant }: Needs, cause: string | null): Promise<void> => {
  const { total, last } = await reach(db.bare, tenant, cause)
  let done = 0
  for (let after: string | null | undefined = null; last !== null && after !== undefined; ) {
    const from: string | null = after
    const page: { count: number; after: string | undefined } = await db.tx((tx) => putPageBack(tx, { tenant, cause, after: from, last, most: perPage, now: clock.now(), replay: null }))
    done += page.count
    after = page.after
    bar(done, total, '')
  }
  say(`${done} back in line`)
}

const subjectOf = ({ tenant }: House) => ({ tenant, by: 'staff' as const, user: 'cli' })
const none = (id: string): AppError => new AppError('not_found', `nothing that is dead has the id ${id}`)
type One = { id: string; wanted: readonly Edit[]; sure: boolean }
const again = async (house: House, { say }: Needs, { id, wanted, sure }: One): Promise<void> => {
  const came = wanted.length > 0 ? await house.review.mend(subjectOf(house), id, wanted) : await house.review.replay(subjectOf(house), id, sure)
  if (came === 'unknown') throw none(id)
  if (typeof came === 'object') throw new AppError('invalid_input', `${words.wrong}: ${came.problems.map(lineOf).join('; ')}`)
  say(came === 'back' ? '1 back in line' : `${came}: ${words.came[came]}`)
}

const rehearsed = async (house: House, { say }: Needs, id: string, wanted: readonly Edit[]): Promise<void> => {
  const looked = await house.review.look(subjectOf(house), id)
  const preview = await house.review.preview(subjectOf(house), id, wanted)
  if (!looked || !preview) throw none(id)
  for (const line of looked.lines ?? []) say(placeOf(line))
  for (const line of linesOf(preview)) say(line)
}
const linesOf = ({ problems, events, more = 0, rehearsed, call }: Preview): string[] => [
  ...problems.map((problem) => `! ${lineOf(problem)}`),
  ...(events ?? []).flatMap((event, at) => eventLines(event, at)),
  ...(more > 0 ? [words.moreEvents(more)] : []),
  ...(rehearsed ? decided(rehearsed) : []),
  ...(call ? [`${words.calls}: ${call.name} ${words.to} ${call.vendor} ${call.account}`, ...call.args.map((line) => `  ${placeOf(line)}`)] : []),
]
const eventLines = ({ flow, fate, problems, rehearsed }: Event, at: number): string[] => [`${words.event(at + 1)}: ${flow}  ${words.fate[fate]}`, ...problems.map((problem) => `  ! ${lineOf(problem)}`), ...(rehearsed ? decided(rehearsed).map((line) => `  ${line}`) : [])]
const decided = ({ actions, commands, timers, tables, failed }: Rehearsed): string[] => [
  ...(failed ? [`! ${words.fails}: ${failed.code}: ${failed.message}`] : []),
  ...actions.map((name) => `${words.does}: ${name}`),
  ...tables.map(({ table, added, changed, removed }) => `${words.rows}: ${table} +${added} ~${changed} -${removed}`),
  ...commands.flatMap((command) => sent(command)),
  ...timers.map(({ flow }) => `${words.timers}: ${flow}`),
]
const sent = ({ name, vendor, args, isKnown }: Command): string[] => [`${words.sends}: ${name} ${words.to} ${vendor ?? words.system}${isKnown ? ` (${words.sentBefore})` : ''}`, ...args.map((line) => `  ${placeOf(line)}`)]
const placeOf = ({ path, value }: Shown): string => `${path === '' ? '/' : path}  ${typeof value === 'string' ? value : words.hidden[value.hidden](value.length, value.end ?? '')}`
const lineOf = (problem: Problem): string => ('issue' in problem ? `${problem.path ?? ''} ${words.issue[problem.issue]}${problem.expected === undefined ? '' : `: ${problem.expected}`}`.trim() : `${problem.code}: ${problem.message}`)

const editsOf = (file: string): Edit[] => {
  const parsed = edits.safeParse(jsonIn(file))
  if (!parsed.success) throw new AppError('invalid_input', `${file} is no list of corrections, such as [{ "path": "/body/event", "value": "whatsapp.inbound" }, { "path": "/body/id", "from": "/body/identity" }, { "path": "/body/identity", "gone": true }]`)
  return parsed.data
}
const jsonIn = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new AppError('invalid_input', `${file} can't be read as JSON`, { cause })
  }
}
