// Notes what a run came to, for .ci/run to add up, and which files failed.
import { appendFileSync, writeFileSync } from 'node:fs'

export default class Tally {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, testResults }) {
    const failed = numFailedTests || numFailedTestSuites // a suite that could not even start has no failed test
    appendFileSync(process.env.TALLY, `${numPassedTests} ${failed} ${numPendingTests}\n`)
    writeFileSync(`${process.env.TALLY}.failed`, testResults.filter(({ numFailingTests, testExecError }) => numFailingTests > 0 || testExecError).map(({ testFilePath }) => `${testFilePath}\n`).join(''))
  }
}
