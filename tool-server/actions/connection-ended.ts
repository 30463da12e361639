import { z } from 'zod'
import { defineAction, type Action } from '../define.ts'
import { calendarEnded, calendarMade } from './calendar-connections.ts'
import { connectionArgs } from './connection-args.ts'

// An account is connected, or isn't any longer: who did it stands in the audit, and whatever hangs on it is told in the same transaction.
type Hanging = Action<typeof connectionArgs>
const onceMade: readonly Hanging[] = [calendarMade]
const onceEnded: readonly Hanging[] = [calendarEnded]
const told = z.strictObject({})

export const connectionMade = defineAction({ name: 'connection-made', args: connectionArgs, result: told, scopes: [], callers: ['staff', 'system'] }).decides(async (args, { act }) => {
  for (const each of onceMade) await act(each, args)
  return {}
})
export const connectionEnded = defineAction({ name: 'connection-ended', args: connectionArgs, result: told, scopes: [], callers: ['staff', 'system'] }).decides(async (args, { act }) => {
  for (const each of onceEnded) await act(each, args)
  return {}
})
