import { z } from 'zod'
import { AppError, mailWords, views } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { lacked } from '../domain/ports/answers.ts'
import { tellAlert } from '../domain/ports/alerts.ts'
import { sendMail } from '../domain/ports/mail.ts'
import { label } from '../domain/spanish-times.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Registry } from '../spine/registry.ts'
import type { Vault } from '../spine/vault.ts'
import { agentIn, rivalsHeard } from '../store/agent-channels.ts'
import { cardZone } from '../store/card-transcript.ts'
import { adminNames, endTrouble, lastsMs, noteTrouble, noteTroubleTold, signsOf, troublesNow, wasSent, type Refused, type Trouble, type TroubleKind } from '../store/troubles.ts'
import { letter } from './letter.ts'
import { tellStages } from './owed-stages.ts'

// A connection that is refused, at whose vendor something is not as we need it, or on whose channel two agents answer: the admins are told once, and once more when it is over. What passes within a minute is told to nobody.
const what = z.enum(['key', 'scopes', 'setup', 'grant', 'agents'])
const which = z.strictObject({ connection: z.uuid(), vendor: z.string(), what })
const seen = which.extend({ said: z.string(), waiting: z.int() })
const args = z.strictObject({ seen: z.array(seen), over: z.array(which), reach: z.strictObject({ to: z.array(z.email()).optional(), alerts: z.array(z.uuid()).optional(), url: z.url(), connections: z.url() }) }) // over: what may have been, and is not. to: left out while their mail is refused itself: they are told once it is not. alerts: the connections that take them, which need no mail
export const noteTroubles = defineAction({ name: 'note-troubles', args, result: z.strictObject({ told: z.int(), over: z.int() }), scopes: [], callers: ['system'] }).decides(async ({ seen: found, over, reach }, act) => {
  const result = { told: 0, over: 0 }
  for (const { vendor, ...each } of found) {
    const trouble = await noteTrouble(act, each)
    if (!trouble || trouble.toldAt !== undefined || act.now - trouble.since < lastsMs) continue
    await alert(act, { ...trouble, vendor }, reach, 'begun')
    if (!reach.to || !(await noteTroubleTold(act, each))) continue
    result.told += 1
    await write(act, { ...trouble, vendor }, reach, 'begun')
  }
  for (const { vendor, ...each } of over) {
    const trouble = await endTrouble(act, each)
    if (!trouble) continue
    if (trouble.what === 'setup') await tellStages(act)
    if (act.now - trouble.since >= lastsMs) await alert(act, { ...trouble, vendor }, reach, 'over')
    if (trouble.toldAt === undefined) continue
    result.over += 1
    await write(act, { ...trouble, vendor }, reach, 'over')
  }
  return result
})

// As often as it is found, until it was told by mail too: by its key it is one. Who takes alerts and is the trouble itself is not told of it. One after the other, and of the end only who was told of the beginning; what began long ago is told to all, since what was sent then may be forgotten.
const rememberedMs = 7 * 86_400_000
const alert = async (act: Act, { connection, vendor, what: kind, since, waiting }: Trouble & { vendor: string }, { alerts = [], ...reach }: Reach, state: 'begun' | 'over'): Promise<void> => {
  const name = views.vendorName(vendor)
  const { trouble: words } = mailWords[language]
  const { subject } = state === 'over' ? words.over(name, act.now - since, waiting) : words[kind](name, { since: label(cardZone, since), said: '', waiting })
  const thing = `alert:${connection}:${kind}`
  for (const to of alerts.filter((each) => each !== connection)) {
    if (state === 'over' && act.now - since < rememberedMs && !(await wasSent(act, `${thing}:${since}:begun:${to}`))) continue
    await act.send(tellAlert, { alert: `connection.${kind}`, state, severity: kind === 'setup' || kind === 'scopes' ? 'warning' : 'critical', summary: subject.slice(0, 200), vendor, connection, waiting, since: new Date(since).toISOString(), page: kind === 'grant' ? reach.connections : reach.url, runbook: `docs/alerts.md#${kind === 'grant' ? 'porterograntrefused' : 'porteroconnectiontrouble'}` }, { key: `${thing}:${since}:${state}:${to}`, to, serial: `${thing}:${to}` })
  }
}

const language = 'es-MX'
type Reach = z.infer<typeof args>['reach']
const write = async (act: Act, { connection, vendor, what: kind, said, since, waiting }: Trouble & { vendor: string }, { to = [], ...reach }: Reach, when: 'begun' | 'over'): Promise<void> => {
  const { trouble: words, greeting } = mailWords[language]
  const name = views.vendorName(vendor)
  const { subject, paragraphs } = when === 'over' ? words.over(name, act.now - since, waiting) : words[kind](name, { since: label(cardZone, since), said, waiting })
  for (const [at, address] of to.entries()) {
    await act.send(sendMail, { to: address, subject: subject.slice(0, 200), ...letter({ greeting, paragraphs, link: kind === 'grant' && when === 'begun' ? { label: words.reconnect, url: reach.connections } : { label: words.open, url: reach.url }, language }) }, { key: `trouble:${connection}:${kind}:${since}:${when}:${at}` })
  }
}

type Needs = { db: Db; clock: Clock; vault: Vault; registry: Registry; connections: Connections; acting: Acting; tenant: string; publicBaseUrl: string }
export const mindConnections = (needs: Needs): Chore => ({
  everyMs: 60_000,
  async run() {
    const { db, acting, tenant, publicBaseUrl } = needs
    const found: z.infer<typeof seen>[] = []
    const over: z.infer<typeof which>[] = []
    const known = await troublesNow(db.bare, tenant)
    const twice = await withTwoAgents(needs)
    for (const { connection, vendor, refused, amiss, grant, isWatched, isWell, waiting } of await signsOf(db.bare, tenant)) {
      const lacks = await Promise.all(refused.map((job) => lacksOf(needs, job)))
      const scopes = [...new Set(lacks.flatMap((some) => some ?? []))]
      const still = new Map<TroubleKind, string>()
      for (const [at, { error, detail }] of refused.entries()) {
        const kind = lacks[at] ? 'scopes' : 'key'
        if (!still.has(kind) || detail) still.set(kind, kind === 'scopes' && scopes.length > 0 ? scopes.join(', ') : error) // what the vendor said, rather than what came of it
      }
      if (amiss !== undefined) still.set('setup', amiss)
      if (grant !== undefined) {
        still.delete('key') // it is refused for that
        still.set('grant', grant)
      }
      if (twice.has(connection)) still.set('agents', '')
      for (const [kind, said] of still) found.push({ connection, vendor, what: kind, said, waiting })
      for (const { what: kind } of known.filter((each) => each.connection === connection && !still.has(each.what))) if (kind === 'agents' || kind === 'grant' || (kind === 'setup' ? isWatched : isWell)) over.push({ connection, vendor, what: kind })
    }
    const isNews = ({ connection, what: kind, said, waiting }: (typeof found)[number]): boolean => !known.some((each) => each.connection === connection && each.what === kind && each.toldAt !== undefined && each.waiting >= waiting && (kind === 'key' || each.said === said))
    const news = found.filter(isNews)
    if (news.length === 0 && over.length === 0) return {}
    const to = await adminsOf(needs, found.map(({ connection }) => connection))
    return acting.as({ tenant, by: 'system' }, 'all')(noteTroubles, { seen: news, over, reach: { ...(to && { to }), alerts: await alertsOf(needs), url: `${publicBaseUrl}/console/queue`, connections: `${publicBaseUrl}/console/connections` } })
  },
})

// Where ours answers, and the vendor's own was heard all the same.
const withTwoAgents = async (needs: Needs): Promise<ReadonlySet<string>> => {
  const heard = await rivalsHeard(needs)
  if (heard.size === 0) return heard
  return new Set((await needs.connections.all(needs.db.bare)).flatMap(({ id, settings }) => (heard.has(id) && agentIn(settings) === 'portero' ? [id] : [])))
}

// Of a job that may not do what it wants, what it lacks; of one whose key is refused, undefined.
const lacksOf = async ({ db, vault, tenant }: Needs, { id, detail }: Refused): Promise<readonly string[] | undefined> => {
  if (!detail) return undefined
  try {
    return lacked.safeParse(JSON.parse((await vault.open(db.bare, tenant, `job.error:${id}`, detail)).toString())).data?.lacks
  } catch (thrown) {
    if (thrown instanceof AppError) return undefined // it was about somebody who is erased by now
    throw thrown
  }
}

const alertsOf = async ({ db, registry, connections, tenant }: Needs): Promise<string[]> => {
  const takers = registry.vendorsDoing(tellAlert.name)
  return (await connections.all(db.bare)).flatMap(({ id, tenant: its, vendor }) => (its === tenant && takers.includes(vendor) ? [id] : []))
}

// Whoever is an admin by an address: in a connection's settings, or in the console; nobody where there is no mail. undefined: all mail is refused itself.
const staffed = z.object({ staff: z.object({ admins: z.array(z.string()) }) })
export const adminsOf = async ({ db, registry, connections, tenant }: Pick<Needs, 'db' | 'registry' | 'connections' | 'tenant'>, refused: readonly string[]): Promise<string[] | undefined> => {
  const ours = (await connections.all(db.bare)).filter((each) => each.tenant === tenant)
  const senders = registry.vendorsDoing(sendMail.name)
  const mail = ours.filter(({ vendor }) => senders.includes(vendor))
  if (mail.length === 0) return []
  if (mail.every(({ id }) => refused.includes(id))) return undefined
  const names = [...(await adminNames(db.bare, tenant)), ...ours.flatMap(({ settings }) => staffed.safeParse(settings).data?.staff.admins ?? [])]
  return [...new Set(names.flatMap((name) => z.email().safeParse(name.toLowerCase()).data ?? []))]
}
