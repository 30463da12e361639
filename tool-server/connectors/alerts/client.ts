import { doing, type At, type Doing } from '../../define.ts'
import { alertVersion, tellAlert } from '../../domain/ports/alerts.ts'
import type { Settings } from './settings.ts'
import { signedHeaders } from './sign.ts'

export const does: Doing<Settings>[] = [
  doing(tellAlert, 'vendor-key', async (args, { http, connection: { settings: { path, secret } }, key, now }: At<Settings> & { key: string }) => {
    const body = JSON.stringify({ type: 'portero.alert', version: alertVersion, ...args })
    const { status } = await http({ method: 'POST', path, headers: { 'content-type': 'application/json', ...signedHeaders({ key, body, secret, now }) }, body })
    return { status }
  }),
]
