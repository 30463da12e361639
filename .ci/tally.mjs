// Notes what a run came to, for .ci/run to add up.
import { appendFileSync } from 'node:fs'

export default class Tally {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests }) {
    const failed = numFailedTests || numFailedTestSuites // a suite that could not even start has no failed test
    appendFileSync(process.env.TALLY, `${numPassedTests} ${failed} ${numPendingTests}\n`)
  }
}
