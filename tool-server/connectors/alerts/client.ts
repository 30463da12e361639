import { hash } from 'node:crypto'
import { doing, type At, type Doing } from '../../define.ts'
import { tellAlert } from '../../domain/ports/alerts.ts'
import { digestOf } from '../../domain/ports/signature.ts'
import type { Settings } from './settings.ts'

// The id is the same at each try, so whoever takes it knows it again; the time is that of the try, as the standard wants it.
export const does: Doing<Settings>[] = [
  doing(tellAlert, 'vendor-key', async (args, { http, connection: { settings: { path, secret } }, key, now }: At<Settings> & { key: string }) => {
    const body = JSON.stringify({ type: 'portero.alert', ...args })
    const id = `msg_${hash('sha256', key).slice(0, 32)}`
    const sentAt = String(Math.floor(now / 1_000))
    const signature = digestOf(Buffer.from(secret.slice('whsec_'.length), 'base64'), [`${id}.${sentAt}.${body}`]).toString('base64')
    const { status } = await http({ method: 'POST', path, headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': `v1,${signature}` }, body })
    return { status }
  }),
]
