import type { z } from 'zod'
import { eventWords } from '@portero/shared'
import type { Calendar } from './calendars.ts'
import { placeOf } from './crm-record.ts'
import type { Catalogue, Home } from './homes.ts'
import { senderOf, type Sender } from './ports/mail.ts'
import type { putEvent } from './ports/calendar.ts'
import type { Reads } from './reads.ts'

// What is needed to show visits in the calendars of those who show homes. sender: who sends our mail, if anybody. conversations: the console's pages of them, each by its id.
export type EventFacts = { catalogue: Catalogue; calendars: readonly Calendar[]; sender: Sender | undefined; conversations: string }
export const eventFacts = async ({ homes, calendars, mail, handles }: Reads): Promise<EventFacts> => ({ catalogue: await homes.catalogue(), calendars: await calendars.all(), sender: await senderOf(mail), conversations: await handles.conversationsUrl() })

// Where somebody's visits are shown: of several calendars the one that was connected first.
export const calendarFor = (calendars: readonly Calendar[], agent: string): string | undefined => calendars.find((each) => each.agent === agent)?.connection

// Whoever shows a home needs to know whom, where, and where to read what was said; the rest is a tap away.
type Comer = { name: string | undefined; party: number; conversation: string | undefined }
const words = eventWords['es-MX']
export const eventOf = (home: Home, comers: readonly Comer[], conversations: string): Pick<z.infer<typeof putEvent.args>, 'title' | 'body' | 'location' | 'zone'> => {
  const [first] = comers
  const all = comers.reduce((count, { party }) => count + party, 0)
  const who = comers.length === 1 ? (first?.name?.trim().split(/\s+/)[0] ?? words.prospect) : words.people(all)
  const lines = comers.map(({ name, party, conversation }) => [words.comes(name ?? words.prospect, party), ...(conversation === undefined ? [] : [words.open(`${conversations}${conversation}`)])].join('\n'))
  return { title: words.title(home.title, who), body: [...lines, placeOf(home), words.mind].join('\n\n'), location: placeOf(home), zone: home.building.zone }
}
