import type { Connection, Connector, Millis } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import type { NewJob } from './jobs.ts'
import { newTrace } from './trace.ts'

// What is done again and again for a connection: its pulls, and its watch.
export const recurringOf = (clock: Clock, connection: Connection, connector: Connector | undefined, now: Millis): NewJob[] => {
  const row = { tenant: connection.tenant, connection: connection.id, lane: 'sync' as const, runAt: now, now }
  const pulls = Object.entries(connector?.pulls ?? {}).map(([name, { lane = 'sync' }]): NewJob => ({ ...row, id: newId(clock), kind: 'pull', lane, name, key: `${connection.id}:${name}`, trace: newTrace(clock) }))
  return connector?.watch ? [...pulls, { ...row, id: newId(clock), kind: 'watch', name: connector.name, key: connection.id, trace: newTrace(clock) }] : pulls
}
