import { Router } from 'express'
import { transcriptWords } from '@portero/shared'
import { isShowable } from '../domain/media.ts'
import type { Audit } from '../spine/audit.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { answer, languageOf } from '../spine/doors.ts'
import { sendFile } from '../spine/file-reply.ts'
import type { Vault } from '../spine/vault.ts'
import { keptMedia } from '../store/media.ts'
import { mediaOfToken } from '../store/media-links.ts'

// GET /media/{token}: a picture, a sound or a paper of a conversation, for whom the transcript was shown to; cards can send no credentials for a picture.
type Needs = { db: Db; clock: Clock; vault: Vault; audit: Audit }

export const mediaFiles = ({ db, clock, vault, audit }: Needs): Router => {
  const on = db.bare
  const router = Router()
  router.get('/media/:token', async (request, response) => {
    const named = await mediaOfToken({ on, vault }, request.params.token, clock.now())
    const media = named && (await keptMedia({ on, vault, tenant: named.tenant }, named))
    if (!named || !media) {
      response.set('cache-control', 'no-store')
      return answer(response, 404, transcriptWords[languageOf(request.get('accept-language'))].linkOver, 'text/plain; charset=utf-8')
    }
    const { tenant, user, message, place } = named
    const { person, conversation, type, bytes } = media
    await audit.record(on, { subject: { tenant, by: 'staff', user, person, conversation }, what: 'read:media', object: message, after: { place } })
    sendFile(request, response, { type, bytes, isShowable: isShowable(type) })
  })
  return router
}
