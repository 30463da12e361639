import { setTimeout as sleep } from 'node:timers/promises'
import { busy, names, type HouseStage } from './house-stage.ts'
import { wantsVisit, type Talker } from './talkers.ts'
import type { Point, Trap, Trapped } from './trap.ts'

// Kills the house, and begins it again, while several people speak with its agent.
// writing: what somebody wrote is on its way to us. asking, thought, thinking: the model was asked, has thought and nobody hears it, or has just answered, so that a tool is called or an answer written down.
// sending, sent, told: an answer is on its way to Bird, it is there and we don't know, or we have just heard so. filing: something is in HubSpot and we don't know. anywhere: at any moment.
export const places = ['writing', 'asking', 'thought', 'thinking', 'sending', 'sent', 'told', 'filing', 'anywhere'] as const
export type Place = (typeof places)[number]
export type Kills = Record<Place, number>

const model = 'POST /v1/responses'
const send = 'POST /workspaces/:workspace/channels/:channel/messages'
const file = 'POST /crm/objects/2026-09/:type/batch/upsert'
const atOnce = 4 // people
const patienceMs = 8_000 * busy // for something to come by where it would be killed

type Plan = { chance: () => number; wanted: Kills; kills: Kills }
export const killWhileTheyTalk = async (stage: HouseStage, { chance, wanted, kills }: Plan): Promise<Talker[]> => {
  const upTo = (most: number): number => chance() * most
  let over = false
  let written: (() => void) | undefined
  const wrote = (): void => written?.()

  const talkers: Talker[] = []
  let next = 0
  const talk = async (): Promise<void> => {
    while (!over) talkers.push(await wantsVisit(stage, next++, { wrote }))
  }

  // by: who is to die; anybody, without.
  const strike = (place: Place, by?: string): string => {
    const victim = by ?? [...stage.alive.keys()][Math.floor(upTo(stage.alive.size))] ?? ''
    stage.strike(victim)
    kills[place] += 1
    return victim
  }
  const sprung = async (place: Place, vendor: Pick<Trapped<HouseStage['openai']>, 'set' | 'isSet' | 'unset'>, trap: Omit<Trap, 'spring'>): Promise<string | undefined> => {
    const struck = new Promise<string>((resolve) => vendor.set({ ...trap, spring: (by) => resolve(strike(place, by)) }))
    const found = await Promise.race([struck, sleep(patienceMs, undefined, { ref: false })])
    if (found !== undefined || !vendor.isSet()) return struck
    vendor.unset()
    return undefined
  }
  const at = (point: Point, afterMs = 0, laterMs?: number) => ({ point, afterMs, laterMs })
  const moment: Record<Place, () => Promise<string | undefined>> = {
    async writing() {
      await new Promise<void>((resolve) => (written = resolve))
      await sleep(upTo(8))
      return strike('writing')
    },
    asking: () => sprung('asking', stage.openai, { on: model, ...at('arrived') }),
    thought: () => sprung('thought', stage.openai, { on: model, ...at('done') }),
    thinking: () => sprung('thinking', stage.openai, { on: model, ...at('answered', upTo(80)) }),
    sending: () => sprung('sending', stage.bird, { on: send, ...at('arrived', 0, chance() < 0.5 ? upTo(500) : undefined) }),
    sent: () => sprung('sent', stage.bird, { on: send, ...at('done') }),
    told: () => sprung('told', stage.bird, { on: send, ...at('answered', upTo(5)) }),
    filing: () => sprung('filing', stage.hubspot, { on: file, ...at('done') }),
    async anywhere() {
      await sleep(upTo(1_500))
      return strike('anywhere')
    },
  }

  await Promise.all(names.map((name) => stage.begin(name)))
  const talking = Promise.all(Array.from({ length: atOnce }, talk))
  const killing = (async () => {
    for (const place of shuffled(places.flatMap((each) => Array.from({ length: wanted[each] }, () => each)), chance)) {
      let victim = await moment[place]()
      for (let tries = 1; victim === undefined; tries++) {
        if (tries > 3) throw new Error(`nothing came by to be killed at while ${place}`)
        victim = await moment[place]()
      }
      await stage.begin(victim)
    }
    over = true
  })()
  await Promise.all([talking, killing])
  return talkers
}

const shuffled = <T>(items: readonly T[], chance: () => number): T[] => items.map((item) => ({ item, at: chance() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
