import type { InputItem } from './items.ts'
import type { Wanted } from './request.ts'
import type { OutputItem, Usage } from './wire.ts'

// How much was read and written. What begins as an earlier request did is cheaper: https://platform.openai.com/docs/guides/prompt-caching
export type Meter = { measure(wanted: Wanted, before: readonly InputItem[], output: readonly OutputItem[]): Usage } // before: what an earlier answer left
const lettersPerToken = 4
const least = 1_024 // a shorter beginning is not kept
const step = 128
const lifeMs = 30 * 60_000
const mostKept = 64 // the latest; the instructions are the same in all of them

export const tokensOf = (text: string): number => Math.ceil(text.length / lettersPerToken)
export const makeMeter = ({ now }: { now(): number }): Meter => {
  let kept: { model: string; key: string; text: string; at: number }[] = []
  return {
    measure(wanted, before, output) {
      const text = readBy(wanted, before)
      const key = wanted.prompt_cache_key ?? ''
      kept = kept.filter(({ at }) => now() - at < lifeMs).slice(-mostKept)
      const longest = Math.max(0, ...kept.filter((each) => each.model === wanted.model && each.key === key).map((each) => sharedLength(each.text, text)))
      kept.push({ model: wanted.model, key, text, at: now() })
      const input = tokensOf(text)
      const cached = cachedOf(Math.min(input, Math.floor(longest / lettersPerToken)))
      const thought = output.some(({ type }) => type === 'reasoning') ? 64 : 0
      const written = thought + output.reduce((sum, item) => sum + tokensOf(writtenIn(item)), 0)
      return {
        input_tokens: input, input_tokens_details: { cached_tokens: cached, cache_write_tokens: Math.max(0, cachedOf(input) - cached) },
        output_tokens: written, output_tokens_details: { reasoning_tokens: thought }, total_tokens: input + written,
      }
    },
  }
}
const cachedOf = (tokens: number): number => (tokens < least ? 0 : tokens - (tokens % step))

// In the order in which a model reads it.
const readBy = ({ functions, servers, instructions, items }: Wanted, before: readonly InputItem[]): string => [JSON.stringify(functions), JSON.stringify(servers.map(({ server_label, server_url, allowed_tools }) => ({ server_label, server_url, allowed_tools }))), instructions ?? '', ...[...before, ...items].map((item) => JSON.stringify(item))].join('\n')
export const writtenIn = (item: OutputItem): string =>
  item.type === 'message' ? item.content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('') : item.type === 'function_call' || item.type === 'mcp_call' ? `${item.name}${item.arguments}` : ''

const sharedLength = (one: string, other: string): number => {
  const end = Math.min(one.length, other.length)
  let at = 0
  while (at < end && one.charCodeAt(at) === other.charCodeAt(at)) at++
  return at
}
