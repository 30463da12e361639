import { createHash } from 'node:crypto'
import { AppError } from '@portero/shared'
import type { Do } from '../define.ts'
import { versions, type CatalogueChange } from '../domain/catalogue-change.ts'
import type { Staff } from '../domain/roles.ts'
import { versionOf } from '../domain/settings.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { beginWish, endWish } from '../store/settings.ts'
import { addBlackout } from './add-blackout.ts'
import { removeBlackout } from './remove-blackout.ts'
import { setHome } from './set-home.ts'
import { setHours } from './set-hours.ts'
import { setShows } from './set-shows.ts'
import { setVisits } from './set-visits.ts'
import { setWeekLimit } from './set-week-limit.ts'

// What an admin changes of the catalogue in the console. key: of the form, so that one that is sent twice is one change. version: of what they had seen; an agent's hours and limit have one each.
export type CatalogueWish = { key: string; version: string; change: CatalogueChange }
export type CatalogueCame = 'saved' | 'changed' | 'gone'
export type CatalogueHands = { save(subject: Staff, wish: CatalogueWish): Promise<CatalogueCame> }

export const makeCatalogueHands = ({ db, clock, acting }: { db: Db; clock: Clock; acting: Acting }): CatalogueHands => ({
  async save(subject, { key, version, change }) {
    if (!subject.scopes.includes('settings:write')) throw new AppError('refused', 'the catalogue is changed with settings:write')
    const wish = { user: subject.user, key: `catalogue:${key}`, asked: createHash('sha256').update(JSON.stringify([version, change])).digest() }
    const undone: CatalogueCame[] = []
    try {
      await db.tx(async (tx) => {
        undone.length = 0 // the transaction may be run again
        const kept = await beginWish(tx, subject.tenant, wish, clock.now())
        if (kept && !kept.asked.equals(wish.asked)) throw new AppError('conflict', 'one key for two changes of the catalogue')
        if (kept?.status) return
        for (const { status } of await done(acting.within(tx, subject).act, version, change)) if (status === 'changed' || status === 'gone') undone.push(status)
        if (undone.length > 0) throw new AppError('conflict', 'the catalogue is not as it was seen') // all of it, or nothing
        await endWish(tx, subject.tenant, wish, 'saved')
      })
      return 'saved'
    } catch (thrown) {
      const [came] = undone
      if (came === undefined) throw thrown
      return came
    }
  },
})

const done = async (act: Do, version: string, change: CatalogueChange): Promise<{ status: string }[]> => {
  switch (change.do) {
    case 'visits': {
      const { building, hours, visits } = change
      return [await act(setVisits, { building, version, visits, ...(hours && { hours }) })]
    }
    case 'shows':
      return [await act(setShows, { building: change.building, version, agents: [...change.agents] })]
    case 'home': {
      const { do: _do, ...offered } = change
      return [await act(setHome, { ...offered, version })]
    }
    case 'agent': {
      const { agent, hours, perWeek } = change
      const [hoursSeen = '', limitSeen = ''] = version.split(' ')
      return [
        ...(versionOf(hours) === hoursSeen ? [] : [await act(setHours, { agent, version: hoursSeen, hours })]), // hours that nobody touched stay the file's
        ...(versions.weekLimit({ ...(perWeek !== undefined && { perWeek }) }) === limitSeen ? [] : [await act(setWeekLimit, { agent, version: limitSeen, ...(perWeek !== undefined && { perWeek }) })]),
      ]
    }
    case 'close': {
      const made: { status: string }[] = []
      for (const blackout of change.blackouts) made.push(await act(addBlackout, blackout))
      return made
    }
    default: {
      const removed: { status: string }[] = []
      for (const { id } of change.closed) removed.push(await act(removeBlackout, { blackout: id }))
      return removed
    }
  }
}
