import { z } from 'zod'
import { defineAction } from '../define.ts'
import { wishIn } from '../domain/opt-out.ts'
import type { Acting } from '../spine/act.ts'
import { deadline, type Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Gate } from '../spine/gate.ts'
import type { Introduce } from '../spine/tool-bind.ts'
import { noteNoticeShown, unshownNotice } from '../store/notices.ts'
import { standingOfExternal } from '../store/standing.ts'
import { optIn, optOut } from './opt-out.ts'

// Before a vendor's agent answers: who has the conversation in hand, whether the person wants to hear from us at all, and the notice that they haven't been shown.
const askMs = 5_000 // Bird hangs up after 10 s
type Needs = { db: Db; clock: Clock; acting: Acting; introduce: Introduce }

export const gateInbound = ({ db, clock, acting, introduce }: Needs): Gate => {
  const introduced = async (tenant: string, external: string): Promise<boolean> => {
    const { signal, release } = deadline(clock, askMs)
    return introduce(tenant, external, signal).finally(release)
  }
  return async ({ tenant, external, text }) => {
    const look = () => standingOfExternal(db.bare, tenant, external)
    const known = (await look()) ?? ((await introduced(tenant, external)) ? await look() : undefined)
    if (!known) return undefined
    const { person, id: conversation, mode } = known
    const act = acting.as({ tenant, by: 'system', person, conversation }, 'all')
    const wish = text === undefined ? undefined : wishIn(text)
    const now = clock.now()
    const evidence = `gate:${now}`
    if (wish === 'stop') await act(optOut, { person, conversation, evidence, at: now })
    if (wish === 'start') await act(optIn, { person, conversation, evidence, at: now })
    if (wish === 'stop' || (known.isOptedOut && wish !== 'start')) return { answer: 'optout' }
    if (mode !== 'bot') return { answer: mode }
    const notice = await unshownNotice(db.bare, known)
    if (!notice) return { answer: 'bot' }
    const { isOurs } = await act(showNotice, { person, version: notice.version })
    return { answer: 'bot', ...(isOurs && { notice: notice.text }) }
  }
}

// Whoever asks first is the one who shows it.
const showNotice = defineAction({ name: 'show-notice', args: z.strictObject({ person: z.uuid(), version: z.string() }), result: z.strictObject({ isOurs: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ person, version }, act) => ({ isOurs: await noteNoticeShown(act, { person, version, how: 'gate' }) }),
)
