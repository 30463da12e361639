import { describe, expect, test } from '@jest/globals'
import { makeLine } from '@portero/tool-server/spine/pglite-dialect.ts'

// Who is next at the one connection of the embedded engine.
const crowd = async (...comers: ('door' | 'worker')[]): Promise<string[]> => {
  let comer: 'door' | 'worker' = 'door'
  const line = makeLine(() => comer === 'worker')
  const served: string[] = []
  const first = await line()
  const come = async (one: string, at: number): Promise<void> => {
    const leave = await line()
    served.push(`${one} ${at}`)
    leave()
  }
  const all = comers.map((one, at) => {
    comer = one
    return come(one, at)
  })
  first()
  await Promise.all(all)
  return served
}

describe('the line', () => {
  test('serves those who are alike in the order in which they came', async () => {
    expect(await crowd('door', 'door', 'door')).toEqual(['door 0', 'door 1', 'door 2'])
    expect(await crowd('worker', 'worker')).toEqual(['worker 0', 'worker 1'])
  })
  test('lets who stands at a door go before the worker', async () => {
    expect(await crowd('worker', 'worker', 'door')).toEqual(['door 2', 'worker 0', 'worker 1'])
  })
  test('gives the worker every tenth turn', async () => {
    const doors = Array.from({ length: 20 }, () => 'door' as const)
    const served = await crowd('worker', 'worker', ...doors)
    expect([served.indexOf('worker 0'), served.indexOf('worker 1'), served.length]).toEqual([9, 19, 22])
  })
  test('is open to whoever comes when nobody is there, and ends once however often that is said', async () => {
    const line = makeLine(() => false)
    const done = await line()
    done()
    done()
    const [second, third] = [await line(), line()]
    let isThird = false
    void third.then(() => void (isThird = true))
    done()
    await Promise.resolve()
    expect(isThird).toBe(false)
    second()
    expect(typeof (await third)).toBe('function')
  })
})
