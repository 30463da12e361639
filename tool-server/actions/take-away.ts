import type { z } from 'zod'
import type { Act } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { recordGone } from '../domain/ports/crm.ts'
import { isOn } from '../domain/tours.ts'
import { findTour } from '../store/tours.ts'
import { callOff } from './adopt-visit.ts'
import { forgetRecord } from './crm-changed.ts'

// Somebody took a record away at the CRM. With its meeting they called a visit off.
export const takeAway = async (act: Act, gone: z.infer<typeof recordGone>, catalogue: Catalogue): Promise<void> => {
  const { status, ours } = await act.act(forgetRecord, gone)
  const tour = gone.kind === 'meeting' && status === 'forgotten' && ours !== undefined ? await findTour(act, { id: ours, person: undefined }) : undefined
  const home = tour && catalogue.homes.find(({ id }) => id === tour.home)
  if (tour && home && isOn(tour.status) && tour.startsAt > act.now) await callOff(act, { tour, home })
}
