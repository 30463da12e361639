import { z } from 'zod'
import type { VendorCheck } from './doctor-look.ts'
import { parseOr } from './parse.ts'

// Whether the model of our own agent is there, for this key.
const settings = z.object({ model: z.string() })

export const openAiChecks: readonly VendorCheck[] = [
  {
    what: 'model',
    mend: 'OpenAI: platform.openai.com > API keys for the key, Limits for the models that its project may use. Then connect it again, or change OPENAI_API_KEY or OPENAI_MODEL and start the server again.',
    async look({ ask, settings: given }) {
      const { model } = parseOr('bug', settings, given, 'the settings of openai')
      // https://developers.openai.com/api/reference/resources/models/methods/retrieve
      const { body } = await ask({ method: 'GET', path: `/models/${encodeURIComponent(model)}` })
      return { told: `${parseOr('bad_response', z.object({ id: z.string() }), body, 'the model of openai').id} is there` }
    },
  },
]
