import { AppError } from '@portero/shared'
import { parseCatalogue } from '../domain/catalogue.ts'
import type { Finding } from '../spine/doctor-connection.ts'
import type { Seen } from '../spine/doctor-look.ts'

// For the doctor, of a house that can't begin yet: which of its lines what is missing belongs to, and what the rest says.
const lineOf = (fault: string): string => (fault.startsWith('PORTERO_KEY') ? 'master key' : fault.startsWith('LEGAL_') ? 'privacy notice' : fault.startsWith('DATABASE_URL') ? 'database' : fault.startsWith('CATALOGUE') ? 'catalogue' : 'configuration')
const standIns = { PORTERO_KEY: Buffer.alloc(32).toString('base64'), PUBLIC_BASE_URL: 'https://unset.example' } // seal nothing, and are called by nobody: no database is opened with them

// read: the configuration, or what hinders it, each in a sentence that begins with its variable.
type Env = Readonly<Record<string, string | undefined>>
type Read<C> = { config: C } | { faults: readonly string[] }
export const partlyRead = <C>(env: Env, read: (env: Env) => Read<C>): { config: C | undefined; lacks: Finding[] } => {
  const whole = read(env)
  if ('config' in whole) return { config: whole.config, lacks: [] }
  const lacks = [...Map.groupBy(whole.faults, lineOf)].map(([what, faults]) => ({ what, told: 'not as it must be', mend: faults.join(' ') }))
  const partly = read({ ...env, ...Object.fromEntries(Object.entries(standIns).filter(([name]) => !env[name])) })
  return { config: 'config' in partly ? partly.config : undefined, lacks }
}

export const aboutCatalogueFile = (file: string | undefined, contentOf: (file: string) => string): Seen | undefined => {
  if (file === undefined) return undefined
  try {
    const { buildings, agents } = parseCatalogue(contentOf(file), file)
    const homes = buildings.reduce((sum, { homes: theirs }) => sum + theirs.length, 0)
    return { told: `${file} has ${homes} homes and ${agents.length} agents; it is read when the server starts` }
  } catch (thrown) {
    if (thrown instanceof AppError) return { told: thrown.message, mend: `Mend ${file}, in the shape of tool-server/catalogue.sample.yaml.` }
    throw thrown
  }
}
