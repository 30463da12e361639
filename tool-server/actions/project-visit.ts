import { createHash } from 'node:crypto'
import { eventWords } from '@portero/shared'
import type { Act } from '../define.ts'
import { calendarFor, eventOf, type EventFacts } from '../domain/event-facts.ts'
import { dropEvent, putEvent } from '../domain/ports/calendar.ts'
import { isOptedOut } from '../store/consents.ts'
import { invitedTo, mailboxOf } from '../store/invitations.ts'
import { nameOf } from '../store/people.ts'
import { asWhat, isUnderWay, noteDropping, noteDue, notePut, projectionsOf, shownAs, told, type Projection, type Shown } from '../store/projections.ts'
import { lineOf } from './calendar-turns.ts'

// A visit stands in the calendar of whoever shows it, as its row has it by now, and in nobody else's. Those who share one share the event.

export const projectVisit = async (act: Act, { tour }: { tour: string }, facts: EventFacts): Promise<void> => {
  for (const ours of await asWhat(act, tour)) {
    const visits = await shownAs(act, ours)
    const known = await projectionsOf(act, ours)
    const [visit] = visits
    if (visit && visit.startsAt <= act.now) continue // as it was had it stays
    const connection = visit && calendarFor(facts.calendars, visit.agent)
    for (const each of known) if (each.connection !== connection && each.endsAt > act.now) await drop(act, each, isSame(each, visit))
    if (connection !== undefined) await put(act, { ours, visits, connection, known: known.find((each) => each.connection === connection), isQuiet: known.some((each) => each.connection !== connection && isSame(each, visit)) }, facts)
  }
}

// Somebody else shows it, at the very time: whoever comes need not hear of it.
const isSame = (told: Projection, visit: Shown | undefined): boolean => told.invites && told.startsAt === visit?.startsAt && told.endsAt === visit.endsAt

// Of what has gone, only by which name it was known: the calendar finds out whether anything of it stands.
const whereIs = ({ external, versions, state }: Projection): { id: string; version?: string } | undefined => {
  const version = state === 'gone' ? undefined : versions.at(-1)
  return external === null ? undefined : { id: external, ...(version !== undefined && { version }) }
}

// What is under way is waited for: only once it has been answered is it known what stands there, and of which version.
const waits = async (act: Act, known: Projection): Promise<boolean> => {
  await act.drop(`${lineOf(known)}:told:`)
  const isWaiting = known.state !== 'gone' && (await isUnderWay(act, lineOf(known)))
  if (isWaiting) await noteDue(act, known)
  return isWaiting
}

type Wanted = { ours: string; visits: readonly Shown[]; connection: string; known: Projection | undefined; isQuiet: boolean }
const put = async (act: Act, { ours, visits, connection, known, isQuiet }: Wanted, { catalogue, sender, conversations }: EventFacts): Promise<void> => {
  const [visit] = visits
  const home = catalogue.homes.find(({ id }) => id === visit?.home)
  if (!visit || !home) return
  const comers = await Promise.all(visits.map(async ({ person, party, conversation }) => ({ name: await nameOf(act, person), party, conversation })))
  const guest = visit.id === ours ? await guestOf(act, visit, { invites: known?.invites === true && known.state !== 'gone', sender: sender?.invites === true }) : undefined
  const { startsAt, endsAt } = visit
  const event = { ours, ...eventOf(home, comers, conversations), startsAt, endsAt, ...(guest && { guest }), invites: guest !== undefined }
  const digest = createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 16)
  if (known?.digest === digest && (known.state === 'stands' || known.state === 'dead' || (known.state === 'sent' && (await isUnderWay(act, lineOf(known)))))) return
  if (known && (await waits(act, known))) return
  const before = known?.number ?? 0
  if (!(await notePut(act, { ours, connection, before, tours: visits.map(({ id }) => id), digest, startsAt, endsAt, invites: guest !== undefined }))) return
  const standing = known && whereIs(known)
  await act.send(putEvent, { ...event, ...(standing && { standing }), ...(isQuiet && { isQuiet }) }, { key: keyOf({ ours, connection }, before + 1), to: connection, serial: lineOf({ ours, connection }), lane: 'sync', then: told, person: visit.person })
}

export const drop = async (act: Act, known: Projection, isQuiet: boolean): Promise<void> => {
  if (known.state === 'gone' || (known.state === 'leaving' && (await isUnderWay(act, lineOf(known)))) || (await waits(act, known))) return
  const standing = whereIs(known)
  if (!(await noteDropping(act, known, standing ? 'leaving' : 'gone')) || !standing) return
  await act.send(dropEvent, { ours: known.ours, standing, invites: known.invites, ...(isQuiet && { isQuiet }), reason: isQuiet ? eventWords['es-MX'].handed : eventWords['es-MX'].called }, { key: keyOf(known, known.number + 1), to: known.connection, serial: lineOf(known), lane: 'sync', then: told })
}
export const keyOf = (which: { ours: string; connection: string }, number: number): string => `${lineOf(which)}:told:${number}`
export const toldBy = (key: string): { ours: string; connection: string; number: number } | undefined => {
  const [, connection, ours, number] = /^event:([0-9a-f-]{36}):([0-9a-f-]{36}):told:(\d+)$/.exec(key) ?? []
  return connection && ours && number ? { ours, connection, number: Number(number) } : undefined
}

// The calendar writes to whoever comes only where our own mail doesn't; what it began, it goes on with.
const guestOf = async (act: Act, { id, person }: Shown, is: { invites: boolean; sender: boolean }): Promise<{ name?: string; email: string } | undefined> => {
  if (!is.invites && (is.sender || (await invitedTo(act, id)).some(({ role }) => role === 'prospect'))) return undefined
  const { mailbox } = await mailboxOf(act, person)
  const email = putEvent.args.shape.guest.unwrap().shape.email.safeParse(mailbox?.email).data
  if (email === undefined || (await isOptedOut(act.tx, act.subject.tenant, person))) return undefined
  return { email, ...(mailbox?.name && { name: mailbox.name }) }
}
