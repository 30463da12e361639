import { AppError } from '@portero/shared'
import { shadowCsv, verdicts, type Shadow } from '../domain/shadow.ts'
import type { CrmCare } from './crm-care.ts'

// What is done about the CRM as a whole, as lines for whoever asked for it. Answers whether all is as it should be.
export type Paper = { say(line: string): void; bar(done: number, of: number, rest: string): void } // bar: one line that is written over

export const printReconcile = async (crm: CrmCare, { repair, json }: { repair: boolean; json: boolean }, { say, bar }: Paper): Promise<boolean> => {
  const found: object[] = []
  const tally = await crm.reconcile({
    repair,
    see({ done, people, tally: { matched, settling: _settling, ...odd } }, page) {
      bar(done, people, `${matched} matched, ${Object.entries(odd).map(([is, count]) => `${count} ${is}`).join(', ')}`)
      for (const { fields, ...finding } of page) found.push({ ...finding, ...(fields.length > 0 && { fields }) })
      if (!json) for (const { is, kind, ours = '-', external = '-', fields } of page) say(`${is.padEnd(9)}  ${kind.padEnd(13)}  ${ours}  ${external}  ${fields.join(', ')}`.trimEnd())
    },
  })
  const { matched, drifted, missing, duplicate, foreign, settling } = tally
  const [mendable, peoples] = [drifted + missing, duplicate + foreign]
  if (json) say(JSON.stringify({ ...tally, repaired: repair, found }))
  else {
    say(`${matched} matched, ${drifted} drifted, ${missing} missing, ${duplicate} duplicate, ${foreign} foreign${settling > 0 ? `; ${settling} people were left out, about whom something is on its way` : ''}`)
    if (repair && mendable > 0) say(`${mendable} put in line: a server that runs puts them right, and the next look says whether it did.`)
    if (!repair && mendable > 0) say('portero reconcile --repair puts right what drifted or is missing; what people have written into their own fields stays.')
    if (peoples > 0) say('Duplicates are for people to merge in HubSpot; a foreign record carries the id of something that this database does not have.')
  }
  return peoples === 0 && (repair || mendable === 0)
}

export const printRebuild = async (crm: CrmCare, { say, bar }: Paper): Promise<boolean> => {
  const { people, leads, visits, lost } = await crm.rebuild({ see: ({ done, people: of }) => bar(done, of, 'people') })
  for (const { startsAt, zone, home, agent, id } of visits) say(`${new Date(startsAt).toLocaleString('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })}  ${home}  ${agent}  ${id}`)
  say(`${visits.length} visits ahead, ${people} people, ${leads} leads are back.`)
  for (const { meeting, why } of lost) say(`NOT BACK  meeting ${meeting}: ${why}`)
  if (lost.length > 0) say(`${lost.length} for a person to look at in HubSpot.`)
  return lost.length === 0
}

export const printShadow = async (crm: CrmCare, { csv }: { csv: boolean }, { say }: Paper): Promise<boolean> => {
  const { rows, commands } = await crm.shadow()
  if (csv) say(shadowCsv(rows))
  else if (commands.length === 0) throw new AppError('not_found', 'nothing was held back: PORTERO_SHADOW=1 holds everything back')
  else {
    for (const line of tableOf(rows)) say(line)
    say('')
    for (const { name, count } of commands) say(`${String(count).padStart(7)}  ${name} held back`)
    say('portero shadow --csv has every field, for a spreadsheet.')
  }
  return true
}
const columns = { equal: 'equal', else: 'something else', nobody: 'nobody wrote it' } as const
const tableOf = (rows: readonly Shadow[]): string[] => {
  const head = ['', ...verdicts.map((verdict) => columns[verdict])]
  const body = [...Map.groupBy(rows, ({ kind, field }) => `${kind} ${field}`)].map(([name, some]) => [name, ...verdicts.map((verdict) => String(some.filter((each) => each.verdict === verdict).length))])
  return [head, ...body].map(([name = '', ...cells]) => [name.padEnd(28), ...cells.map((cell) => cell.padStart(15))].join(' ').trimEnd())
}
