// npm run audit: what ships is locked by its hash and under a licence that is allowed, and has no advisory of high severity that the registry knows of. Where the registry can't be asked, that is said, and no failure.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { faultsOf } from './supply.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
let failed = false
for (const place of ['', 'hubspot-project/src/app/cards/']) {
  const faults = faultsOf(JSON.parse(readFileSync(`${root}${place}package-lock.json`, 'utf8')))
  for (const fault of faults) console.error(fault)
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json', '--fetch-timeout=20000', '--fetch-retries=0'], { cwd: `${root}${place}`, encoding: 'utf8' })
  const { high, critical } = countsIn(stdout)
  if (high === undefined) console.log(`${place || './'}: the registry's advisories could not be asked, so only locks and licences were looked at`)
  else console.log(`${place || './'}: ${critical} critical and ${high} high advisories in what ships`)
  failed ||= faults.length > 0 || high > 0 || critical > 0
}
process.exit(failed ? 1 : 0)

function countsIn(text) {
  try {
    return JSON.parse(text).metadata?.vulnerabilities ?? {}
  } catch {
    return {}
  }
}
