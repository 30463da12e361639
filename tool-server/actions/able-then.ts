import type { Act, Millis } from '../define.ts'
import { inDoubt, judged, shownThen, type FreeThen } from '../domain/free-then.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import type { Said } from '../domain/known-busy.ts'
import type { Wants } from '../domain/slots.ts'
import { busyWithin } from '../store/busy-lists.ts'
import { takenTimes } from '../store/tours.ts'

// Who is to be asked for a visit then, inside a transaction. said: what their calendars said just before it.
type Place = { catalogue: Catalogue; home: Home; wants?: Wants; said?: readonly Said[] | undefined }
export const ableThen = async (act: Act, { said = [], ...place }: Place, startsAt: Millis): Promise<FreeThen> => {
  const { now, tx, subject: { tenant } } = act
  const then = shownThen({ ...place, now }, startsAt)
  const heard = { ...then, said, lists: then.shown.length > 0 ? await busyWithin(act) : [] }
  return judged(heard, await takenTimes(tx, tenant, { ...inDoubt(heard), now }))
}
