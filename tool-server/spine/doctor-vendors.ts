import { z } from 'zod'
import { hubspotChecks } from './doctor-hubspot.ts'
import type { VendorCheck } from './doctor-look.ts'
import { mailChecks } from './doctor-mail.ts'
import { openAiChecks } from './doctor-openai.ts'
import { parseOr } from './parse.ts'

// A line of the doctor for each thing that must be right at a vendor.
const bird = z.object({ workspace: z.string(), channel: z.string() })
const birdMend = 'Bird: Settings > Access keys for the key, the address bar for the workspace, Channels > WhatsApp > your number for the channel. Then connect it again.'

export const vendorChecks: Readonly<Record<string, readonly VendorCheck[]>> = {
  bird: [
    {
      what: 'key',
      mend: birdMend,
      async look({ ask, settings }) {
        const { workspace, channel } = parseOr('bug', bird, settings, 'the settings of bird')
        // https://docs.bird.com/api/channels-api/api-reference/messaging
        const { body } = await ask({ method: 'GET', path: `/workspaces/${encodeURIComponent(workspace)}/channels/${encodeURIComponent(channel)}/messages`, query: { limit: '1' } })
        parseOr('bad_response', z.object({ results: z.array(z.unknown()) }), body, 'the messages of bird')
        return { told: `reads channel ${channel}` }
      },
    },
    {
      what: 'webhook',
      mend: birdMend,
      async look({ webhook, heard, hasMessages }) {
        if (heard > 0 && !hasMessages) return { told: `comes in at ${webhook}, but nobody has written yet`, mend: 'Write to the number.' }
        if (heard > 0) return { told: `comes in at ${webhook}` }
        return {
          told: `nothing that was signed well has come in at ${webhook}`,
          mend: 'Run: npx portero bird apply. Then write to the number.',
        }
      },
    },
  ],
  hubspot: hubspotChecks,
  openai: openAiChecks,
  smtp: mailChecks,
}
