import { race as run } from '../race/race.ts'

// Prospects who reach for the same visits through several servers that are killed every few seconds: npm run bench -- race [ATTEMPTS] [SLOTS] [PROCESSES].
const lanes = 48 // prospects at a time

export const race = async (): Promise<object> => {
  if (!process.env['DATABASE_URL']) {
    console.error('Several servers need a PostgreSQL: set DATABASE_URL, such as postgres://user@host:5432/name. The race makes a database of its own there and removes it.')
    process.exit(1)
  }
  const [attempts = 100_000, slots = 1_000, processes = 4] = process.argv.slice(3).map(Number)
  return run({ attempts, slots, processes, lanes, said: (line) => console.error(line) })
}
