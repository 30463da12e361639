import { views } from '@portero/shared'
import { forward, type Context } from './forward.ts'

// tourStatus: the next visit, the earlier ones and what is known of the lead, as POST /cards/visit tells it.
export const main = (context: Context) => forward('visit', { ask: views.visitAsk, answer: views.visitView }, context)
