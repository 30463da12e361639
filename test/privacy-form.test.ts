import { afterEach, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { testHouse, type TestHouse } from './support/house.ts'
import { filled } from './support/privacy-stage.ts'

// The form on which anybody asks about their data, from one address all day long.
let house: TestHouse
afterEach(() => house.end())
const minute = 60_000
const asked = async (times: number, query = ''): Promise<{ status: number; text: string }[]> => {
  const answers: { status: number; text: string }[] = []
  for (let count = 0; count < times; count++) {
    answers.push(await request(house.doors).post(`/privacidad${query}`).type('form').send(filled('ana@correo.example')))
    house.clock.advance(minute)
  }
  return answers
}
const legal = { company: 'Casas del Sur', address: 'Calle Inventada 1' }

describe('twenty requests a day', () => {
  test('are taken from one address, and whoever comes too late is told by which other ways to ask', async () => {
    house = await testHouse({ config: { trustProxy: 1, legal: { ...legal, contact: 'datos@casas.example' } } })
    const answers = await asked(20)
    const [late, english] = [...(await asked(1)), ...(await asked(1, '?lang=en'))]
    expect([answers.filter(({ status }) => status === 200).length, late!.status, late!.text, english!.text]).toEqual([20, 429, expect.stringContaining('Pídelo por WhatsApp o a datos@casas.example, o intenta mañana.'), expect.stringContaining('Ask on WhatsApp or write to datos@casas.example, or try tomorrow.')])
  })
  test('are told of WhatsApp only where nobody else is named', async () => {
    house = await testHouse({ config: { trustProxy: 1, legal } })
    expect((await asked(21)).at(-1)).toMatchObject({ status: 429, text: expect.stringContaining('Pídelo por WhatsApp, o intenta mañana.') })
  })
  test('close the form to nobody where all visitors have the address of a proxy that is not believed, while so many a minute still do', async () => {
    house = await testHouse({ config: { trustProxy: undefined, legal } })
    expect((await asked(24)).filter(({ status }) => status !== 200)).toEqual([])
    house.clock.advance(minute)
    const statuses: number[] = []
    for (let count = 0; count < 6; count++) statuses.push((await request(house.doors).post('/privacidad').type('form').send(filled('ana@correo.example'))).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })
  test('are all that is taken where nobody stands in front', async () => {
    house = await testHouse({ config: { trustProxy: undefined, publicBaseUrl: 'http://portero.example', legal } })
    expect((await asked(21)).at(-1)?.status).toBe(429)
  })
})
