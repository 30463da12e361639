import type { Act } from '../define.ts'
import type { Notice } from '../domain/notice.ts'
import { dayMs } from '../domain/zones.ts'
import { noteNoticeMessage, noteNoticeShown, noticeFor, unshownNotice } from '../store/notices.ts'
import { say, type Told } from './say.ts'

// A vendor's agent can speak without having asked at the gate. Then we say the notice ourselves, late; whatever message carries it, by whomever, has shown it.
type Spoken = { person: string; conversation: string; author: 'bot' | 'human' | 'portero'; text: string; message: string }
export const mindNotice = async (act: Act, { person, conversation, author, text, message }: Spoken): Promise<void> => {
  if (author === 'human') return
  const notice = await noticeFor(act.tx, { tenant: act.subject.tenant, person })
  if (!notice || notice.message !== undefined) return
  const link = /https?:\/\/\S+/.exec(notice.text)?.[0]
  const says = text.includes(link ?? notice.text)
  // What the flow's gate gave the vendor's agent to say has no message before that agent has said it.
  if (notice.isShown) return says ? noteNoticeMessage(act, { person, version: notice.version, message }) : undefined
  if (says) await noteNoticeShown(act, { person, version: notice.version, how: author === 'bot' ? 'bot' : 'message', message })
  // Where it was held back, by a takeover for instance, the next day's first answer brings it again.
  else if (author === 'bot') await sayNotice(act, conversation, notice)
}

// Before our own agent speaks. Only the message itself, once it is out, counts as having shown it; until then its key keeps it from being said twice.
export const showNotice = async (act: Act, { conversation, person }: { conversation: string; person: string }): Promise<void> => {
  const notice = await unshownNotice(act.tx, { tenant: act.subject.tenant, person })
  if (notice) await sayNotice(act, conversation, notice)
}
const sayNotice = (act: Act, conversation: string, { version, text }: Notice): Promise<Told> =>
  say(act, { conversation, purpose: 'notice', content: { type: 'text', text }, key: `notice:${version}:${Math.floor(act.now / dayMs)}` })
