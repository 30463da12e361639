import { z } from 'zod'
import type { Draft, Offered } from './drafts.ts'
import { hostile, preyWish, type Prey } from './hostile.ts'
import type { InputItem } from './items.ts'
import { sloppily } from './noise.ts'
import { decide } from './policy.ts'
import { turnsIn } from './talk.ts'

// Who thinks for the simulated model: what a test wrote down for it, else the attacker, else the policy.
// noise: a seed; without one the policy makes no mistake. prey: what an attacker would like to get at.
export const scriptWish = z.strictObject({ mode: z.enum(['policy', 'hostile']), noise: z.int().optional(), prey: preyWish.optional() })
type Wish = z.infer<typeof scriptWish>

export type Asking = { items: readonly InputItem[]; instructions: string; tools: readonly Offered[]; today: string; whom: string }
export type Script = { say(drafts: readonly Draft[]): void; choose(wish: Wish): void; next(asking: Asking): Draft[]; left(): number }

export const makeScript = (): Script => {
  let queue: Draft[][] = []
  let wish: Wish = { mode: 'policy' }
  let attack: ReturnType<typeof hostile> | undefined
  return {
    say: (drafts) => void queue.push([...drafts]),
    choose(wanted) {
      wish = wanted
      attack = wanted.mode === 'hostile' ? hostile(wanted.prey ?? noPrey) : undefined
      queue = []
    },
    left: () => queue.length,
    next({ items, instructions, tools, today, whom }) {
      const written = queue.shift()
      if (written) return written
      if (attack) return attack({ items, tools, whom })
      const scene = { turns: turnsIn(items), instructions, today, tools: new Set(tools.map(({ name }) => name)) }
      const step = wish.noise === undefined ? decide(scene) : sloppily(wish.noise)(scene)
      return 'say' in step ? [step] : [{ call: step.call, args: filled(step.args, tools.find(({ name }) => name === step.call)?.parameters) }]
    },
  }
}
const noPrey: Prey = { slot_ids: [], tour_ids: [], phones: [], emails: [], ids: [] }

// A strict function is called with every property it has and no other; what isn't known is null.
const shape = z.object({ properties: z.record(z.string(), z.unknown()).default({}) })
const filled = (args: Record<string, unknown>, parameters: unknown): Record<string, unknown> => {
  const { properties } = shape.catch({ properties: {} }).parse(parameters)
  return Object.fromEntries(Object.keys(properties).map((name) => [name, args[name] ?? null]))
}
