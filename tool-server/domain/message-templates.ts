import { cadenceWords, templateWords, type Language, type TemplateName } from '@portero/shared'

// The templates that Portero needs, all of them about what somebody has asked for. Their words, and the keys in them, are in shared.
// marketing: what is to bring somebody back, also to what they asked about themselves. Meta would make it that anyway.
// page: of the console, behind a button; what stands in it as {{…}} is a parameter too.
const page: Partial<Record<TemplateName, string>> = { portero_escalation: '/console/conversations/{{conversation}}' }
const pageExample = '019abc12-3d4e-7f56-8a9b-0c1d2e3f4a5b'

export type MessageTemplate = { name: TemplateName; category: 'utility' | 'marketing'; texts: { language: Language; text: string; params: { key: string; example: string }[]; button?: { label: string; path: string } }[] }

const languages = ['es-MX', 'en'] as const satisfies readonly Language[]
const names = Object.keys(templateWords['es-MX'])
const isName = (name: string): name is TemplateName => names.includes(name)

const keyed = /\{\{(\w+)\}\}/g
export const keysIn = (text: string): string[] => [...new Set([...text.matchAll(keyed)].map(([, key = '']) => key))]

export const messageTemplates: readonly MessageTemplate[] = names.filter(isName).map((name) => ({
  name, category: name in cadenceWords['es-MX'].templates ? 'marketing' : 'utility',
  texts: languages.map((language) => {
    const { text, examples, button } = templateWords[language][name]
    const path = page[name]
    const link = button !== undefined && path !== undefined && { button: { label: button, path } }
    const params = [...keysIn(text).map((key) => ({ key, example: examples[key] ?? '' })), ...(link ? keysIn(link.button.path).map((key) => ({ key, example: pageExample })) : [])]
    return { language, text, params, ...link }
  }),
}))

// As say() wants it: the template by its name, what goes into it, and how it then reads.
export const byTemplate = (name: TemplateName, language: Language, given: Record<string, string>): { template: string; params: { key: string; value: string }[]; text: string } => ({
  template: name, params: Object.entries(given).map(([key, value]) => ({ key, value })), text: templateWords[language][name].text.replace(keyed, (all, key: string) => given[key] ?? all),
})

// What Meta refuses at sight.
const mostCharacters = 1_024
export const faultsOf = ({ name, texts }: MessageTemplate): string[] =>
  texts.flatMap(({ language, text, params, button }) => {
    const faults = [
      !/^[a-z0-9_]{1,512}$/.test(name) && 'a name has small letters, digits and underscores',
      (text.length === 0 || text.length > mostCharacters) && `has 1 to ${mostCharacters} characters`,
      /^\s*\{\{|\}\}\s*$/.test(text) && 'begins or ends with a parameter',
      /\}\}\s*\{\{/.test(text) && 'has two parameters side by side',
      /\n{3}| {5}|\t/.test(text) && 'has too much room in it',
      /\{\{(?!\w+\}\})|(?<!\{\{\w{1,60})\}\}/.test(text) && 'has braces that are no parameter',
      params.some(({ key, example }) => !/^[a-z_]+$/.test(key) || example === '' || /\n|\t| {5}/.test(example)) && 'needs an example of each parameter, on one line',
      (button?.label.length ?? 0) > 25 && 'has a button with more than 25 characters',
      button && !/^[^{}]+(\{\{\w+\}\})?$/.test(button.path) && 'has a link whose parameter is not at its end',
      text.length < keysIn(text).length * 20 && 'is too short for so many parameters',
    ]
    return faults.flatMap((fault) => (fault ? [`${name} (${language}) ${fault}`] : []))
  })
