import { AppError } from '@portero/shared'
import { explained, rulesFor } from '../domain/field-why.ts'
import { crmFields, type Kind } from '../domain/ports/crm-fields.ts'
import { anchorsIn, linesIn, readAnchors, type Anchors } from '../spine/audit-anchors.ts'
import type { Millis } from '../define.ts'
import type { Breach } from '../spine/audit-chain.ts'
import { checkExport, exportAudit } from '../spine/audit-export.ts'
import type { Audit } from '../spine/audit.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { isFromCrm, whoseField, whyField, type Cause } from '../store/field-why.ts'

// The audit from the command line: whether it is whole, as it stands or as it was exported; and why a field says what it says. Answers whether all is as it should be.
type House = { db: Db; vault: Vault; audit: Audit; tenant: string }
type Needs = { say(line: string): void; now(): Millis; dataDir(): string; withHouse(work: (house: House) => Promise<void>): Promise<void>; fieldOf(kind: Kind, property: string): string | undefined; file?: string | undefined }

export const printAudit = async ([verb, ...rest]: readonly string[], needs: Needs): Promise<boolean> => {
  const { say, now, file, withHouse } = needs
  const [one, two, three] = rest
  if (verb === 'verify' && rest.length <= 1) return file === undefined ? verifyLive(one, needs) : verifyExport(file, one, say)
  if (verb === 'export' && rest.length === 0) await withHouse(async ({ db, tenant, audit }) => {
    await audit.seal()
    for await (const line of exportAudit(db, tenant, now())) say(line)
  })
  else if (verb === 'why' && three !== undefined && rest.length === 3) await withHouse((house) => explain(house, needs, { kind: one ?? '', id: two ?? '', field: three }))
  else throw new AppError('invalid_input', 'portero audit verify [ANCHORS] | verify --export FILE [ANCHORS] | export | why KIND ID FIELD')
  return true
}

const verifyLive = async (anchors: string | undefined, { say, dataDir, withHouse }: Needs): Promise<boolean> => {
  let isWhole = false
  await withHouse(async ({ audit, tenant }) => {
    const file = anchors ?? anchorsIn(dataDir())
    const noted = await readAnchors(file).catch((thrown: unknown) => (anchors === undefined ? noneYet(thrown) : raise(thrown)))
    tellTorn(noted, file, say)
    const own = noted.anchors.filter((each) => each.tenant === tenant)
    const { sealed, unsealed, breach } = await audit.verify(tenant, own)
    if (unsealed > 0) say(`${unsealed} rows are not chained yet: a server that runs chains them within seconds`)
    isWhole = told({ sealed, breach, anchors: own.length }, say)
  })
  return isWhole
}
const none: Anchors = { anchors: [], torn: [] }
const raise = (thrown: unknown): never => {
  throw thrown
}
const noneYet = (thrown: unknown): Anchors => (thrown instanceof AppError && thrown.code === 'not_found' ? none : raise(thrown))
const tellTorn = ({ torn }: Anchors, file: string, say: (line: string) => void): void => {
  for (const line of torn) say(`line ${line} of ${file} is torn: a crash cut it off while it was written. The others are compared, and the next one covers what it said.`)
}

const verifyExport = async (file: string, anchors: string | undefined, say: (line: string) => void): Promise<boolean> => {
  const noted = anchors === undefined ? none : await readAnchors(anchors)
  if (anchors !== undefined) tellTorn(noted, anchors, say)
  const { tenant, at, ...found } = await checkExport(linesIn(file), noted.anchors)
  say(`tenant ${tenant}, exported ${iso(at)}`)
  return told(found, say)
}

const told = ({ sealed, breach, anchors }: { sealed: number; breach: Breach | undefined; anchors: number }, say: (line: string) => void): boolean => {
  say(breach ? `BROKEN at link ${breach.link}: ${wrong[breach.is](breach)}` : `${sealed} rows, and the chain is whole.`)
  say(anchors > 0 ? `${anchors} anchors from outside were compared.` : 'No anchor from outside was compared: rows cut off together with the head would not be seen.')
  if (breach) say(`${breach.held === 0 ? 'No anchor vouches for any of it' : `An anchor vouches for what stands up to link ${breach.held}`}. docs/audit.md says what to do.`)
  return breach === undefined
}
const wrong: Record<Breach['is'], (breach: Breach) => string> = {
  edited: () => 'this row was edited after it was sealed',
  missing: ({ link }) => `row ${link} is missing: it was taken out`,
  inserted: () => 'a row was put in that was not sealed there',
  reordered: () => 'rows were put in another order',
  cut: ({ until }) => `the chain is cut off here${until === undefined ? '' : `; an anchor knows it up to link ${until}`}`,
  outside: () => 'rows stand outside the chain, where no sealer put them',
  head: () => 'the noted end of the chain is not that of its last row',
  rewritten: ({ link, until }) => `somewhere from link ${link} to ${until ?? link} the chain was written anew: it is not what the anchor noted`,
}

type Asked = { kind: string; id: string; field: string }
const ours = { person: 'contact', lead: 'deal', tour: 'meeting' } as const
const isOurs = (kind: string): kind is keyof typeof ours => Object.hasOwn(ours, kind)
const isKind = (kind: string): kind is Kind => Object.hasOwn(crmFields, kind)
const explain = async ({ db, vault, audit, tenant }: House, { say, fieldOf }: Needs, { kind, id, field: asked }: Asked): Promise<void> => {
  if (!isOurs(kind) && !isKind(kind)) throw new AppError('invalid_input', `a kind is ${Object.keys(crmFields).join(', ')} with HubSpot's id, or ${Object.keys(ours).join(', ')} with ours`)
  const whose = await whoseField(db.bare, tenant, kind, id)
  const field = rulesFor(whose.kind, asked) ? asked : fieldOf(whose.kind, asked)
  if (field === undefined) throw new AppError('invalid_input', `"${asked}" is no property of HubSpot that Portero writes, and none of ${explained(whose.kind).join(', ')}`)
  await audit.record(db.bare, { subject: { tenant, by: 'staff', user: 'cli', person: whose.person }, what: 'read:why', object: whose.ours, after: { kind: whose.kind, field } })
  const causes = await whyField({ db, vault, tenant }, whose, field)
  say(`${field} of ${whose.kind} ${whose.ours}`)
  if (causes.length === 0) say('  nothing that Portero did set it; in HubSpot, the history of the property says who wrote it')
  for (const cause of causes) for (const line of linesOf(cause)) say(`  ${line}`)
}

const linesOf = (cause: Cause): string[] => {
  const { at, action, by, user, trace, before, after, heard, told: write } = cause
  return [
    `${iso(at)}  ${shown(before)} -> ${shown(after)}`,
    `  by ${isFromCrm(cause) ? 'people in HubSpot' : `${by}${user === undefined ? '' : ` ${user}`}`}, ${action}, trace ${trace}`,
    ...(heard ? [`  after the message of ${heard.at}: ${heard.text.replace(/\s+/g, ' ')}`] : []),
    ...(write ? [`  HubSpot: ${write.state} ${iso(write.at)}`] : []),
  ]
}
const iso = (ms: number): string => new Date(ms).toISOString()
const shown = (value: unknown): string => (value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value))
