import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import { PreviewCard } from '../../hubspot-project/src/app/cards/PreviewCard.tsx'
import { cardStage, closeCards, openCard, type CardStage } from './card-stage.tsx'

// On a ticket of the help desk: the card asks about the ticket, and the server knows whom it is about.
let stage: CardStage
beforeAll(async () => void (stage = await cardStage()))
afterEach(closeCards)
afterAll(() => stage.close())

const opened = { objectTypeId: '0-5', objectId: 77, properties: { subject: 'No sirve el boiler', firstname: 'de nadie' } }

test('the conversation stands beside the ticket, under its subject', async () => {
  let come = (): void => undefined
  stage.answers('transcript', { after: new Promise<void>((resolve) => void (come = resolve)), reply: { zone: 'America/Mexico_City', asOf: '2026-11-23T17:00:00.000Z', state: 'bot', lines: [{ id: 'm1', at: '2026-11-23T16:59:00.000Z', author: 'prospect', kind: 'text', text: 'Hola, soy Lupe' }] } })
  const card = openCard(ConversationCard, opened)
  await card.sees('No sirve el boiler')
  expect(card.text()).not.toContain('de nadie')
  come()
  await card.sees('Hola, soy Lupe')
  expect(stage.asked[0]).toMatchObject({ door: 'transcript', ask: { record: { type: 'ticket', id: '77' } } })
})

test('the way on leads to the ticket', async () => {
  stage.answers('preview', { asOf: '2026-11-23T17:00:00.000Z', state: 'none' })
  const card = openCard(PreviewCard, opened)
  await card.sees('Sin visita agendada')
  expect(card.button('Ver la conversación').props.href).toMatchObject({ url: 'https://app.hubspot.com/contacts/4812345/record/0-5/77' })
})
