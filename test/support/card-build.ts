import { join } from 'node:path'
import { cardBundles } from '../../hubspot-project/deploy/bundles.ts'
import { cachePlace, makeOnce } from '../../hubspot-project/deploy/cache.ts'
import { installedTools } from '../../hubspot-project/deploy/cli.ts'

// For the lab's record page: the bundles that HubSpot's own builder makes, and the worker they run in, with React and remote-ui at the versions that the cards are built with.
const root = join(import.meta.dirname, '../..')
const cards = join(root, 'hubspot-project/src/app/cards')
const entry = join(root, 'test/lab/card-worker.js')

export const buildCards = async (): Promise<Map<string, string>> => {
  const files = await cardBundles()
  const place = makeOnce(cachePlace('lab-worker', [entry, join(cards, 'package-lock.json')]), (half) => {
    const aliases = ['react', '@remote-ui/react'].map((name) => `--alias:${name}=${join(cards, 'node_modules', name)}`)
    installedTools().esbuild([entry, '--bundle', '--minify', '--format=iife', '--target=es2022', '--log-level=warning', '--define:process.env.NODE_ENV="production"', ...aliases, `--outfile=${join(half, 'worker.js')}`], cards)
  })
  return files.set('worker', join(place, 'worker.js'))
}
