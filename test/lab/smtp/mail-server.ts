import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { readLetter, type Letter } from './read-letter.ts'

// A mail server on this machine that takes what it is given and says what it is told to. Everybody may come in, unless login says who.
export type Said = { status: number; text: string } | 'lost' // lost: it has taken it, but the connection breaks
export type MailServer = { url: string; close(): Promise<void> }
type How = { answer(letter: Letter): Promise<Said>; login?: { username: string; password: string } | undefined; more?: SMTPServerOptions }

export const openMailServer = async ({ answer, login, more = {} }: How): Promise<MailServer> => {
  const sockets = new Map<number | undefined, Socket>()
  const take = async (stream: Readable, port: number, done: (refused: Error | null, text?: string) => void): Promise<void> => {
    const said = await buffer(stream).then((bytes) => answer(readLetter(bytes))).catch((): Said => ({ status: 451, text: '4.3.0 not understood' })) // one that breaks off is none
    if (said === 'lost') sockets.get(port)?.destroy()
    else if (said.status === 250) done(null, said.text)
    else done(refusal(said.status, said.text))
  }
  const server = new SMTPServer({
    authOptional: login === undefined, allowInsecureAuth: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true, logger: false, closeTimeout: 1,
    onAuth: ({ username, password }, _session, done) => (!login || (username === login.username && password === login.password) ? done(null, { user: username }) : done(refusal(535, '5.7.8 Username and password not accepted'))),
    onData: (stream, { remotePort }, done) => void take(stream, remotePort, done),
    ...more,
  })
  server.on('error', () => undefined) // a client that hangs up is its own business
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket
    sockets.set(remotePort, socket)
    socket.once('close', () => sockets.delete(remotePort))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const bound = server.server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('the mail server does not listen')
  return {
    url: `smtp://127.0.0.1:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets.values()) socket.destroy()
      }),
  }
}

const refusal = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode })
