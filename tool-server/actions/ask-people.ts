import type { Act } from '../define.ts'
import { addNote } from '../store/notes.ts'
import { callAttention } from './crm-attention.ts'

// Somebody of ours has to look at a visit. Where somebody was called for another reason already, they find it among the notes. Answers the call, where it is a new one.
export const askPeople = async (act: Act, about: { person: string; conversation?: string | undefined; summary: string }): Promise<string | undefined> => {
  const { escalation, isNew } = await callAttention(act, about)
  if (isNew) return escalation
  const { conversation } = act.subject
  if (escalation !== undefined && conversation !== undefined) await addNote(act, { conversation, text: about.summary })
  return undefined
}
