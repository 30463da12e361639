import { defineConnector } from '../../domain/ports/index.ts'
import { does } from './client.ts'
import { settings, type Settings } from './settings.ts'
import { signedAlert } from './sign.ts'

// Whatever of yours takes a webhook and calls somebody: PORTERO_ALERT_URL.
export const alerts = defineConnector({
  name: 'alerts',
  settings,
  auth: { kind: 'none' },
  secretPath: true,
  limits: { perSecond: 5, concurrent: 2, timeoutMs: 10_000 },
  quotas: [{ what: 'calls of whoever takes the alerts', theirs: 'yours', sure: 'unknown' }],
  redact: ['summary'],
  tells: { secrets: ({ secret }: Settings) => [secret], sign: signedAlert, url: ({ baseUrl, path }: Settings) => `${baseUrl}${path}` },
  does,
})
