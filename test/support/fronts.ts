import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request as plainly } from 'node:http'
import { request as securely } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cert, key } from './localhost-certificate.ts'
import { atEnd, freePort, freshDir, root, start, statusOf, until, type Started } from './process.ts'
import { openRelay } from './relay.ts'

// The proxies of docs/runbooks/reverse-proxy.md as they stand there, with a port, a certificate and servers of this machine, and one of our own. .ci/run fetches both programs and names them: what is named must be there.
export type Front = { url: string; out(port: number): Promise<void>; in(port: number): Promise<void> } // what somebody has to do before and after a server is restarted. in: has been noticed, too
export type Proxy = 'own' | 'nginx' | 'caddy'

const page = readFileSync(join(root, 'docs/runbooks/reverse-proxy.md'), 'utf8')
// The block that begins with ```word.
export const blockOf = (word: string): string => {
  const [, text] = page.split(`\n\`\`\`${word}\n`)
  if (text === undefined) throw new Error(`reverse-proxy.md has no block ${word}`)
  return `${text.split('\n```')[0]}\n`
}
// Each of what is replaced has to be there: or the page says something else than what is tried.
const changed = (text: string, changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`reverse-proxy.md doesn't say ${from}`)
    return before.replaceAll(from, to)
  }, text)
const addresses = ['10.0.0.11:3000', '10.0.0.12:3000']

type Program = Exclude<Proxy, 'own'>
const programs: Record<Program, string> = { nginx: process.env['NGINX'] ?? 'nginx', caddy: process.env['CADDY'] ?? 'caddy' }
export const hasProxy = (which: Program): boolean => {
  const { error } = spawnSync(programs[which], [which === 'nginx' ? '-v' : 'version'])
  if (error && process.env[which.toUpperCase()]) throw error
  return error === undefined
}

export const openFront = async (which: Proxy, ports: readonly number[]): Promise<Front> => {
  if (which === 'own') return openOwn(ports)
  const dir = freshDir()
  writeFileSync(join(dir, 'cert.pem'), cert)
  writeFileSync(join(dir, 'key.pem'), key, { mode: 0o600 })
  return which === 'caddy' ? openCaddy(dir, ports) : openNginx(dir, ports)
}

// Round robin over those whose /readyz says 200.
const openOwn = async (ports: readonly number[]): Promise<Front> => {
  const relay = await openRelay()
  const up = new Set<number>()
  let isOver = false
  const looking = (async () => {
    for (; !isOver; await sleep(100))
      for (const port of ports) {
        const isReady = (await statusOf(`http://127.0.0.1:${port}/readyz`)) === 200
        if (isReady && !up.has(port)) relay.up(port)
        if (!isReady && up.has(port)) void relay.down(port)
        if (isReady) up.add(port)
        else up.delete(port)
      }
  })()
  atEnd(async () => {
    isOver = true
    await looking
    await relay.close()
  })
  return { url: relay.url, out: async () => {}, in: async (port) => void (await until(`${port} is up`, () => up.has(port))) }
}

const openCaddy = async (dir: string, ports: readonly number[]): Promise<Front> => {
  const port = await freePort()
  const url = `https://localhost:${port}`
  const file = join(dir, 'Caddyfile')
  const site = changed(blockOf('caddyfile'), [['portero.example.com {', `${url} {\n\ttls ${dir}/cert.pem ${dir}/key.pem`], [addresses.join(' '), ports.map((each) => `127.0.0.1:${each}`).join(' ')]])
  writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`)
  const caddy = start(programs.caddy, ['run', '--config', file, '--adapter', 'caddyfile'], { env: { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir } })
  await answers(caddy, url)
  // It asks /readyz by itself, and says so.
  const timesUp = (each: number): number => caddy.err().split('\n').filter((line) => line.includes('"host is up"') && line.includes(`:${each}"`)).length
  const known = new Map<number, number>()
  return {
    url,
    out: async () => {},
    async in(each) {
      await until(`caddy has noticed ${each}`, () => timesUp(each) > (known.get(each) ?? 0))
      known.set(each, timesUp(each))
    },
  }
}

const openNginx = async (dir: string, ports: readonly number[]): Promise<Front> => {
  const [port, plain] = [await freePort(), await freePort()]
  const url = `https://localhost:${port}`
  const servers = join(dir, 'portero-servers')
  const own = addresses.map((address, at) => [address, `127.0.0.1:${ports[at]}`] as const).slice(0, ports.length)
  writeFileSync(servers, changed(blockOf('nginx servers').split('\n').slice(0, ports.length).join('\n'), own))
  const site = changed(blockOf('nginx'), [
    ['/etc/nginx/portero-servers', servers], ['listen 80;', `listen 127.0.0.1:${plain};`], ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`], ['server_name portero.example.com', 'server_name localhost'],
    ['/etc/letsencrypt/live/portero.example.com/fullchain.pem', `${dir}/cert.pem`], ['/etc/letsencrypt/live/portero.example.com/privkey.pem', `${dir}/key.pem`],
  ])
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${dir}/${kind};`).join(' ')
  const file = join(dir, 'nginx.conf')
  writeFileSync(file, `${process.getuid?.() === 0 ? 'user root;' : ''}\ndaemon off;\npid ${dir}/pid;\nerror_log stderr;\nevents {}\nhttp { access_log off; ${temporary}\n${site}\n}\n`)
  const nginx = start(programs.nginx, ['-p', dir, '-e', 'stderr', '-c', file], { env: {}, detached: true }) // its workers end with it
  await answers(nginx, url)
  const workers = (): string => spawnSync('pgrep', ['-P', String(nginx.pid)], { encoding: 'utf8' }).stdout
  // By the functions of deploy.md, where `nginx` is this one.
  const functions = changed(/```sh nginx\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/runbooks/deploy.md'), 'utf8'))?.[1] ?? '', [['/etc/nginx/portero-servers', servers]])
  const run = (which: 'take_out' | 'put_in') => async (each: number): Promise<void> => {
    const before = workers()
    const { status, stderr } = spawnSync('bash', ['-c', `nginx() { ${programs.nginx} -p ${dir} -e stderr -c ${file} "$@"; }\n${functions}\n${which} 127.0.0.1:${each}`], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${which} ended with ${status}: ${stderr}`)
    if (readFileSync(servers, 'utf8').includes(`${each} max_fails=0 down;`) !== (which === 'take_out')) throw new Error(`${which} changed nothing`)
    await until('nginx has new workers', () => workers() !== before)
  }
  return { url, out: run('take_out'), in: run('put_in') }
}

const answers = (proxy: Started, url: string): Promise<unknown> =>
  until(`${url}; it said ${proxy.err()}`, () => {
    if (!proxy.isRunning()) throw new Error(`it ended: ${proxy.out()}${proxy.err()}`)
    return ask(url, { path: '/livez' }).then(() => true, () => false)
  })

// On a connection of its own, as somebody who has never been here. 0: nobody answered.
export type Asked = { path: string; method?: string; headers?: Record<string, string>; body?: string | Buffer }
export type Answered = { status: number; text: string; headers: NodeJS.Dict<string | string[]> }
export const ask = (url: string, { path, method = 'GET', headers = {}, body = '' }: Asked): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? securely : plainly
    const outgoing = request(new URL(path, url), { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) }, ca: cert, agent: false, timeout: 30_000 }, (response) => {
      let text = ''
      response.on('data', (chunk) => void (text += String(chunk))).on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers })).on('error', reject)
    })
    outgoing.on('error', reject).on('timeout', () => outgoing.destroy(new Error('nobody answered within 30 s'))).end(body)
  })
