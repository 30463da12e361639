import { connect, createServer, type Socket } from 'node:net'
import { portOf } from '../support/http-stage.ts'

// What stands before the servers, at an address that outlives them: it hands each connection to the next one that is up, and lets it wait while none is.
export type Front = { url: string; up(port: number): void; down(port: number): void; close(): Promise<void> }

export const openFront = async (): Promise<Front> => {
  const ports: number[] = []
  const open = new Set<Socket>()
  let waiting: Socket[] = []
  let turn = 0
  const hand = (caller: Socket): void => {
    const port = ports[turn++ % ports.length]
    if (port === undefined) return void waiting.push(caller)
    const house = connect(port, '127.0.0.1').on('error', () => caller.destroy())
    caller.once('close', () => house.destroy()).pipe(house).pipe(caller)
  }
  const server = createServer((caller) => {
    open.add(caller.on('error', () => caller.destroy()).once('close', () => open.delete(caller)))
    hand(caller)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const down = (port: number): void => void (ports.includes(port) && ports.splice(ports.indexOf(port), 1))
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    up(port) {
      down(port)
      ports.push(port)
      const callers = waiting
      waiting = []
      for (const caller of callers) if (!caller.destroyed) hand(caller)
    },
    down,
    async close() {
      for (const one of open) one.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
