// Who works in the lab's HubSpot, invented, and what Portero lets each of them do from a card.
export type Person = { id: string; email: string; firstName: string; lastName: string; role: 'agent' | 'viewer' | 'admin' }
export const people: readonly [Person, ...Person[]] = [
  { id: '9411', email: 'sofia@urbanhub.mx', firstName: 'Sofía', lastName: 'Robles', role: 'agent' },
  { id: '9422', email: 'tomas@urbanhub.mx', firstName: 'Tomás', lastName: 'Ibarra', role: 'viewer' },
  { id: '9433', email: 'elena@urbanhub.mx', firstName: 'Elena', lastName: 'Cruz', role: 'admin' },
]
const named = (role: Person['role']): string[] => people.filter((person) => person.role === role).map(({ email }) => email)
export const staff = { admins: named('admin'), agents: named('agent'), viewers: named('viewer') }
