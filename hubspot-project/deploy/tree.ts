import { cpSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Tools } from './cli.ts'

// The tree that is uploaded: the project as it is here, the shared package built where the cards look for it, and the functions as one CommonJS file each, or not at all.
export const makeTree = ({ place, profile, functions, tools }: { place: string; profile: string; functions: boolean; tools: Tools }): string => {
  const tree = join(place, basename(project))
  const { accountId, variables } = readProfile(profile)
  for (const name of ['hsproject.json', '.hsignore', 'src']) cpSync(join(project, name), join(tree, name), { recursive: true, filter: isSource })
  // HubSpot builds each folder by itself, and the page and the settings are made of what the cards are made of.
  for (const room of ['pages', 'settings']) cpSync(join(project, 'src/app/cards'), join(tree, 'src/app', room), { recursive: true, filter: (path) => isSource(path) && !path.endsWith('-hsmeta.json') })
  for (const name of ['package.json', 'src']) cpSync(join(shared, name), join(place, 'shared', name), { recursive: true })
  tools.tsc(['-p', join(shared, 'tsconfig.cards.json'), '--outDir', join(place, 'shared/dist')], shared)
  const room = join(tree, 'src/app/functions')
  if (!functions) rmSync(room, { recursive: true })
  else
    for (const entry of functionEntries())
      tools.esbuild([
        join(functionsAt, `${entry}.ts`), '--bundle', '--platform=node', '--target=node20', '--format=cjs', '--minify-syntax', '--legal-comments=none', '--log-level=warning',
        `--define:TOOL_BASE_URL=${JSON.stringify(variables.TOOL_BASE_URL)}`, `--define:PORTAL_ID=${accountId}`, `--outfile=${join(room, `${entry}.js`)}`,
      ], project)
  return tree
}

export const project = join(import.meta.dirname, '..')
export const shared = join(project, '../shared')
const functionsAt = join(project, 'src/app/functions')
// .hsignore keeps back the rest; these would only be copied for nothing, or tell what nobody else should read.
export const isSource = (path: string): boolean => !['node_modules', 'dist', 'local.json'].includes(basename(path)) && !basename(path).startsWith('.env')
const functionEntries = (): string[] => readdirSync(functionsAt).flatMap((name) => /^(.+)-hsmeta\.json$/.exec(name)?.[1] ?? [])

// HubSpot fetches from https only. A slash at the end would be signed twice differently.
const baseUrl = z.string().regex(/^https:\/\/[^/?#]+$/, 'TOOL_BASE_URL is https://host, without a path')
const profileShape = z.strictObject({ accountId: z.int().positive(), variables: z.strictObject({ TOOL_BASE_URL: baseUrl }) })
const readProfile = (name: string): z.infer<typeof profileShape> => profileShape.parse(JSON.parse(readFileSync(join(project, 'src', `hsprofile.${name}.json`), 'utf8')))
