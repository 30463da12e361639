import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, sep } from 'node:path'
import { z } from 'zod'
import { cachePlace, makeOnce } from './cache.ts'
import { installedTools } from './cli.ts'
import { isSource, makeTree, project, shared } from './tree.ts'

// The production bundle of each entrypoint, made by HubSpot's own builder of what would be uploaded.
export const buildBundles = (): string =>
  makeOnce(bundlesPlace(), (half) => {
    const tools = installedTools()
    const place = mkdtempSync(join(tmpdir(), 'portero-bundles-'))
    try {
      const app = join(makeTree({ place, profile: 'dev', functions: false, tools }), 'src/app')
      for (const entrypoint of entrypoints(app)) {
        const [room, file] = [join(app, dirname(entrypoint)), basename(entrypoint)]
        tools.uie(['build', file], room)
        const bundle = file.replace(/tsx$/, 'js')
        cpSync(join(room, 'dist', bundle), join(half, bundle))
      }
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  })
export const bundlesPlace = (): string => cachePlace('bundles', [import.meta.dirname, join(project, 'src'), join(shared, 'src')].flatMap(filesIn))

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) => path.split(sep).every(isSource)).toSorted().map((path) => join(dir, path)).filter((path) => statSync(path).isFile())

// 'cards/VisitCard.tsx' and so on, each once, though one card may stand in several places. The functions are bundled here.
const entrypoints = (app: string): Set<string> =>
  new Set(globSync('*/*-hsmeta.json', { cwd: app }).flatMap((path) => {
    const { config: { entrypoint = '' } } = metaShape.parse(JSON.parse(readFileSync(join(app, path), 'utf8')))
    return entrypoint.endsWith('.tsx') ? entrypoint.replace('/app/', '') : []
  }))
const metaShape = z.looseObject({ config: z.looseObject({ entrypoint: z.string().optional() }) })
