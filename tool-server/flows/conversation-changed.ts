import { meetConversation } from '../actions/meet-conversation.ts'
import { conversationChanged as payload } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

// What we learn from it is the conversation's name.
export const conversationChanged = defineFlow({
  name: 'messaging.changed',
  payload,
  serial: ({ connection, contact }) => `messaging:${connection}:${contact.id}`,
  async decide({ connection, conversation, contact }, _facts, { act }) {
    await act(meetConversation, { connection, conversation, contact })
  },
})
