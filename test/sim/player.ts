import { z } from 'zod'
import { plant } from './planted.ts'

// Plays the seeds that main.ts hands out, one after the other, with what is planted in the server.
const planted = z.object({ name: z.string(), file: z.string(), from: z.string(), to: z.string() })
const { PLANTED } = process.env
if (PLANTED) plant(planted.parse(JSON.parse(PLANTED)))
const { play } = await import('./play.ts')
const { makeStory } = await import('./story.ts')
const { killed } = await import('./scheduler.ts')
// What the dead still wait for is nobody's concern; anything else would end a server too.
process.on('unhandledRejection', (thrown) => {
  if (!(thrown instanceof Error && thrown.message === killed)) throw thrown
})
process.on('message', (message) => {
  const { seed } = z.object({ seed: z.number() }).parse(message)
  const began = performance.now()
  play(makeStory(seed)).then(
    (played) => process.send?.({ seed, ...played, ms: performance.now() - began }),
    (thrown: unknown) => process.send?.({ seed, wrong: [`it could not be played: ${thrown instanceof Error ? thrown.stack : String(thrown)}`], steps: 0, kills: 0, trail: '', ms: 0 }),
  )
})
process.on('disconnect', () => process.exit(0))
