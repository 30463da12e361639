import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { readConfig } from '@portero/tool-server/config.ts'
import { cleanUp, freePort, freshDir, root, start, statusOf, until } from './support/process.ts'
import { emptyDatabase } from './support/process-databases.ts'

// The files are read as Docker would, and what they say is done in a scratch folder; .ci/compose.sh does it by Docker itself, where one runs.
jest.setTimeout(240_000)
afterEach(cleanUp)

type Step = { word: string; rest: string; stage: number }
const steps = readFileSync(join(root, 'Dockerfile'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#')).reduce<Step[]>((all, line) => {
  const [word = ''] = line.split(' ')
  return [...all, { word, rest: line.slice(word.length + 1), stage: all.filter(({ word }) => word === 'FROM').length + (word === 'FROM' ? 1 : 0) }]
}, [])
const of = (word: string, stage?: number): string[] => steps.filter((step) => step.word === word && (stage === undefined || step.stage === stage)).map(({ rest }) => rest)
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
const allowed = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
const compose = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as { services: Record<string, any>; volumes: object }

// ${NAME:?why} and ${NAME:-else}, as compose reads them: https://docs.docker.com/reference/compose-file/interpolation/
const filled = (text: string, env: Record<string, string>): string =>
  text.replaceAll(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, how: string | undefined, rest = '') => {
    if (env[name]) return env[name]
    if (how === '-') return rest
    throw new Error(`${name}: ${rest}`)
  })
const environmentOf = (service: string, env: Record<string, string>): Record<string, string> => Object.fromEntries(Object.entries<string>(compose.services[service].environment).map(([name, value]) => [name, filled(value, env)]))
const good = { POSTGRES_PASSWORD: 'f'.repeat(64), PORTERO_KEY: Buffer.alloc(32, 5).toString('base64'), PUBLIC_BASE_URL: 'https://portero.example' }

describe('the Dockerfile', () => {
  test('takes Node 24, and ends as somebody without rights who starts the server', () => {
    expect(of('FROM')).toEqual(['node:24-slim AS packages', 'node:24-slim'])
    expect([of('USER'), of('CMD').map((cmd) => JSON.parse(cmd)), of('EXPOSE')]).toEqual([['node'], [['node', 'tool-server/main.ts']], ['3000']])
    expect(steps.findLastIndex(({ word }) => word === 'COPY' || word === 'RUN')).toBeLessThan(steps.findIndex(({ word }) => word === 'USER'))
  })
  test('holds no secret, and is never the lab', () => {
    expect([of('ENV'), of('ARG')]).toEqual([['NODE_ENV=production PORTERO_LAB=0 DATA_DIR=/data'], []])
  })
  test('copies only what is there and let in', () => {
    const copied = of('COPY').filter((rest) => !rest.startsWith('--from')).flatMap((rest) => rest.split(' ').slice(0, -1))
    const isLetIn = (path: string): boolean => allowed.some((each) => path === each || path.startsWith(`${each}/`))
    expect([ignored[0], copied.filter((path) => !existsSync(join(root, path))), copied.filter((path) => !isLetIn(path)), allowed.filter((path) => !copied.includes(path))]).toEqual(['*', [], [], []])
    expect(ignored).toEqual(expect.arrayContaining(['**/node_modules', '**/dist', '**/.env*']))
  })
})

describe('compose.yaml', () => {
  test('has a server that waits for a healthy PostgreSQL 16', () => {
    const { database, portero } = compose.services
    expect([database.image, database.healthcheck.test[1], portero.depends_on, portero.build]).toEqual(['postgres:16', expect.stringContaining('pg_isready'), { database: { condition: 'service_healthy' } }, '.'])
    expect([database.restart, portero.restart, portero.tmpfs, portero.security_opt]).toEqual(['unless-stopped', 'unless-stopped', ['/tmp'], ['no-new-privileges:true']])
    expect([portero.read_only, portero.cap_drop, portero.ports, portero.stop_grace_period]).toEqual([true, ['ALL'], [expect.stringMatching(/^127\.0\.0\.1:/)], '30s'])
    const named = [...database.volumes, ...portero.volumes].filter((volume: unknown) => typeof volume === 'string').map((volume: string) => volume.split(':')[0])
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)))
  })
  test('gives a server the time that it takes to stop, however long its drain', () => {
    const [, stopMs] = /^const stopMs = ([\d_]+)/m.exec(readFileSync(join(root, 'tool-server/main.ts'), 'utf8'))!
    expect(Number(stopMs!.replace('_', ''))).toBeLessThan(parseInt(compose.services['portero']!.stop_grace_period) * 1_000)
    expect(() => readConfig({ PORTERO_DRAIN_MS: '15001' })).toThrow('PORTERO_DRAIN_MS')
  })
  test.each(Object.keys(good))('refuses without %s', (name) => {
    const without = Object.fromEntries(Object.entries(good).filter(([other]) => other !== name))
    expect(() => [environmentOf('database', without), environmentOf('portero', without)]).toThrow(name)
  })
  test('gives the server a configuration that it takes', () => {
    const config = readConfig({ PORTERO_LAB: '0', ...environmentOf('portero', good) })
    expect(config).toMatchObject({ lab: false, databaseUrl: `postgres://portero:${good.POSTGRES_PASSWORD}@database:5432/portero`, publicBaseUrl: good.PUBLIC_BASE_URL, catalogue: '/portero/catalogue.yaml', opsToken: undefined, shadow: false })
    expect(environmentOf('database', good)['POSTGRES_PASSWORD']).toBe(good.POSTGRES_PASSWORD)
  })
})

describe('what the Dockerfile does', () => {
  test('makes a server that comes up for real, and a health check that says so', async () => {
    const image = join(freshDir(), 'portero')
    mkdirSync(image)
    copy(1, image)
    const [install = ''] = of('RUN', 1)
    const bin = join(root, 'node_modules/.bin')
    const env = { PATH: `${bin}:${process.env['PATH']}`, HOME: process.env['HOME'] ?? '', npm_config_prefer_offline: 'true', npm_config_cache: process.env['npm_config_cache'] ?? join(process.env['HOME'] ?? '', '.npm') }
    const installed = spawnSync('sh', ['-c', install], { cwd: image, env, encoding: 'utf8' })
    expect([installed.status, installed.stderr.split('\n').filter((line) => /error/i.test(line))]).toEqual([0, []])
    copy(2, image)
    expect([existsSync(join(image, 'test')), existsSync(join(image, 'node_modules/jest')), existsSync(join(image, 'node_modules/typescript'))]).toEqual([false, false, false])

    const port = String(await freePort())
    const catalogue = join(image, 'catalogue.yaml')
    cpSync(join(root, 'tool-server/catalogue.sample.yaml'), catalogue)
    const data = freshDir()
    const isServer = process.env['DATABASE_URL'] !== undefined
    const own = { ...environmentOf('portero', good), PORT: port, CATALOGUE: catalogue, DATA_DIR: data, NODE_ENV: 'production', PORTERO_LAB: '0', DATABASE_URL: isServer ? await emptyDatabase() : '' }
    const [, ...args] = JSON.parse(of('CMD')[0]!) as string[]
    const runner = join(image, 'run.mjs') // start() runs in the checkout
    writeFileSync(runner, `process.chdir(${JSON.stringify(image)}); process.argv[1] = ${JSON.stringify(join(image, args[0]!))}; await import(${JSON.stringify(join(image, args[0]!))})`)
    const server = start(...asContained([join(bin, 'node'), runner], { image, data }), { env: own })
    const check = (): number | null => spawnSync(join(bin, 'node'), (JSON.parse(of('HEALTHCHECK')[0]!.split(' CMD ')[1]!) as string[]).slice(1), { env: { ...env, PORT: port } }).status
    const before = check()
    await until('readiness', async () => {
      if (!server.isRunning()) throw new Error(`it ended: ${server.out()}${server.err()}`)
      return (await statusOf(`http://127.0.0.1:${port}/readyz`)) === 200
    }, 90_000)
    expect([before, check(), await statusOf(`http://127.0.0.1:${port}/console`)]).toEqual([1, 0, 200])
    if (mayContain) {
      const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
      expect(['Uid', 'CapEff', 'CapBnd', 'NoNewPrivs'].map((name) => new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(status)?.[1])).toEqual(['1000', '0'.repeat(16), '0'.repeat(16), '1'])
      expect(readFileSync(`/proc/${server.pid}/mounts`, 'utf8')).toMatch(/^\S+ \/ \S+ ro\b/m)
    }
    server.kill('SIGTERM')
    expect(await server.exited).toEqual({ code: 0, signal: null })
  })

  // As compose.yaml and USER have it: the user of node's image, no capability, and nothing that can be written but /data, here not even /tmp. Done with the kernel's own means, where they are ours to use.
  const mayContain = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'setpriv', '--reuid=1000', '--bounding-set=-all', 'true']).status === 0
  // oxlint-disable-next-line no-console
  if (!mayContain) console.warn('NOT RUN: nothing may be mounted here, so the image was started by this user on a disk that can be written')
  const asContained = (command: string[], { image, data }: { image: string; data: string }): [string, string[]] => {
    if (!mayContain) return [command[0]!, command.slice(1)]
    for (const dir of [dirname(image), data]) chmodSync(dir, 0o755)
    chownSync(data, 1_000, 1_000)
    const mounts = `mount --bind ${data} ${data} && mount -o remount,bind,ro / && exec setpriv --reuid=1000 --regid=1000 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$@"`
    return ['unshare', ['--mount', '--propagation', 'private', 'sh', '-c', mounts, 'sh', ...command]]
  }

  // COPY a b dir/, and COPY --from, which here is the folder itself. What .dockerignore leaves out stays out.
  const copy = (stage: number, image: string): void => {
    for (const rest of of('COPY', stage).filter((each) => !each.startsWith('--from'))) {
      const paths = rest.split(' ')
      const to = paths.pop()!
      for (const path of paths) {
        const target = to.endsWith('/') ? join(image, to, path.split('/').at(-1)!) : join(image, to)
        cpSync(join(root, path), target, { recursive: true, filter: (source) => !/\/(node_modules|dist)(\/|$)|\.tsbuildinfo$/.test(source.slice(root.length - 1)) })
      }
    }
    if (readdirSync(image).length === 0) throw new Error('nothing was copied')
  }
})
