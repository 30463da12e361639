import { createHash } from 'node:crypto'
import { z } from 'zod'
import { catalogueWords, personaWords } from '@portero/shared'
import { clearText, holdsContact } from '../domain/clear-text.ts'
import { readYaml } from '../domain/yaml-text.ts'

// Who speaks with prospects, as the people who answer for it write it: one YAML file a version. What no persona may leave out is in prompt.ts.
const [words, lineWords] = [personaWords['es-MX'], catalogueWords['es-MX']]
const text = (most: number) => z.string().min(1).max(most).regex(clearText, lineWords.line).refine((said) => !holdsContact(said), words.contact)
const texts = (each: number, most: number) => z.array(text(each)).max(most).default([])
// A model repeats what it is shown: a price or a time in an example would sooner or later be said to somebody.
const example = text(300).refine((said) => !/\d/.test(said), words.figure)

export const persona = z.strictObject({
  id: z.string().regex(/^[a-z0-9]{1,24}\.\d{1,4}$/, words.id), // the name and the number of this version
  name: text(40),
  role: text(80),
  languages: z.array(z.enum(['es-MX', 'en'])).min(1).max(2),
  address: z.enum(['tu', 'usted']),
  tone: text(300),
  does: texts(200, 8),
  never: texts(200, 12),
  messages: z.strictObject({ sentences: z.int().min(1).max(6), characters: z.int().min(80).max(1_000) }),
  emoji: z.strictObject({ most: z.int().min(0).max(3), which: texts(8, 12) }),
  greeting: z.strictObject({ 'es-MX': text(300), en: text(300).optional() }),
  avoid: texts(60, 30),
  handOver: texts(200, 10),
  safety: texts(200, 12),
  examples: z.array(z.strictObject({ heard: example, said: example })).max(8).default([]),
})
export type Persona = z.infer<typeof persona> & { version: string } // version: its id, and a digest of the file's bytes

export const parsePersona = (bytes: Buffer, name = 'persona.yaml'): Persona => {
  const read = readYaml(bytes.toString('utf8'), { name, schema: persona, refused: words.refused(name), next: words.next })
  return { ...read, version: `${read.id}-${digestOf(bytes)}` }
}
export const digestOf = (...parts: readonly (string | Buffer)[]): string => parts.reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256')).digest('hex').slice(0, 12)

// Which of them speaks with whom: a part of all conversations, always the same ones, has the one that is being tried.
export type Share = { stable: string; canary?: { id: string; percent: number } | undefined }

// began: the version that this conversation began with. It keeps that one, as long as it is there; else two would seem to speak.
export const personaOf = ({ conversation, began }: { conversation: string; began?: string | undefined }, personas: ReadonlyMap<string, Persona>, { stable, canary }: Share): Persona | undefined => {
  const kept = began === undefined ? undefined : personas.get(idIn(began))
  const tried = canary && partOf(`${canary.id} ${conversation}`) < canary.percent ? personas.get(canary.id) : undefined
  return kept ?? tried ?? personas.get(stable)
}
const idIn = (version: string): string => version.replace(/-.*$/, '')
const partOf = (name: string): number => (createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32) * 100
