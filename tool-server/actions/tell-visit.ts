import type { z } from 'zod'
import { crmWords, type TemplateName } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import type { Home } from '../domain/homes.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { contactOf } from '../store/people.ts'
import { conversationsOf } from '../store/standing.ts'
import { callAttention } from './crm-attention.ts'
import { say, unattended } from './say.ts'
import type { tourNow } from './tour-change.ts'

// A visit that one of ours moved or called off: its prospect hears of it, once, of what it came to last.
type Telling = { tour: z.infer<typeof tourNow>; home: Home; was: Millis; change: 'moved' | 'cancelled' }
export const tellVisit = async (act: Act, { tour, home, was, change }: Telling): Promise<void> => {
  const { id, person, version, startsAt } = tour
  const { title, building: { zone, address } } = home
  const all = await conversationsOf(act, person)
  const reached = all.find((each) => each.id === tour.conversation) ?? all.at(-1)
  if (!reached) return
  const { id: conversation, language } = reached
  const about = `visit:${id}`
  await act.drop(`${unattended(conversation)}service:${about}:`)
  const [name, given]: [TemplateName, Record<string, string>] = change === 'moved'
    ? ['portero_tour_moved', { home: title, when: timeLabel(zone, startsAt, language), place: address }]
    : ['portero_reschedule', { home: title, when: timeLabel(zone, was, language) }]
  const instead = byTemplate(name, language, given)
  const told = (await contactOf(act, person)) ? await say(act, { conversation, purpose: 'service', zone, content: { type: 'text', text: instead.text }, instead, key: `${about}:${version}` }) : undefined
  if (told?.said || (told && told.because === 'human_in_charge')) return // who talks with them tells them
  await callAttention(act, { person, conversation, summary: crmWords['es-MX'].untold(title, timeLabel(zone, startsAt, 'es-MX'), change) })
}
