import { callee, chain, everyFound, isCode, keyOf, sources, type File, type Found, type Node, type Rule } from './source.ts'

const isSource = (path: string): boolean => isCode(path) || /\.([cm]?jsx?|css)$/.test(path)

export const noFileIsLong: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length
    return isSource(path) && lines > 400 ? [`${path}:${lines} has ${lines} lines: over 300 is a smell, over 400 is two files`] : []
  })

const promise = /\b(TODO|FIXME|XXX)\b(?!.*#\d)/
export const noTodoWithoutIssue: Rule = (files) => files.flatMap((file) => commentLines(file).flatMap(({ line, text }) => (promise.test(text) ? [`${file.path}:${line} promises work without an issue number`] : [])))

const commentLines = (file: File): { line: number; text: string }[] => {
  if (isCode(file.path)) return sources([file], () => true).flatMap((source) => source.comments().flatMap(({ line, text }) => text.split('\n').map((each, at) => ({ line: line + at, text: each }))))
  const leader = /\.([cm]?jsx?|css)$/.test(file.path) ? /(?:^|\s)(?:\/\/|\/\*|\*).*/ : /(\.(ya?ml|sh|toml)|Dockerfile|\.ci\/run)$/.test(file.path) ? /(?:^|\s)#.*/ : undefined
  return leader ? file.text.split('\n').flatMap((each, at) => leader.exec(each)?.map((text) => ({ line: at + 1, text })) ?? []) : []
}

const runners = /^(test|it|describe)(\.|$)/
// The suite runs on both engines, so what only one of them can do is left out on the other, and only there.
const isForOneEngine = ({ node, up }: Found): boolean => up?.node.type === 'ConditionalExpression' && up.node.test.value === 'serverUrl' && chain(node)?.name.endsWith('.skip') === true
export const everyTestRuns: Rule = (files) =>
  everyFound(files, (path) => /(^|\/)test\/|\.test\.tsx?$/.test(path), (found) => {
    const { node } = found
    if (node.type === 'MemberExpression') {
      const name = chain(node)?.name ?? ''
      return runners.test(name) && /\.(only|skip|todo|failing)$/.test(name) && !isForOneEngine(found) ? `leaves tests out by ${name}` : undefined
    }
    return /^([fx](it|test|describe))(\.|$)/.test(callee(node) ?? '') ? `leaves tests out by ${callee(node)}` : undefined
  })

// Built from pieces, so that this file may stand in the tree.
const machinePath = new RegExp(`(^|[\\s"'\`(=:,<>\\[{|])/(${['work', 'root', 'farm'].join('|')})/[\\w.@-]`)
export const noPathOfAMachine: Rule = (files) => files.flatMap(({ path, text }) => text.split('\n').flatMap((line, at) => (machinePath.test(line) ? [`${path}:${at + 1} names a place on one machine`] : [])))

const isSecret = (name: string): boolean => /key|token|secret|password/i.test(name) && !/(url|file|ttl|days)$/i.test(name)
const isHarmless = (node: Node): boolean => ['NumericLiteral', 'BooleanLiteral', 'NullLiteral', 'ArrayExpression'].includes(node.type) || node.value === 'undefined'
const isText = (node: Node): boolean =>
  node.type === 'StringLiteral' || node.type === 'TemplateLiteral' || (node.type === 'ParenthesisExpression' && isText(node.expression)) || (node.type === 'ConditionalExpression' && (isText(node.consequent) || isText(node.alternate)))

// A default that everybody knows is no secret: a missing one must stop the start.
export const secretsHaveNoDefault: Rule = (files) =>
  everyFound(files, (path) => path === 'tool-server/config.ts', ({ node, up }) => {
    const isFallback = node.type === 'BinaryExpression' && ['??', '||'].includes(node.operator) && isText(node.right)
    const isDefault = /\.(default|prefault|catch)$/.test(callee(node) ?? '') && !isHarmless(node.arguments[0].expression)
    const isPattern = node.type === 'AssignmentPatternProperty' && node.value && isText(node.value)
    if (!isFallback && !isDefault && !isPattern) return undefined
    const name = [isPattern ? keyOf(node) : undefined, isFallback ? chain(node.left)?.name : undefined, ownerOf(up)].find((each) => each !== undefined && isSecret(each))
    return name === undefined ? undefined : `gives ${name} a default`
  })
// The nearest property or constant that a value belongs to.
const ownerOf = (up: Found | undefined): string | undefined => {
  if (up === undefined) return undefined
  if (up.node.type === 'KeyValueProperty') return keyOf(up.node)
  return up.node.type === 'VariableDeclarator' ? up.node.id.value : ownerOf(up.up)
}
