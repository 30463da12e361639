import { useMemo } from 'react'
import { serverAt, type Server } from './ask-server.ts'
import { speakerFor, type Speaker } from './speaker.ts'
import type { CardRecord } from './views.ts'

// What HubSpot hands to a card, as much of it as ours use, and what our cards make of it.
export type Context = {
  user: { locale?: string; language?: string }
  portal: { id: number; timezone: string }
  crm: { objectId: number | string; objectTypeId: string }
  variables?: Record<string, string | number | bigint | boolean>
}
export type Actions = {
  addAlert(alert: { type?: 'success' | 'warning' | 'danger'; title?: string; message: string }): void
  refreshObjectProperties(): void
}
export type CardProps = { context: Context; actions: Actions }
export type Card = { speaker: Speaker; server: Server; record: CardRecord; portalId: number; actions: Actions }
export type NoCard = { speaker: Speaker; missing: 'record' | 'address' }

export const useCard = ({ context, actions }: CardProps): Card | NoCard => {
  const { user, portal, crm } = context
  const type = types[crm.objectTypeId]
  const id = String(crm.objectId)
  const address = context.variables?.TOOL_BASE_URL
  const speaker = useMemo(() => speakerFor(user.locale ?? user.language, portal.timezone), [user.locale, user.language, portal.timezone])
  const server = useMemo(() => (type && typeof address === 'string' ? serverAt(address, { type, id }, speaker.language) : undefined), [address, type, id, speaker])
  if (!type) return { speaker, missing: 'record' }
  return server ? { speaker, server, record: { type, id }, portalId: portal.id, actions } : { speaker, missing: 'address' }
}
const types: Readonly<Record<string, CardRecord['type']>> = { '0-1': 'contact', '0-3': 'deal', '0-5': 'ticket' }
