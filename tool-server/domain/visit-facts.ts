import type { Catalogue } from './homes.ts'
import type { Reads } from './reads.ts'

// What is needed to speak of a visit. handle: its name, which only its prospect can use.
export type VisitFacts = { catalogue: Catalogue; handle: string; calendarUrl: string }
export const visitFacts = async ({ person, tour }: { person: string; tour: string }, { homes, handles }: Reads): Promise<VisitFacts> => ({ catalogue: await homes.catalogue(), handle: await handles.tour(person, tour), calendarUrl: await handles.calendarUrl(tour) })

// What is pressed under what we said of our own accord about a visit is answered by us, so nobody else's answer is waited for.
export const isVisitPick = (pick: string): boolean => /^(?:tour|wait):/.test(pick)
