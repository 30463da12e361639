import { z } from 'zod'
import type { Tool } from '../define.ts'
import { schemaOf } from './tools-openai.ts'

// The tools as a page, for whoever types them into Bird's forms. Kept in docs/tools.md; a test says when it is out of date, since a tool's words are its API.
const kind = z.looseObject({ type: z.union([z.string(), z.array(z.string())]).optional(), enum: z.array(z.unknown()).optional() })
const property = kind.extend({ description: z.string().optional(), anyOf: z.array(kind).optional() })
const shape = z.looseObject({ properties: z.record(z.string(), property).optional(), required: z.array(z.string()).optional() })
type Property = z.infer<typeof property>

export const toolReference = (tools: readonly Tool[]): string => `# Tools

Written by \`npx portero docs\` from the definitions in \`tool-server/tools/\`. \`POST /tools/{name}\` with the key as \`Authorization: Bearer …\` and the conversation as \`X-Bird-Conversation-Id\`; the same tools are at \`/mcp\`, \`GET /tools\` (OpenAI functions) and \`GET /openapi.json\`.

${tools.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(chapter).join('\n')}`

// What a tool takes, as a person reads it. options: where only these will do.
export type Field = { name: string; type: string; options: string[]; isNeeded: boolean; description: string }
export const fieldsOf = ({ input }: Pick<Tool, 'input'>): Field[] => {
  const { properties = {}, required = [] } = shape.parse(schemaOf(input, 'input'))
  return Object.entries(properties).map(([name, each]) => ({ name, ...kindOf(each), isNeeded: required.includes(name), description: each.description ?? '' }))
}

const chapter = ({ name, description, input, policy, examples }: Tool): string => {
  const rows = fieldsOf({ input }).map(({ name, type, options, isNeeded, description }) => `| \`${name}\` | ${options.length > 0 ? options.map((option) => `\`${option}\``).join(' ') : type} | ${isNeeded ? 'yes' : ''} | ${description} |`)
  return `## ${name}

${description}

${policy.effect === 'read' ? 'Reads' : 'Writes'}; scopes: ${policy.scopes.map((scope) => `\`${scope}\``).join(', ')}.
${rows.length === 0 ? '\nTakes nothing.\n' : `\n| field | kind | needed | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`}${examples.map((example) => `\n${example.name}:\n\n\`\`\`json\n${JSON.stringify(example.input)}\n${JSON.stringify(example.output)}\n\`\`\`\n`).join('')}`
}

const kindOf = ({ anyOf = [], ...whole }: Property): Pick<Field, 'type' | 'options'> => {
  const { type, enum: options = [] } = [whole, ...anyOf].find((each) => [each.type].flat().some((name) => name !== undefined && name !== 'null')) ?? whole
  return { type: [type].flat().filter((name) => name !== 'null').join(' or '), options: options.filter((value) => value !== null).map((value) => JSON.stringify(value).replaceAll('"', '')) }
}
