import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRenderer, type Renderer, type RenderedElementNode } from '@hubspot/ui-extensions/testing'
import { Button, LoadingButton } from '@hubspot/ui-extensions'
import { expect } from '@jest/globals'
import { useEffect, useState, type ReactElement } from 'react'
import { refusal, views } from '@portero/shared'
import type { CardProps } from '../../hubspot-project/src/app/cards/card.ts'

// A card or a page, in front of a local server that answers what the house can't be brought to: late, broken, or somebody else in its place. What it is asked and what it answers otherwise fit shared/views.
const doors = {
  transcript: [views.transcriptAsk, views.transcriptView], visit: [views.visitAsk, views.visitView], preview: [views.previewAsk, views.previewView],
  today: [views.todayAsk, views.todayView], settings: [views.settingsAsk, views.settingsView], probe: [views.probeAsk, views.probeView],
  hours: [views.hoursAsk, views.writeView], blackout: [views.blackoutAsk, views.writeView], reopen: [views.reopenAsk, views.writeView], owners: [views.ownersAsk, views.writeView],
} as const
type Door = keyof typeof doors
// A string is what HubSpot or a proxy may answer in our place; 'breaks' a line that breaks; after: one that comes late.
type Late = { after: Promise<void>; reply: object }
export type Reply = object | string | { refuses: 'unauthorized' | 'refused' | 'throttled' | 'unavailable' }
export type Asked = { door: Door; ask: any }

export const cardStage = async (): Promise<CardStage> => {
  const asked: Asked[] = []
  const replies = new Map<Door, Reply[]>()
  const faults: unknown[] = []
  const server = createServer(async (request, response) => {
    try {
      const door = request.url!.replace('/cards/', '') as Door
      const ask = doors[door][0].parse(await bodyOf(request))
      asked.push({ door, ask })
      const [told, ...others] = replies.get(door) ?? []
      const reply = isLate(told) ? told.reply : told
      if (reply === undefined) throw new Error(`nobody told what ${door} answers`)
      if (others.length > 0) replies.set(door, others)
      if (isLate(told)) await told.after
      if (reply === 'breaks') return void request.socket.destroy()
      const send = (status: number, text: string): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(text)
      if (typeof reply === 'string') return send(200, reply)
      if (isRefusal(reply)) return send(statuses[reply.refuses], JSON.stringify(refusal.parse({ ok: false, say: 'No se pudo.', error: { code: reply.refuses, retryable: reply.refuses === 'unavailable' }, trace: 'a1b2c3d4' })))
      return send(200, JSON.stringify(doors[door][1].parse(reply)))
    } catch (fault) {
      faults.push(fault)
      response.writeHead(500).end('{}')
    }
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const before: unknown = Reflect.get(globalThis, 'hsFetch')
  // HubSpot's worker calls itself self and fetches by hsFetch; the profile's address is mapped to here, as local.json does.
  Object.assign(globalThis, {
    self: globalThis,
    hsFetch: (url: string, { method, body }: { method: string; body: object }) => fetch(url.replace(address, `http://127.0.0.1:${port}`), { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return {
    asked,
    answers: (door, ...them) => void replies.set(door, them),
    close: async () => {
      await closeCards()
      Object.assign(globalThis, { hsFetch: before })
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      expect(faults).toEqual([])
    },
  }
}
export type CardStage = { asked: Asked[]; answers(door: Door, ...replies: Reply[]): void; close(): Promise<void> }

// A card that HubSpot takes away with its tab.
const open = new Set<() => void>()
const Tab = ({ children }: { children: ReactElement }): ReactElement | null => {
  const [isOpen, setIsOpen] = useState(true)
  return isOpen ? <><Taken close={() => setIsOpen(false)} />{children}</> : null
}
const Taken = ({ close }: { close(): void }): null => {
  useEffect(() => {
    open.add(close)
    return () => void open.delete(close)
  }, [])
  return null
}
export const closeCards = async (): Promise<void> => {
  for (const close of open) close()
  while (open.size > 0) await new Promise(setImmediate)
}
const statuses = { unauthorized: 401, refused: 403, throttled: 429, unavailable: 503 } as const
const isRefusal = (reply: object): reply is { refuses: keyof typeof statuses } => 'refuses' in reply
const isLate = (reply: Reply | undefined): reply is Late => typeof reply === 'object' && 'after' in reply
const address = 'https://portero.example'

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

export type Shown = Renderer<'crm.record.tab'> & {
  text(): string
  sees(words: string): Promise<void>
  misses(words: string): Promise<void>
  button(label: string): RenderedElementNode<any>
  press(label: string): void
}
type Opened = { locale?: string; objectTypeId?: string; objectId?: string | number; variables?: Record<string, string>; properties?: Record<string, string> }

export const openCard = (Card: (props: CardProps) => any, { locale = 'es-mx', objectTypeId = '0-1', objectId = 904, variables = { TOOL_BASE_URL: address }, properties = { firstname: 'Guadalupe', lastname: 'Ríos' } }: Opened = {}): Shown => {
  const renderer = createRenderer('crm.record.tab')
  const { mocks, waitFor } = renderer
  mocks.useCrmProperties.willCall(() => ({ properties, error: null, isLoading: false, isRefetching: false, refetch: async () => undefined }))
  const context = { user: { locale }, portal: { id: 4812345, timezone: 'America/Mexico_City' }, crm: { objectId, objectTypeId }, variables }
  renderer.render(<Tab><Card context={context} actions={mocks.actions} /></Tab>)
  const text = (): string => said(renderer.getRootNode())
  const buttons = (): RenderedElementNode<any>[] => [...renderer.findAll(Button), ...renderer.findAll(LoadingButton)]
  const button = (label: string): RenderedElementNode<any> => {
    const found = buttons().filter((each) => each.text === label)
    if (found.length !== 1) throw new Error(`${found.length} buttons say ${label}; there are ${buttons().map((each) => each.text).join(' | ')}`)
    return found[0]!
  }
  const until = (check: () => void): Promise<void> => waitFor(check, { timeoutInMs: 5_000 }) // its own second is not much on a busy machine
  return Object.assign(renderer, {
    waitFor: until,
    text,
    button,
    sees: (words: string) => until(() => expect(text()).toContain(words)),
    misses: (words: string) => until(() => expect(text()).not.toContain(words)),
    press: (label: string) => {
      // One primary button a surface, and never beside a destructive one, whatever is pressed.
      const loud = buttons().filter(({ props }) => ['primary', 'destructive'].includes(String(props.variant)))
      expect(loud.map((each) => each.text).slice(1)).toEqual([])
      button(label).trigger('onClick')
    },
  })
}

// Everything that can be read: texts, and the titles and labels that stand in properties, also inside of a panel.
export const said = (node: any): string => {
  const { title, label, options, overlay } = node.props ?? {}
  const own = [title, label, ...(Array.isArray(options) ? options : []).map((each) => each.label)].filter((each) => typeof each === 'string')
  const below = (node.childNodes ?? []).map((child: any) => (child.nodeType === 'text' ? child.text : said(child)))
  return [...own, ...below, ...(overlay?.childNodes ? [said(overlay)] : [])].join(' ')
}
