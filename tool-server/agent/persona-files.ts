import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AppError, personaWords } from '@portero/shared'
import { parsePersona, type Persona, type Share } from './persona.ts'
import { promptFor, tokensIn } from './prompt.ts'

// The personas there are: one file, or a folder with several versions side by side.
const words = personaWords['es-MX']
export type Personas = { all: ReadonlyMap<string, Persona>; share: Share }
export type Wanted = { path?: string | undefined; stable?: string | undefined; canary?: { id: string; percent: number } | undefined }

const ours = join(import.meta.dirname, 'persona')

export const readPersonas = ({ path = ours, stable, canary }: Wanted): Personas => {
  const all = new Map<string, Persona>()
  for (const file of filesAt(path)) {
    const persona = readPersona(file)
    if (all.has(persona.id)) throw new AppError('invalid_input', words.twice(persona.id, basename(file)))
    all.set(persona.id, persona)
  }
  const [first, ...others] = all.keys()
  if (first === undefined) throw new AppError('invalid_input', words.none(path))
  if (stable === undefined && others.length > 0) throw new AppError('invalid_input', words.whichOne([first, ...others].join(', ')))
  for (const id of [stable, canary?.id]) if (id !== undefined && !all.has(id)) throw new AppError('invalid_input', words.unknown(id, [...all.keys()].join(', ')))
  return { all, share: { stable: stable ?? first, ...(canary && { canary }) } }
}

export const checkPersona = (file: string): string => {
  const persona = readPersona(file)
  return words.checked(persona.version, tokensIn(promptFor({ persona, company: { name: '' } }).instructions))
}

const readPersona = (file: string): Persona => parsePersona(orUnreadable(file, () => readFileSync(file)), basename(file))
const filesAt = (path: string): string[] => orUnreadable(path, () => (statSync(path).isDirectory() ? readdirSync(path).filter((name) => /\.ya?ml$/.test(name)).toSorted().map((name) => join(path, name)) : [path]))

const orUnreadable = <T>(path: string, read: () => T): T => {
  try {
    return read()
  } catch (cause) {
    throw new AppError('not_found', words.unreadable(path), { cause })
  }
}
