import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { openAiFunction } from '@portero/tool-server/spine/tools-openai.ts'
import { toolReference } from '@portero/tool-server/spine/tools-reference.ts'
import { tools } from '@portero/tool-server/tools/index.ts'

// Bird's forms are typed by hand from this page: a change of it is a change of the API.
test('docs/tools.md says what the tools are (npx portero docs > docs/tools.md)', () => {
  expect(readFileSync(new URL('../docs/tools.md', import.meta.url), 'utf8')).toBe(toolReference(tools))
})
test.each(tools.map((tool) => [tool.name, tool] as const))('the examples of %s are what it takes and answers', (_name, { input, output, examples }) => {
  for (const example of examples) expect([input.safeParse(example.input).error, output.safeParse(example.output).error]).toEqual([undefined, undefined])
  expect(examples.length).toBeGreaterThan(0)
})
test('the page names every field that models are shown', () => {
  const page = toolReference(tools)
  const fields = tools.flatMap((tool) => Object.keys((openAiFunction(tool) as unknown as { parameters: { properties: object } }).parameters.properties))
  expect(fields.filter((field) => !page.includes(`| \`${field}\` |`))).toEqual([])
})
