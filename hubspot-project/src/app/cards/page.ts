import { useMemo } from 'react'
import { pageWords, type PageWords } from '@portero/shared/words-pages.ts'
import { serverAt, type Server } from './ask-server.ts'
import type { Actions, Context, NoCard } from './card.ts'
import { speakerFor, type Speaker } from './speaker.ts'
import type { Write } from './use-write.ts'
import type { SettingsView } from './views.ts'

// What HubSpot hands to a page of the whole house, which has no record.
export type PageProps = { context: Omit<Context, 'crm'>; actions: Pick<Actions, 'addAlert'> }
export type Page = { speaker: Speaker; said: PageWords; server: Server; portalId: number; actions: PageProps['actions'] }
// A part of the settings page. forget: what came of the last change.
export type Section = { page: Page; view: SettingsView; isBusy: boolean; write: Write; forget(): void }

export const usePage = ({ context: { user, portal, variables }, actions }: PageProps): Page | NoCard => {
  const address = variables?.TOOL_BASE_URL
  const speaker = useMemo(() => speakerFor(user.locale ?? user.language, portal.timezone), [user.locale, user.language, portal.timezone])
  const server = useMemo(() => (typeof address === 'string' ? serverAt(address, undefined, speaker.language) : undefined), [address, speaker])
  return server ? { speaker, said: pageWords[speaker.language], server, portalId: portal.id, actions } : { speaker, missing: 'address' }
}
