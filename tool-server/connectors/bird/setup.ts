import { z } from 'zod'
import type { Setup, Thing, Watch, Watching } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { messageTemplates, type MessageTemplate } from '../../domain/ports/messaging.ts'
import { id, when, type Settings } from './map.ts'
import { canBeTold, subscriptionThings } from './subscriptions.ts'
import { allAt, workspaceOf } from './workspace.ts'

// Bird as code: the webhooks that tell us, and the templates that we may say. Whatever is there and isn't ours stays as it is.
export const setup: Setup<Settings> = {
  look: async (at) => [...(await subscriptionThings(at)), ...(await templateThings(at))],
}

// Somebody at Bird may take a subscription away or stop it, and then nothing is heard any more.
export const watch: Watch<Settings> = {
  everyMs: 15 * 60_000,
  async ensure(at) {
    if (!canBeTold(at.webhookUrl)) return { expiresAt: null } // as in a lab, where Bird knows our door without it
    const amiss = (await subscriptionThings(at)).flatMap((thing) => ('ensure' in thing ? [thing] : []))
    for (const { ensure } of amiss) await ensure()
    return { expiresAt: null, mended: amiss.length }
  },
}

const project = z.object({ id, name: z.string() })
const block = z.object({ role: z.string().nullish(), text: z.object({ text: z.string() }).nullish() })
const template = z.object({
  id, createdAt: when, localeStatuses: z.record(z.string(), z.string()).nullish(),
  platformContent: z.array(z.object({ locale: z.string(), blocks: z.array(block) })).nullish(),
})
type Known = z.infer<typeof template>

// https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/creating-whatsapp-message-templates
const templateThings = async (at: Watching<Settings>): Promise<Thing[]> => {
  const { http, connection: { settings } } = at
  const path = `${workspaceOf(settings)}/projects`
  const projects = await allAt(http, path, project)
  const things: Thing[] = []
  for (const wanted of messageTemplates) {
    const holder = projects.find(({ name }) => name === wanted.name)
    const versions = holder ? await allAt(http, `${path}/${encodeURIComponent(holder.id)}/channel-templates`, template) : []
    things.push(thingFor(at, wanted, holder?.id, versions))
  }
  return things
}

const thingFor = ({ http, connection: { settings }, webhookUrl }: Watching<Settings>, wanted: MessageTemplate, holder: string | undefined, versions: readonly Known[]): Thing => {
  const path = `${workspaceOf(settings)}/projects`
  const what = `template ${wanted.name}`
  const activate = async (holder: string, version: string): Promise<void> => void (await http({ method: 'PUT', path: `${path}/${encodeURIComponent(holder)}/channel-templates/${encodeURIComponent(version)}/activate` }))
  const make = async (): Promise<void> => {
    const made = holder ?? read('bird', z.object({ id }), await http({ method: 'POST', path, body: { name: wanted.name, type: 'channelTemplate', description: 'Portero' } })).id
    const body = bodyFor(wanted, settings, webhookUrl)
    await activate(made, read('bird', z.object({ id }), await http({ method: 'POST', path: `${path}/${encodeURIComponent(made)}/channel-templates`, body })).id)
  }
  const ours = versions.filter((each) => wanted.texts.every(({ language, text }) => wordsIn(each, language) === text)).toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
  const [newest] = ours
  if (!newest) return versions.length === 0 ? { what, is: 'missing', ensure: make } : { what: `${what}: says something else`, is: 'wrong', ensure: make }
  const states = wanted.texts.map(({ language }) => newest.localeStatuses?.[language] ?? 'draft')
  const { id: version } = newest
  if (holder !== undefined && states.includes('draft')) return { what: `${what}: was never sent to Meta`, is: 'wrong', ensure: () => activate(holder, version) }
  if (states.includes('inactive')) return { what: `${what}: Meta refuses it or has paused it`, is: 'blocked', mend: 'Bird: Marketing > Templates says why, template by template.' }
  return { what: states.includes('pending') ? `${what}: waits for Meta` : what, is: 'well' }
}
const wordsIn = ({ platformContent }: Known, language: string): string | undefined => platformContent?.find(({ locale }) => locale === language)?.blocks.find(({ role }) => role === 'body')?.text?.text

const bodyFor = ({ name, category, texts }: MessageTemplate, { channelGroup }: Settings, webhookUrl: string): object => {
  const base = webhookUrl.replace(/\/webhooks\/.*$/, '')
  const keys = [...new Set(texts.flatMap(({ params }) => params.map(({ key }) => key)))]
  const examples = (wanted: string): object => Object.fromEntries(texts.map(({ language, params }) => [language, { exampleValueStrings: params.flatMap(({ key, example }) => (key === wanted ? [example] : [])) }]))
  return {
    defaultLocale: 'es-MX', description: 'Portero', genericContent: [], supportedPlatforms: ['whatsapp'],
    deployments: [{ key: 'whatsappTemplateName', platform: 'whatsapp', value: name }, { key: 'whatsappCategory', platform: 'whatsapp', value: category.toUpperCase() }],
    variables: keys.map((key) => ({ key, type: 'string', examplesLocale: examples(key) })),
    platformContent: texts.map(({ language, text, button }) => ({
      platform: 'whatsapp', locale: language, type: 'text', ...(channelGroup !== undefined && { channelGroupIds: [channelGroup] }),
      blocks: [{ type: 'text', role: 'body', text: { text } }, ...(button ? [{ type: 'link-action', link: { text: button.label, url: base + button.path } }] : [])],
    })),
  }
}
