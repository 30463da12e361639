import { AppError, errors } from '@portero/shared'
import { keepMedia, mediaFetch } from '../actions/keep-media.ts'
import { defineFlow } from '../domain/reads.ts'

// A file that came with a message. A vendor that is away is asked again for as long as it may have it; one that refuses us is for people to look at.
export const fetchMedia = defineFlow({
  ...mediaFetch,
  async gather({ url }, reads) {
    try {
      return await reads.messaging.media(url)
    } catch (thrown) {
      if (thrown instanceof AppError && errors[thrown.code].retry === 'later') return 'away' as const
      throw thrown
    }
  },
  decide: (fetch, seen, act) => keepMedia(act, fetch, seen),
})
