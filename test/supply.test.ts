import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'

// What npm run audit says without a network.
const { faultsOf } = await import(new URL('../.ci/supply.mjs', import.meta.url).pathname)
const lockOf = (place: string): object => JSON.parse(readFileSync(new URL(`../${place}package-lock.json`, import.meta.url), 'utf8'))

test.each(['', 'hubspot-project/src/app/cards/'])('every package is locked by its hash, from the registry, under a licence that is allowed: %s', (place) => {
  expect(faultsOf(lockOf(place))).toEqual([])
})
test.each([
  ['no hash', { version: '1.0.0', license: 'MIT' }, 'left-pad@1.0.0 is not locked by its hash'],
  ['another registry', { version: '1.0.0', license: 'MIT', integrity: 'sha512-x', resolved: 'https://malo.example/left-pad.tgz' }, 'left-pad@1.0.0 comes from https://malo.example/left-pad.tgz'],
  ['another licence', { version: '1.0.0', license: 'AGPL-3.0', integrity: 'sha512-x' }, 'left-pad@1.0.0 is under AGPL-3.0'],
  ['no licence', { version: '1.0.0', integrity: 'sha512-x' }, 'left-pad@1.0.0 is under no licence that it names'],
])('a package with %s is told', (_title, entry, fault) => {
  expect(faultsOf({ packages: { '': {}, 'node_modules/left-pad': entry } })).toEqual([fault])
  expect(faultsOf({ packages: { 'shared': entry } })).toEqual([])
})
