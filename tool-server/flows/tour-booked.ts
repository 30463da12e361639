import { tourBooked as timer } from '../actions/book-tour.ts'
import { followBooking } from '../actions/follow-booking.ts'
import { defineFlow } from '../domain/reads.ts'

export const tourBooked = defineFlow({
  ...timer,
  name: 'tours.booked',
  async decide({ person }, _facts, { act }) {
    await act(followBooking, { person })
  },
})
