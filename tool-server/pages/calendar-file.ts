import { Router } from 'express'
import { calendarWords } from '@portero/shared'
import { calendarFile } from '../domain/calendar-file.ts'
import type { Sender } from '../domain/ports/mail.ts'
import type { Own } from '../domain/reads.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { answer, languageOf } from '../spine/doors.ts'
import type { Vault } from '../spine/vault.ts'
import { tourOfToken } from '../store/calendar-links.ts'

// GET /ics/{token}: a prospect's visit, for their own calendar. Whoever has the link may have it, so it names nobody but us.
type Needs = { db: Db; clock: Clock; vault: Vault; own(tenant: string): Own; sender(tenant: string): Promise<Sender | undefined> } // sender: our mailbox, where there is one

export const calendarFiles = ({ db, clock, vault, own, sender }: Needs): Router => {
  const router = Router()
  router.get('/ics/:token', async (request, response) => {
    const now = clock.now()
    const tour = await tourOfToken({ on: db.bare, vault }, request.params.token, now)
    const home = tour && (await own(tour.tenant).homes.catalogue()).homes.find(({ id }) => id === tour.home)
    response.set({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    if (!home) return answer(response, 404, calendarWords[languageOf(request.get('accept-language'))].gone, 'text/plain; charset=utf-8')
    const us = await sender(tour.tenant)
    const { text, name } = calendarFile({ tour, home, language: tour.language, now, from: us && { name: us.name, email: us.address } })
    response.set('content-disposition', `attachment; filename="${name}"`)
    answer(response, 200, text, 'text/calendar; charset=utf-8')
  })
  return router
}
