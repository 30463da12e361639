import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { z } from 'zod'
import { Refusal } from './answers.ts'
import type { McpTool } from './request.ts'
import type { OutputItem } from './wire.ts'

// Tools that OpenAI calls by itself, at somebody's MCP endpoint: https://platform.openai.com/docs/guides/tools-connectors-mcp. It speaks the older wire.
type Listed = Extract<OutputItem, { type: 'mcp_list_tools' }>
type Called = Extract<OutputItem, { type: 'mcp_call' }>
export type Hosted = { server: McpTool; listed: Listed['tools']; call(name: string, args: string): Promise<Pick<Called, 'output' | 'error' | 'status'>>; close(): Promise<void> }

export const connect = async (server: McpTool): Promise<Hosted> => {
  const { server_label: label, server_url: url, authorization, headers, allowed_tools: allowed } = server
  const client = new Client({ name: 'openai-mcp', version: '1.0.0' })
  const sent = { ...headers, ...(authorization !== undefined && { authorization: `Bearer ${authorization}` }) }
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: sent } }))
    const { tools } = await client.listTools()
    return {
      server,
      listed: tools.filter(({ name, annotations }) => isAllowed(allowed, name, annotations?.readOnlyHint === true)).map(({ name, description, inputSchema, annotations }) => ({ name, description: description ?? null, input_schema: inputSchema, annotations: annotations ?? null })),
      call: (name, args) => callAt(client, name, args),
      close: () => client.close(),
    }
  } catch (thrown) {
    await client.close()
    const status = thrown instanceof StreamableHTTPError && thrown.code !== undefined && thrown.code > 0 ? ` Http status code: ${thrown.code}` : ''
    throw new Refusal({ status: 424, type: 'external_connector_error', message: `Error retrieving tool list from MCP server: '${label}'.${status}`, param: 'tools', code: 'http_error' })
  }
}
const isAllowed = (allowed: McpTool['allowed_tools'], name: string, isReading: boolean): boolean =>
  !allowed || (Array.isArray(allowed) ? allowed.includes(name) : (allowed.tool_names?.includes(name) ?? true) && (allowed.read_only !== true || isReading))

const result = z.object({ content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).default([]), isError: z.boolean().optional() })
const callAt = async (client: Client, name: string, args: string): Promise<Pick<Called, 'output' | 'error' | 'status'>> => {
  try {
    const { content, isError } = result.parse(await client.callTool({ name, arguments: z.record(z.string(), z.unknown()).parse(JSON.parse(args)) }))
    const text = content.map((part) => part.text ?? '').join('\n')
    if (isError) return { output: null, error: { type: 'mcp_tool_execution_error', content: content.map((part) => ({ type: 'text', text: part.text ?? '' })) }, status: 'failed' }
    return { output: text, error: null, status: 'completed' }
  } catch (thrown) {
    if (thrown instanceof StreamableHTTPError) return { output: null, error: { type: 'http_error', code: thrown.code ?? 0, message: thrown.message }, status: 'failed' }
    return { output: null, error: { type: 'mcp_protocol_error', code: -32_602, message: thrown instanceof Error ? thrown.message : 'not understood' }, status: 'failed' }
  }
}
