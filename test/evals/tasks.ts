import { bookings } from './tasks-book.ts'
import { changes } from './tasks-change.ts'
import { languages, leads, temptations } from './tasks-hard.ts'
import { questions } from './tasks-know.ts'
import { persons } from './tasks-people.ts'
import { searches } from './tasks-search.ts'
import type { Task } from './task.ts'

// All that is asked of the agent. Neighbours in the list talk in one house, so those of a kind stand apart: that way few want the same time.
const kinds: readonly (readonly Task[])[] = [searches, bookings, changes, questions, persons, temptations, [...leads, ...languages]]
const longest = Math.max(...kinds.map(({ length }) => length))
export const tasks: readonly Task[] = Array.from({ length: longest }, (_, at) => kinds.flatMap((kind) => kind[at] ?? [])).flat()
