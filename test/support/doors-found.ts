import { paths } from '@portero/tool-server/console/frame.ts'
import { houseFiles } from '../house/tree.ts'

// The doors of people, as the source has them, so that no walk through them forgets one: of the cards, of the pages that are opened, and of those that are sent.
const sources = houseFiles().filter(({ path }) => path.startsWith('tool-server/') && !path.includes('/dist/'))
const found = (pattern: RegExp, under: RegExp): { text: string; path: string }[] => sources.filter(({ path }) => under.test(path)).flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, first]) => ({ text: first!, path })))
export const cardNames = found(/['\s{]([\w-]+)'?: cardDoor\(/g, /./)
export const postDoors = found(/\b(?:door|router|app)\.post\(((?:[^,()]|\([^()]*\))+),/g, /^tool-server\/(console|pages)\//)
export const pageDoors = found(/\b(?:door|router|app)\.get\(((?:[^,()]|\([^()]*\))+),/g, /^tool-server\/(console|pages)\//).filter(({ text }) => text !== 'path') // the form by which anybody asks about their own data shows nothing

// As it stands in the source: a text, one of paths, or one of paths made of another or of a text.
export const patternOf = (text: string): string => {
  const [, literal, name = '', inner] = /^(?:'([^']*)'|paths\.(\w+)(?:\((.*)\))?)$/.exec(text) ?? []
  if (literal !== undefined) return literal
  const found: unknown = Reflect.get(paths, name)
  if (typeof found === 'string') return found
  if (typeof found !== 'function') throw new Error(`${text} is no path that this test can read`)
  const given = inner === undefined || inner === '' ? [] : inner.split(', ').map(patternOf)
  return String(Reflect.apply(found, undefined, given))
}
