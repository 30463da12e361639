import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { defineAction, type Flow, type Subject } from '@portero/tool-server/define.ts'
import { keyed, note, tinyHouse, told, writeNote, type Tiny } from './support/tiny.ts'

// Actions: who may take them, what they are given and give, and that all they do is one transaction.
let house: Tiny
let count = 0
let word = ''
const snoozes: Flow = {
  name: 'snoozes', payload: z.strictObject({ text: z.string() }),
  gather: () => notes(),
  async decide({ text }, before: string[], at) {
    await note(at, text)
    if (before.length === 0) await at.later(snoozes, { text }, { key: text, at: at.now + 1_000 })
  },
}
beforeAll(async () => void (house = await tinyHouse({ flows: [snoozes] })))
beforeEach(() => void (word = `w${++count};`))
afterAll(() => house.end())
const act = (by: Subject['by'], grants: string[] | 'all', subject: Partial<Subject> = {}) => house.acting.as({ tenant: house.tenant, by, ...subject }, grants)
const later = (key: string, inMs: number, text = word): Promise<void> => house.decide((at) => at.later(told, { text }, { key: word + key, at: at.now + inMs }))
const notes = async (): Promise<string[]> => (await house.notes()).filter((text) => text.includes(word))
const nothing = z.strictObject({})
const jobs = async (): Promise<string[]> => (await house.db.bare.selectFrom('job').select(['key', 'state']).where('key', 'like', `%${word}%`).orderBy('seq').execute()).map(({ key, state }) => `${key.replace(word, '')} ${state}`)

describe('an action', () => {
  test('is refused to those it is not for', async () => {
    await expect(act('prospect', 'all')(writeNote, { text: word })).rejects.toMatchObject({ code: 'refused' })
  })
  test('is refused to those who lack its scope', async () => {
    await expect(act('staff', ['notes:read'])(writeNote, { text: word })).rejects.toMatchObject({ code: 'refused' })
  })
  test('is done for those who have its scope', async () => {
    await act('staff', ['notes:write'])(writeNote, { text: word })
    expect(await notes()).toEqual([word])
  })
  test('is refused within another when the subject may not take it', async () => {
    const outer = defineAction({ name: 'outer', args: nothing, result: nothing, scopes: [], callers: ['prospect'] }).decides((_args, at) => at.act(writeNote, { text: word }))
    await expect(act('prospect', 'all')(outer, {})).rejects.toMatchObject({ code: 'refused' })
  })
  test('is not begun with arguments that do not fit', async () => {
    const args: any = { text: word, more: 1 }
    await expect(act('system', 'all')(writeNote, args)).rejects.toMatchObject({ code: 'invalid_input' })
  })
  test('leaves nothing when its result does not fit', async () => {
    const odd = defineAction({ name: 'odd', args: nothing, result: z.strictObject({ id: z.string() }), scopes: [], callers: ['system'] }).decides(async (_args, at): Promise<any> => {
      await note(at, word)
      return { id: 5 }
    })
    await expect(act('system', 'all')(odd, {})).rejects.toMatchObject({ code: 'bug' })
    expect(await notes()).toEqual([])
  })
  test('and those within it are one transaction', async () => {
    const both = house.decide(async (at) => {
      await at.act(writeNote, { text: word })
      await at.send(keyed, { text: word }, { key: word })
      await at.later(told, { text: word }, { key: word, at: at.now })
      throw new Error('after all of it')
    })
    await expect(both).rejects.toThrow('after all of it')
    expect([await notes(), await jobs()]).toEqual([[], []])
  })
  test('is written down with its subject', async () => {
    await act('staff', 'all', { user: word })(writeNote, { text: word })
    expect(await house.db.bare.selectFrom('audit').select(['what', 'by', 'object']).where('user_id', '=', word).execute()).toEqual([{ what: 'action:tiny.write-note', by: 'staff', object: word }])
  })
})

describe('what an action sends', () => {
  test('under one key is one command', async () => {
    await house.decide((at) => at.send(keyed, { text: word }, { key: word }))
    await house.decide((at) => at.send(keyed, { text: word }, { key: word }))
    expect(await jobs()).toEqual([' ready'])
  })
  test('with arguments that do not fit is a bug', async () => {
    const args: any = { text: 5 }
    await expect(house.decide((at) => at.send(keyed, args, { key: word }))).rejects.toMatchObject({ code: 'bug' })
  })
  test('for later goes when it is due', async () => {
    await house.decide((at) => at.send(keyed, { text: word }, { key: word, at: at.now + 1_000 }))
    await house.settle()
    const early = house.vendor.times(word)
    await house.pass(1_000)
    expect([early, house.vendor.times(word)]).toEqual([0, 1])
  })
})

describe('a timer', () => {
  test('rings when it is due', async () => {
    await later('a', 1_000)
    await house.pass(999)
    const early = await notes()
    await house.pass(1)
    expect([early, await notes()]).toEqual([[], [word]])
  })
  test('set again rings once, at the new time, with what it was set with last', async () => {
    await later('a', 1_000)
    await later('a', 5_000, `${word} moved`)
    await house.pass(1_000)
    const early = await notes()
    await house.pass(4_000)
    expect([early, await notes()]).toEqual([[], [`${word} moved`]])
  })
  test('can be set again by the turn that it rang for', async () => {
    await house.decide((at) => at.later(snoozes, { text: word }, { key: word, at: at.now }))
    await house.settle()
    await house.pass(1_000)
    expect(await notes()).toEqual([word, word])
  })
  test('that is dropped does not ring, and neither does the command under its prefix', async () => {
    await later('tour-1:a', 1_000)
    await house.decide((at) => at.send(keyed, { text: word }, { key: `${word}tour-1:b`, at: at.now + 1_000 }))
    await house.decide((at) => at.drop(`${word}tour-1:`))
    await house.pass(1_000)
    expect([await notes(), house.vendor.times(`${word}tour-1:b`)]).toEqual([[], 0])
  })
  test('of another prefix is not dropped', async () => {
    await later('tour-12:a', 1_000)
    await house.decide((at) => at.drop(`${word}tour-1:`))
    await house.pass(1_000)
    expect(await notes()).toEqual([word])
  })
})

describe('drop', () => {
  test('without a prefix is a bug, since it would take back everything', async () => {
    await expect(house.decide((at) => at.drop(''))).rejects.toMatchObject({ code: 'bug' })
  })
  test('takes back no delivery that waits, whatever its prefix', async () => {
    await house.deliver([{ id: word, flow: 'tiny.told', payload: { text: word } }])
    await house.inbox.parseSome()
    await house.decide((at) => at.drop('d'))
    await house.settle()
    expect(await notes()).toEqual([word])
  })
})
