import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { refusal, views } from '@portero/shared'
import { fakeClock } from './support/clock.ts'
import { makeProject, startDevServer, type DevServer, type Project } from './support/hubspot-dev.ts'
import { cleanUp } from './support/process.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What HubSpot's own dev server makes of our project, in front of the house as it is shipped. It signs the address that it maps to, where HubSpot itself signs the public one.
const secret = 'client-secret-of-the-app'
const phone = '+525511112222'
let house: VisitStage
let project: Project
let dev: DevServer
let contact: { type: 'contact'; id: string }
beforeAll(async () => {
  house = await openVisit(fakeClock({ startMs: Date.now() })) // the dev server signs with the true time
  for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000']) await house.say(phone, text)
  await house.follow()
  contact = { type: 'contact', id: house.lab.hubspot.state().contacts.find(({ properties }) => properties['phone'] === phone)!.id }
  project = makeProject({ profile: 'dev', houseUrl: house.url })
  const { settings } = await house.house.connection('hubspot')
  const portal = String(project.accountId)
  await house.house.connections.put({ tenant: house.house.tenant, vendor: 'hubspot', account: portal, settings: { ...(settings as object), portal, clientSecrets: [secret] } })
  dev = await startDevServer(project, { clientSecret: secret })
}, 300_000)
afterAll(async () => {
  await cleanUp()
  await house.end()
})

const cardUrl = (name: string): string => `${project.address}/cards/${name}?userId=9411&userEmail=sofia%40urbanhub.mx&portalId=${project.accountId}&appId=31337`

describe('its bundler', () => {
  test.each([['ConversationCard.js', 'Todavía no hay conversación'], ['VisitCard.js', 'Próxima visita'], ['PreviewCard.js', 'Ver la conversación']])('builds %s with our words', async (name, words) => {
    expect(await dev.bundle(name)).toContain(words)
  })
})

describe('its proxy', () => {
  test.each([['transcript', views.transcriptView, { state: 'bot', lines: expect.arrayContaining([expect.objectContaining({ author: 'prospect', text: 'Hola' })]) }], ['visit', views.visitView, { person: { phone: '+52 55 •••• 2222', isMasked: true } }]] as const)(
    'brings a card to the door of %s with a signature that verifies, and the view back',
    async (name, view, shows) => {
      const { status, responseBody, context } = await dev.fetch(cardUrl(name), { record: contact, language: 'es-MX' })
      expect({ status, code: context['appServerStatusCode'] }).toEqual({ status: 'success', code: ['200'] })
      expect(view.parse(responseBody)).toMatchObject(shows)
    },
  )
  test('opens nothing with another secret, and says whose answer that is', async () => {
    const foreign = await startDevServer(project, { clientSecret: 'client-secret-of-somebody' })
    const { status, responseBody, context } = await foreign.fetch(cardUrl('transcript'), { record: contact })
    expect({ status, code: context['appServerStatusCode'] }).toEqual({ status: 'error', code: ['401'] })
    expect(refusal.parse(responseBody)).toMatchObject({ error: { code: 'unauthorized' } })
    expect(await foreign.stop()).toEqual({ code: 0, signal: null })
  })
})

describe('its executor', () => {
  beforeAll(() => project.giveSecret(secret))

  test('runs conversationTranscript, which tells the conversation', async () => {
    expect(views.transcriptView.parse(await dev.run('conversationTranscript', { record: contact }))).toMatchObject({ state: 'bot', lines: expect.arrayContaining([expect.objectContaining({ text: 'Hola' })]) })
  })
  test('runs tourStatus, which tells the visit', async () => {
    expect(views.visitView.parse(await dev.run('tourStatus', { record: contact }))).toMatchObject({ person: { phone: '+52 55 •••• 2222' } })
  })
  test('gives a function no more than its secret opens', async () => {
    project.giveSecret('client-secret-of-somebody')
    expect(refusal.parse(await dev.run('tourStatus', { record: contact }))).toMatchObject({ error: { code: 'unauthorized' } })
  })
})
