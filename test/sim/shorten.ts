import type { Event, Story } from './story.ts'

// The same story with as little as possible in it: pieces are left out, ever smaller ones, as long as it still goes wrong. A. Zeller, R. Hildebrandt: Simplifying and Isolating Failure-Inducing Input, 2002.
export const shortest = async (story: Story, goesWrong: (story: Story) => Promise<boolean>, most = 60): Promise<Story> => {
  let events: readonly Event[] = story.events
  let tries = 0
  for (let size = Math.ceil(events.length / 2); size >= 1 && tries < most; ) {
    let isShorter = false
    for (let from = 0; from < events.length && tries < most; ) {
      const less = [...events.slice(0, from), ...events.slice(from + size)]
      tries++
      if (await goesWrong({ ...story, events: less })) {
        events = less
        isShorter = true
      } else from += size
    }
    if (size === 1 && !isShorter) break
    if (!isShorter) size = Math.max(1, Math.floor(size / 2))
  }
  return { ...story, events }
}
