import { z } from 'zod'
import { AppError, type Language } from '@portero/shared'
import type { Tool } from '../define.ts'
import { unwrapped } from './tool-answer.ts'
import { flatFields, kindOf, type FieldKind } from './workflow-fields.ts'
import { actionWords } from './workflow-words.ts'

// The tools as HubSpot's workflow actions and agent tools: one definition each, which the project uploads. Kept in hubspot-project/; a test says when one is out of date.
// https://developers.hubspot.com/docs/apps/developer-platform/add-features/custom-workflow-actions
export const workflowActions = (tools: readonly Tool[]): { file: string; text: string }[] =>
  tools.filter(({ callers }) => callers.includes('workflow')).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((tool) => ({ file: `${tool.name.replaceAll('_', '-')}-hsmeta.json`, text: `${JSON.stringify(actionOf(tool), null, 2)}\n` }))

const actionOf = (tool: Tool): object => {
  const shape: Readonly<Record<string, z.core.$ZodType>> = tool.input.shape
  return {
    uid: `portero_${tool.name}`,
    type: 'workflow-action',
    config: {
      actionUrl: `\${TOOL_BASE_URL}/workflow/${tool.name}`,
      isPublished: true,
      supportedClients: [{ client: 'WORKFLOWS' }, { client: 'AGENTS' }],
      inputFields: Object.entries(shape).map(([name, schema]) => inputField(name, schema)),
      outputFields: flatFields(tool).map(([name, type]) => ({ typeDefinition: { name, type, fieldType: fieldTypes[type] }, supportedValueTypes: ['STATIC_VALUE'] })),
      objectTypes: ['CONTACT', 'DEAL'],
      labels: { en: labelsOf(tool, 'en'), es: labelsOf(tool, 'es-MX') },
    },
  }
}

const fieldTypes: Record<FieldKind, string> = { string: 'text', number: 'number', bool: 'booleancheckbox' }

const inputField = (name: string, schema: z.core.$ZodType): object => {
  const inner = unwrapped(schema)
  const isRequired = inner === schema // what may be left out is wrapped
  const kind = kindOf(inner)
  const options = optionsOf(inner)
  const typeDefinition = options ? { name, type: 'enumeration', fieldType: 'select', options: options.map((value, displayOrder) => ({ value, label: value, displayOrder })) } : { name, type: kind, fieldType: fieldTypes[kind] }
  return { typeDefinition, supportedValueTypes: ['STATIC_VALUE'], isRequired }
}
const optionsOf = (schema: z.core.$ZodType): string[] | undefined => (schema instanceof z.ZodEnum ? schema.options.map(String) : undefined)

const labelsOf = (tool: Tool, language: Language): object => {
  const words = actionWords[tool.name]
  if (!words) throw new AppError('bug', `${tool.name} is for workflows and has no words for them: see workflow-words.ts`)
  const shape: Readonly<Record<string, z.core.$ZodType>> = tool.input.shape
  const fields = Object.entries(shape).map(([name, schema]): [string, { label: string; help: string }] => {
    const own = words.fields[name]
    if (!own) throw new AppError('bug', `${name} of ${tool.name} has no words for workflows: see workflow-words.ts`)
    return [name, { label: own[language], help: language === 'en' ? own.help : (descriptionOf(schema) ?? own[language]) }]
  })
  return {
    actionName: words.name[language],
    actionDescription: language === 'en' ? words.does : tool.description,
    actionCardContent: words.name[language],
    appDisplayName: 'Portero',
    inputFieldLabels: Object.fromEntries(fields.map(([name, { label }]) => [name, label])),
    inputFieldDescriptions: Object.fromEntries(fields.map(([name, { help }]) => [name, help])),
    outputFieldLabels: Object.fromEntries(flatFields(tool).map(([name]) => [name, (outputs[name] ?? asIs(name))[language]])),
  }
}
const descriptionOf = (schema: z.core.$ZodType): string | undefined => (schema instanceof z.ZodType ? (schema.description ?? unwrappedDescription(schema)) : undefined)
const unwrappedDescription = (schema: z.ZodType): string | undefined => {
  const inner = unwrapped(schema)
  return inner instanceof z.ZodType ? inner.description : undefined
}

// What every tool answers; the rest has the name that the tools give it.
const outputs: Readonly<Record<string, Record<Language, string>>> = {
  ok: { 'es-MX': 'Se logró', en: 'Done' },
  say: { 'es-MX': 'Qué decir', en: 'What to say' },
  code: { 'es-MX': 'Por qué no', en: 'Why not' },
  retryable: { 'es-MX': 'Se puede reintentar', en: 'May be tried again' },
  next: { 'es-MX': 'Qué sigue', en: 'What comes next' },
  alternatives: { 'es-MX': 'Alternativas (JSON)', en: 'Alternatives (JSON)' },
}
const asIs = (name: string): Record<Language, string> => ({ 'es-MX': name, en: name })
