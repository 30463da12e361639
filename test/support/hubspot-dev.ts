import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedTools, toolsPlace } from '../../hubspot-project/deploy/cli.ts'
import { makeTree } from '../../hubspot-project/deploy/tree.ts'
import { freePort, freshDir, root, start, until, type Exit } from './process.ts'

// HubSpot's own dev server as a developer runs it, `uie dev`: it builds the cards, hands on what they fetch to the address in local.json, signed, and runs the functions.
export type DevServer = {
  bundle(name: string): Promise<string>
  fetch(uri: string, body: object): Promise<{ status: string; responseBody: any; category?: string; context: Record<string, string[]> }>
  run(name: string, parameters: object): Promise<any>
  stop(): Promise<Exit>
}
export type Project = { tree: string; accountId: number; address: string; giveSecret(secret: string): void }

// The tree of an upload, as it is on a developer's machine: with its packages installed, the house instead of the profile's address, and a secret for the functions.
export const makeProject = ({ profile, houseUrl }: { profile: string; houseUrl: string }): Project => {
  const place = freshDir()
  const tree = makeTree({ place, profile, functions: true, tools: installedTools() })
  const { accountId, variables: { TOOL_BASE_URL: address } } = JSON.parse(readFileSync(join(tree, `src/hsprofile.${profile}.json`), 'utf8'))
  const app = join(tree, 'src/app')
  const installed = join(root, 'hubspot-project/src/app/cards/node_modules')
  const packages = join(app, 'cards/node_modules')
  mkdirSync(join(packages, '@portero'), { recursive: true })
  symlinkSync(join(place, 'shared'), join(packages, '@portero/shared'))
  for (const name of readdirSync(installed)) if (name !== '@portero') symlinkSync(join(installed, name), join(packages, name))
  writeFileSync(join(app, 'local.json'), JSON.stringify({ proxy: { [address]: houseUrl } }))
  // A function asks the address itself, which is one that nobody answers at.
  const functions = join(app, 'functions')
  for (const name of readdirSync(functions).filter((each) => each.endsWith('.js'))) writeFileSync(join(functions, name), readFileSync(join(functions, name), 'utf8').replaceAll(address, houseUrl))
  return { tree, accountId, address, giveSecret: (secret) => writeFileSync(join(functions, '.env'), `PORTERO_CLIENT_SECRET=${secret}\n`) }
}

export const startDevServer = async ({ tree, accountId }: Project, { clientSecret }: { clientSecret: string }): Promise<DevServer> => {
  const home = freshDir()
  mkdirSync(join(home, '.hscli'))
  writeFileSync(join(home, '.hscli/config.yml'), 'accounts: []\n') // whoever has none is asked for none
  const env = {
    HOME: home, CLIENT_SECRET: clientSecret,
    HUBSPOT_PROJECT_INTERNAL_TEST: 'true', // its parser is older than platform 2026.09
    https_proxy: 'http://127.0.0.1:9', // and so is nothing told of it outside
  }
  const port = await freePort()
  const args = [join(toolsPlace(), 'node_modules/.bin/uie'), 'dev', tree, '--account-id', String(accountId), '--port', String(port)]
  const everyExtension = 'a\n' // to its question which ones
  const { out, err, isRunning, kill, exited } = start(process.execPath, args, { env, input: everyExtension })
  await until('the dev server', () => {
    if (!isRunning()) throw new Error(`it ended: ${out()}${err()}`)
    return out().includes('Running extension')
  })
  const api = `http://127.0.0.1:${port}/api/crm-extensibility/execution/internal/v3`
  const post = async (path: string, body: object): Promise<any> => (await fetch(`${api}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })).json()
  return {
    bundle: async (name) => (await fetch(`http://127.0.0.1:${port}/${name}`)).text(),
    fetch: (requestUri, requestBody) => post('/proxy', { requestUri, method: 'POST', requestTimeoutMillis: 15_000, requestBody, requestHeaders: {} }),
    run: async (serverlessFunction, parameters) => (await post('/action/function/31337', { serverlessFunction, parameters })).response,
    async stop() {
      kill('SIGTERM')
      return exited
    },
  }
}
