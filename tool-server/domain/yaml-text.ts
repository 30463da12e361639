import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { AppError, catalogueWords } from '@portero/shared'

// Reads by a schema what people write as YAML. Whoever made a mistake is told all of them at once, each with its line.
const words = catalogueWords['es-MX']
export type Path = readonly PropertyKey[]
export type Fault = { path: Path; key?: string; says: string }
// refused, next: what is said before and after the mistakes. checks: what only the whole can tell, of whatever shape it is.
export type Reading<S extends z.ZodType> = { name: string; schema: S; refused: string; next: string; checks?: (raw: unknown) => Fault[] }

export const readYaml = <S extends z.ZodType>(text: string, { name, schema, refused, next, checks = () => [] }: Reading<S>): z.infer<S> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const refuse = (faults: { at: number; says: string }[], cause?: unknown): AppError => {
    const told = faults.toSorted((a, b) => a.at - b.at).map(({ at, says }) => {
      const { line, col } = lines.linePos(at)
      return `  ${name}:${line}:${col}  ${says}`
    })
    return new AppError('invalid_input', [refused, ...told, next].join('\n'), { cause })
  }
  if (document.errors.length > 0) throw refuse(document.errors.map(({ pos, message }) => ({ at: pos[0], says: words.yaml(message) })))
  const raw = plainly(document, refuse)
  const parsed = schema.safeParse(raw)
  const faults = [...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => faultsOf(issue, document))), ...checks(raw)]
  if (!parsed.success || faults.length > 0) throw refuse(faults.map(({ path, key, says }) => ({ at: placeOf(document, path, key), says: `${nameOf(path)}${says}` })))
  return parsed.data
}

const nameOf = (path: Path): string => (path.length === 0 ? '' : `${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('').replace(/^\./, '')}: `)

const plainly = (document: Document, refuse: (faults: { at: number; says: string }[], cause?: unknown) => AppError): unknown => {
  try {
    return document.toJS()
  } catch (cause) {
    throw refuse([{ at: 0, says: words.alias }], cause)
  }
}

const faultsOf = (issue: z.core.$ZodIssue, document: Document): Fault[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: issue.path, key, says: words.unknownKey(key) }))
  const says = meaning(issue)
  return [{ path: issue.path, says: issue.path.length > 0 && !document.hasIn(issue.path) ? words.missing(says) : says }]
}

const meaning = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type') return words.expected(words.kinds[issue.expected] ?? issue.expected)
  if (issue.code === 'invalid_value') return words.oneOf(issue.values.join(', '))
  if (issue.code === 'too_small') return issue.origin === 'number' || issue.origin === 'int' ? words.atLeast(String(issue.minimum)) : words.empty
  if (issue.code === 'too_big') return issue.origin === 'string' ? words.tooLong(String(issue.maximum)) : issue.origin === 'array' ? words.tooMany(String(issue.maximum)) : words.atMost(String(issue.maximum))
  return issue.message
}

// The nearest thing that is there: for what is missing, whatever should have had it.
const placeOf = (document: Document, path: Path, key?: string): number => {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
    const named = key !== undefined && isMap(node) ? node.items.map((pair) => pair.key).find((each) => isScalar(each) && each.value === key) : undefined
    const range = isNode(named) ? named.range : isNode(node) ? node.range : undefined
    if (range) return range[0]
  }
  return 0
}
