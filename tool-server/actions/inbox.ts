import type { z } from 'zod'
import type { Act, Millis } from '../define.ts'
import { assignConversation, noteInternally } from '../domain/ports/messaging.ts'
import { buildingOf } from '../store/hands.ts'
import { standing } from '../store/standing.ts'

// The vendor's inbox shows the same hands as we do. The latest word counts: one that hasn't left yet is taken back.
type To = z.infer<typeof assignConversation.args>['to']
const line = (conversation: string): string => `inbox:${conversation}`

export const assign = async (act: Act, conversation: string, to: To, at: Millis = act.now): Promise<void> => {
  const known = await standing(act, conversation)
  if (known?.external === undefined) return // the vendor has no name for it yet
  const { external, connection, language, person } = known
  const building = await buildingOf(act, person)
  await act.drop(`${line(conversation)}:`)
  await act.send(assignConversation, { conversation: external, to, language, ...(building !== undefined && { building }) }, { key: `${line(conversation)}:${act.newId()}`, to: connection, serial: line(conversation), at, person })
}

export const noteInInbox = async (act: Act, conversation: string, text: string, key: string): Promise<boolean> => {
  const known = await standing(act, conversation)
  if (known?.external === undefined) return false
  const { external, connection, person } = known
  await act.send(noteInternally, { conversation: external, text }, { key: `note:${conversation}:${key}`, to: connection, serial: line(conversation), person })
  return true
}
