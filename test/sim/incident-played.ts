import { kindOfDid, kindsOf, type Incident } from '@portero/tool-server/domain/incident.ts'
import { incidentOfWorld, readIncident, storyOf } from './incident.ts'
import { play, type Played } from './play.ts'
import { shortest } from './shorten.ts'
import { told, type Story } from './story.ts'

// An incident as whoever mends the house plays it: what came, what the house did about it there and what it does here, and whether all is as it must be. Answers whether it is.
export type Replayed = Played & { again: Incident }
export const playIncident = async (story: Story): Promise<Replayed> => {
  let again: Incident | undefined
  const played = await play(story, async (world) => void (again = await incidentOfWorld(world)))
  if (!again) throw new Error('it was not played')
  return { ...played, again }
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1).padStart(7)} s`
const linesOf = ({ did }: Incident): string[] => did.map((each) => `${seconds(each.atMs)}  ${kindOfDid(each)}`)
export const tellIncident = async (file: string, seeds: readonly number[], say: (line: string) => void): Promise<boolean> => {
  const incident = readIncident(file)
  for (const seed of seeds) {
    const story = storyOf(incident, seed)
    const { wrong, steps, kills, trail, again } = await playIncident(story)
    say(`incident, seed ${seed}: ${steps} steps, ${kills} kills, trail ${trail.slice(0, 16)}, ${wrong.length} wrong`)
    if (wrong.length === 0 && seed !== seeds.at(-1)) continue
    for (const line of told(story)) say(line)
    const [there, here] = [kindsOf(incident), kindsOf(again)]
    say(there.join() === here.join() ? 'The house does here what it did there:' : 'The house did there:')
    for (const line of linesOf(incident)) say(line)
    if (there.join() !== here.join()) say(`and here:\n${linesOf(again).join('\n')}`)
    if (wrong.length === 0) {
      say('All is as it must be.')
      return true
    }
    say(`${wrong.length} wrong:\n  ${wrong.join('\n  ')}`)
    const less = await shortest(story, async (each) => (await play(each)).wrong.length > 0)
    say(`In short, of ${story.events.length} events ${less.events.length}:\n${told(less).join('\n')}\n  ${(await play(less)).wrong.join('\n  ')}`)
    return false
  }
  return true
}
