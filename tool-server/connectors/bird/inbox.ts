import { z } from 'zod'
import { doing, type At, type Doing } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { assignConversation } from '../../domain/ports/messaging.ts'
import { id, type Settings } from './map.ts'

// Who has a conversation in Bird's Inbox: it is an item of the channel's feed, assigned to an agent or a team. https://docs.bird.com/api/collaborations-api
type Args = z.infer<typeof assignConversation.args>
export const assign: Doing<Settings> = doing(assignConversation, 'same-effect', async (args, at: At<Settings>) => {
  const item = await itemOf(args, at)
  if (args.to === 'nobody') {
    if (item && !item.closed && (item.agentId || item.teamId)) await patch(item, { agentId: null, teamId: null, closed: true }, at)
    return {}
  }
  const agents = await agentsOf(at)
  const wanted = args.to === 'team' ? undefined : named(agents, args.to)
  // Whoever has it keeps it, unless somebody else was meant: or trying again would hand it to the next who is less loaded.
  const has = item?.closed === false ? (item.agentId ?? (args.to === 'team' ? item.teamId : undefined)) : undefined
  const isHere = agents.some((each) => each.id === has || each.teams.some((team) => team.id === has))
  if (has && isHere && (!wanted || wanted.id === has)) return { assigned: has }
  const agent = wanted ?? bestFor(args, agents)
  if (!agent) return {}
  const [team] = args.to === 'team' ? agent.teams : []
  await patch(item ?? (await added(args, at)), { ...(team ? { teamId: team.id, agentId: null } : { agentId: agent.id }), closed: false }, at)
  return { assigned: team?.id ?? agent.id }
})

const wireItem = z.object({ id, feedId: id, agentId: z.string().nullish(), teamId: z.string().nullish(), closed: z.boolean().default(false) })
const wireAgent = z.object({
  id, displayName: z.string(), email: z.string().nullish(), languages: z.array(z.string()).default([]), teams: z.array(z.object({ id, name: z.string().default('') })).default([]),
  availability: z.object({ status: z.string().nullish(), activity: z.string().nullish() }).nullish(), rootItemAssignedCount: z.int().default(0),
})
type Item = z.infer<typeof wireItem>
type Agent = z.infer<typeof wireAgent>

const itemOf = async ({ conversation }: Args, { http, connection: { settings } }: At<Settings>): Promise<Item | undefined> => {
  const reply = await http({ method: 'POST', path: `${workspace(settings)}/search/feed-items`, body: { conversationIds: [conversation] }, reading: true })
  return read('bird', z.object({ results: z.array(wireItem) }), reply).results.find(({ feedId }) => feedId === feedOf(settings))
}
const added = async ({ conversation }: Args, { http, connection: { settings } }: At<Settings>): Promise<Item> =>
  read('bird', wireItem, await http({ method: 'POST', path: `${workspace(settings)}/feeds/${encodeURIComponent(feedOf(settings))}/items`, body: { conversationId: conversation } }))
const patch = async (item: Item, to: object, { http, connection: { settings } }: At<Settings>): Promise<void> => {
  read('bird', wireItem, await http({ method: 'PATCH', path: `${workspace(settings)}/feeds/${encodeURIComponent(item.feedId)}/items/${encodeURIComponent(item.id)}`, body: to }))
}
const agentsOf = async ({ http, connection: { settings } }: At<Settings>): Promise<Agent[]> =>
  read('bird', z.object({ results: z.array(wireAgent) }), await http({ method: 'GET', path: `${workspace(settings)}/agents`, query: { agentStatuses: 'active', limit: '100' } })).results

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
const named = (agents: readonly Agent[], { agent: name, email: address = '' }: { agent: string; email?: string | undefined }): Agent | undefined =>
  agents.find(({ email }) => email && plain(email) === plain(address)) ?? agents.find(({ displayName }) => plain(displayName) === plain(name))

// Who is there, speaks their language and looks after that building, each in its turn more important than the load.
export const bestFor = ({ language, building }: Pick<Args, 'language' | 'building'>, agents: readonly Agent[]): Agent | undefined => {
  const ranks = (agent: Agent): number[] => [isThere(agent) ? 0 : 1, speaks(agent, language) ? 0 : 1, building !== undefined && agent.teams.some(({ name }) => plain(name).includes(plain(building))) ? 0 : 1, agent.rootItemAssignedCount]
  const before = (a: Agent, b: Agent): number => ranks(a).map((rank, at) => rank - (ranks(b)[at] ?? 0)).find((difference) => difference !== 0) ?? (a.id < b.id ? -1 : 1)
  return agents.toSorted(before)[0]
}
const isThere = ({ availability }: Agent): boolean => (availability?.activity ?? availability?.status ?? 'available') === 'available'
const speaks = ({ languages, teams }: Agent, language: Args['language'] = 'es-MX'): boolean => {
  const short = language.slice(0, 2)
  return languages.some((each) => plain(each).startsWith(short)) || teams.some(({ name }) => new RegExp(`\\b(${names[short]})\\b`).test(plain(name)))
}
const names: Readonly<Record<string, string>> = { es: 'es|espanol|spanish', en: 'en|ingles|english' }

const workspace = ({ workspace }: Settings): string => `/workspaces/${encodeURIComponent(workspace)}`
const feedOf = ({ channel }: Settings): string => `channel:${channel}`
