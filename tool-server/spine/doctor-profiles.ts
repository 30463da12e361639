import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Seen } from './doctor-look.ts'

// Where the cards of HubSpot's project may call, by the profiles that it can be uploaded with. It lies beside the server, though not in the container.
export type Profile = { name: string; baseUrl: string }
const profile = z.object({ variables: z.object({ TOOL_BASE_URL: z.string() }) })

export const readProfiles = (project: string): Profile[] => {
  const folder = join(project, 'src')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((file) => {
    const [, name] = /^hsprofile\.(.+)\.json$/.exec(file) ?? []
    return name === undefined ? [] : [{ name, baseUrl: profile.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))).variables.TOOL_BASE_URL }]
  })
}

// HubSpot lets cards call an https origin, and no other than the one that they were uploaded with.
export const aboutPermittedUrls = (publicBaseUrl: string, profiles: readonly Profile[]): Seen => {
  const { protocol, origin } = new URL(publicBaseUrl)
  if (protocol !== 'https:' || origin !== publicBaseUrl) return { told: `cards may call an https origin only, which ${publicBaseUrl} is not`, mend: 'Set PUBLIC_BASE_URL to https and a name, without a path.' }
  const fitting = profiles.find(({ baseUrl }) => baseUrl === publicBaseUrl)
  if (fitting) return { told: `cards uploaded with the profile ${fitting.name} may call ${publicBaseUrl}` }
  if (profiles.length === 0) return { told: `cards must be uploaded with a profile whose TOOL_BASE_URL is ${publicBaseUrl}; the project is not on this machine, so nobody here can see whether they are` }
  const mend = 'Write it as TOOL_BASE_URL into hubspot-project/src/hsprofile.prod.json, and upload: npm run hubspot:upload -- --profile prod'
  return { told: `no profile of the project lets cards call ${publicBaseUrl}: ${profiles.map(({ name, baseUrl }) => `${name} has ${baseUrl}`).join(', ')}`, mend }
}
