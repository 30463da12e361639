import express from 'express'
import { z } from 'zod'

// The least that could answer a call of a tool: a process that parses, checks and answers, and asks no database.
const input = z.strictObject({ home: z.string() })
const output = z.strictObject({ ok: z.literal(true), say: z.string(), data: z.strictObject({ home: z.string() }) })
const app = express()
app.get('/readyz', (_request, response) => void response.json({ ok: true }))
app.post('/echo', express.json(), (request, response) => {
  const { home } = input.parse(request.body)
  response.json(output.parse({ ok: true, say: 'Hay horarios.', data: { home } }))
})
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.send?.(address.port)
})
process.once('disconnect', () => process.exit(0))
