import { z } from 'zod'
import { defineAction } from '../define.ts'
import { lockLink, noteLink } from '../store/booking-links.ts'
import { lockTour } from '../store/tours.ts'
import { bookTour } from './book-tour.ts'
import { confirmHold } from './confirm-hold.ts'
import { holdTour } from './hold-tour.ts'
import { releaseHold } from './release-hold.ts'
import { rescheduleTour } from './reschedule-tour.ts'
import { tourNow } from './tour-change.ts'

// What the booking page does, each link once: the link is used up with what it was for, and the same form again has the same answer.
const hold = z.strictObject({ do: z.literal('hold'), place: bookTour.args })
const confirm = z.strictObject({ do: z.literal('confirm'), tour: z.uuid(), name: confirmHold.args.shape.name, email: confirmHold.args.shape.email })
const release = z.strictObject({ do: z.literal('release'), tour: z.uuid() })
// A move holds nothing first: their time stays theirs until the new one is, in one statement under the locks of both days.
const move = z.strictObject({ do: z.literal('move'), tour: z.uuid(), place: bookTour.args })
const args = z.strictObject({ link: z.strictObject({ digest: z.string(), endsAt: z.int() }), wish: z.discriminatedUnion('do', [hold, confirm, release, move]) })
// over: the link has been used, or its time is up. lapsed: what was held isn't any more. off: a visit that can't be moved any more.
const result = z.strictObject({ status: z.enum(['held', 'booked', 'moved', 'released', 'mine', 'clash', 'gone', 'lapsed', 'over', 'off']), tour: tourNow.optional(), taken: bookTour.result.shape.taken })

export const bookByLink = defineAction({ name: 'book-by-link', args, result, scopes: ['tours:write'], callers: ['prospect'] }).decides(async ({ link: { digest, endsAt }, wish }, act) => {
  const link = { digest: Buffer.from(digest, 'base64url'), endsAt }
  const known = await lockLink(act, link)
  if (known.isUsed) {
    const again = wish.do === 'confirm' || wish.do === 'move' ? await lockTour(act, { id: wish.tour, person: act.subject.person }) : undefined
    const isSame = again?.status === 'confirmed' && again.id === known.tour && (wish.do === 'confirm' || (wish.do === 'move' && wish.place.startsAt === again.startsAt && wish.place.home === again.home))
    return isSame ? { status: wish.do === 'move' ? 'moved' : 'booked', tour: again } : { status: 'over' }
  }
  if (endsAt <= act.now) return { status: 'over' }
  switch (wish.do) {
    case 'hold': {
      const { status, tour, taken } = await act.act(holdTour, wish.place)
      if (status === 'held') await noteLink(act, link, { tour, isUsed: false })
      return { status, ...(taken && { taken }) }
    }
    case 'release': {
      await act.act(releaseHold, { tour: wish.tour })
      await noteLink(act, link, { tour: undefined, isUsed: false })
      return { status: 'released' }
    }
    case 'confirm': {
      const { status, tour } = await act.act(confirmHold, { tour: wish.tour, ...(wish.name !== undefined && { name: wish.name }), ...(wish.email !== undefined && { email: wish.email }) })
      if (tour) await noteLink(act, link, { tour: tour.id, isUsed: true })
      return { status, ...(tour && { tour }) }
    }
    default: {
      const { status, tour, taken } = await act.act(rescheduleTour, { ...wish.place, tour: wish.tour })
      if (status === 'moved') await noteLink(act, link, { tour: wish.tour, isUsed: true })
      if (status === 'missing' || status === 'illegal' || status === 'changed') return { status: 'off' }
      return { status, ...(tour && { tour }), ...(taken && { taken }) }
    }
  }
})
