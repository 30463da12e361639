import { AppError } from '@portero/shared'
import type { Connector, Doing, Flow } from '../define.ts'

// What this house is made of, checked once at start so that a name that leads nowhere is found before a message does.
export type Registry = {
  connectors: ReadonlyMap<string, Connector>
  flows: ReadonlyMap<string, Flow>
  doing(vendor: string, command: string): Doing | undefined
  vendorsDoing(command: string): string[]
}

export const makeRegistry = ({ connectors, flows }: { connectors: readonly Connector[]; flows: readonly Flow[] }): Registry => {
  const doings = new Map<string, Doing>()
  for (const connector of connectors) {
    for (const doing of connector.does ?? []) {
      const name = `${connector.name} ${doing.command.name}`
      if (doings.has(name)) throw new AppError('bug', `${name} is done twice`)
      doings.set(name, doing)
    }
  }
  return {
    connectors: byName(connectors),
    flows: byName(flows),
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
