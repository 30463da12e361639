// On a fresh clone Jest doesn't know yet how long a file takes; one of these begun last would keep three cores waiting.
import Sequencer from '@jest/test-sequencer'

const longest = [
  'evals', 'connectors', 'residue', 'privacy-desk', 'audit-reads', 'bird-pull', 'calendly', 'cadence-told', 'server', 'kill', 'cli', 'chaos/bird', 'workers', 'crm-converges', 'cli-connect', 'hubspot-project', 'race', 'container', 'waitlist', 'outage', 'holds', 'takeover', 'cli-hubspot', 'backup', 'pglite', 'doctor', 'bird-setup',
  'tour-life', 'tour-interleavings', 'hubspot-setup', 'catalogue-plan',
]
const placeOf = ({ path }) => {
  const place = longest.findIndex((name) => path.endsWith(`/test/${name}.test.ts`))
  return place < 0 ? longest.length : place
}

export default class LongestFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort
    return super.sort(tests).toSorted((a, b) => placeOf(a) - placeOf(b))
  }
}
