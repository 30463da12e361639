import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildBundles } from './build.ts'
import { installedTools } from './cli.ts'
import { makeTree, project } from './tree.ts'

// npm run hubspot:validate, npm run hubspot:upload -- --profile prod [--without-functions] [-- what hs itself shall hear]
// npm run hubspot:lint [folder]: what HubSpot's worker could not run, in the cards, of which the page and the settings are made too.
// install: what all of them need, for a machine that shall not wait for it later. build: the bundles that cardBundles hands out.
const { values, positionals: [task, ...more] } = parseArgs({
  allowPositionals: true,
  options: { profile: { type: 'string' }, 'without-functions': { type: 'boolean', default: false } },
})

const main = (): void => {
  if (task === 'install') return void installedTools()
  if (task === 'build') return void buildBundles()
  if (task === 'lint') return installedTools().eslint(['--max-warnings=0', '.'], resolve(more[0] ?? join(project, 'src/app/cards')))
  if (task !== 'validate' && task !== 'upload') throw new Error('Say validate, lint or upload.')
  // An upload reaches people, so where it goes has no default.
  const profile = values.profile ?? (task === 'validate' ? 'dev' : undefined)
  if (!profile) throw new Error('Say where to: --profile dev, staging or prod.')
  const tools = installedTools()
  const place = mkdtempSync(join(tmpdir(), 'portero-hubspot-'))
  try {
    const tree = makeTree({ place, profile, functions: !values['without-functions'], tools })
    // Where a machine runs it, the key is in the environment and nobody is there to say yes.
    const unattended = process.env['HUBSPOT_PERSONAL_ACCESS_KEY'] ? ['--use-env', ...(task === 'upload' ? ['--force'] : [])] : []
    tools.hs(['project', task, '--profile', profile, ...unattended, ...more], tree)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

try {
  main()
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
  process.exitCode = 1
}
