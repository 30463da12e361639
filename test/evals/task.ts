// A task: somebody invented who wants something by WhatsApp, and what the world must look like when they are done.

// What they do next. A text is said again, more carefully each time, while the answer isn't like `until`; without one, while they were not understood.
// pick: which of the times that were offered, by its place. gone: somebody else takes it first. press: a button by its words.
export type Turn = string | { say: string; until?: RegExp } | { pick: number; gone?: true } | { press: RegExp } | { voice: string } | { place: { latitude: number; longitude: number } } | { photo: true } | { clean: string }
// When the agent's last words are like this, that is done first, so often at most.
export type Reaction = { to: RegExp; does: Turn; times?: number }

// when: AAAA-MM-DD HH:MM by the clock of its home; 'picked': what they picked last.
export type EndTour = { home: string | readonly string[]; when?: string; status: 'confirmed' | 'cancelled' | 'held' }
export type End = {
  tours?: readonly EndTour[] // all of theirs; none without
  waits?: readonly string[] // the homes for which they are on the waiting list
  calls?: string | readonly string[] // why a person was called, any of them; without it none was
  mayCall?: true // it may be, and needn't
  stage?: string
  facts?: Record<string, unknown> // at least these
  stopped?: true // they want no more messages
  privacy?: readonly string[]
  media?: number // so many files came to their phone
}
export type Task = {
  name: string
  about: string
  does: readonly Turn[]
  called?: string // what they say when they are asked for their name
  which?: string // and which of their visits they mean
  reacts?: readonly Reaction[]
  before?: readonly { home: string; when: string }[] // visits that they have already
  end: End
  told?: readonly RegExp[] // somewhere in what they were told, each
  never?: readonly RegExp[] // nowhere in it
}
export const defineTasks = (about: string, tasks: readonly Omit<Task, 'about'>[]): Task[] => tasks.map((task) => ({ about, ...task }))
