import { answerPick, visitPicked as picked, type PickFacts } from '../actions/answer-pick.ts'
import { timeIn } from '../actions/say-visit.ts'
import { agentsFor, type Catalogue } from '../domain/homes.ts'
import type { Said } from '../domain/known-busy.ts'
import { defineFlow, type Own } from '../domain/reads.ts'
import { minuteMs } from '../domain/zones.ts'

export const visitPicked = defineFlow({
  ...picked,
  name: 'visits.picked',
  async gather({ person, conversation, pick }, { homes, handles, tours, calendars }): Promise<PickFacts> {
    const [about, verb, handle = '', time = ''] = pick.split(':')
    const tour = about === 'tour' ? await handles.tourOf(person, handle) : undefined
    const catalogue = await homes.catalogue()
    const said = tour !== undefined && verb === 'to' ? await saidOf({ tours, calendars }, { person, tour, startsAt: timeIn(time), catalogue }) : []
    return { catalogue, handle, tour, pageUrl: tour !== undefined && verb === 'move' ? await handles.bookingUrl({ conversation, wish: { tour } }) : undefined, said }
  },
  decide: (payload, facts, act) => answerPick(act, payload, facts),
})

type Chosen = { person: string; tour: string; startsAt: number; catalogue: Catalogue }
const saidOf = async ({ tours, calendars }: Pick<Own, 'tours' | 'calendars'>, { person, tour: id, startsAt, catalogue }: Chosen): Promise<Said[]> => {
  const tour = (await tours.of(person)).find((each) => each.id === id)
  const building = catalogue.homes.find((each) => each.id === tour?.home)?.building
  if (!building || !Number.isSafeInteger(startsAt)) return []
  return calendars.now({ agents: agentsFor(catalogue, building.id).map((agent) => agent.id), from: startsAt, to: startsAt + building.visits.minutes * minuteMs })
}
