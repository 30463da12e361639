import { readFileSync } from 'node:fs'
import { AppError, privacyDeskWords } from '@portero/shared'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { isOurs, signedCertificate, signingPurpose, type SignedCertificate } from './privacy-certificate.ts'

// Whether a certificate is ours and as it was signed, from the command line.
const words = privacyDeskWords['es-MX']
export const verifyCertificate = async ({ db, vault, tenant, say }: { db: Db; vault: Vault; tenant: string; say(line: string): void }, file: string): Promise<void> => {
  const told = certificateIn(file)
  if (!(await isOurs(await vault.blindIndex(db.bare, tenant, ...signingPurpose), told))) throw new AppError('refused', words.forged)
  say(words.verified(told.certificate.folio))
}
const certificateIn = (file: string): SignedCertificate => {
  try {
    return signedCertificate.parse(JSON.parse(textOf(file)))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('invalid_input', words.notOne, { cause })
  }
}
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError('not_found', words.noFile(file), { cause })
  }
}
