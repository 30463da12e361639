import { freePort, startServer, statusOf, until, type Env, type Server } from '../support/process.ts'

// Several servers as they are shipped, on one database; each may be killed at any moment and comes back at its own door.
export type Processes = {
  ports(): number[] // of those that are up
  kill(chance: number): Promise<void> // one of them; done when it is back
  end(): Promise<void>
}
type Place = { port: number; server: Server; isUp: boolean }

export const startProcesses = async (count: number, env: Env): Promise<Processes> => {
  const open = async (port: number): Promise<Server> => {
    const server = await startServer({ dir: env['DATA_DIR'] ?? '', env: { ...env, PORT: String(port), LOG_LEVEL: 'error' } })
    await until(`a server at ${port}; it said ${server.out()}${server.err()}`, async () => !server.isRunning() || (await statusOf(`http://127.0.0.1:${port}/readyz`)) === 200, 60_000)
    if (!server.isRunning()) throw new Error(`a server ended before it was ready: ${server.out()}${server.err()}`)
    return server
  }
  const places = await Promise.all(Array.from({ length: count }, async (): Promise<Place> => {
    const port = await freePort()
    return { port, server: await open(port), isUp: true }
  }))
  return {
    ports: () => places.filter(({ isUp }) => isUp).map(({ port }) => port),
    async kill(chance) {
      const place = places[Math.floor(chance * places.length)]
      if (!place) throw new Error('nobody to kill')
      place.server.kill('SIGKILL')
      place.isUp = false
      await place.server.exited
      place.server = await open(place.port)
      place.isUp = true
    },
    end: async () => void (await Promise.all(places.map(({ server }) => server.stop()))),
  }
}
