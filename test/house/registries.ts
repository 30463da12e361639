import { posix } from 'node:path'
import { importsOf, inHouse, inServer, keyOf, sources, type File, type Rule, type Source } from './source.ts'

const registries = [
  { index: 'tool-server/tools/index.ts', entry: /^tool-server\/tools\/(?!index\.ts$)[^/]+\.ts$/, what: 'tool' },
  { index: 'tool-server/flows/index.ts', entry: /^tool-server\/flows\/(?!index\.ts$)[^/]+\.ts$/, what: 'flow' },
  { index: 'tool-server/connectors/index.ts', entry: /^tool-server\/connectors\/[^/]+\/index\.ts$/, what: 'connector' },
  { index: 'tool-server/spine/migrations/index.ts', entry: /^tool-server\/spine\/migrations\/\d{4}-[^/]+\.ts$/, what: 'migration' },
]

export const registriesAreComplete: Rule = (files) =>
  registries.flatMap(({ index, entry, what }) => {
    const known = new Set(sources(files, (path) => path === index).flatMap((source) => importsOf(source).flatMap(({ to, type }) => (type ? [] : to ?? []))))
    return files.filter(({ path }) => entry.test(path) && !known.has(path)).map(({ path }) => `${path}:1 is a ${what} that ${index} does not know`)
  })

const migrationFolder = 'tool-server/spine/migrations/'

// Kysely runs migrations in the order of their names; the registry shows the same order to whoever reads it.
export const migrationsAreInOrder: Rule = (files) => {
  const paths = files.map(({ path }) => path).filter((path) => path.startsWith(migrationFolder) && path !== `${migrationFolder}index.ts`).toSorted()
  const names = paths.map((path) => posix.basename(path, '.ts'))
  const astray = paths.flatMap((path, at) =>
    Number(/^(\d{4})-[a-z0-9-]+$/.exec(names[at]!)?.[1]) === at + 1 ? [] : [`${path}:1 is not ${String(at + 1).padStart(4, '0')}-name.ts: migrations are numbered without gaps`])
  const index = sources(files, (path) => path === `${migrationFolder}index.ts`)
  return [...astray, ...index.flatMap((source) => (astray.length > 0 ? [] : orderIn(source, names)))]
}
const orderIn = (source: Source, names: string[]): string[] => {
  const keys = source.all.flatMap(({ node }) => (node.type === 'ObjectExpression' ? node.properties : [])).filter((property) => /^\d/.test(keyOf(property) ?? ''))
  const wrong = keys.find((property, at) => keyOf(property) !== names[at])
  if (wrong) return [`${source.path}:${source.lineOf(wrong.key)} names ${keyOf(wrong)} out of order, or there is no such file`]
  return keys.length < names.length ? [`${source.path}:1 does not run ${names[keys.length]}`] : []
}

// jest wants a default export from its set-up files; nothing else does.
export const noDefaultExport: Rule = (files) =>
  sources(files, (path) => inHouse(path) || (path.startsWith('test/') && !/^test\/support\/[^/]*template\.ts$/.test(path))).flatMap((source) =>
    source.all.flatMap(({ node }) => {
      const isDefault = node.type === 'ExportDefaultDeclaration' || node.type === 'ExportDefaultExpression' || (node.type === 'ExportSpecifier' && (node.exported ?? node.orig).value === 'default') || node.type === 'TsExportAssignment'
      return isDefault ? [`${source.path}:${source.lineOf(node)} exports a default: give it a name`] : []
    }))

const mayOnlyPassOn = new Set([...registries.map(({ index }) => index), 'shared/src/index.ts', 'tool-server/connectors/contracts.ts'])

export const noBarrel: Rule = (files) =>
  sources(files, (path) => (inHouse(path) || path.startsWith('test/')) && !mayOnlyPassOn.has(path)).flatMap((source) => {
    const passesOn = source.statements.some(({ type }) => type === 'ExportNamedDeclaration' || type === 'ExportAllDeclaration')
    const ownsNothing = source.statements.every(({ type }) => ['ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportDeclaration', 'EmptyStatement'].includes(type))
    return passesOn && ownsNothing ? [`${source.path}:1 only passes on what others export: import from where things are`] : []
  })

// A vendor: a folder of connectors/, or a folder of the lab whose index defines a connector.
const vendorFolders = (files: File[]): string[] => {
  const ours = files.flatMap(({ path }) => /^(tool-server\/connectors\/[^/]+)\//.exec(path)?.[1] ?? [])
  const labs = sources(files, (path) => /^test\/lab\/[^/]+\/index\.ts$/.test(path)).filter((source) => source.all.some(({ node }) => node.type === 'Identifier' && (node.value === 'defineConnector' || node.value === 'Connector')))
  return [...new Set([...ours, ...labs.map(({ path }) => posix.dirname(path))])]
}

export const vendorsHaveContracts: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path))
  const used = new Set(sources(files, (path) => path.startsWith('test/') || inServer(path)).flatMap((source) => importsOf(source).flatMap(({ to, type }) => (type || !to || posix.dirname(to) === posix.dirname(source.path) ? [] : to))))
  return vendorFolders(files).flatMap((folder) => [
    ...(paths.has(`${folder}/index.ts`) ? [] : [`${folder}:1 has no index.ts`]),
    ...(!paths.has(`${folder}/contract.ts`) ? [`${folder}:1 has no contract.ts`] : used.has(`${folder}/contract.ts`) ? [] : [`${folder}/contract.ts:1 is run by nobody`]),
  ])
}
