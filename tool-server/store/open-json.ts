import { AppError } from '@portero/shared'
import type { Sealing } from '../define.ts'

// What is sealed, as it was before; undefined where its person was erased.
export const openJson = async ({ sealing }: { sealing: Pick<Sealing, 'open'> }, place: string, sealed: Buffer): Promise<unknown> => {
  try {
    return JSON.parse(await sealing.open(place, sealed))
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return undefined
    throw thrown
  }
}
