import { AppError } from '@portero/shared'
import type { Tool } from '../define.ts'
import { isRole, roles } from '../domain/roles.ts'
import type { Audit } from '../spine/audit.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { toolScope, type ToolKeys } from '../spine/tool-keys.ts'
import { endOperator, operatorNamed, putOperator, setRole } from '../store/operators.ts'

// People and keys, for the command line.
type Needs = { db: Db; clock: Clock; audit: Audit; tenant: string; say(line: string): void }

// Without a password, only the role of somebody who is known changes.
export const printOperator = async ({ db, clock, audit, tenant, say }: Needs, name: string, { role, end, typed }: { role?: string | undefined; end?: boolean | undefined; typed(): Promise<string> }): Promise<void> => {
  const noted = (what: string, object: string): Promise<void> => audit.record(db.bare, { subject: { tenant, by: 'system' }, what: `access:${what}`, object, after: { role } })
  if (role !== undefined && !isRole(role)) throw new AppError('invalid_input', `a role is ${roles.join(', ')}, not "${role}"`)
  const known = await operatorNamed(db.bare, tenant, name)
  if (end) {
    if (!known) throw new AppError('not_found', `nobody is called ${name}`)
    await endOperator({ db, clock }, { tenant, id: known.id })
    await noted('person-ended', known.id)
    return say(`${name} can't sign in any more`)
  }
  const password = await typed()
  if (password === '' && known && role !== undefined) {
    await setRole({ db }, { tenant, id: known.id, role })
    await noted('role', known.id)
    return say(`${name} is ${role} from now on, and signs in anew`)
  }
  const may = role ?? known?.role ?? 'agent'
  await putOperator({ db, clock }, { tenant, name, password, role: may })
  await noted('person', (await operatorNamed(db.bare, tenant, name))?.id ?? tenant)
  say(`${name} can sign in at /console as ${may}`)
}

type KeyAsk = { scopes?: string | undefined; tools?: string | undefined; end?: boolean | undefined; id?: string | undefined }
export const printToolKey = async ({ db, audit, tenant, say }: Needs, keys: ToolKeys, name: string, { scopes, tools, end, id, known }: KeyAsk & { known: { tools: readonly Tool[]; scopes: readonly string[] } }): Promise<void> => {
  const noted = (what: string): Promise<void> => audit.record(db.bare, { subject: { tenant, by: 'system' }, what: `access:${what}`, object: tenant, after: { name } })
  if (end) {
    const count = await keys.end({ tenant, name, id })
    if (count > 0) await noted('key-ended')
    return say(`${count} keys ended`)
  }
  const secret = await keys.make({ tenant, name, scopes: tools === undefined ? askedScopes(scopes, known.scopes) : scopesFor(tools, known.tools) })
  await noted('key-made')
  say(secret)
}
const listed = (text: string): string[] => text.split(',').map((each) => each.trim())
const askedScopes = (scopes: string | undefined, known: readonly string[]): readonly string[] => {
  const asked = scopes === undefined ? known : listed(scopes)
  const odd = asked.find((scope) => !known.includes(scope))
  if (odd !== undefined) throw new AppError('invalid_input', `there is no scope "${odd}": ${known.join(', ')}`)
  return asked
}
// For those tools and nothing else.
const scopesFor = (names: string, tools: readonly Tool[]): readonly string[] => {
  const asked = listed(names).map((name) => {
    const tool = tools.find((each) => each.name === name)
    if (!tool) throw new AppError('invalid_input', `there is no tool "${name}": ${tools.map((each) => each.name).join(', ')}`)
    return tool
  })
  return [...new Set(asked.flatMap(({ name, policy }) => [...policy.scopes, toolScope(name)]))]
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')
export const printKeys = async ({ tenant, say }: Pick<Needs, 'tenant' | 'say'>, keys: Pick<ToolKeys, 'all'>): Promise<void> => {
  const held = await keys.all(tenant)
  for (const { id, name, hint, scopes, madeAt, usedAt } of held) say(`${id}  ${name}  ${hint === null ? 'of before' : `${hint}…`}  made ${day(madeAt)}  ${usedAt === null ? 'never used' : `used ${day(usedAt)}`}  ${scopes.join(',')}`)
  say(`${held.length} keys (times in UTC)`)
}
