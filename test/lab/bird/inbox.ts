import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { created, found, invalid, nothing, ok, page, parsed } from './answers.ts'
import type { Chats } from './chats.ts'
import { iso, type Conversation } from './wire.ts'

// Where people of ours answer: https://docs.bird.com/api/collaborations-api. A conversation is an item of its channel's feed once somebody wrote in it, or once it was put there.
// Believed only: that agents show their e-mail and languages, and that the bot is silent for as long as somebody has the conversation.
const agent = z.strictObject({
  id: z.string().min(1), displayName: z.string().min(1), email: z.string(), languages: z.array(z.string()).default([]), teams: z.array(z.strictObject({ id: z.string(), name: z.string() })).default([]),
  status: z.enum(['active', 'inactive']).default('active'), availability: z.enum(['available', 'busy', 'away', 'offline']).default('available'),
})
export const inboxAgents = z.array(agent)
export type InboxAgent = z.input<typeof agent>
export type Item = { id: string; feedId: string; conversation: string; teamId?: string; agentId?: string; closed: boolean; changedAt: number }
export type Inbox = { routes: Record<string, Route>; answers(conversation: Conversation): void; agents(agents: readonly InboxAgent[]): void; item(conversation: string): Item | undefined }

const ventas = { id: 'team-rentas', name: 'Rentas' }
const usual: readonly InboxAgent[] = [
  { id: 'agent-bruno', displayName: 'Bruno Salas', email: 'bruno@casas.example', languages: ['es-MX'], teams: [ventas] },
  { id: 'agent-lucia', displayName: 'Lucía Prado', email: 'lucia@casas.example', languages: ['es-MX', 'en'], teams: [ventas] },
  { id: 'agent-iker', displayName: 'Iker Montes', email: 'iker@casas.example', languages: ['es-MX'], teams: [], availability: 'away' },
]
const searching = z.object({ conversationIds: z.array(z.string()).min(1).max(100) })
const adding = z.object({ conversationId: z.string() })
const assigning = z.object({ teamId: z.string().nullish(), agentId: z.string().nullish(), closed: z.boolean().optional() })

export const makeInbox = ({ chats, now }: { chats: Chats; now(): number }): Inbox => {
  const items = new Map<string, Item>() // by conversation
  let agents = inboxAgents.parse(usual)
  const feed = `channel:${chats.our.channel}`

  const put = ({ id }: Conversation): Item => {
    const item = items.get(id) ?? { id: chats.newId(), feedId: feed, conversation: id, closed: false, changedAt: now() }
    items.set(id, item)
    return item
  }
  const itemOf = (id: string): Item | undefined => {
    const conversation = chats.conversation(id)
    return conversation && (items.get(id) ?? (conversation.heardAt === undefined ? undefined : put(conversation)))
  }
  const checkFeed = (id: string | undefined): void => {
    if (id !== feed) throw nothing('feed')
  }
  const byId = (id: string | undefined): Item => {
    for (const conversation of chats.conversations()) itemOf(conversation.id)
    return found([...items.values()].find((each) => each.id === id), 'feed item')
  }
  const load = (id: string): number => [...items.values()].filter((each) => each.agentId === id && !each.closed).length
  // Whoever has it answers, and the bot is silent meanwhile.
  const assign = (item: Item, { teamId = item.teamId, agentId = item.agentId, closed = item.closed }: z.infer<typeof assigning>): Item => {
    if (agentId && !agents.some(({ id }) => id === agentId)) throw invalid('agentId')
    if (teamId && !agents.some(({ teams }) => teams.some(({ id }) => id === teamId))) throw invalid('teamId')
    delete item.teamId
    delete item.agentId
    Object.assign(item, { ...(teamId && { teamId }), ...(agentId && { agentId }), closed, changedAt: now() })
    const conversation = found(chats.conversation(item.conversation), 'conversation')
    const who = agents.find(({ id }) => id === agentId)
    const others = conversation.others.filter(({ type }) => type !== 'user')
    chats.change(conversation, { mode: !closed && (teamId || agentId) ? 'human' : 'bot', others: who ? [...others, { id: who.id, type: 'user', displayName: who.displayName }] : others })
    return item
  }

  const path = '/workspaces/:workspace'
  return {
    routes: {
      [`POST ${path}/search/feed-items`]: ({ body, query }) => page(parsed(searching, body).conversationIds.flatMap((id) => itemOf(id) ?? []).map(shownItem), query),
      [`POST ${path}/feeds/:feed/items`]: ({ parts, body }) => {
        checkFeed(parts['feed'])
        return created(shownItem(put(found(chats.conversation(parsed(adding, body).conversationId), 'conversation'))))
      },
      [`GET ${path}/feeds/:feed/items/:item`]: ({ parts }) => (checkFeed(parts['feed']), ok(shownItem(byId(parts['item'])))),
      [`PATCH ${path}/feeds/:feed/items/:item`]: ({ parts, body }) => (checkFeed(parts['feed']), ok(shownItem(assign(byId(parts['item']), parsed(assigning, body))))),
      [`GET ${path}/agents`]: ({ query: { agentStatuses, ...paging } }) =>
        page(agents.filter(({ status }) => agentStatuses === undefined || agentStatuses.split(',').includes(status)).map(({ availability, ...rest }) => ({ ...rest, availability: { status: availability === 'available' ? 'online' : 'offline', activity: availability }, rootItemAssignedCount: load(rest.id) })), paging),
    },
    // Whoever answers there has it from then on, unless somebody has it already. The last of them, who is away as a rule and so gets no other.
    answers(conversation) {
      const item = put(conversation)
      if (item.closed || (!item.agentId && !item.teamId)) Object.assign(item, { agentId: agents.at(-1)?.id, closed: false, changedAt: now() })
    },
    agents: (wanted) => void (agents = inboxAgents.parse(wanted)),
    item: itemOf,
  }
}

const shownItem = ({ id, feedId, conversation, teamId, agentId, closed, changedAt }: Item): object => ({ id, feedId, conversationId: conversation, teamId: teamId ?? null, agentId: agentId ?? null, closed, updatedAt: iso(changedAt) })
