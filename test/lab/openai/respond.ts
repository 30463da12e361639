import { createHmac } from 'node:crypto'
import type { Time } from '../simulator.ts'
import type { Draft, Offered } from './drafts.ts'
import type { Wrong } from './faults.ts'
import { connect, type Hosted } from './hosted.ts'
import { checkSequence, itemsIn, type InputItem } from './items.ts'
import type { Wanted } from './request.ts'
import type { Asking, Script } from './script.ts'
import { checkPictures, pictureIn, type Senses } from './seen.ts'
import { tokensOf, writtenIn, type Meter } from './usage.ts'
import { responseOf, type Ending, type OutputItem, type WireResponse } from './wire.ts'

// How an answer comes about: what is offered, what the script thinks of it, what goes wrong, and how long it may be.
export type Respond = (wanted: Wanted, how: { before: readonly InputItem[]; wrong: Wrong | undefined }) => Promise<{ begun: WireResponse; response: WireResponse }>
type Needs = { clock: Time; newId(prefix: string): string; secret: string; script: Script; senses: Senses; meter: Meter }
const mostHostedCalls = 10
const thoughtTokens = 64
const zone = 'America/Mexico_City'

export const makeRespond = ({ clock, newId, secret, script, senses, meter }: Needs): Respond => {
  const sealed = (id: string): string => `gAAAAA${createHmac('sha256', secret).update(id).digest('base64url')}`
  const think = (wanted: Wanted, items: readonly InputItem[], tools: readonly Offered[]): Draft[] => {
    const picture = pictureIn(items)
    if (picture && script.left() === 0) return [{ say: senses.seen(picture.bytes, picture.type) }]
    const asking: Asking = { items, instructions: wanted.instructions ?? '', tools, today: dayOf(clock.now()), whom: wanted.safety_identifier ?? '' }
    return script.next(asking)
  }

  return async (wanted, { before, wrong }) => {
    const items = [...before, ...wanted.items]
    checkSequence(items, { isKnownThought: ({ id, encrypted_content }) => encrypted_content === sealed(id) })
    checkPictures(wanted.items)
    const id = newId('resp')
    const at = clock.now()
    const hosted = await connected(wanted)
    const listed = hosted.map(({ server, listed: tools }): OutputItem => ({ type: 'mcp_list_tools', id: newId('mcpl'), server_label: server.server_label, tools, error: null }))
    const thought = (): OutputItem[] => (wanted.reasoning?.effort === 'none' ? [] : thoughtNamed(newId('rs')))
    const thoughtNamed = (name: string): OutputItem[] => [{ type: 'reasoning', id: name, summary: [], ...(wanted.include?.includes('reasoning.encrypted_content') && { encrypted_content: sealed(name) }) }]
    const itemOf = (draft: Draft): OutputItem =>
      'call' in draft
        ? { type: 'function_call', id: newId('fc'), call_id: newId('call'), name: draft.call, arguments: typeof draft.args === 'string' ? draft.args : JSON.stringify(draft.args), status: 'completed' }
        : { type: 'message', id: newId('msg'), role: 'assistant', status: 'completed', content: [partOf(draft)] }
    // The tools of a server are called here and now, and the model reads their answers at once.
    const calledHere = async (draft: Draft): Promise<OutputItem | undefined> => {
      if (!('call' in draft)) return undefined
      const whose = hosted.find(({ listed: tools }) => tools.some(({ name }) => name === draft.call))
      if (!whose) return undefined
      const args = typeof draft.args === 'string' ? draft.args : JSON.stringify(draft.args)
      return { type: 'mcp_call', id: newId('mcp'), server_label: whose.server.server_label, name: draft.call, arguments: args, approval_request_id: null, ...(await whose.call(draft.call, args)) }
    }

    try {
      const said: OutputItem[] = []
      const offered = offeredIn(wanted, hosted)
      for (let calls = 0; calls < mostHostedCalls; calls++) {
        const drafts = spoiled(think(wanted, [...items, ...itemsIn(said)], offered), calls === 0 ? wrong : undefined, offered)
        const here = await Promise.all(drafts.map(calledHere))
        said.push(...thought(), ...drafts.map((draft, no) => here[no] ?? itemOf(draft)))
        if (here.some((each) => each === undefined) || here.length === 0) break
      }
      const { output, ending } = ended([...listed, ...said], wanted, wrong)
      const told = { id, at, wanted, ending }
      return { begun: responseOf({ ...told, output: [], ending: { status: 'in_progress' } }), response: responseOf({ ...told, output, usage: meter.measure(wanted, before, output) }) }
    } finally {
      await Promise.all(hosted.map((each) => each.close()))
    }
  }
}

const connected = async ({ servers }: Wanted): Promise<Hosted[]> => {
  const hosted: Hosted[] = []
  try {
    for (const server of servers) hosted.push(await connect(server))
    return hosted
  } catch (thrown) {
    await Promise.all(hosted.map((each) => each.close()))
    throw thrown
  }
}
const offeredIn = ({ functions, tool_choice: choice }: Wanted, hosted: readonly Hosted[]): Offered[] => {
  if (choice === 'none') return []
  if (choice === 'required' || typeof choice === 'object') throw new Error("the lab's OpenAI calls what it likes: tool_choice must be auto or none")
  return [...functions.map(({ name, parameters }) => ({ name, parameters })), ...hosted.flatMap(({ listed }) => listed.map(({ name, input_schema }) => ({ name, parameters: input_schema })))]
}
const dayOf = (now: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now)

type Part = Extract<OutputItem, { type: 'message' }>['content'][number]
const partOf = (draft: { say: string } | { refuse: string }): Part => ('say' in draft ? { type: 'output_text', text: draft.say, annotations: [], logprobs: [] } : { type: 'refusal', refusal: draft.refuse })

const spoiled = (drafts: Draft[], wrong: Wrong | undefined, offered: readonly Offered[]): Draft[] => {
  const wanted = drafts.find((draft) => 'call' in draft)
  const some = { call: wanted?.call ?? offered[0]?.name ?? 'find_homes', args: wanted?.args ?? {} }
  switch (wrong) {
    case 'refusal':
      return [{ refuse: 'Lo siento, no puedo ayudar con eso.' }]
    case 'empty':
    case 'failed':
      return []
    case 'malformed':
      return [{ call: some.call, args: '{"home": "roma-norte-3' }]
    case 'unknown-tool':
      return [{ call: 'transfer_funds', args: { amount: 1 } }]
    case 'several':
      return [some, some, ...offered.filter(({ name }) => name !== some.call).slice(0, 1).map(({ name }) => ({ call: name, args: {} }))]
    default:
      return drafts
  }
}

// What was to be written beyond its end was never written. Thoughts come first, and count.
const ended = (output: OutputItem[], { max_output_tokens: most }: Wanted, wrong: Wrong | undefined): { output: OutputItem[]; ending: Ending } => {
  if (wrong === 'failed') return { output: [], ending: { status: 'failed', message: 'The model failed to produce an answer.' } }
  const length = (item: OutputItem): number => (item.type === 'reasoning' ? thoughtTokens : tokensOf(writtenIn(item)))
  const all = output.reduce((sum, item) => sum + length(item), 0)
  const last = output.at(-1)
  const isCut = wrong === 'incomplete' || wrong === 'filtered'
  if ((!isCut && (!most || all <= most)) || !last) return { output, ending: { status: 'completed' } }
  const ending: Ending = { status: 'incomplete', reason: wrong === 'filtered' ? 'content_filter' : 'max_output_tokens' }
  let left = isCut ? all - Math.ceil(length(last) / 2) : (most ?? 0)
  const kept = output.flatMap((item): OutputItem[] => {
    const room = left
    left -= length(item)
    return room <= 0 ? [] : left >= 0 ? [item] : shortened(item, room)
  })
  return { output: kept, ending }
}
const lettersPerToken = 4
const shortened = (item: OutputItem, tokens: number): OutputItem[] => {
  const letters = tokens * lettersPerToken
  if (item.type === 'function_call') return [{ ...item, arguments: item.arguments.slice(0, Math.max(0, letters - item.name.length)), status: 'incomplete' }]
  if (item.type === 'message') return [{ ...item, status: 'incomplete', content: item.content.map((part) => (part.type === 'output_text' ? { ...part, text: part.text.slice(0, letters) } : part)) }]
  return item.type === 'reasoning' ? [item] : []
}
