import { z } from 'zod'
import { plant } from './planted.ts'
import type { Story } from './story.ts'

// As player.ts, for stories that come whole, and what the house would say of each afterwards.
const planted = z.object({ name: z.string(), file: z.string(), from: z.string(), to: z.string() })
const { PLANTED } = process.env
if (PLANTED) plant(planted.parse(JSON.parse(PLANTED)))
const { playIncident } = await import('./incident-played.ts')
process.on('message', (story) => {
  playIncident(story as Story).then(
    (played) => process.send?.(played),
    (thrown: unknown) => {
      process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))
