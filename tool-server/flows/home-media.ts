import { homeMedia as timer, showHome } from '../actions/send-home-media.ts'
import { defineFlow } from '../domain/reads.ts'

export const homeMedia = defineFlow({
  ...timer,
  name: 'homes.media',
  async decide(payload, _facts, { act }) {
    await act(showHome, payload)
  },
})
