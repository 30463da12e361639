import { views } from '@portero/shared'
import { forward, type Context } from './forward.ts'

// conversationTranscript: a page of the conversation, as POST /cards/transcript tells it.
export const main = (context: Context) => forward('transcript', { ask: views.transcriptAsk, answer: views.transcriptView }, context)
