import { expect, test } from '@jest/globals'
import { race } from './race/race.ts'

// The race of `npm run bench -- race`, small: servers as they are shipped, killed twice while prospects reach for the same slots. On the embedded engine there is one.
const isServer = process.env['DATABASE_URL'] !== undefined
const attempts = isServer ? 400 : 200

test(`${attempts} attempts at twenty slots, with servers killed under them, break no rule and no promise`, async () => {
  const { violations, first, ...figures } = await race({ attempts, slots: 20, processes: isServer ? 2 : 1, lanes: 16, kills: 2 })
  expect(first).toEqual([])
  expect(new Set(Object.values(violations))).toEqual(new Set([0]))
  expect(figures).toMatchObject({ attempts, slots: 20, kills: 2 })
  const { booked, moved, cancelled, refused, left, standing } = figures
  expect(booked + moved + cancelled + refused + left).toBe(attempts)
  expect(Math.min(booked, moved, cancelled, refused, standing)).toBeGreaterThan(0) // what was meant to be tried has been
}, 300_000) // ten seconds where nobody else is at work
