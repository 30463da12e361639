import { noteSeenTemplates } from '../actions/note-templates.ts'
import { templatesChanged as payload } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

// Meta has decided about a template: what is told is only that, so all of them are looked at anew.
export const templatesChanged = defineFlow({
  name: 'messaging.templates',
  payload,
  serial: ({ connection }) => `templates:${connection}`,
  gather: (_told, reads) => reads.messaging.templates(),
  async decide({ connection }, templates, { act }) {
    await act(noteSeenTemplates, { connection, templates })
  },
})
