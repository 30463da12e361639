import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { created, found, invalid, ok, page, parsed, Refusal } from './answers.ts'
import type { Action, Link, Outgoing, TemplateWanted } from './bodies.ts'
import { iso } from './wire.ts'

// What may be said when the window is closed: https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates
// Bird says active of what Meta has approved, and inactive of what it rejected, paused or disabled; which of these, platformInfo tells. Believed only: how platformInfo and the blocks of buttons look, and the codes of the refusals.
export const templateStates = z.enum(['draft', 'pending', 'approved', 'rejected', 'paused', 'disabled'])
export type LocaleStatus = z.infer<typeof templateStates>
export type Templates = {
  routes: Record<string, Route>
  filled(wanted: TemplateWanted): Outgoing // how it reads, or why it is refused
  put(which: { project: string; locale?: string | undefined; status: LocaleStatus }): void // as Meta decides
  all(): object[]
}

const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), role: z.enum(['header', 'body', 'footer']), text: z.object({ text: z.string().min(1).max(1_024) }) }),
  z.object({ type: z.literal('reply-action'), reply: z.object({ text: z.string().min(1).max(25), payload: z.string().max(256).optional() }) }),
  z.object({ type: z.literal('link-action'), link: z.object({ text: z.string().min(1).max(25), url: z.string() }) }),
])
const content = z.object({ platform: z.literal('whatsapp'), locale: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/), type: z.string().default('text'), blocks: z.array(block).min(1) })
const deployment = z.object({ key: z.string(), value: z.string(), platform: z.string().optional(), locale: z.string().optional() })
const creating = z.object({
  description: z.string().optional(), defaultLocale: z.string(), deployments: z.array(deployment).default([]), supportedPlatforms: z.array(z.string()).default(['whatsapp']),
  variables: z.array(z.looseObject({ key: z.string().regex(/^\w+$/), type: z.string().default('string') })).default([]), platformContent: z.array(content).min(1),
})
type Template = z.infer<typeof creating> & { id: string; project: string; statuses: Map<string, LocaleStatus>; madeAt: number; changedAt: number }
type Project = { id: string; name: string; type: 'channelTemplate'; madeAt: number; templates: Template[] }

type Needs = { newId(): string; now(): number; say(event: string, payload: object): void }
export const makeTemplates = ({ newId, now, say }: Needs): Templates => {
  const projects = new Map<string, Project>()
  const project = (id: string | undefined): Project => found(projects.get(id ?? ''), 'project')
  const template = (id: string | undefined, wanted: string | undefined): Template => found(project(id).templates.find((each) => each.id === wanted), 'channel template')
  const tell = (event: 'created' | 'updated' | 'deleted', changed: Template): void => say(`template.${event}`, { ...shown(changed), platformId: 'whatsapp' })
  const putAll = (changed: Template, locales: readonly string[], status: LocaleStatus): void => {
    for (const locale of locales) changed.statuses.set(locale, status)
    changed.changedAt = now()
    tell('updated', changed)
  }
  const refused = (code: string, message: string, details: object): Refusal => new Refusal(422, code, message, details)

  const path = '/workspaces/:workspace/projects'
  return {
    routes: {
      [`GET ${path}`]: ({ query }) => page([...projects.values()].map(shownProject), query),
      [`POST ${path}`]: ({ body }) => {
        const { name } = parsed(z.object({ name: z.string().min(1), type: z.literal('channelTemplate'), description: z.string().optional() }), body)
        const made: Project = { id: newId(), name, type: 'channelTemplate', madeAt: now(), templates: [] }
        projects.set(made.id, made)
        return created(shownProject(made))
      },
      [`GET ${path}/:project`]: ({ parts }) => ok(shownProject(project(parts['project']))),
      [`GET ${path}/:project/channel-templates`]: ({ parts, query }) => page(project(parts['project']).templates.map(shown), query),
      [`GET ${path}/:project/channel-templates/:template`]: ({ parts }) => ok(shown(template(parts['project'], parts['template']))),
      [`POST ${path}/:project/channel-templates`]: ({ parts, body }) => {
        const { id, templates } = project(parts['project'])
        const wanted = parsed(creating, body)
        if (!wanted.platformContent.some(({ locale }) => locale === wanted.defaultLocale)) throw invalid('defaultLocale', 'Default locale must exist in the content property')
        for (const each of wanted.platformContent) for (const key of keysIn(each)) if (!wanted.variables.some((variable) => variable.key === key)) throw invalid(`variables.${key}`)
        const made: Template = { ...wanted, id: newId(), project: id, statuses: new Map(wanted.platformContent.map(({ locale }) => [locale, 'draft'])), madeAt: now(), changedAt: now() }
        templates.push(made)
        tell('created', made)
        return created(shown(made))
      },
      // To Meta, for approval.
      [`PUT ${path}/:project/channel-templates/:template/activate`]: ({ parts }) => {
        const activated = template(parts['project'], parts['template'])
        putAll(activated, [...activated.statuses].filter(([, status]) => status === 'draft').map(([locale]) => locale), 'pending')
        return ok(shown(activated))
      },
      [`DELETE ${path}/:project/channel-templates/:template`]: ({ parts }) => {
        const { id, templates } = project(parts['project'])
        const removed = template(id, parts['template'])
        templates.splice(templates.indexOf(removed), 1)
        tell('deleted', removed)
        return { status: 204 }
      },
    },
    filled({ projectId, version, locale, parameters }) {
      const wanted = projects.get(projectId)?.templates.findLast(({ id }) => version === 'latest' || id === version)
      const said = wanted?.platformContent.find((each) => each.locale === locale)
      if (!wanted || !said) throw refused('TemplateNotFound', 'no such template in that language', { projectId, version, locale })
      const status = wanted.statuses.get(locale)
      if (status !== 'approved') throw refused('TemplateNotActive', 'the template is not approved', { status })
      const given = new Map(parameters.map(({ key, value }) => [key, value]))
      const keys = keysIn(said)
      const wrong = [...keys.filter((key) => !given.get(key)), ...[...given.keys()].filter((key) => !keys.includes(key))]
      if (wrong.length > 0) throw refused('TemplateParameterMismatch', 'the parameters are not those of the template', { parameters: wrong })
      const words = (text: string): string => text.replace(variable, (_all, key: string) => given.get(key) ?? '')
      const actions = said.blocks.flatMap((each): (Action | Link)[] => {
        if (each.type === 'reply-action') return [{ type: 'postback', postback: { text: each.reply.text, payload: each.reply.payload ?? each.reply.text } }]
        return each.type === 'link-action' ? [{ type: 'link', link: { text: each.link.text, url: words(each.link.url) } }] : []
      })
      return { type: 'text', text: { text: said.blocks.flatMap((each) => (each.type === 'text' ? [words(each.text.text)] : [])).join('\n\n'), ...(actions.length > 0 && { actions }) } }
    },
    put({ project: id, locale, status }) {
      for (const each of project(id).templates) putAll(each, locale === undefined ? [...each.statuses.keys()] : [found(each.statuses.has(locale) ? locale : undefined, 'language')], status)
    },
    all: () => [...projects.values()].flatMap(({ templates }) => templates.map(shown)),
  }
}

const variable = /\{\{\s*(\w+)\s*\}\}/g
const keysIn = ({ blocks }: z.infer<typeof content>): string[] => [...new Set(blocks.flatMap((each) => (each.type === 'text' ? [each.text.text] : each.type === 'link-action' ? [each.link.url] : [])).flatMap((text) => [...text.matchAll(variable)].map(([, key = '']) => key)))]

const birdStatus: Readonly<Record<LocaleStatus, string>> = { draft: 'draft', pending: 'pending', approved: 'active', rejected: 'inactive', paused: 'inactive', disabled: 'inactive' }
const rank = ['active', 'pending', 'draft', 'inactive']
const shown = ({ id, project, statuses, deployments, madeAt, changedAt, ...rest }: Template): object => {
  const locales = [...statuses].map(([locale, status]): [string, string] => [locale, birdStatus[status]])
  const category = deployments.find(({ key }) => key === 'whatsappCategory')?.value ?? 'UTILITY'
  return {
    id, projectId: project, ...rest, deployments, status: rank.find((each) => locales.some(([, status]) => status === each)) ?? 'draft', localeStatuses: Object.fromEntries(locales),
    platformInfo: { whatsapp: { category, qualityRating: 'unknown', locales: Object.fromEntries([...statuses].map(([locale, status]) => [locale, { status: status.toUpperCase() }])) } }, createdAt: iso(madeAt), updatedAt: iso(changedAt),
  }
}
const shownProject = ({ id, name, type, madeAt, templates }: Project): object => ({ id, name, type, activeResourceId: templates.at(-1)?.id ?? null, createdAt: iso(madeAt) })
