import type { z } from 'zod'
import type { Act } from '../define.ts'
import type { respond } from '../domain/ports/model.ts'
import { refusalOf } from '../spine/tool-answer.ts'
import { addItems, itemsOf, noteCall, noteRepair, noteTurn } from '../store/agent-runs.ts'
import { answer } from './answer.ts'
import { goOn } from './ask.ts'
import type { At } from './at.ts'
import { bounds, costOf } from './bounds.ts'
import type { callTool } from './call-tool.ts'
import { fallBack } from './fall-back.ts'
import { callsLeft } from './next.ts'
import { masked } from './opening.ts'

type Told = z.infer<typeof respond.result> | undefined
export const spentIn = (told: Told) => told && { model: told.model, usage: told.usage, micros: costOf(told.usage) }

// The model has answered, or it never will.
export const step = async (act: Act, at: At, told: Told): Promise<void> => {
  const spent = spentIn(told)
  await noteTurn(act, at.run.id, spent)
  const run = { ...at.run, turns: at.run.turns + 1, micros: at.run.micros + (spent?.micros ?? 0) }
  const now: At = { ...at, run }
  if (!told) return fallBack(act, now, 'away')
  await addItems(act, run, told.items)
  // Those that whoever serves the model made itself.
  const left = new Set(callsLeft(told.items))
  for (const item of told.items) if (item.kind === 'call' && !left.has(item)) await noteCall(act, run.id, at.tools.some(({ name, policy }) => name === item.tool && policy.effect === 'write'))
  if (told.cut) return fallBack(act, now, 'cut')
  const { own } = await itemsOf(act, run.id)
  const isCalling = callsLeft(own).length > 0
  if (isCalling && run.micros >= at.spends.perRun) return fallBack(act, now, 'budget')
  if (isCalling) return goOn(act, now) // what it says besides is only that it will
  const text = told.items.flatMap((item) => (item.kind === 'said' ? item.text : [])).join('\n\n').trim()
  return text === '' ? fallBack(act, now, 'silent') : answer(act, now, text, own)
}

// A tool has answered, or nobody knows what became of it: then the model is told so.
export const called = async (act: Act, at: At, told: z.infer<typeof callTool.result> | undefined): Promise<void> => {
  const { own } = await itemsOf(act, at.run.id)
  const [call] = callsLeft(own)
  if (!call) return goOn(act, at)
  const { status, text } = told ?? { status: 503, text: refusalOf('unavailable').text }
  await addItems(act, at.run, [masked({ kind: 'answer', id: call.id, text })])
  if (status !== 400) return goOn(act, at)
  if (at.run.repairs >= bounds.repairs) return fallBack(act, at, 'repairs')
  await noteRepair(act, at.run.id)
  return goOn(act, { ...at, run: { ...at.run, repairs: at.run.repairs + 1 } })
}
