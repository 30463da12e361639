import { sql } from 'kysely'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import type { Lab } from '../lab/index.ts'
import type { Logged } from '../lab/desk.ts'
import type { TestHouse } from './house.ts'

// What happened at the vendors, by their own request logs, beside what the audit says was done there. A call carries the trace of what it was made for, and so does its row; letters carry none, and are counted.
const vendors = ['bird', 'hubspot', 'google', 'graph', 'calendly', 'smtp'] as const
const deskOf = (lab: Lab, vendor: (typeof vendors)[number]) => (vendor === 'smtp' ? lab.mail : lab[vendor])
const doers = new Map(connectors.flatMap(({ name, does = [] }) => does.map(({ command }) => [`${name} ${command.name}`, command.name] as const)))

// A POST that only asks; and what is set up at a vendor once, which is no command.
const asks = /\/search|\/batch\/read|getSchedule|freeBusy/
const setUp = /subscriptions|channels\/stop|\/watch$|webhook|^\S+ \/crm\/properties/i
const isEffect = ({ method, on, path, status }: Logged): boolean => !/^(GET|HEAD)$/.test(method) && status !== undefined && status < 400 && !asks.test(path) && !setUp.test(on)

// Of records that are put many at once, each is an effect.
const idsIn = ({ on, body }: Logged): string[] => (on.endsWith('batch/upsert') ? ((body as { inputs: { id: string }[] }).inputs ?? []).map(({ id }) => id) : [''])
const ours = (key: string): string => /^crm:(?!claim)[a-z]+:([0-9a-f-]{36})/.exec(key)?.[1] ?? ''

type Sides = { unaudited: string[]; unseen: string[] }
export const sideEffects = async (lab: Lab, { db }: Pick<TestHouse, 'db'>): Promise<Sides & { count: number }> => {
  const { rows } = await sql<{ what: string; object: string; trace: string }>`select what, object, trace from audit where what like 'command:%' or what like 'command-dead:%' order by at, id`.execute(db.bare)
  const sides: Sides = { unaudited: [], unseen: [] }
  let count = 0
  for (const vendor of vendors) {
    const audited = rows.flatMap(({ what, ...row }) => {
      const [how = '', command = ''] = what.split(':')
      return doers.has(`${vendor} ${command}`) ? [{ ...row, command, isDone: how === 'command', isPut: vendor === 'hubspot' && command.startsWith('crm.put-') }] : []
    })
    const effects = deskOf(lab, vendor).requests().filter(isEffect).flatMap((logged) => idsIn(logged).map((id, _at, together) => ({ id, together, on: logged.on, trace: logged.headers['traceparent']?.split('-')[1] ?? '' })))
    count += effects.length
    if (vendor === 'smtp' || vendor === 'bird') {
      const counted = (of: readonly { trace: string }[]): Map<string, number> => new Map([...Map.groupBy(of, ({ trace }) => (vendor === 'smtp' ? '' : trace))].map(([trace, some]) => [trace, some.length]))
      const [there, here] = [counted(effects.filter(({ on }) => /messages$|mails$/.test(on))), counted(audited.filter(({ command, isDone }) => isDone && /^(messaging\.(send|note)|mail\.send)$/.test(command)))]
      for (const trace of new Set([...there.keys(), ...here.keys()])) if (there.get(trace) !== here.get(trace)) sides.unaudited.push(`${vendor} ${trace}: ${there.get(trace) ?? 0} left, ${here.get(trace) ?? 0} in the audit`)
    }
    if (vendor === 'smtp') continue
    // A call for many carries the trace of one of them, and each row its own.
    const isOf = (effect: (typeof effects)[number], { object, trace }: (typeof audited)[number]): boolean => (effect.id === '' ? effect.trace === trace : effect.id === ours(object) && audited.some((row) => row.trace === effect.trace && effect.together.includes(ours(row.object))))
    for (const effect of effects) if (!audited.some((row) => isOf(effect, row))) sides.unaudited.push(`${vendor} ${effect.on} ${effect.id} ${effect.trace}`)
    for (const row of audited) {
      const [rows, there] = row.isPut ? [audited.filter(({ object, isDone }) => isDone && ours(object) === ours(row.object)).length, effects.filter(({ id }) => id === ours(row.object)).length] : [1, effects.filter((effect) => effect.trace === row.trace).length]
      if (row.isDone && writes(row.command) && there < rows) sides.unseen.push(`${vendor} ${row.command} ${row.object} ${row.trace}`)
    }
  }
  return { ...sides, count }
}
// Who is assigned at the vendor is looked up first, and left where they are already.
const writes = (command: string): boolean => !/assign/.test(command)
