import { sql } from 'kysely'
import { z } from 'zod'
import { consoleWords, transcriptWords, views, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { deedOf, isoOf, searchable, showable, type CardLine } from '../domain/card-views.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { Tour } from '../domain/tours.ts'
import { at } from '../spine/db.ts'
import { cursorOf, doneFor, opener, placeOf, type CardPerson, type CardReads, type Place } from './card-people.ts'
import { takenOf } from './hands-view.ts'
import { mediaOf, type MediaPlace } from './media.ts'
import { toldOf } from './media-told.ts'
import { escalationSummary, messageBody } from './places.ts'
import type { Author, MessageStatus } from './tables.ts'

// What was said and done, a page at a time from the newest; or what of it has some words in it.
export const cardZone = 'America/Mexico_City'
const perPage = 50
const mostSearched = 2_000
const atOnce = 200

type Asked = { before?: string | undefined; search?: string | undefined; language: Language; user: string | undefined; now: Millis }
type Around = { person: CardPerson; catalogue: Catalogue; tours: readonly Tour[]; mediaUrl(place: MediaPlace): Promise<string> }
type View = z.infer<typeof views.transcriptView>

export const transcriptOf = async (on: CardReads, { before, search, language, user, now }: Asked, around: Around): Promise<View> => {
  const { person } = around
  const from = before === undefined ? undefined : await placeOf(on, person.id, before)
  const words = searchable(search ?? '')
  const { lines, earlier } = words === '' ? await page(on, from, language, around) : await found(on, from, { words, language }, around)
  const escalation = await waiting(on, person, now)
  const [latest] = person.conversations
  const taken = latest && (await takenOf(on, latest.id, user))
  return {
    zone: cardZone, asOf: isoOf(now), state: latest?.state ?? 'none', lines: await withMedia(on, lines, language, around.mediaUrl), ...(taken && { taken: { ...taken, since: isoOf(taken.since) } }),
    ...(escalation && { escalation }), ...(earlier && { earlier: await cursorOf(on, person.id, earlier) }),
  }
}

type Row = { id: string; author: Author; status: MessageStatus; at: Millis; body_sealed: Buffer | null; edited: boolean; deleted: boolean; stray: boolean; failure: string | null; bySms: boolean }
const columns = sql`id, author, status, sent_at as at, body_sealed, edited_at is not null as edited, deleted_at is not null as deleted, stray, failure, by_sms as "bySms"`
const messages = async ({ db, tenant }: CardReads, { conversations }: CardPerson, before: Place | undefined, most: number): Promise<Row[]> => {
  if (conversations.length === 0) return []
  const { rows } = await sql<Row>`select ${columns} from message where tenant_id = ${tenant} and conversation_id in (${sql.join(conversations.map(({ id }) => sql`${id}::uuid`))})
    ${before ? sql`and (sent_at, id) < (${at(before.at)}, ${before.id}::uuid)` : sql``} order by sent_at desc, id desc limit ${most}`.execute(db.bare)
  return rows
}

const page = async (on: CardReads, before: Place | undefined, language: Language, { person, catalogue, tours }: Around): Promise<{ lines: CardLine[]; earlier: Place | undefined }> => {
  const rows = await messages(on, person, before, perPage + 1)
  const shown = rows.slice(0, perPage)
  const earlier = rows.length > perPage ? shown.at(-1) : undefined
  const said = await Promise.all(shown.map((row) => lineOf(on, row, language)))
  const done = (await doneFor(on, person.id, { from: earlier?.at, until: before?.at })).flatMap((deed): { at: Millis; line: CardLine }[] => {
    const told = deedOf(deed, { catalogue, tours, language })
    return told ? [{ at: deed.at, line: { id: deed.id, at: isoOf(deed.at), author: deed.by === 'staff' ? 'human' : 'portero', kind: 'done', text: told.text } }] : []
  })
  const lines = [...said.map((line, place) => ({ at: shown[place]?.at ?? 0, line })), ...done].toSorted((a, b) => a.at - b.at || (a.line.id < b.line.id ? -1 : 1)).map(({ line }) => line)
  return { lines, earlier }
}

// Words are sealed, so they are found by opening what was said, only so much of it at a time.
const found = async (on: CardReads, before: Place | undefined, { words, language }: { words: string; language: Language }, { person }: Around): Promise<{ lines: CardLine[]; earlier: Place | undefined }> => {
  const lines: CardLine[] = []
  let place = before
  for (let searched = 0; searched < mostSearched; searched += atOnce) {
    const rows = await messages(on, person, place, atOnce)
    for (const row of rows) {
      const line = await lineOf(on, row, language)
      place = row
      if (searchable(line.text).includes(words)) lines.unshift(line)
      if (lines.length === perPage) return { lines, earlier: place }
    }
    if (rows.length < atOnce) return { lines, earlier: undefined }
  }
  return { lines, earlier: place }
}

const body = z.looseObject({ kind: views.line.shape.kind, text: z.string() })
const lineOf = async (on: CardReads, { id, author, status, at: sentAt, body_sealed, edited, deleted, stray, failure, bySms }: Row, language: Language): Promise<CardLine> => {
  const opened = await opener(on)(messageBody(id), body_sealed)
  const said = opened === undefined ? undefined : body.safeParse(JSON.parse(opened)).data
  const text = said?.text ?? (body_sealed && opened === undefined ? consoleWords[language].erased : '')
  const words = transcriptWords[language]
  const notes = [deleted ? words.deleted : edited ? words.edited : undefined, bySms ? (author === 'portero' ? words.insteadBySms : words.bySms) : undefined, failure === null ? undefined : words.failed(failure, bySms ? 'SMS' : 'WhatsApp')].filter((each) => each !== undefined)
  return { id, at: isoOf(sentAt), author, kind: said?.kind ?? 'other', text: showable(text), ...(author !== 'prospect' && { status }), ...(notes.length > 0 && { note: notes.join(' · ') }), ...(stray && { isStray: true }) }
}

// What came with them, where whoever looks may open it.
const withMedia = async (on: CardReads, lines: readonly CardLine[], language: Language, mediaUrl: Around['mediaUrl']): Promise<CardLine[]> => {
  const found = await mediaOf(on.db.bare, on.tenant, lines.filter(({ kind }) => kind !== 'done').map(({ id }) => id))
  const told = await toldOf(on.db.bare, on.tenant, [...found.keys()], opener(on))
  return Promise.all(lines.map(async (line) => {
    const media = found.get(line.id) ?? []
    const words = (told.get(line.id) ?? []).flatMap(({ text }) => (text === undefined ? [] : transcriptWords[language].told[line.kind === 'audio' ? 'voice' : 'image'](showable(text))))
    const kept = await Promise.all(media.flatMap(({ state, type, ...place }) => (state === 'kept' && type !== undefined ? [mediaUrl(place).then((url) => ({ url, type }))] : [])))
    const notes = [line.note, ...media.map(({ state }) => (state === 'kept' ? undefined : transcriptWords[language].media[state])), ...words].filter((note) => note !== undefined)
    return { ...line, ...(kept.length > 0 && { media: kept }), ...(notes.length > 0 && { note: [...new Set(notes)].join(' · ') }) }
  }))
}

const waiting = async (on: CardReads, { conversations }: CardPerson, now: Millis): Promise<View['escalation']> => {
  if (conversations.length === 0) return undefined
  const { rows: [row] } = await sql<{ id: string; reason: string; summary_sealed: Buffer; owner: string | null; due: Millis }>`select id, reason, summary_sealed, owner, due_at as due from escalation
    where tenant_id = ${on.tenant} and conversation_id in (${sql.join(conversations.map(({ id }) => sql`${id}::uuid`))}) and closed_at is null order by opened_at desc limit 1`.execute(on.db.bare)
  if (!row) return undefined
  const summary = showable((await opener(on)(escalationSummary(row.id), row.summary_sealed)) ?? '')
  return { reason: row.reason, summary, dueAt: isoOf(row.due), isLate: now > row.due, ...(row.owner !== null && { owner: row.owner }) }
}

// What the prospect had said last before something was done.
export const lastHeard = async (on: CardReads, { conversations }: CardPerson, until: Millis, language: Language): Promise<CardLine | undefined> => {
  if (conversations.length === 0) return undefined
  const { rows: [row] } = await sql<Row>`select ${columns} from message where tenant_id = ${on.tenant} and conversation_id in (${sql.join(conversations.map(({ id }) => sql`${id}::uuid`))})
    and author = 'prospect' and sent_at <= ${at(until)} order by sent_at desc, id desc limit 1`.execute(on.db.bare)
  return row && lineOf(on, row, language)
}
