import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { incident, kindsOf, type Incident } from '@portero/tool-server/domain/incident.ts'
import { serverUrl } from './support/databases.ts'
import { storyOf } from './sim/incident.ts'
import type { Planted } from './sim/planted.ts'
import { told, type Story, type What } from './sim/story.ts'

// What happened in a world is told as an incident, and the incident played in another: the same comes of it. Each world is a process of its own, as one in production is.
const here = serverUrl ? test.skip : test // as in sim.test.ts
type Told = { wrong: string[]; trail: string; again: Incident }
const player = fileURLToPath(new URL('sim/incident-player.ts', import.meta.url))
const playing = async <T>(planted: Planted | undefined, work: (play: (story: Story) => Promise<Told>) => Promise<T>): Promise<T> => {
  const child = fork(player, { execArgv: ['--no-warnings'], env: { ...process.env, ...(planted && { PLANTED: JSON.stringify(planted) }) } })
  try {
    return await work((story) => new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the player ended with ${code}`)))
      child.once('message', (played) => {
        child.removeAllListeners('exit')
        resolve(played as Told)
      })
      child.send(story)
    }))
  } finally {
    child.disconnect()
  }
}
const writes = (atMs: number, text: string): Story['events'][number] => ({ atMs, what: { do: 'write', person: 0, text } })
const does = (atMs: number, what: What): Story['events'][number] => ({ atMs, what })
const file = (told: Incident): Incident => incident.parse(JSON.parse(JSON.stringify(told)))

const night: Story = {
  seed: 7, agent: 'portero', people: 1, lastsMs: 390_000,
  events: [
    writes(0, 'hola, soy Ximena Canario, mi cel es 55 1234 1000'), writes(20_000, 'Busco depa de 2 recámaras en la Roma Norte, ximena@example.com'), writes(50_000, 'la primera'), writes(80_000, 'el 2'), does(110_000, { do: 'outage', vendor: 'hubspot', forMs: 140_000 }), does(120_000, { do: 'move-event', at: 'google', minutes: 60 }),
    writes(150_000, 'mis visitas porfa'), writes(210_000, 'por favor cancela mi visita, soy Ximena'), writes(240_000, 'quiero hablar con una persona'), does(270_000, { do: 'answer', person: 0 }), does(290_000, { do: 'kill', afterSteps: 50, awayMs: 5_000 }), does(320_000, { do: 'give-back', person: 0 }), writes(345_000, 'BAJA'), writes(365_000, 'hola'),
  ],
}

here('a night with a visit, an outage, a restart and a stop happens again from its file, bit for bit', async () => {
  const [there, played, again] = await playing(undefined, async (play) => {
    const first = await play(night)
    const story = storyOf(file(first.again), 5)
    return [first, await play(story), await play(story)] as const
  })
  expect(there.wrong).toEqual([])
  expect(JSON.stringify(there.again)).not.toMatch(/Ximena|Canario|1000"|5512341000|1234 1000|example/i)
  const kinds = kindsOf(there.again)
  expect(kinds).toEqual(expect.arrayContaining(['visit booked by prospect', 'event-moved google', 'visit moved by calendar', 'visit cancelled by prospect', 'called asked_for_person', 'answered', 'silent', 'given-back', 'wrote stop', 'stopped']))
  expect(there.again.came.filter(({ is }) => is === 'failed' || is === 'began-again').map((each) => [each.is, 'vendor' in each && each.vendor])).toEqual(expect.arrayContaining([['failed', 'hubspot'], ['began-again', false]]))
  expect([played.wrong, kindsOf(played.again)]).toEqual([[], kinds])
  expect([again.trail, again.again]).toEqual([played.trail, played.again])
}, 240_000)

// A fault that nobody sees until the CRM is looked at: what was called off stays on there.
const stillOn: Planted = { name: 'a visit that was called off is told to HubSpot as one that takes place', file: 'tool-server/connectors/hubspot/mapping.ts', from: "no_show: 'NO_SHOW', cancelled: 'CANCELED' },", to: "no_show: 'NO_SHOW', cancelled: 'SCHEDULED' }," }
here('what a fault did to somebody at night, it does again from the file', async () => {
  const story: Story = { seed: 3, agent: 'bird', people: 1, lastsMs: 150_000, events: [writes(0, 'hola'), writes(15_000, 'Busco depa de 1 recámaras en la Narvarte'), writes(40_000, 'la 1'), writes(65_000, 'el 1'), writes(100_000, 'ya no puedo ir, cancela mi visita')] }
  const [there, here] = await playing(stillOn, async (play) => {
    const first = await play(story)
    return [first.wrong, (await play(storyOf(file(first.again), 2))).wrong]
  })
  const kinds = (wrong: readonly string[]): string[] => wrong.map((said) => said.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'))
  expect(kinds(there)).toEqual(['the visit ID is cancelled, its meeting in HubSpot SCHEDULED'])
  expect(kinds(here)).toEqual(kinds(there))
}, 240_000)

test('a long silence is slept through, and what is known to the minute happens where the seed says', () => {
  const long: Incident = { portero: 'incident', version: 1, agent: 'bird', began: { weekday: 'wed', minute: 22 * 60 + 15 }, did: [], left: { files: 0, edited: 0, unread: 0 }, came: [
    { atMs: 0, is: 'wrote', means: { wish: 'hello' } }, { atMs: 60_000, is: 'failed', vendor: 'bird', code: 'unavailable', times: 2, forMs: 0 }, { atMs: 26 * 3_600_000, is: 'wrote', means: { wish: 'press', about: 'tour', verb: 'confirm' } },
  ] }
  const [one, other] = [storyOf(long, 1), storyOf(long, 2)]
  expect(new Date(one.startMs!).toISOString()).toBe('2026-11-26T04:14:00.000Z')
  expect(one.events.map(({ what }) => what.do)).toEqual(['write', 'fault', 'leap', 'press'])
  expect(told(one).at(-1)).toMatch(/presses tour:confirm$/)
  expect(one.events[1]!.atMs).not.toBe(other.events[1]!.atMs)
  expect(storyOf(long, 1)).toEqual(one)
})
