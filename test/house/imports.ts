import { builtinModules } from 'node:module'
import { importsOf, sources, type File, type Import, type Rule } from './source.ts'

// From the top down. A file may import its own place and what stands below it.
const ladder = ['shared', 'define', 'domain', 'spine', 'store', 'actions', 'room', 'app', 'main'] as const
const rooms = ['tools', 'flows', 'agent', 'connectors', 'console', 'pages']
type Place = { step: (typeof ladder)[number] | 'config' | 'lab' | 'test' | 'hubspot-project' | 'nowhere'; name: string; vendor?: string }

export const placeOf = (path: string): Place => {
  const [top = '', second = '', third = '', fourth] = path.split('/')
  if (top === 'shared') return { step: 'shared', name: 'shared' }
  if (top === 'hubspot-project') return { step: 'hubspot-project', name: 'hubspot-project' }
  if (top === 'test') return second === 'lab' ? { step: 'lab', name: 'test/lab', ...(fourth && { vendor: third }) } : { step: 'test', name: 'test' }
  if (top !== 'tool-server') return { step: 'nowhere', name: path }
  if (third === '') {
    const name = second.replace(/\.ts$/, '')
    if (name === 'define' || name === 'app' || name === 'config') return { step: name, name }
    return name === 'main' || name === 'cli' ? { step: 'main', name } : { step: 'nowhere', name: path }
  }
  if (rooms.includes(second)) return { step: 'room', name: second, ...(second === 'connectors' && fourth && { vendor: third }) }
  return second === 'domain' || second === 'spine' || second === 'store' || second === 'actions' ? { step: second, name: second } : { step: 'nowhere', name: path }
}

const isOurs = (path: string): boolean => /^(shared\/src|tool-server|test\/lab|hubspot-project)\//.test(path)

export const importsPointDown: Rule = (files) => {
  const vendors = labConnectors(files)
  return sources(files, isOurs).flatMap((source) => {
    const from = placeOf(source.path)
    if (from.step === 'nowhere') return [`${source.path}:1 stands in no room of the design`]
    return importsOf(source).flatMap((each) => {
      const sentence = each.to === undefined ? objectionToPackage(from, each) : objection(from, placeOf(each.to), each, each.to, vendors)
      return sentence === undefined ? [] : [`${source.path}:${each.line} ${sentence}`]
    })
  })
}

const objection = (from: Place, to: Place, how: Import, path: string, labVendors: Set<string>): string | undefined => {
  if (to.step === 'nowhere') return `imports ${path}, which stands in no room of the design`
  if (from.step === 'lab') return objectionInLab(from, to, how, path, labVendors)
  if (to.step === 'lab' && how.dynamic && from.step === 'main') return undefined
  if (to.step === 'test' || to.step === 'lab' || to.step === 'hubspot-project') return to.step === from.step ? undefined : `imports ${path}: the house runs without ${to.name}`
  if (from.step === 'hubspot-project') return to.step === 'shared' ? undefined : `imports ${path}: what runs at HubSpot knows only shared`
  if (from.step === 'define' && !how.type) return `imports ${path} by value: define.ts imports types only`
  if (to.step === 'config') return objectionToConfig(from, how)
  if (from.step === 'config') return to.step === 'define' || to.step === 'shared' ? undefined : `imports ${path}: config knows only define and shared`
  if (from.name === 'connectors') return objectionInConnectors(from, to, path)
  if (from.name === to.name) return undefined
  if (from.step === 'room' && to.step === 'room') return `imports ${path}: rooms never import one another`
  if (from.step === 'main' && to.step === 'room') return `imports ${path}: only app.ts knows the rooms`
  if (from.step === 'spine' && to.step === 'domain' && !how.type) return `imports ${path} by value: spine knows domain by type only`
  if (from.step === 'app' && ['tools', 'flows', 'connectors'].includes(to.name) && !path.endsWith(`/${to.name}/index.ts`)) return `imports ${path}: app.ts takes a room by its registry`
  return rank(to) < rank(from) ? undefined : `imports ${path}: ${from.name} may not know ${to.name}, imports go down only`
}
const rank = (place: Place): number => ladder.findIndex((step) => step === place.step)

const objectionToConfig = (from: Place, how: Import): string | undefined => {
  if (from.step === 'main' || from.step === 'app' || from.step === 'config') return undefined
  if (from.step === 'spine') return how.type ? undefined : 'imports config by value: spine knows it by type only'
  return `${from.name} may not know config: hand over what is needed`
}

const objectionInConnectors = (from: Place, to: Place, path: string): string | undefined => {
  if (to.name === 'connectors') {
    if (from.vendor === undefined || from.vendor === to.vendor) return undefined
    return to.vendor === undefined ? `imports ${path}: a vendor knows its own folder only` : `imports ${path}: a vendor never imports another`
  }
  return isPortsDefineOrShared(to, path) ? undefined : `imports ${path}: connectors know only ports, define and shared`
}
const isPortsDefineOrShared = (to: Place, path: string): boolean => to.step === 'define' || to.step === 'shared' || path.startsWith('tool-server/domain/ports/')

// The lab stands beside the house: its vendors' connectors are held like any connector, its simulators may know spine by type, its own root may use spine.
const objectionInLab = (from: Place, to: Place, how: Import, path: string, labVendors: Set<string>): string | undefined => {
  if (to.step === 'lab') return from.vendor && to.vendor && from.vendor !== to.vendor ? `imports ${path}: a vendor never imports another` : undefined
  if (isPortsDefineOrShared(to, path)) return undefined
  if (to.step === 'spine' && from.vendor === undefined) return undefined
  if (to.step === 'spine' && how.type && from.vendor && !labVendors.has(from.vendor)) return undefined
  return `imports ${path}: the lab knows only ports, define and shared${from.vendor ? '' : ', and spine'}`
}
const labConnectors = (files: File[]): Set<string> =>
  new Set(files.flatMap(({ path, text }) => (/defineConnector|\bConnector\b/.test(text) ? /^test\/lab\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? [] : [])))

const pureBuiltins = ['assert', 'assert/strict', 'buffer', 'crypto', 'url', 'util']
const ioPackages = ['undici', 'pg', '@electric-sql/pglite', 'express', 'nodemailer', 'openai', '@hubspot/api-client', 'pino']

const objectionToPackage = (from: Place, how: Import): string | undefined => {
  if (how.spec === undefined) return how.dynamic && from.step === 'main' ? undefined : 'imports what cannot be read here: name the module'
  if (from.step === 'shared') return how.spec === 'zod/mini' ? undefined : `imports ${how.spec}: shared needs nothing but zod/mini`
  if (from.step === 'define') return how.type ? undefined : `imports ${how.spec} by value: define.ts imports types only`
  if (from.step !== 'domain' || how.type) return undefined
  const builtin = how.spec.replace(/^node:/, '')
  const impure = builtinModules.includes(builtin) || how.spec.startsWith('node:') ? !pureBuiltins.includes(builtin) : ioPackages.some((name) => how.spec === name || how.spec?.startsWith(`${name}/`))
  return impure ? `imports ${how.spec}: domain is pure` : undefined
}

export const noCycle: Rule = (files) => {
  const all = sources(files, (path) => /^(shared\/src|tool-server|test\/lab)\//.test(path))
  const edges = new Map(all.map((source) => [source.path, importsOf(source).flatMap(({ to, line }) => (to === undefined ? [] : [{ to, line }]))]))
  const told = new Set<string>()
  return [...edges.keys()].toSorted().flatMap((start) => {
    const circle = told.has(start) ? undefined : wayBack(start, edges)
    if (!circle) return []
    for (const path of circle) told.add(path)
    const line = edges.get(start)?.find(({ to }) => to === (circle[1] ?? start))?.line
    return [`${start}:${line} imports itself in a circle: ${[...circle, start].join(' -> ')}`]
  })
}

// The shortest way from a file back to itself, breadth first.
const wayBack = (start: string, edges: Map<string, { to: string }[]>): string[] | undefined => {
  const seen = new Set<string>()
  let ways = [[start]]
  while (ways.length > 0) {
    const next: string[][] = []
    for (const way of ways)
      for (const { to } of edges.get(way.at(-1)!) ?? []) {
        if (to === start) return way
        if (!seen.has(to)) next.push([...way, to])
        seen.add(to)
      }
    ways = next
  }
  return undefined
}
