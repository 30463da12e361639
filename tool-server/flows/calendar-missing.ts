import { markTour } from '../actions/mark-tour.ts'
import { guestMissing } from '../domain/ports/calendar.ts'
import { defineFlow } from '../domain/reads.ts'
import { projectionAt, shownAs } from '../store/projections.ts'
import { findTour } from '../store/tours.ts'

// Whoever shows it says in their calendar that nobody came.
export const calendarMissing = defineFlow({
  name: 'calendar.guest-missing',
  payload: guestMissing,
  async decide({ connection, ours }, _facts, act) {
    if (!(await projectionAt(act, { ours, connection }))) return
    for (const { id } of await shownAs(act, ours)) {
      const tour = await findTour(act, { id, person: undefined })
      if (tour?.status === 'confirmed') await act.act(markTour, { tour: id, version: tour.version, as: 'no_show' })
    }
  },
})
