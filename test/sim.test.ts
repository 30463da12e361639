import { expect, test } from '@jest/globals'
import { serverUrl } from './support/databases.ts'
import { play } from './sim/play.ts'
import { makeStory } from './sim/story.ts'

// A few of the stories of `npm run sim`, for the embedded engine: a scheduler that picks each step needs a database without any of its own.
const here = serverUrl ? test.skip : test

here.each([1, 3, 133])('story %i ends with everything in its place', async (seed) => {
  const { wrong, steps } = await play(makeStory(seed))
  expect([wrong, steps > 1_000]).toEqual([[], true])
}, 120_000)

here('is told the same way each time', async () => {
  const [one, again, other] = [await play(makeStory(11)), await play(makeStory(11)), await play(makeStory(12))]
  expect(again).toEqual(one)
  expect(other.trail).not.toBe(one.trail)
}, 120_000)
