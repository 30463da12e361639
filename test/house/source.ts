import { posix } from 'node:path'
import { parseSync } from '@swc/core'

// What every rule of the house is made of: files in, sentences out. An empty answer means that the rule is kept.
export type File = { path: string; text: string }
export type Rule = (files: File[]) => string[]
export type Node = { type: string; span: { start: number; end: number }; ctxt?: number; [field: string]: any }
// up: the way back to the root, nearest first.
export type Found = { node: Node; up?: Found }
export type Source = File & { statements: Node[]; all: Found[]; lineOf(node: Node): number; comments(): { line: number; text: string }[] }

export const isCode = (path: string): boolean => /\.[cm]?tsx?$/.test(path) && !path.endsWith('.d.ts')
export const inHouse = (path: string): boolean => /^(shared\/src|tool-server|test\/lab)\//.test(path)
export const inServer = (path: string): boolean => /^(shared\/src|tool-server)\//.test(path)
export const isEntrance = (path: string): boolean => ['tool-server/main.ts', 'tool-server/cli.ts', 'test/lab/main.ts'].includes(path)

export const sources = (files: File[], where: (path: string) => boolean): Source[] =>
  files.filter((file) => isCode(file.path) && where(file.path)).flatMap((file) => read(file) ?? [])
export const unreadable: Rule = (files) => files.filter((file) => isCode(file.path) && read(file) === undefined).map((file) => `${file.path}:1 does not parse`)

const known = new WeakMap<File, Source | null>()
export const read = (file: File): Source | undefined => {
  const before = known.get(file)
  if (before !== undefined) return before ?? undefined
  const source = parse(file)
  known.set(file, source ?? null)
  return source
}

// swc counts bytes from the first token, so a semicolon in front pins the count to the first byte of the file.
const parse = (file: File): Source | undefined => {
  const text = file.text.replace(/^#!/, '//')
  try {
    const [first, ...statements]: Node[] = parseSync(`;${text}`, { syntax: 'typescript', tsx: file.path.endsWith('x'), decorators: true, target: 'es2024' }).body
    const origin = first!.span.end
    const bytes = Buffer.from(text)
    const newlines = [...bytes.keys()].filter((index) => bytes[index] === 10)
    const lineAt = (offset: number): number => 1 + newlines.filter((at) => at < offset).length
    const all = statements.flatMap((node) => below(node))
    return { ...file, statements, all, lineOf: (node) => lineAt(node.span.start - origin), comments: () => commentsIn(bytes, all, origin, lineAt) }
  } catch {
    return undefined
  }
}

const below = (node: Node, up?: Found): Found[] => {
  // swc gives properties no place of their own.
  node.span ??= node.key?.span ?? up?.node.span
  const found: Found = up ? { node, up } : { node }
  const deeper = (value: unknown): Found[] => {
    if (Array.isArray(value)) return value.flatMap(deeper)
    if (typeof value !== 'object' || value === null) return []
    // Arguments and elements come wrapped in { spread, expression }, which is no node.
    return isNode(value) ? below(value, found) : Object.values(value).flatMap(deeper)
  }
  return [found, ...Object.values(node).flatMap(deeper)]
}
const isNode = (value: object): value is Node => 'type' in value && typeof value.type === 'string'

// What is left of // and /* once strings, templates and regular expressions are blanked is a comment.
const commentsIn = (bytes: Buffer, all: Found[], origin: number, lineAt: (offset: number) => number): { line: number; text: string }[] => {
  const blank = Buffer.from(bytes)
  for (const { node } of all)
    if (['StringLiteral', 'TemplateElement', 'RegExpLiteral', 'JSXText'].includes(node.type))
      for (let at = node.span.start - origin; at < node.span.end - origin; at++) if (blank[at] !== 10) blank[at] = 32
  const text = blank.toString('latin1')
  return [...text.matchAll(/\/\/.*|\/\*[^]*?\*\//g)].map((match) => ({ line: lineAt(match.index), text: bytes.toString('utf8', match.index, match.index + match[0].length) }))
}

// spec: as written, where it can be read; to: the file of ours that it means; bare: for its effects only.
export type Import = { spec: string | undefined; to: string | undefined; type: boolean; dynamic: boolean; bare: boolean; line: number }

export const importsOf = (source: Source): Import[] =>
  source.all.flatMap(({ node }) => {
    const found = importAt(node)
    return found ? [{ ...found, to: found.spec === undefined ? undefined : resolve(source.path, found.spec), line: source.lineOf(node) }] : []
  })
// The module that comes to life here, by whatever form.
export const moduleOf = (node: Node): string => {
  const found = importAt(node)
  return found && !found.type ? found.spec ?? '' : ''
}

const importAt = (node: Node): Omit<Import, 'to' | 'line'> | undefined => {
  const found = (target: Node | undefined, how: { type?: boolean; dynamic?: boolean; bare?: boolean } = {}): Omit<Import, 'to' | 'line'> => ({ spec: textOf(target), type: false, dynamic: false, bare: false, ...how })
  switch (node.type) {
    // `import { type A }` stays a real import under verbatimModuleSyntax; only `import type` is by type.
    case 'ImportDeclaration':
      return found(node.source, { type: node.typeOnly, bare: node.specifiers.length === 0 && !node.typeOnly })
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source ? found(node.source, { type: node.typeOnly }) : undefined
    case 'TsImportType':
      return found(node.argument, { type: true })
    case 'TsImportEqualsDeclaration':
      return node.moduleRef.type === 'TsExternalModuleReference' ? found(node.moduleRef.expression, { type: node.isTypeOnly }) : undefined
    case 'TsModuleDeclaration':
      return node.id.type === 'StringLiteral' ? found(node.id, { type: true }) : undefined
    case 'CallExpression':
      return node.callee.type === 'Import' || isGlobal(node.callee, 'require') ? found(node.arguments[0]?.expression, { dynamic: true }) : undefined
    default:
      return undefined
  }
}
const textOf = (node: Node | undefined): string | undefined => {
  if (node?.type === 'StringLiteral') return node.value
  return node?.type === 'TemplateLiteral' && node.expressions.length === 0 ? node.quasis[0].cooked : undefined
}

const resolve = (from: string, spec: string): string | undefined => {
  if (spec.startsWith('.')) return posix.normalize(posix.join(posix.dirname(from), spec))
  const ours = /^@portero\/(shared|tool-server)(?:\/(.+))?$/.exec(spec)
  if (!ours) return undefined
  return ours[1] === 'shared' ? `shared/src/${ours[2] ?? 'index.ts'}` : `tool-server/${ours[2] ?? 'index.ts'}`
}

// swc marks a name that nothing in the file binds with context 1.
export const isGlobal = (node: Node | undefined, name?: string): boolean => node?.type === 'Identifier' && node.ctxt === 1 && (name === undefined || node.value === name)

// The dotted name of a chain: a.b['c'] is a.b.c; what does not begin with a name begins with a question mark.
export const chain = (node: Node | undefined): { root: Node; name: string } | undefined => {
  if (node?.type === 'Identifier') return { root: node, name: node.value }
  if (node?.type === 'ParenthesisExpression') return chain(node.expression)
  if (node?.type === 'OptionalChainingExpression') return chain(node.base)
  if (node?.type !== 'MemberExpression') return undefined
  const property: Node = node.property.type === 'Computed' ? node.property.expression : node.property
  if (property.type !== 'Identifier' && property.type !== 'StringLiteral') return undefined
  if (property === node.property.expression && property.type === 'Identifier') return undefined
  const object = chain(node.object) ?? { root: node, name: '?' }
  return { root: object.root, name: `${object.name}.${property.value}` }
}
// The same, where it begins with a name that the file got from the platform.
export const globalChain = (node: Node | undefined): string | undefined => {
  const found = chain(node)
  return found && isGlobal(found.root) ? found.name.replace(/^(globalThis|global)\./, '') : undefined
}

export const keyOf = (property: Node): string | undefined =>
  property.type === 'Identifier' ? property.value : (property.key?.type === 'Computed' ? property.key.expression : property.key)?.value
export const propertyOf = (object: Node, name: string): Node | undefined => object.properties?.find((each: Node) => keyOf(each) === name)
export const callee = (node: Node): string | undefined => (node.type === 'CallExpression' ? chain(node.callee)?.name : undefined)

export const everyFound = (files: File[], where: (path: string) => boolean, says: (found: Found, source: Source) => string | undefined): string[] =>
  sources(files, where).flatMap((source) => {
    const lines = source.all.flatMap((found) => {
      const sentence = says(found, source)
      return sentence === undefined ? [] : [`${source.path}:${source.lineOf(found.node)} ${sentence}`]
    })
    return [...new Set(lines)]
  })
