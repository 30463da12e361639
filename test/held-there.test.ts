import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import request from 'supertest'
import { openPrivacyStage, type Guest, type PrivacyStage } from './support/privacy-stage.ts'

// Whoever asks what is kept of them is handed what vendors keep by themselves too, as it stands there now, and is told who could not say.
let stage: PrivacyStage
let guest: Guest
beforeAll(async () => {
  stage = await openPrivacyStage()
  guest = await stage.greet()
  await stage.follow(4_000)
})
afterAll(() => stage.end())

type Archive = { there: { where: string; what: string; id: string; fields: Record<string, string> }[]; notHere: Record<string, string> }
const archive = async (): Promise<{ data: Archive; page: string }> => {
  const id = await stage.ask(guest, 'access')
  expect(await stage.move(id, { do: 'accept' })).toBe('ok')
  const { body, status } = await request(stage.house.doors).get(`/console/privacy/${id}/archive`).set('cookie', stage.desk().cookies().join('; ')).buffer(true).parse((response, done) => {
    const parts: Buffer[] = []
    response.on('data', (part: Buffer) => parts.push(part)).on('end', () => done(null, Buffer.concat(parts)))
  })
  expect(status).toBe(200)
  expect(await stage.move(id, { do: 'do' })).toBe('ok')
  const folder = mkdtempSync(join(tmpdir(), 'zip-'))
  writeFileSync(join(folder, 'a.zip'), body as Buffer)
  execFileSync('python3', ['-m', 'zipfile', '-e', join(folder, 'a.zip'), folder])
  const [data, page] = ['data.json', 'index.html'].map((name) => readFileSync(join(folder, name), 'utf8'))
  rmSync(folder, { recursive: true })
  return { data: JSON.parse(data!), page: page! }
}
const contact = () => stage.lab.hubspot.state().contacts.find(({ properties }) => properties['portero_id'] === guest.person)!

test('with what somebody wrote at HubSpot, which we never had, and what Bird has', async () => {
  stage.lab.hubspot.controls.change({ type: 'contacts', id: contact().id, properties: { city: 'Coyoacán <b>centro</b>' } })
  const { data, page } = await archive()
  const there = (where: string, what: string) => data.there.filter((each) => each.where === where && each.what === what)
  expect(there('hubspot', 'contact').map(({ id, fields }) => [id, fields['city'], fields['portero_id']])).toEqual([[contact().id, 'Coyoacán <b>centro</b>', guest.person]])
  expect(there('hubspot', 'deal')).toHaveLength(1)
  expect(there('bird', 'contact').map(({ fields }) => fields['phonenumber'])).toEqual([JSON.stringify([guest.number])])
  expect(page).toContain('En HubSpot: contacto')
  expect(page).toContain('Coyoacán &#60;b&#62;centro')
  expect(Object.keys(data.notHere).filter((name) => name.startsWith('En '))).toEqual([])
})

test('and where one does not answer, it says so', async () => {
  stage.lab.hubspot.controls.refuse({ with: 'unavailable', on: 'POST /crm/v3/objects/:type/batch/read', times: 50 })
  const { data, page } = await archive()
  expect(data.there.map(({ where }) => where)).toEqual(['bird'])
  expect(data.notHere['En HubSpot']).toContain('no contestó')
  expect(page).toContain('En HubSpot: no contestó')
})
