import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openCrm, type CrmStage } from '../support/crm-stage.ts'
import { sideEffects } from '../support/side-effects.ts'
import { icsFaults } from '../support/ics-lint.ts'

// Somebody whose mail our people have in HubSpot books on WhatsApp, and finds the visit in their calendar; so does whoever shows it.
const number = '+525512400001'
let stage: CrmStage
beforeAll(async () => void (stage = await openCrm()))
afterAll(() => stage.end())
const invitations = () => stage.lab.mail.state().mails.flatMap(({ to, subject, calendar }) => (calendar ? [{ to, subject, ...calendar }] : []))

test('a visit comes by mail, and goes by mail', async () => {
  await stage.say(number, 'Hola')
  await stage.follow()
  stage.lab.hubspot.controls.change({ type: 'contacts', id: stage.contactOf(number).id, properties: { email: 'Ximena.Olvera@correo.example' } })
  await stage.follow()
  for (const text of ['Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 1']) await stage.say(number, text)
  await stage.follow(6_000)
  const hers = 'ximena.olvera@correo.example'
  expect([invitations().map(({ method }) => method), invitations().filter(({ to }) => to === hers).length]).toEqual([['REQUEST', 'REQUEST'], 1])
  expect(invitations().map(({ text }) => icsFaults(text))).toEqual([[], []])
  await stage.say(number, 'quiero cancelar mi visita')
  await stage.follow(6_000)
  const off = invitations().filter(({ method, subject }) => method === 'CANCEL' && subject.startsWith('Cancelada: '))
  expect([off.length, off.filter(({ to }) => to === hers).length]).toEqual([2, 1])
})

test('what happened at the vendors is what the audit says', async () => {
  await stage.follow()
  expect(await sideEffects(stage.lab, stage.house)).toEqual({ unaudited: [], unseen: [], count: expect.any(Number) })
})
