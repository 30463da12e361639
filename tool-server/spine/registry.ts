import { AppError } from '@portero/shared'
import type { Connector, Doing, Flow, Together } from '../define.ts'
import type { JobKind } from './tables.ts'

// What this house is made of, checked once at start so that a name that leads nowhere is found before a message does.
export type Registry = {
  connectors: ReadonlyMap<string, Connector>
  flows: ReadonlyMap<string, Flow>
  doing(vendor: string, command: string): Doing | undefined
  vendorsDoing(command: string): string[]
  together(job: { kind: JobKind; name: string }): Together | undefined // whether many such jobs may be one call
}

export const makeRegistry = ({ connectors, flows }: { connectors: readonly Connector[]; flows: readonly Flow[] }): Registry => {
  const doings = new Map<string, Doing>()
  for (const connector of connectors) {
    for (const doing of connector.does ?? []) {
      const name = `${connector.name} ${doing.command.name}`
      if (doings.has(name)) throw new AppError('bug', `${name} is done twice`)
      if (doing.together && (doing.again !== 'same-effect' || doing.command.gated)) throw new AppError('bug', `${name} can't be done together with others: each of them may have to be looked for, or held back, by itself`)
      doings.set(name, doing)
    }
  }
  const named = byName(flows)
  const commands = new Map([...doings.values()].flatMap(({ command, together }) => (together ? [[command.name, together]] : [])))
  return {
    connectors: byName(connectors),
    flows: named,
    together: ({ kind, name }) => (kind === 'turn' ? named.get(name)?.together : kind === 'command' ? commands.get(name) : undefined),
    doing: (vendor, command) => doings.get(`${vendor} ${command}`),
    vendorsDoing: (command) => connectors.filter(({ name }) => doings.has(`${name} ${command}`)).map(({ name }) => name),
  }
}

const byName = <T extends { name: string }>(parts: readonly T[]): Map<string, T> => {
  const named = new Map<string, T>()
  for (const part of parts) {
    if (named.has(part.name)) throw new AppError('bug', `two parts are named ${part.name}`)
    named.set(part.name, part)
  }
  return named
}
