import { parseArgs } from 'node:util'
import { AppError } from '@portero/shared'
import { flood as run } from '../kill/flood.ts'
import { serverUrl } from '../support/databases.ts'
import { cleanUp } from '../support/process.ts'

// npm run bench -- flood --rate 1000 --minutes 10 --kill-every 30 --servers 2 --people 2000 --lost 0 (percent) --drain 120 (minutes)
export const flood = async (): Promise<object> => {
  if (serverUrl === undefined) throw new AppError('invalid_input', 'flood needs DATABASE_URL: several servers share a database')
  const { values } = parseArgs({ args: process.argv.slice(3), options: Object.fromEntries(['rate', 'minutes', 'kill-every', 'servers', 'people', 'lost', 'drain'].map((name) => [name, { type: 'string' as const }])) })
  const number = (name: string, usual: number): number => {
    const value = Number(values[name] ?? usual)
    if (!(value >= 0)) throw new AppError('invalid_input', `--${name}: expected a number`)
    return value
  }
  try {
    return await run({
      rate: number('rate', 1_000), seconds: number('minutes', 10) * 60, killEverySeconds: number('kill-every', 30), servers: number('servers', 2), people: number('people', 2_000), lostShare: number('lost', 0) / 100, drainSeconds: number('drain', 120) * 60,
    })
  } finally {
    await cleanUp()
  }
}
