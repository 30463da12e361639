import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { tools } from '@portero/tool-server/tools/index.ts'
import { workflowActions } from '@portero/tool-server/spine/workflow-actions.ts'

// What HubSpot is told of the tools. After a change: npx portero docs --hubspot hubspot-project
const folder = new URL('../hubspot-project/src/app/workflow-actions/', import.meta.url)
const made = workflowActions(tools)

const definition = z.strictObject({ name: z.string().regex(/^[a-z_]+$/), type: z.enum(['string', 'number', 'bool', 'enumeration']), fieldType: z.enum(['text', 'number', 'booleancheckbox', 'select']), options: z.array(z.strictObject({ value: z.string(), label: z.string(), displayOrder: z.int() })).min(1).optional() })
const field = z.strictObject({ typeDefinition: definition, supportedValueTypes: z.tuple([z.literal('STATIC_VALUE')]) })
const words = z.record(z.string(), z.string().min(2))
const labels = z.strictObject({ actionName: z.string(), actionDescription: z.string(), actionCardContent: z.string(), appDisplayName: z.string(), inputFieldLabels: words, inputFieldDescriptions: words, outputFieldLabels: words })
const action = z.strictObject({
  uid: z.string().regex(/^[\w.-]+$/),
  type: z.literal('workflow-action'),
  config: z.strictObject({
    actionUrl: z.string().startsWith('${TOOL_BASE_URL}/workflow/'), isPublished: z.literal(true), supportedClients: z.tuple([z.strictObject({ client: z.literal('WORKFLOWS') }), z.strictObject({ client: z.literal('AGENTS') })]),
    inputFields: z.array(field.extend({ isRequired: z.boolean() })), outputFields: z.array(field), objectTypes: z.array(z.enum(['CONTACT', 'DEAL'])), labels: z.strictObject({ en: labels, es: labels }),
  }),
})

describe('hubspot-project/src/app/workflow-actions', () => {
  test('is what the tools say now', () => {
    const kept = readdirSync(folder).toSorted().map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }))
    expect(kept).toEqual(made.toSorted((a, b) => (a.file < b.file ? -1 : 1)))
  })
  test('has every tool that is for workflows, once', () => {
    const wanted = tools.filter(({ callers }) => callers.includes('workflow')).map(({ name }) => `portero_${name}`).toSorted()
    expect(made.map(({ text }) => action.parse(JSON.parse(text)).uid).toSorted()).toEqual(wanted)
  })
})

describe.each(made.map(({ file, text }) => [file, action.parse(JSON.parse(text)).config] as const))('%s', (_file, config) => {
  test('names each of its fields in both languages, and none besides', () => {
    const names = (fields: readonly { typeDefinition: { name: string } }[]): string[] => fields.map(({ typeDefinition }) => typeDefinition.name).toSorted()
    for (const label of [config.labels.en, config.labels.es]) {
      expect([Object.keys(label.inputFieldLabels).toSorted(), Object.keys(label.inputFieldDescriptions).toSorted(), Object.keys(label.outputFieldLabels).toSorted()]).toEqual([names(config.inputFields), names(config.inputFields), names(config.outputFields)])
    }
  })
  test('asks for nobody', () => {
    expect(config.inputFields.filter(({ typeDefinition: { name } }) => /contact|phone|email|deal_id|conversation|person/.test(name))).toEqual([])
  })
  test('has no field twice', () => {
    const names = config.outputFields.map(({ typeDefinition }) => typeDefinition.name)
    expect(new Set(names).size).toBe(names.length)
  })
})

test('a tool without words for workflows is a bug', () => {
  const [tool] = tools
  expect(() => workflowActions([{ ...tool!, name: 'new_tool' }])).toThrow(expect.objectContaining({ code: 'bug' }))
  expect(() => workflowActions([{ ...tool!, input: z.strictObject({ new_field: z.string() }) }])).toThrow(expect.objectContaining({ code: 'bug' }))
})
