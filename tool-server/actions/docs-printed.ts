import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connector, Tool } from '../define.ts'
import { metricsReference } from '../spine/metrics-reference.ts'
import { apiReference, openApiDocument } from '../spine/reference-api.ts'
import { compatibilityReference, errorReference, quotaReference, type Surroundings } from '../spine/reference-tables.ts'
import { toolReference } from '../spine/tools-reference.ts'

// The pages of docs/ that are written from the code: portero docs PAGE > docs/PAGE.md. A test says when one is out of date.
type Sources = { tools: readonly Tool[]; connectors: readonly Connector[]; hubspot(): string }
const pages: Record<string, { file: string; write(sources: Sources): string }> = {
  tools: { file: 'tools.md', write: ({ tools }) => toolReference(tools) },
  metrics: { file: 'metrics.md', write: () => metricsReference() },
  hubspot: { file: 'hubspot.md', write: ({ hubspot }) => hubspot() },
  errors: { file: 'errors.md', write: () => errorReference() },
  quotas: { file: 'quotas.md', write: ({ connectors }) => quotaReference(connectors) },
  compatibility: { file: 'compatibility.md', write: ({ connectors }) => compatibilityReference(connectors, surroundings()) },
  api: { file: 'api.md', write: ({ tools, connectors }) => apiReference(tools, connectors) },
  openapi: { file: 'openapi.json', write: ({ tools }) => openApiDocument(tools) },
}
export const pageNames: readonly (readonly [page: string, file: string])[] = Object.entries(pages).map(([page, { file }]) => [page, file])

export const pageOf = (page: string, sources: Sources): string => {
  const found = pages[page]
  if (!found) throw new AppError('invalid_input', `there is no page "${page}": ${Object.keys(pages).join(', ')}`)
  return found.write(sources)
}

const root = join(import.meta.dirname, '../..')
const textOf = (file: string): string => {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch (cause) {
    throw new AppError('not_found', `${file} is not here: this page is written in a checkout of the repository`, { cause })
  }
}
const house = z.object({ devDependencies: z.object({ node: z.string() }) })
const server = z.object({ dependencies: z.object({ '@electric-sql/pglite': z.string() }) })
const lineIn = (file: string, pattern: RegExp): string => {
  const [, found] = pattern.exec(textOf(file)) ?? []
  if (found === undefined) throw new AppError('bug', `${file} no longer says ${pattern.source}`)
  return found
}
export const oldestPostgres = 15 // nothing of a newer one is used
export const embeddedPostgres = 18 // which PGlite is made of
const currentWire = '2026-07-28' // which the library doesn't list among those that are negotiated
const surroundings = (): Surroundings => ({
  node: house.parse(JSON.parse(textOf('package.json'))).devDependencies.node,
  image: lineIn('Dockerfile', /^FROM (node:\S+)$/m), composeDatabase: lineIn('compose.yaml', /image: (postgres:\S+)/), oldestDatabase: oldestPostgres,
  embeddedDatabase: `${server.parse(JSON.parse(textOf('tool-server/package.json'))).dependencies['@electric-sql/pglite']} (PostgreSQL ${embeddedPostgres})`,
  mcp: [currentWire, ...SUPPORTED_PROTOCOL_VERSIONS],
})
