import { z } from 'zod'
import { mailWords, troubleWords } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { tellAlert } from '../domain/ports/alerts.ts'
import { sendMail } from '../domain/ports/mail.ts'
import { label } from '../domain/spanish-times.ts'
import { calls, connectionTroubles, houseTroubles, ofHouse, wordsFor, type Told } from '../domain/troubles.ts'
import { cardZone } from '../store/card-transcript.ts'
import { endTrouble, lastsMs, noteTrouble, noteTroubleTold, wasSent, type Trouble } from '../store/troubles.ts'
import { letter } from './letter.ts'
import { tellStages } from './owed-stages.ts'

// Whatever lasts that is wrong: the admins are told once, by letter and at their webhook, and once more when it is over. What passes within a minute is told to nobody. What is found of the house at one look comes in one letter.
const which = z.strictObject({ connection: z.uuid().optional(), vendor: z.string(), what: z.enum([...connectionTroubles, ...houseTroubles]), about: z.string().default('') })
const seen = which.extend({ said: z.string(), waiting: z.int(), since: z.number().optional() })
const args = z.strictObject({ seen: z.array(seen), over: z.array(which), reach: z.strictObject({ to: z.array(z.email()).optional(), alerts: z.array(z.uuid()).optional(), console: z.url() }) }) // over: what may have been, and is not. to: left out while their mail is refused itself: they are told once it is not. alerts: the connections that take them, which need no mail
export const noteTroubles = defineAction({ name: 'note-troubles', args, result: z.strictObject({ told: z.int(), over: z.int() }), scopes: [], callers: ['system'] }).decides(async ({ seen: found, over, reach }, act) => {
  const [begun, ended]: [Named[], Named[]] = [[], []]
  for (const { vendor, ...each } of found) {
    const trouble = await noteTrouble(act, each)
    if (!trouble || trouble.toldAt !== undefined || act.now - trouble.since < lastsMs) continue
    await alert(act, { ...trouble, vendor }, reach, 'begun')
    if (reach.to && (await noteTroubleTold(act, each))) begun.push({ ...trouble, vendor })
  }
  for (const { vendor, ...each } of over) {
    const trouble = await endTrouble(act, each)
    if (!trouble) continue
    if (trouble.what === 'setup') await tellStages(act)
    if (act.now - trouble.since >= lastsMs) await alert(act, { ...trouble, vendor }, reach, 'over')
    if (trouble.toldAt !== undefined) ended.push({ ...trouble, vendor })
  }
  await writeOf(act, begun, reach, 'begun')
  await writeOf(act, ended, reach, 'over')
  return { told: begun.length, over: ended.length }
})

type Named = Trouble & { vendor: string }
type Reach = z.infer<typeof args>['reach']
type State = 'begun' | 'over'
const language = 'es-MX'
const toldOf = (trouble: Named, state: State, now: number): Told => wordsFor(trouble, { language, sinceText: label(cardZone, trouble.since), overAfterMs: state === 'over' ? now - trouble.since : undefined })
const nameOf = ({ connection, what, about }: Trouble): string => [...(connection === undefined ? [] : [connection]), what, ...(about === '' ? [] : [about])].join(':')

// As often as it is found, until it was told by mail too: by its key it is one. Who takes alerts and is the trouble itself is not told of it. One after the other, and of the end only who was told of the beginning; what began long ago is told to all, since what was sent then may be forgotten.
const rememberedMs = 7 * 86_400_000
const alert = async (act: Act, trouble: Named, { alerts = [], console }: Reach, state: State): Promise<void> => {
  const { connection, vendor, what, said, since, waiting } = trouble
  const { page, runbook, ...call } = calls[what]
  const thing = `alert:${nameOf(trouble)}`
  for (const to of alerts.filter((each) => each !== connection)) {
    if (state === 'over' && act.now - since < rememberedMs && !(await wasSent(act, `${thing}:${since}:begun:${to}`))) continue
    await act.send(tellAlert, {
      ...call, state, summary: toldOf({ ...trouble, said: '' }, state, act.now).subject.slice(0, 200), ...(vendor !== '' && { vendor }), ...(connection !== undefined && { connection }), ...(what === 'dead' && said !== '' && { cause: said }), waiting,
      since: new Date(since).toISOString(), page: `${console}${page}`, runbook: `docs/alerts.md#${runbook}`,
    }, { key: `${thing}:${since}:${state}:${to}`, to, serial: `${thing}:${to}` })
  }
}

// Each of a connection by itself, since each is for somebody else to mend.
const writeOf = async (act: Act, troubles: readonly Named[], reach: Reach, state: State): Promise<void> => {
  for (const trouble of troubles.filter(({ what }) => !ofHouse(what))) await write(act, toldOf(trouble, state, act.now), reach, { page: state === 'over' ? '/queue' : calls[trouble.what].page, key: `trouble:${nameOf(trouble)}:${trouble.since}:${state}` })
  const [first, ...more] = troubles.filter(({ what }) => ofHouse(what))
  if (!first) return
  const key = `trouble:${nameOf(first)}:${first.since}:${state}`
  if (more.length === 0) return write(act, toldOf(first, state, act.now), reach, { page: calls[first.what].page, key })
  const words = troubleWords[language]
  const all = [first, ...more].map((trouble) => toldOf(trouble, state, act.now))
  const count = all.length
  await write(act, { subject: state === 'over' ? words.manyOver(count) : words.many(count), paragraphs: all.flatMap(({ subject, paragraphs }) => [`— ${subject}`, ...(state === 'over' ? paragraphs.slice(0, 1) : paragraphs)]), open: words.open }, reach, { page: '', key })
}

const write = async (act: Act, { subject, paragraphs, open }: Told, { to = [], console }: Reach, { page, key }: { page: string; key: string }): Promise<void> => {
  const { greeting } = mailWords[language]
  for (const [at, address] of to.entries()) await act.send(sendMail, { to: address, subject: subject.slice(0, 200), ...letter({ greeting, paragraphs, link: { label: open, url: `${console}${page}` }, language }) }, { key: `${key}:${at}` })
}
