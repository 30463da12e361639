import { posix } from 'node:path'
import { callee, everyFound, importsOf, inHouse, keyOf, propertyOf, sources, type Node, type Rule, type Source } from './source.ts'

const isLab = (path: string): boolean => path.startsWith('test/lab/')
const inVendor = (path: string): boolean => /^(tool-server\/connectors|test\/lab)\//.test(path)
const plainAgain = ['vendor-key', 'same-effect', 'never']

const saysAgain = (node: Node | undefined): boolean => {
  if (node === undefined || node.type === 'ArrowFunctionExpression' || node.type === 'NullLiteral' || node.value === 'undefined') return false
  if (node.type === 'StringLiteral') return plainAgain.includes(node.value)
  return node.type !== 'ObjectExpression' || propertyOf(node, 'find') !== undefined || node.properties.some(({ type }: Node) => type === 'SpreadElement')
}

export const everyCommandSaysAgain: Rule = (files) =>
  everyFound(files, (path) => inHouse(path) && path !== 'tool-server/define.ts', ({ node, up }) => {
    if (callee(node) === 'doing') return [3, 4].includes(node.arguments.length) && saysAgain(node.arguments[1].expression) ? undefined : 'does a command without saying what may be done again'
    if (node.type === 'ObjectExpression' && ['command', 'again', 'run'].every((key) => propertyOf(node, key))) return 'makes a command by hand: doing() does'
    const listed = up?.node.type === 'ArrayExpression' && up.up?.node.type === 'KeyValueProperty' && keyOf(up.up.node) === 'does'
    return listed && ['ObjectExpression', 'ArrowFunctionExpression', 'FunctionExpression'].includes(node.type) ? 'lists in does what doing() did not make' : undefined
  })

const readingMethods = ['GET', 'HEAD', 'PROPFIND', 'REPORT']
// An http call is an object with a method and a path (in the lab, whose simulators have routes, one that is given to http); a method that can't be read here counts as a write.
const isWrite = (node: Node): boolean => {
  if (node.type !== 'ObjectExpression' || !propertyOf(node, 'method')) return false
  if (!propertyOf(node, 'path') && !node.properties.some(({ type }: Node) => type === 'SpreadElement')) return false
  const method = propertyOf(node, 'method')
  if (method?.value?.type === 'StringLiteral' && readingMethods.includes(method.value.value)) return false
  return propertyOf(node, 'reading')?.value?.value !== true
}

// A write is made for a command, or to keep a subscription alive (ensure): here, or in what alone uses this file.
export const writesBelongToCommands: Rule = (files) => {
  const all = sources(files, (path) => inVendor(path) && !path.endsWith('/contract.ts'))
  const importers = new Map<string, Source[]>()
  for (const source of all) for (const { to, type } of importsOf(source)) if (to && !type) importers.set(to, [...(importers.get(to) ?? []), source])
  const isForCommands = (source: Source, seen: string[] = []): boolean => {
    if (source.all.some(({ node }) => callee(node) === 'doing' || (/^(KeyValueProperty|MethodProperty)$/.test(node.type) && keyOf(node) === 'ensure'))) return true
    const users = (importers.get(source.path) ?? []).filter(({ path }) => !seen.includes(path) && posix.dirname(path) === posix.dirname(source.path))
    return users.length > 0 && users.every((user) => isForCommands(user, [...seen, source.path]))
  }
  return all.flatMap((source) => (isForCommands(source) ? [] : source.all.flatMap(({ node, up }) => (isWrite(node) && (!isLab(source.path) || /(^|\.)http$/.test(callee(up?.node ?? node) ?? '')) ? [`${source.path}:${source.lineOf(node)} writes at a vendor outside a command, or does not say reading: true`] : []))))
}

// A delivery or an answer for a flow that nobody wrote would die unseen.
export const everyFlowNamedExists: Rule = (files) => {
  const known = new Set(
    sources(files, () => true).flatMap((source) => source.all.flatMap(({ node }) => (/(^|\.)defineFlow$/.test(callee(node) ?? '') ? propertyOf(node.arguments[0]?.expression, 'name')?.value?.value ?? [] : []))))
  return everyFound(files, inHouse, ({ node, up }) => {
    if (node.type !== 'KeyValueProperty' || node.value.type !== 'StringLiteral' || known.has(node.value.value)) return undefined
    const isDelivery = keyOf(node) === 'flow' && up && ['id', 'payload'].every((key) => propertyOf(up.node, key))
    const isAnswer = keyOf(node) === 'then' && up && propertyOf(up.node, 'key')
    return isDelivery || isAnswer ? `names the flow ${node.value.value}, which nobody defines` : undefined
  })
}

type Loose = Record<string, any>
const isRecord = (value: unknown): value is Loose => typeof value === 'object' && value !== null
const isConnector = (value: unknown): value is Loose => isRecord(value) && typeof value.name === 'string' && isRecord(value.auth) && isRecord(value.limits) && Array.isArray(value.redact)

// The connectors that a registry exports, in whatever list or record it keeps them.
export const connectorsIn = (module: object): Loose[] => {
  const exported = Object.values(module)
  return [...new Set([...exported, ...exported.filter(isRecord).flatMap((value) => Object.values(value))].filter(isConnector))]
}

// The same promise once more, of the living registry.
export const commandsAreSound = (connectors: Loose[]): string[] => {
  const names = connectors.map(({ name }) => name)
  const twice = names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is registered twice`)
  return [...twice, ...connectors.flatMap(({ name, does = [] }) => does.flatMap((doing: Loose, at: number) => {
    const command = doing.command?.name
    const isSound = plainAgain.includes(doing.again) || typeof doing.again?.find === 'function'
    return [
      ...(typeof command === 'string' && typeof doing.run === 'function' ? [] : [`${name} lists something that is no command`]),
      ...(isSound ? [] : [`${name} does ${command} without saying what may be done again`]),
      ...(does.findIndex((other: Loose) => other.command?.name === command) === at ? [] : [`${name} does ${command} twice`]),
    ]
  }))]
}
