import type { Subject } from '../define.ts'

// What operators may do, by role: the console's doors ask for one of these scopes, and so do the actions behind them.
export const roles = ['viewer', 'agent', 'officer', 'admin'] as const // whoever is several things is the last of them
export type Role = (typeof roles)[number]
export const isRole = (text: string): text is Role => roles.some((role) => role === text)

const looks = ['conversations:read', 'people:read', 'crm:read'] as const
// Files are what people photograph: their ids and payslips. Whoever only looks on needs none of them.
const works = [...looks, 'media:read', 'conversations:write', 'escalations:write', 'privacy:write'] as const
const decides = ['privacy:read', 'privacy:decide'] as const
const runs = ['people:write', 'leads:write', 'settings:write', 'connections:write', 'queue:write', 'kit:read', 'access:write'] as const
export type Scope = (typeof works)[number] | (typeof decides)[number] | (typeof runs)[number] | 'connections:read'

export const scopesOf: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: [...looks, 'connections:read'],
  agent: [...works, 'connections:read'],
  officer: [...works, ...decides],
  admin: [...works, 'connections:read', ...decides, ...runs],
}
export const may = (role: Role, scope: Scope): boolean => scopesOf[role].includes(scope)

// An operator, and as the subject of what they do.
export type Operator = { id: string; tenant: string; name: string; role: Role }
export type Staff = Subject & { by: 'staff'; user: string; scopes: readonly Scope[] }
export const staffOf = ({ id, tenant, role }: Operator): Staff => ({ tenant, by: 'staff', user: id, scopes: scopesOf[role] })
