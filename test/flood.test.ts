import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { flood } from './kill/flood.ts'
import { floodBroken, type FloodFacts } from './kill/flood-verdict.ts'
import { serverUrl } from './support/databases.ts'
import { cleanUp } from './support/process.ts'

// The campaign of `npm run bench -- flood`, small: webhooks come at their own pace, servers are killed meanwhile, and what was acknowledged has been done once.
jest.setTimeout(240_000)
afterEach(cleanUp)

const onServer = serverUrl ? test : test.skip
onServer('30 webhooks a second and a kill: acknowledged is processed, once, as sets', async () => {
  const result = await flood({ rate: 30, seconds: 5, killEverySeconds: 3, servers: 2, people: 25, lostShare: 0, drainSeconds: 180, again: [300] })
  expect(result).toMatchObject({ broken: [], acknowledged: 150, lost: 0, kills: [expect.any(Number)] })
})

describe('the verdict says', () => {
  const ids = ['flood-1', 'flood-2', 'flood-3']
  const fine: FloodFacts = { acknowledged: new Set(['flood-1', 'flood-2']), lost: new Set(['flood-3']), written: ids, turns: ids.map((message) => ({ message, state: 'done' })), deeds: 3 }
  test('nothing where all is well', () => expect(floodBroken(fine)).toEqual([]))
  test.each<[string, Partial<FloodFacts>, string[]]>([
    ['what was acknowledged and is nowhere', { written: ids.slice(1), deeds: 2 }, ['1 were acknowledged and are not in the transcript: flood-1']],
    ['what no pull has found', { written: ids.slice(0, 2), turns: fine.turns.slice(0, 2), deeds: 2 }, ['1 were never told, and not found either: flood-3']],
    ['what nobody sent', { written: [...ids, 'flood-9'], deeds: 4 }, ['1 are in the transcript, and nobody sent them: flood-9']],
    ['what is written twice', { written: [...ids, 'flood-2'] }, ['1 are in the transcript more than once']],
    ['what has two turns', { turns: [...fine.turns, { message: 'flood-2', state: 'done' }] }, ['1 have more than one turn']],
    ['what is not done', { turns: [...fine.turns.slice(1), { message: 'flood-1', state: 'dead' }] }, ['1 have a turn that is not done: flood-1 dead']],
    ['what was done twice and left one row', { deeds: 4 }, ['3 messages, and people were heard 4 times']],
  ])('%s', (_what, amiss, said) => expect(floodBroken({ ...fine, ...amiss })).toEqual(said))
})
