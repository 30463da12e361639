import type { z } from 'zod'
import { mailWords, type Language } from '@portero/shared'
import type { Act } from '../define.ts'
import { calendarFile, type Mailbox } from '../domain/calendar-file.ts'
import { timeLabel } from '../domain/card-views.ts'
import { calendarFor, type EventFacts } from '../domain/event-facts.ts'
import { mapOf, type Catalogue, type Home } from '../domain/homes.ts'
import { sendMail, type Sender } from '../domain/ports/mail.ts'
import { isOptedOut } from '../store/consents.ts'
import { invitedTo, mailboxOf, noteInvited, noteUninvited, type Invited } from '../store/invitations.ts'
import { isInvitedThere } from '../store/projections.ts'
import { visitNow, type VisitNow } from '../store/tour-life.ts'
import { letter } from './letter.ts'
import type { tourChanged } from './tour-change.ts'

// A visit in the calendars of its prospect and of whoever shows it, as its row has it by now, whichever change this is about: an invitation, the same again where it has changed, and its end. Each of them is written to alone, and reads nothing of the other.
// sender: undefined where nobody sends any, or somebody else does. conversations: the console's pages of them, each by its id.
// Nobody is written to twice of the same: not whoever has it in a calendar that we write to (actions/project-visit.ts), nor a prospect whom that calendar invites.
type Facts = EventFacts
export const inviteByMail = async (act: Act, { tour: id }: Pick<z.infer<typeof tourChanged.payload>, 'tour'>, { catalogue, sender, conversations, calendars }: Facts): Promise<void> => {
  if (!sender?.invites) return
  const visit = await visitNow(act, { id, person: undefined })
  if (!visit || visit.startsAt <= act.now) return
  act.concerns(visit.person)
  const { conversation, home, startsAt, endsAt } = visit
  const isSilent = await isOptedOut(act.tx, act.subject.tenant, visit.person)
  const isInvited = await isInvitedThere(act, id)
  const known = (await invitedTo(act, id)).filter(({ role }) => role === 'agent' || !isSilent)
  const wanted = visit.status === 'confirmed' ? (await guestsOf(act, visit, catalogue)).filter(({ role }) => (role === 'agent' ? calendarFor(calendars, visit.agent) === undefined : !isSilent && !isInvited)) : []
  const write = async (guest: Guest, about: Pick<Invited, 'home' | 'startsAt' | 'endsAt'>, is: Is): Promise<void> => {
    const place = catalogue.homes.find((each) => each.id === about.home)
    if (place) await send(act, { visit: { ...visit, ...about, status: is === 'off' ? 'cancelled' : 'confirmed' }, home: place, guest, is, sender, ...(conversation !== undefined && { link: `${conversations}${conversation}` }) })
  }
  for (const one of known) {
    if (wanted.some(({ role, mailbox }) => role === one.role && mailbox.email === one.email)) continue
    await write({ role: one.role, mailbox: { name: '', email: one.email }, language: one.role === 'prospect' ? (await mailboxOf(act, visit.person)).language : 'es-MX' }, one, 'off')
    await noteUninvited(act, id, one)
  }
  for (const guest of wanted) {
    const before = known.find(({ role, email }) => role === guest.role && email === guest.mailbox.email)
    if (before?.home === home && before.startsAt === startsAt && before.endsAt === endsAt) continue
    await write(guest, visit, before ? 'moved' : 'new')
    await noteInvited(act, id, { role: guest.role, email: guest.mailbox.email, home, startsAt, endsAt })
  }
}

// Its prospect is not to hear of it: only whoever was to show it reads that it is off.
export const tellShower = async (act: Act, { tour, email }: { tour: string; email: string }, { catalogue, sender }: Pick<Facts, 'catalogue' | 'sender'>): Promise<void> => {
  const visit = await visitNow(act, { id: tour, person: undefined })
  const home = catalogue.homes.find(({ id }) => id === visit?.home)
  if (sender && visit && home) await send(act, { visit: { ...visit, status: 'cancelled' }, home, guest: { role: 'agent', mailbox: { name: '', email }, language: 'es-MX' }, is: 'off', sender })
}

type Is = 'new' | 'moved' | 'off'
type Guest = { role: Invited['role']; mailbox: Mailbox; language: Language }
const guestsOf = async (act: Act, { person, agent: shows }: VisitNow, { agents }: Catalogue): Promise<Guest[]> => {
  const { mailbox, language } = await mailboxOf(act, person)
  const agent = agents.find(({ id }) => id === shows)
  return [
    ...(mailbox && sendMail.args.shape.to.safeParse(mailbox.email).success ? [{ role: 'prospect' as const, mailbox, language }] : []),
    ...(agent?.email === undefined ? [] : [{ role: 'agent' as const, mailbox: { name: agent.name, email: agent.email }, language: 'es-MX' as const }]),
  ]
}

// The letters about one visit leave in their order, and none of them twice.
type Sending = { visit: VisitNow; home: Home; guest: Guest; is: Is; sender: Sender; link?: string }
const send = async (act: Act, { visit, home, guest: { role, mailbox, language }, is, sender, link }: Sending): Promise<void> => {
  const { id, person, version, startsAt } = visit
  const words = mailWords[language].visit
  const { building, title, unit } = home
  const { text, method } = calendarFile({ tour: visit, home, language, now: act.now, from: { name: sender.name, email: sender.address }, to: mailbox })
  if (method !== 'REQUEST' && method !== 'CANCEL') return
  const when = timeLabel(building.zone, startsAt, language)
  const links = { prospect: is === 'off' ? undefined : { label: words.map, url: mapOf(building) }, agent: link === undefined ? undefined : { label: words.open, url: link } }
  await act.send(
    sendMail,
    {
      to: mailbox.email, subject: words.subject[is](title, when).slice(0, 200), calendar: { method, text },
      ...letter({ greeting: words.greeting(mailbox.name), paragraphs: [words.text[role][is](title, when), ...(is === 'off' ? [] : [`${building.name}, ${unit}. ${building.address}.`])], link: links[role], language }),
    },
    { key: `invite:${id}:${role}:${version}:${method}`, serial: `invite:${id}`, person },
  )
}
