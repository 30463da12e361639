import { breakSilence, silenceTimer } from '../actions/mind-silence.ts'
import { defineFlow } from '../domain/reads.ts'

export const silence = defineFlow({
  ...silenceTimer,
  name: 'messaging.silence',
  serial: ({ conversation }) => `silence:${conversation}`,
  async decide(payload, _facts, { act }) {
    await act(breakSilence, payload)
  },
})
