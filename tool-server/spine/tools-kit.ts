import { kitWords, type Language } from '@portero/shared'
import type { Tool } from '../define.ts'
import { gateScope } from './gate.ts'
import { fieldsOf } from './tools-reference.ts'

// The tools as the forms of an agent whose actions are typed by hand: what goes where, word for word. What stands in {{…}} the vendor fills in.
export type Form = {
  name: string; description: string; url: string; scopes: readonly string[]
  headers: readonly (readonly [name: string, value: string])[]
  arguments: readonly { name: string; type: string; isNeeded: boolean; description: string; options: readonly string[] }[]
  body: string
}
const conversationHeader = ['X-Bird-Conversation-Id', '{{context.conversation.id}}'] as const
const headersWith = (key: string): Form['headers'] => [['Authorization', `Bearer ${key}`], conversationHeader, ['Content-Type', 'application/json']]

// Whatever the vendor fills in arrives as text, which the door turns into what the tool expects; what it leaves empty counts as not said.
const bodyWith = (names: readonly string[], inside: string): string => JSON.stringify({ [inside]: Object.fromEntries(names.map((name) => [name, `{{arguments.${name}}}`])) }, undefined, 2)

export const formsOf = (tools: readonly Tool[], publicBaseUrl: string, key: string): Form[] =>
  tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((tool) => {
    const fields = fieldsOf(tool)
    return { name: tool.name, description: tool.description, url: `${publicBaseUrl}/tools/${tool.name}`, scopes: tool.policy.scopes, headers: headersWith(key), arguments: fields, body: bodyWith(fields.map(({ name }) => name), 'arguments') }
  })

export const gateForm = (publicBaseUrl: string, key: string): Form => ({
  name: 'gate', description: '', url: `${publicBaseUrl}/gate/inbound`, scopes: [gateScope], headers: headersWith(key), arguments: [], body: JSON.stringify({ text: '{{context.message.text}}' }, undefined, 2),
})

// What a key lacks of all that the kit asks for: the names of the forms that it opens not.
export const lackedBy = (forms: readonly Form[], scopes: readonly string[]): string[] => forms.flatMap(({ name, scopes: needed }) => (needed.every((scope) => scopes.includes(scope)) ? [] : [name]))

const section = (title: string, text: string): string => `## ${title}\n\n${text}\n`

type Kit = { tools: readonly Tool[]; publicBaseUrl: string; company: string; language?: Language }
export const kitPage = ({ tools, publicBaseUrl, company, language = 'es-MX' }: Kit): string => {
  const words = kitWords[language]
  const key = `<${words.yourKey}>`
  const form = ({ name, description, url, headers, arguments: fields, body }: Form): string => `${description === '' ? '' : `### ${name}\n\n**${words.description}:** ${description}\n\n`}**${words.url}:** \`POST ${url}\`

**${words.headers}:**

${headers.map(([header, value]) => `- \`${header}\`: \`${value}\``).join('\n')}

${description === '' ? '' : fields.length === 0 ? `${words.noArguments}\n\n` : `| ${words.formHead.join(' | ')} |\n|---|---|---|---|\n${fields.map((field) => `| \`${field.name}\` | ${field.type} | ${field.isNeeded ? words.yes : words.no} | ${[field.description, field.options.length > 0 && words.oneOf(field.options.join(', '))].filter(Boolean).join(' ')} |`).join('\n')}\n\n`}**${words.body}:**

\`\`\`json
${body}
\`\`\`
`
  return [
    `# ${words.title}\n\n${words.lead}\n`,
    section(words.persona, words.personaText(company)), section(words.guardrails, words.guardrailsText), section(words.knowledge, words.knowledgeText(company)),
    section(words.gate, `${words.gateText}\n\n${form(gateForm(publicBaseUrl, key))}`),
    section(words.tools, `${words.toolsText}\n\n${formsOf(tools, publicBaseUrl, key).map(form).join('\n')}`),
  ].join('\n')
}
