import { answerPick, visitPicked as picked, type PickFacts } from '../actions/answer-pick.ts'
import { defineFlow } from '../domain/reads.ts'

export const visitPicked = defineFlow({
  ...picked,
  name: 'visits.picked',
  async gather({ person, conversation, pick }, { homes, handles }): Promise<PickFacts> {
    const [about, verb, handle = ''] = pick.split(':')
    const tour = about === 'tour' ? await handles.tourOf(person, handle) : undefined
    return { catalogue: await homes.catalogue(), handle, tour, pageUrl: tour !== undefined && verb === 'move' ? await handles.bookingUrl({ conversation, wish: { tour } }) : undefined }
  },
  decide: (payload, facts, act) => answerPick(act, payload, facts),
})
