import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { opposable, type ConsentPurpose } from '../domain/consent.ts'
import { dueOf, moveCase, type CaseClock } from '../domain/privacy-case.ts'
import { noteConsent } from '../store/consents.ts'
import { conversationWith } from '../store/conversations.ts'
import { addStep, hasOthersOpen, setEraseAt, type PrivacyCase } from '../store/privacy-desk.ts'
import { blockPerson } from './block-person.ts'
import { noteForThem } from './change-consent.ts'
import { optOut } from './opt-out.ts'
import { certify, type Deed } from './privacy-certificate.ts'
import { keepClock } from './privacy-clock.ts'
import { begin, came, deskScope, ofCase, tell, type PrivacyCame } from './privacy-desk.ts'
import { wordsFor } from './privacy-letters.ts'
import { corrected, rectifyPerson } from './rectify-person.ts'

// A request that is granted, and what is done for it. Corrected data and purposes are seen to at once, and so is blocking; what is handed over is done when one of ours says so, and what is erased when its day has come.
// eraseAt: the end of the time that the law gives us, unless another day is chosen.
const args = ofCase.extend({ eraseAt: z.int().optional(), fields: corrected.optional(), purposes: z.array(z.enum(opposable)).optional() })
export const acceptCase = defineAction({ name: 'privacy-accept', args, result: came, scopes: [deskScope], callers: ['staff'] }).decides(async ({ case: id, mail, eraseAt, fields = {}, purposes = [] }, act) => {
  const found = await begin(act, id)
  const clock = moveCase(found.clock, 'accept', act.now)
  if (typeof clock === 'string') return { came: clock }
  const { person } = found
  if (person === undefined) return { came: 'nobody' }
  switch (found.kind) {
    case 'access':
      return grant(act, found, clock, mail)
    case 'cancel':
      return block(act, { ...found, person }, clock, { mail, eraseAt: eraseAt ?? dueOf(clock, 'effect') })
    case 'rectify':
      return rectify(act, { ...found, person }, clock, { mail, fields })
    default:
      return oppose(act, { ...found, person }, clock, { mail, purposes })
  }
})
type Known = PrivacyCase & { person: string }
type Came = { came: PrivacyCame }

const grant = async (act: Act, found: PrivacyCase, clock: CaseClock, mail: boolean): Promise<Came> => {
  const { letters, folio, day } = await wordsFor(act, found)
  await addStep(act, found, { what: 'accept', ...(await tell(act, found, { key: 'accept', text: letters.accepted.access(folio, day(dueOf(clock, 'effect'))), mail })) })
  await keepClock(act, found, clock)
  return { came: 'ok' }
}

// Told first, and at once: nothing is said to whoever is blocked.
const block = async (act: Act, found: Known, clock: CaseClock, { mail, eraseAt }: { mail: boolean; eraseAt: Millis }): Promise<Came> => {
  if (eraseAt <= act.now) return { came: 'bad_date' }
  const { id, person } = found
  if (await hasOthersOpen(act, { id, person })) return { came: 'others_first' }
  const { letters, folio, day } = await wordsFor(act, found)
  await addStep(act, found, { what: 'accept', ...(await tell(act, found, { key: 'accept', text: letters.accepted.cancel(folio, day(eraseAt)), mail, atOnce: true })) })
  await setEraseAt(act, id, eraseAt)
  await keepClock(act, found, clock)
  await act.act(blockPerson, { person, case: id, eraseAt })
  return { came: 'ok' }
}

// What the CRM hears of it, it hears later: it is no deed yet, so nothing of it is certified.
const rectify = async (act: Act, found: Known, clock: CaseClock, { mail, fields }: { mail: boolean; fields: z.infer<typeof corrected> }): Promise<Came> => {
  const { status, before, after } = await act.act(rectifyPerson, { person: found.person, fields })
  if (status !== 'done') return { came: status }
  await addStep(act, found, { what: 'accept' })
  await addStep(act, found, { what: 'corrected', text: JSON.stringify({ before, after }) })
  return finish(act, found, clock, { mail, deeds: [{ where: 'portero', what: 'rectified', of: Object.keys(after).toSorted() }] })
}

const oppose = async (act: Act, found: Known, clock: CaseClock, { mail, purposes }: { mail: boolean; purposes: readonly ConsentPurpose[] }): Promise<Came> => {
  const { id, person } = found
  if (purposes.length === 0) return { came: 'nothing' }
  const conversation = await conversationWith(act, person)
  for (const purpose of purposes) {
    if (conversation === undefined) await noteConsent(act, { person, purpose, status: 'revoked', evidence: `privacy:${id}`, at: act.now })
    else if (purpose === 'messages') await act.act(optOut, { person, conversation, evidence: `privacy:${id}`, at: act.now })
    else await noteForThem(act, { person, conversation, purpose, status: 'revoked', evidence: `privacy:${id}` })
  }
  await addStep(act, found, { what: 'accept' })
  return finish(act, found, clock, { mail, deeds: [{ where: 'portero', what: 'opposed', of: [...purposes] }] })
}

const finish = async (act: Act, found: PrivacyCase, accepted: CaseClock, { mail, deeds }: { mail: boolean; deeds: readonly Deed[] }): Promise<Came> => {
  const clock = moveCase(accepted, 'do', act.now)
  if (typeof clock === 'string') return { came: clock }
  const { letters, folio } = await wordsFor(act, found)
  await addStep(act, found, { what: 'do', ...(await tell(act, found, { key: 'do', text: letters.done[found.kind](folio), mail })) })
  await keepClock(act, found, clock)
  await certify(act, found, clock, deeds)
  return { came: 'ok' }
}

// Their data was handed over.
export const finishCase = defineAction({ name: 'privacy-do', args: ofCase, result: came, scopes: [deskScope], callers: ['staff'] }).decides(async ({ case: id, mail }, act) => {
  const found = await begin(act, id)
  if (found.kind !== 'access' || found.person === undefined) return { came: 'not_now' }
  return finish(act, found, found.clock, { mail, deeds: [{ where: 'portero', what: 'handed_over' }] })
})
