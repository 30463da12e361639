import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { errors } from '@portero/shared'
import type { Doing, Exchange, Outcome } from '@portero/tool-server/define.ts'
import { breaks, play, type Case, type Script } from './script.ts'
import { openStage, type Stage } from './stage.ts'
import type { Vendor } from './vendors.ts'

// What every vendor's commands must hold to, through the real outbox, the real way out and a real server.
export const outbound = (vendor: Vendor): void => {
  describe('what we tell it to do', () => {
    let stage: Stage
    beforeAll(async () => void (stage = await openStage(vendor)))
    afterAll(() => stage.house.end())
    beforeEach(() => stage.afresh())

    const contracted = (vendor.connector.does ?? []).filter(({ command }) => vendor.contract.does?.[command.name])
    describe.each(contracted)('$command.name', (doing) => {
      const { name } = doing.command
      const { exchanges, result, more = [], but = {}, key, args, lookUp } = vendor.contract.does![name]!
      const cases: Case[] = [{ name: 'is done', exchanges, result }, ...more, ...breaks(exchanges, { ...vendor.contract.failures, ...but })]

      const perform = (lines: readonly Exchange[], then: (script: Script) => Promise<void>): Promise<void> =>
        play(lines, async (script) => {
          await stage.send(await stage.connect(script.url), name)
          await stage.pass(0)
          await then(script)
        })
      // The worker tries again when it said it would.
      const untilNext = async (): Promise<void> => {
        const { run_at: due } = await stage.job('command', key)
        await stage.pass(due - stage.house.clock.now() + 1)
      }
      const expectOutcome = async (outcome: Outcome): Promise<void> => {
        const job = await stage.job('command', key)
        if ('result' in outcome) {
          expect(job).toMatchObject({ state: 'done', uncertain_since: null })
          expect(stage.answers).toEqual([{ command: name, key, args: doing.command.brief ? null : doing.command.args.parse(args), done: outcome.result }])
          return
        }
        const { code, uncertain = false, retryAfterMs = 0 } = outcome
        const dead = isDead(doing, outcome)
        expect({ state: job.state, code: job.error_code, uncertain: job.uncertain_since !== null }).toEqual({ state: dead ? 'dead' : 'ready', code, uncertain })
        expect(stage.answers).toEqual(dead ? [expect.objectContaining({ key, dead: { code, uncertain } })] : [])
        expect(dead || job.run_at - stage.house.clock.now() >= retryAfterMs).toBe(true)
      }

      test.each(cases)('$name', (each) => perform(each.exchanges, () => expectOutcome(each)))

      describe('done, but the answer was lost', () => {
        const last = exchanges.at(-1)!
        const lost: Exchange[] = [...exchanges.slice(0, -1), { ask: last.ask, tell: 'lost' }]

        if (doing.again === 'never') {
          test('is not done again, and whoever asked for it hears that nobody knows', () =>
            perform(lost, async () => {
              await stage.pass(24 * 3_600_000)
              expect(await stage.job('command', key)).toMatchObject({ state: 'dead', uncertain_since: expect.any(Number) })
              expect(stage.answers).toMatchObject([{ key, dead: { uncertain: true } }])
            }))
        }
        if (doing.again === 'vendor-key' || doing.again === 'same-effect') {
          test('is asked for again in the very same words', () =>
            perform([...lost, ...exchanges], async ({ heard }) => {
              await untilNext()
              await expectOutcome({ result })
              expect(heard.slice(exchanges.length).map(wordsOf)).toEqual(heard.slice(0, exchanges.length).map(wordsOf))
            }))
        }
        if (typeof doing.again === 'object') {
          const { lagMs = 10_000 } = doing.again
          if (!lookUp) throw new Error(`the contract of ${name} does not say how it is looked up`)
          const { found, missing } = lookUp
          test('is looked up, and found', () =>
            perform([...lost, ...found], async () => {
              await untilNext()
              await expectOutcome({ result })
            }))
          test('is looked up until it shows, and not done again meanwhile', () =>
            perform([...lost, ...missing, ...found], async () => {
              await untilNext()
              expect(await stage.job('command', key)).toMatchObject({ state: 'ready', uncertain_since: expect.any(Number) })
              await untilNext()
              await expectOutcome({ result })
            }))
          test('is done again once it would have shown', () =>
            perform([...lost, ...missing, ...exchanges], async () => {
              await stage.pass(lagMs)
              await expectOutcome({ result })
            }))
        }
      })
    })
  })
}

const isDead = ({ again, command }: Doing, { code, uncertain }: Exclude<Outcome, { result: unknown }>): boolean => {
  const rule = errors[code].retry
  return rule === 'never' || (uncertain === true && again === 'never') || (rule === 'later' && command.attempts === 1)
}

const wordsOf = ({ method, path, query, body, headers }: Script['heard'][number]): object => ({ method, path, query, body, headers: { ...headers, traceparent: '', 'webhook-timestamp': '', 'webhook-signature': '' } }) // these are of the try
