import { z } from 'zod'
import { defineAction } from '../define.ts'
import { wishIn } from '../domain/opt-out.ts'
import { purposeWishIn } from '../domain/wishes.ts'
import type { Acting } from '../spine/act.ts'
import { deadline, type Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Gate } from '../spine/gate.ts'
import type { Introduce } from '../spine/tool-bind.ts'
import type { Vault } from '../spine/vault.ts'
import { agentOf } from '../store/agent-channels.ts'
import { noteNoticeShown, unshownNotice } from '../store/notices.ts'
import { standingOfExternal } from '../store/standing.ts'
import { changeConsent } from './change-consent.ts'
import { gatedGuard } from './guard-message.ts'
import { optIn, optOut } from './opt-out.ts'

// Before a vendor's agent answers: who has the conversation in hand, whether the person wants to hear from us at all, whether that agent is the one who answers there, and the notice that they haven't been shown.
const askMs = 5_000 // Bird hangs up after 10 s
type Needs = { db: Db; clock: Clock; vault: Vault; acting: Acting; introduce: Introduce }

export const gateInbound = ({ db, clock, vault, acting, introduce }: Needs): Gate => {
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
    const wanted = { person, conversation, evidence: `gate:${now}`, channel: 'whatsapp' as const, at: now, ...(text !== undefined && { said: text }) }
    if (wish === 'stop') await act(optOut, wanted)
    if (wish === 'start') await act(optIn, wanted)
    const guard = text === undefined ? undefined : await gatedGuard(act, { person, conversation, text })
    const oneThing = text === undefined ? undefined : purposeWishIn(text)
    if (oneThing) await act(changeConsent, { ...wanted, ...oneThing })
    if (wish === 'stop' || (known.isOptedOut && wish !== 'start' && !(oneThing?.purpose === 'marketing' && oneThing.status === 'granted'))) return { answer: 'optout' }
    if (mode !== 'bot') return { answer: mode }
    if (guard) return { answer: guard }
    if (oneThing && (known.isPeopleOnly || oneThing.purpose === 'marketing' || oneThing.status === 'revoked')) return { answer: oneThing.purpose === 'automated' && oneThing.status === 'revoked' ? 'human' : 'paused' } // it was answered; BOT of who never minded is for the bot
    if (known.isPeopleOnly) return { answer: 'human' } // whoever hears the message calls one
    if ((await agentOf({ on: db.bare, vault }, tenant, known.connection)) === 'portero') return { answer: 'paused' } // ours says the notice too
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
