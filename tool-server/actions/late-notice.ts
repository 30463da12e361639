import type { Act } from '../define.ts'
import { dayMs } from '../domain/zones.ts'
import { noteNoticeShown, unshownNotice } from '../store/notices.ts'
import { say } from './say.ts'

// A vendor's agent can speak without having asked at the gate. Then we say the notice ourselves, late; whatever message carries it, by whomever, has shown it.
type Spoken = { person: string; conversation: string; author: 'bot' | 'human' | 'portero'; text: string }
export const mindNotice = async (act: Act, { person, conversation, author, text }: Spoken): Promise<void> => {
  if (author === 'human') return
  const notice = await unshownNotice(act.tx, { tenant: act.subject.tenant, person })
  if (!notice) return
  const link = /https?:\/\/\S+/.exec(notice.text)?.[0]
  if (text.includes(link ?? notice.text)) await noteNoticeShown(act, { person, version: notice.version, how: author === 'bot' ? 'bot' : 'message' })
  // Where it was held back, by a takeover for instance, the next day's first answer brings it again.
  else if (author === 'bot') await say(act, { conversation, purpose: 'notice', content: { type: 'text', text: notice.text }, key: `notice:${notice.version}:${Math.floor(act.now / dayMs)}` })
}
