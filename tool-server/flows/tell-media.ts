import { AppError } from '@portero/shared'
import { awaitAnswer } from '../actions/agent-wait.ts'
import { mediaTell, noteSensed } from '../actions/keep-media.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'
import { mostVoiceBytes, type Sensed } from '../domain/sense-media.ts'

// What a voice note says, or a picture shows, by a model, where one is connected and may. What it can't tell it is asked once: whoever answers then asks the prospect to write it.
export const tellMedia = defineFlow({
  ...mediaTell,
  async gather({ message, place, heard }, reads) {
    const file = await reads.files.toTell({ message, place })
    return { ...(file && { sense: file.sense, told: await toldOf(file, heard.whom, reads) }), agent: await reads.channels.agentOf(heard.connection) }
  },
  async decide(asked, { agent, ...told }, act) {
    const isNew = await noteSensed(act, asked, told)
    if (isNew && agent === 'portero') await awaitAnswer(act, asked.heard.conversation)
  },
})

const toldOf = async ({ sense, bytes, type }: Sensed, whom: string, { model }: Reads): Promise<string | undefined> => {
  try {
    if (sense === 'voice') return type.startsWith('audio/') && bytes.length <= mostVoiceBytes ? await model.transcribe({ bytes, type }) : undefined
    return showable.has(type) ? await model.describe({ bytes, type, whom }) : undefined
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code !== 'bug') return undefined
    throw thrown
  }
}
const showable: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif'])
