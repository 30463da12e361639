import { z } from 'zod'
import { privacyWords } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { phoneOf } from '../domain/identity.ts'
import { moveCase } from '../domain/privacy-case.ts'
import { folioOf } from '../domain/privacy.ts'
import { blinded, holdersOf } from '../store/people.ts'
import { addStep, giveCase, noteIdentified, setCode, tryCode, type PrivacyCase } from '../store/privacy-desk.ts'
import { mailboxOf } from '../store/invitations.ts'
import { begin, came, deskScope, ofCase, type PrivacyCame } from './privacy-desk.ts'
import { keepClock } from './privacy-clock.ts'
import { tellPerson } from './privacy-letters.ts'

// Who asks: by a code that only reaches whoever the data is about, or by what one of ours has seen. A code goes to what we have on file, never to what was typed.
const codeLasts: Millis = 24 * 3_600_000

// Whose contact it is that they gave. A name proves nothing.
export const personOf = async (act: Act, { person, asker }: Pick<PrivacyCase, 'person' | 'asker'>): Promise<string | undefined> => {
  if (person !== undefined || !asker) return person
  return holderOf(act, asker.contact.includes('@') ? 'email' : 'phone', asker.contact)
}
const holderOf = async (act: Act, kind: 'email' | 'phone', value: string | undefined): Promise<string | undefined> =>
  value === undefined ? undefined : (await holdersOf(act, await blinded(act, [{ kind, value }])))[0]?.id

// Six digits, from what no one can guess.
const newCode = async (act: Act, id: string): Promise<string> => `${(await act.sealing.blind('privacy-code-digits', `${id}:${act.newId()}`)).readUInt32BE() % 1_000_000}`.padStart(6, '0')
export const sendCode = defineAction({ name: 'privacy-send-code', args: ofCase, result: came, scopes: [deskScope], callers: ['staff'] }).decides(async ({ case: id, mail }, act) => {
  const found = await begin(act, id)
  const next = moveCase(found.clock, 'identify', act.now)
  if (typeof next === 'string') return { came: next }
  const person = await personOf(act, found)
  if (person === undefined) return { came: 'nobody' }
  const { language } = await mailboxOf(act, person)
  const code = await newCode(act, id)
  const how = await tellPerson(act, { id, person, asker: undefined }, { key: `code:${act.newId()}`, text: privacyWords[language].letters.code(folioOf(id), code), mail, atOnce: true })
  if (how === 'aloud') return { came: 'no_way' }
  await setCode(act, id, { code, until: act.now + codeLasts, person })
  await addStep(act, found, { what: 'code', how })
  return { came: 'ok' }
})

const proof = z.discriminatedUnion('by', [z.strictObject({ by: z.literal('code'), code: z.string().max(20) }), z.strictObject({ by: z.literal('hand'), note: z.string().trim().min(1).max(2_000), phone: z.string().max(40).optional() })]) // phone: by which we know them, where they asked from elsewhere
export const identifyAsker = defineAction({ name: 'privacy-identify', args: ofCase.extend({ proof }), result: came, scopes: [deskScope], callers: ['staff'] }).decides(async ({ case: id, proof: shown }, act) => {
  const found = await begin(act, id)
  const clock = moveCase(found.clock, 'identify', act.now)
  if (typeof clock === 'string') return { came: clock }
  const knownBy = shown.by === 'hand' && found.person === undefined ? shown.phone : undefined
  const person = knownBy === undefined ? await personOf(act, found) : await holderOf(act, 'phone', phoneOf(knownBy))
  if (knownBy !== undefined && person === undefined) return { came: 'nobody' }
  const refusal = await check(act, id, shown, person)
  if (refusal) {
    await addStep(act, found, { what: 'wrong' })
    return { came: refusal }
  }
  if (person !== undefined && found.person === undefined && !(await giveCase(act, id, person))) return { came: 'other_open' }
  if (person !== undefined) act.concerns(person)
  await noteIdentified(act, id, shown.by)
  await addStep(act, { id, person }, { what: 'identify', text: shown.by === 'hand' ? shown.note : undefined })
  await keepClock(act, { ...found, person }, clock)
  return { came: 'ok' }
})
const check = async (act: Act, id: string, shown: z.infer<typeof proof>, person: string | undefined): Promise<PrivacyCame | undefined> => {
  if (shown.by === 'hand') return undefined
  return person !== undefined && (await tryCode(act, id, { code: shown.code.replaceAll(/\s/g, ''), person })) ? undefined : 'wrong_code'
}
