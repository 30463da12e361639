import { callPerson, unseenTimer } from '../actions/call-person.ts'
import { senderOf } from '../domain/ports/mail.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'

export const escalationUnseen = defineFlow({
  ...unseenTimer,
  name: 'escalations.unseen',
  gather: (_payload, reads) => reachOf(reads),
  async decide(payload, reach, { act }) {
    await act(callPerson, { ...payload, reach })
  },
})

// How people of ours can be told besides WhatsApp.
export const reachOf = async ({ mail, handles }: Reads): Promise<{ mail: boolean; conversations: string }> => ({ mail: (await senderOf(mail)) !== undefined, conversations: await handles.conversationsUrl() })
