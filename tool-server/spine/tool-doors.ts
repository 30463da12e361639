import { Router } from 'express'
import type { Tool } from '../define.ts'
import type { Limits } from './knocks.ts'
import type { Log } from './log.ts'
import type { RunTool } from './run-tool.ts'
import type { Callers } from './tool-keys.ts'
import { toolsHttp } from './tools-http.ts'
import { toolsMcp } from './tools-mcp.ts'

// The doors by which agents call tools. Behind all of them stands the same runTool.
export const toolDoors = (needs: { tools: readonly Tool[]; keys: Callers; runTool: RunTool; limits: Limits; publicBaseUrl: string; lab: boolean; log: Log }): Router => Router().use(toolsHttp(needs), toolsMcp(needs))
