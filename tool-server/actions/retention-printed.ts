import { retentionWords, type Language } from '@portero/shared'
import type { Db } from '../spine/db.ts'
import { proofsOf, type RetentionClass } from '../store/retention.ts'

// For how long what is kept, and when it was last seen to: from the command line, and as the table of the docs.
const keptFor = ({ days }: RetentionClass, language: Language): string => (days === undefined ? retentionWords[language].forever : retentionWords[language].days(days))
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
export const printRetention = async ({ db, tenant, classes, say }: { db: Db; tenant: string; classes: readonly RetentionClass[]; say(line: string): void }): Promise<void> => {
  const words = retentionWords['es-MX']
  const proofs = new Map((await proofsOf(db.bare, tenant)).map((proof) => [proof.name, proof]))
  for (const each of classes) {
    const proof = proofs.get(each.name)
    const last = proof ? words.ran(iso(proof.ranAt), iso(proof.keptUntil).slice(0, 10), proof.deleted, proof.all) : each.chore ? words.never : howOf(each, 'es-MX')
    say(words.line(each.name.padEnd(16), keptFor(each, 'es-MX').padEnd(12), last))
  }
}

const howOf = ({ how, chore }: RetentionClass, language: Language): string => {
  const words = retentionWords[language].how
  return how === undefined || how === 'chore' ? words.chore(chore ?? '') : words[how]
}
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
export const retentionTable = (classes: readonly RetentionClass[], language: Language = 'en'): string => {
  const words = retentionWords[language]
  return [row(words.head), row(words.head.map(() => '---')), ...classes.map((each) => row([`\`${each.name}\``, words.classes[each.name], keptFor(each, language), howOf(each, language)]))].join('\n')
}
