import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { AppError, views, type Language } from '@portero/shared'
import type { Do } from '../define.ts'
import { closedIn, hoursOf, type Asker } from '../domain/settings.ts'
import type { Acting } from '../spine/act.ts'
import { cardDoor, type CardDoor, type Visitor } from '../spine/cards.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { beginWish, endWish, settingsOf, type Settings } from '../store/settings.ts'
import { addBlackout } from './add-blackout.ts'
import { removeBlackout } from './remove-blackout.ts'
import { setHours } from './set-hours.ts'
import { setOwners } from './set-owners.ts'

// What an admin changes on the settings page. HubSpot asks again when it isn't sure, so what a key came to is kept, in the transaction of the change itself.
type Needs = { db: Db; clock: Clock; acting: Acting }
type View = z.infer<typeof views.writeView>
type Ask = { key: string; language?: Language | undefined }

export const settingsWrites = ({ db, clock, acting }: Needs): Record<string, CardDoor> => {
  const once = (door: string, { key, language: _language, ...ask }: Ask, visitor: Visitor, decide: (act: Do) => Promise<{ status: string }>): Promise<string> => {
    const { tenant, user } = visitor
    const wish = { user, key, asked: createHash('sha256').update(JSON.stringify([door, ask])).digest() }
    return db.tx(async (tx) => {
      const kept = await beginWish(tx, tenant, wish, clock.now())
      if (kept && !kept.asked.equals(wish.asked)) throw new AppError('conflict', 'one key for two writes')
      if (kept?.status) return kept.status
      const { status } = await decide(acting.within(tx, visitor).act)
      await endWish(tx, tenant, wish, status)
      return status
    })
  }
  const now = ({ tenant }: Visitor): Promise<Settings> => settingsOf(db.bare, tenant, clock.now())

  return {
    hours: cardDoor('admin', views.hoursAsk, views.writeView, async (ask, visitor) => {
      const words = views.settingsAnswers[ask.language ?? 'es-MX']
      const agent = (await now(visitor)).agents.find(({ slug }) => slug === ask.agent)
      if (!agent) return refusal('gone', words.gone)
      if (ask.hours.some(({ from, to }) => from >= to)) return refusal('upside_down', words.upsideDown)
      return told(await once('hours', ask, visitor, (act) => act(setHours, { agent: agent.id, version: ask.version, hours: hoursOf(ask.hours) })), words.hoursSaved(agent.name), ask)
    }),

    blackout: cardDoor('admin', views.blackoutAsk, views.writeView, async (ask, visitor) => {
      const words = views.settingsAnswers[ask.language ?? 'es-MX']
      const { buildings, agents } = await now(visitor)
      const building = buildings.find(({ slug }) => slug === ask.building)
      const agent = agents.find(({ slug }) => slug === ask.agent)
      if (ask.building === undefined && ask.agent === undefined) return refusal('nothing', words.whatIsClosed)
      if ((ask.building !== undefined && !building) || (ask.agent !== undefined && !agent)) return refusal('gone', words.gone)
      const [zone, ...others] = new Set((building ? [building] : buildings.filter(({ id }) => agent?.buildings.includes(id))).map((each) => each.zone))
      if (zone === undefined || others.length > 0) return refusal('whose_clock', words.whoseClock)
      const closed = closedIn(zone, ask.from, ask.to)
      if (!closed) return refusal('no_day', words.noDay)
      if (closed.endsAt <= closed.startsAt) return refusal('upside_down', words.upsideDown)
      if (closed.endsAt <= clock.now()) return refusal('past', words.past)
      const what = { ...closed, ...(building && { building: building.id }), ...(agent && { agent: agent.id }) }
      return told(await once('blackout', ask, visitor, (act) => act(addBlackout, what)), words.blackoutAdded, ask)
    }),

    reopen: cardDoor('admin', views.reopenAsk, views.writeView, async (ask, visitor) =>
      told(await once('reopen', ask, visitor, (act) => act(removeBlackout, { blackout: ask.blackout })), views.settingsAnswers[ask.language ?? 'es-MX'].blackoutRemoved, ask)),

    owners: cardDoor('admin', views.ownersAsk, views.writeView, async (ask, visitor) => {
      const words = views.settingsAnswers[ask.language ?? 'es-MX']
      const { buildings, agents } = await now(visitor)
      const owners = ask.list.map((each): Asker | undefined => {
        const agent = agents.find(({ slug }) => slug === each.agent)
        const building = buildings.find(({ slug }) => slug === each.building)
        return agent && (each.building === undefined || building) ? { agent: agent.id, ...(each.language && { language: each.language }), ...(building && { building: building.id }) } : undefined
      })
      const known = owners.filter((each) => each !== undefined)
      if (known.length < owners.length) return refusal('gone', words.gone)
      return told(await once('owners', ask, visitor, (act) => act(setOwners, { version: ask.version, owners: known })), words.ownersSaved, ask)
    }),
  }
}

const refusal = (code: string, say: string): View => ({ ok: false, say, code })
const told = (status: string, done: string, { language = 'es-MX' }: Ask): View => {
  const { changed, gone } = views.settingsAnswers[language]
  if (status === 'changed' || status === 'gone') return refusal(status, status === 'changed' ? changed : gone)
  return { ok: true, say: done }
}
