import { callee, chain, everyFound, globalChain, importsOf, inHouse, inServer, isEntrance, keyOf, moduleOf, sources, type Found, type Node, type Rule } from './source.ts'

const isClock = (path: string): boolean => path === 'tool-server/spine/clock.ts'
const isType = ({ up }: Found): boolean => up?.node.type === 'TsTypeQuery' || up?.node.type === 'TsQualifiedName'

// Which of the platform's own names are used here, in full, also when they are taken apart: const { now } = Date.
const globalsUsed = ({ node, up }: Found): string[] => {
  const name = globalChain(node)
  if (name !== undefined) return isPartOfChain({ node, up }) ? [] : [name]
  if (node.type !== 'VariableDeclarator' || node.id.type !== 'ObjectPattern') return []
  const root = globalChain(node.init)
  return root === undefined ? [] : node.id.properties.map((each: Node) => `${root}.${keyOf(each)}`.replace(/^globalThis\./, ''))
}
const isPartOfChain = ({ node, up }: { node: Node; up: Found | undefined }): boolean => up?.node.type === 'MemberExpression' && up.node.object === node && globalChain(up.node) !== undefined

const clockAndChance = /^(Date\.now|Math\.random|performance|AbortSignal\.timeout|process\.(hrtime|uptime)|setTimeout|setInterval|setImmediate)(\..+)?$/
const chance = /(^|\.)((random(UUID|Bytes|Int|Fill)|pseudoRandom|getRandomValues)\w*)$/
const clockModules = /^(node:)?(timers(\/promises)?|perf_hooks)$|^(uuid|nanoid|ulid)/

export const timeAndChanceComeFromTheClock: Rule = (files) =>
  everyFound(files, (path) => inHouse(path) && !isClock(path), (found) => {
    const { node } = found
    const named = isType(found) ? undefined : globalsUsed(found).find((name) => clockAndChance.test(name))
    if (named) return `uses ${named}: time, timers, chance and ids come from spine/clock.ts`
    if (node.type === 'NewExpression' && globalChain(node.callee) === 'Date' && !node.arguments?.length) return 'uses new Date(): the time is handed in as now'
    if (node.type === 'CallExpression' && globalChain(node.callee) === 'Date') return 'uses Date(): the time is handed in as now'
    const member = node.type === 'MemberExpression' ? chain(node)?.name : undefined
    const imported: string | undefined = node.type === 'ImportSpecifier' ? (node.imported ?? node.local).value : undefined
    if (chance.test(member ?? imported ?? '')) return `uses ${member ?? imported}: chance and ids come from spine/clock.ts`
    if (clockModules.test(moduleOf(node))) return `imports ${moduleOf(node)}: time, timers, chance and ids come from spine/clock.ts`
    return hiddenClock(node)
  })

// Libraries that look at the clock by themselves when nobody hands them a time.
const hiddenClock = (node: Node): string | undefined => {
  const called = callee(node) ?? ''
  const always = /(^|\.)(DateTime\.now|diffNow)$/.test(called)
  const without = /(^|\.)(DateTime\.(local|utc)|setIssuedAt)$/.test(called) && node.arguments.length === 0
  return always || without ? `uses ${called}(): it reads the clock by itself` : undefined
}

const serverClock = 'now|(clock|statement|transaction)_timestamp|timeofday|gen_random_\\w+|uuidv[47]|uuid_generate_\\w+|random(_normal)?|pg_sleep'
const standardClock = 'current_(timestamp|time|date)|localtime(stamp)?'
const relativeDay = "'(now|today|tomorrow|yesterday)'"
const inAnyText = new RegExp(`(?<![\\w.$])(${serverClock})\\(\\)`, 'i')
const inSql = new RegExp(`(?<![\\w$])((${serverClock})\\s*\\(|(${standardClock})(?!\\w)|(timestamp(tz)?|date)\\s+${relativeDay})|${relativeDay}::`, 'i')
const looksLikeSql = /\b(select|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(unique\s+)?(table|index)|alter\s+table|returning)\b/i

export const sqlNeverAsksTheServer: Rule = (files) =>
  sources(files, inHouse).flatMap((source) =>
    source.all.flatMap((found) => {
      const start = source.lineOf(found.node)
      const said = [...saidInText(found), ...saidByName(found)]
      return said.map(({ line, what }) => `${source.path}:${start + line} lets the database say ${what}: time, chance and ids are handed in`)
    }))

const saidInText = ({ node, up }: Found): { line: number; what: string }[] => {
  if (node.type !== 'StringLiteral' && node.type !== 'TemplateElement') return []
  const text: string = node.type === 'StringLiteral' ? node.value : node.raw
  const whole: string = node.type === 'StringLiteral' ? text : (up?.node.quasis ?? []).map((each: Node) => each.raw).join('?')
  const isSql = looksLikeSql.test(whole) || (up?.up?.node.type === 'TaggedTemplateExpression' && chain(up.up.node.tag)?.name === 'sql')
  return text.split('\n').flatMap((each, line) => {
    const said = isSql ? inSql.exec(each.replace(/--.*$/, '')) : inAnyText.exec(each)
    return said ? [{ line, what: said[0] }] : []
  })
}
// eb.fn('now'), sql.raw('current_timestamp')
const saidByName = ({ node }: Found): { line: number; what: string }[] => {
  const first = /(^|\.)(fn|sql\.raw)$/.test(callee(node) ?? '') ? node.arguments[0]?.expression : undefined
  return first?.type === 'StringLiteral' && new RegExp(`^(${serverClock}|${standardClock})$`, 'i').test(first.value) ? [{ line: 0, what: first.value }] : []
}

// main and cli hand the whole environment to config.ts, which alone knows what is in it. The lab alone on its port has no config.
export const envIsReadByConfig: Rule = (files) =>
  everyFound(files, (path) => inHouse(path) && path !== 'tool-server/config.ts' && path !== 'test/lab/main.ts', (found, { path }) => {
    const { node, up } = found
    const used = globalsUsed(found).filter((name) => /^process\.env(\.|$)/.test(name))
    if (isEntrance(path)) return used.some((name) => name !== 'process.env' || up?.node.type === 'MemberExpression') ? 'picks from process.env: hand all of it to config.ts' : undefined
    if (used.length > 0) return 'reads process.env: only config.ts does'
    return /^(node:)?process$/.test(moduleOf(node)) ? 'imports process: only config.ts knows the environment' : undefined
  })

export const onlyEntrancesTalkToTheConsole: Rule = (files) =>
  everyFound(files, (path) => inHouse(path) && !isEntrance(path), (found) =>
    globalsUsed(found).some((name) => /^console(\.|$)/.test(name)) ? 'talks to the console: log by the log that was handed in' : undefined)

// The one way out is spine/http: it knows rates, breakers, deadlines and secrets.
export const onlySpineReachesOut: Rule = (files) =>
  everyFound(files, (path) => inServer(path) && !path.startsWith('tool-server/spine/'), (found) =>
    !isType(found) && globalsUsed(found).some((name) => /^(fetch|WebSocket)$/.test(name)) ? 'reaches out by itself: the way out is spine/http' : undefined)

export const codeIsNeverMadeFromText: Rule = (files) =>
  everyFound(files, inHouse, (found) => {
    const { node } = found
    if (globalChain(node) === 'eval') return 'uses eval'
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && globalChain(node.callee) === 'Function') return 'makes a function from text'
    return /^(node:)?vm$/.test(moduleOf(node)) ? 'imports node:vm' : undefined
  })

const mustEarnTypes = (path: string): boolean => inServer(path) && path !== 'tool-server/define.ts'
export const typesAreEarned: Rule = (files) => {
  const hushed = sources(files, mustEarnTypes).flatMap((source) =>
    source.comments().flatMap(({ line, text }) => (/@ts-(ignore|expect-error|nocheck)/.test(text) ? [`${source.path}:${line} hushes the compiler`] : [])))
  return [...everyFound(files, mustEarnTypes, claimedType), ...hushed]
}
const claimedType = ({ node }: Found): string | undefined => {
  if (node.type === 'TsKeywordType' && node.kind === 'any') return 'says any: parse at the border, trust inside'
  if (node.type === 'TsAsExpression' || node.type === 'TsTypeAssertion') return 'casts: parse at the border, trust inside'
  if (node.type === 'TsNonNullExpression') return 'says ! where the compiler is not sure'
  return node.definite === true ? 'says !: where nothing is assigned' : undefined
}

// Constants may be made when a file is imported; nothing may happen.
export const importingDoesNothing: Rule = (files) =>
  sources(files, (path) => inHouse(path) && !isEntrance(path)).flatMap((source) => {
    const loose = source.statements.flatMap((node) => {
      const declared = node.type === 'ExportDeclaration' ? node.declaration : node
      if (declared.type === 'VariableDeclaration') return declared.kind === 'const' || declared.declare ? [] : [{ node, says: 'keeps a variable of the whole file: state belongs to what is made' }]
      if (node.type === 'ExpressionStatement') return ['StringLiteral', 'AwaitExpression'].includes(node.expression.type) ? [] : [{ node, says: 'does something when it is imported' }]
      return node.type.endsWith('Statement') && node.type !== 'EmptyStatement' ? [{ node, says: 'does something when it is imported' }] : []
    })
    const awaited = source.all.filter(({ node, up }) => node.type === 'AwaitExpression' && !isInsideFunction(up))
    const bare = importsOf(source).filter((each) => each.bare)
    return [
      ...loose.map(({ node, says }) => `${source.path}:${source.lineOf(node)} ${says}`),
      ...awaited.map(({ node }) => `${source.path}:${source.lineOf(node)} waits when it is imported`),
      ...bare.map(({ spec, line }) => `${source.path}:${line} imports ${spec} for its effects`),
    ]
  })
const isInsideFunction = (up: Found | undefined): boolean =>
  up !== undefined && (/^(FunctionExpression|FunctionDeclaration|ArrowFunctionExpression|ClassMethod|PrivateMethod|MethodProperty)$/.test(up.node.type) || isInsideFunction(up.up))
