import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from '@portero/tool-server/spine/clock.ts'

// The cards as HubSpot would run them, and the worker they run in. Built when somebody first wants to see one, by a process of its own: the lab serves meanwhile.
export type Build = { done: Promise<ReadonlyMap<string, string>>; stop(): void } // name -> file
export type Bundles = {
  isReady(): boolean // without setting anything going
  prepare(): { state: 'preparing' | 'ready' | 'failed'; seconds: number; fault?: string }
  file(name: string): Promise<Buffer | undefined>
  close(): void
}
type State = { build: Build; since: number; files?: ReadonlyMap<string, string>; fault?: string }

export const makeBundles = ({ clock, build = buildApart }: { clock: Pick<Clock, 'now'>; build?: () => Build }): Bundles => {
  let state: State | undefined
  const begin = (): State => {
    const begun: State = { build: build(), since: clock.now() }
    begun.build.done.then((files) => void (begun.files = files), (thrown: unknown) => void (begun.fault = thrown instanceof Error ? thrown.message : 'the builder stopped'))
    return begun
  }
  return {
    isReady: () => state?.files !== undefined,
    prepare() {
      const { since, files, fault } = (state ??= begin())
      const seconds = Math.round((clock.now() - since) / 1_000)
      if (fault === undefined) return { state: files ? 'ready' : 'preparing', seconds }
      state = undefined // whoever asks next tries once more
      return { state: 'failed', seconds, fault }
    },
    async file(name) {
      const file = (await (state ??= begin()).build.done).get(name)
      return file === undefined ? undefined : readFile(file)
    },
    close: () => state?.build.stop(),
  }
}

const told = z.array(z.tuple([z.string(), z.string()]))
const buildApart = (): Build => {
  const script = `import { buildCards } from ${JSON.stringify(new URL('../support/card-build.ts', import.meta.url).href)}; process.stdout.write(JSON.stringify([...await buildCards()]))`
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const done = new Promise<ReadonlyMap<string, string>>((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => void (text += more))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(new Map(told.parse(JSON.parse(text))))
      else reject(new Error(`the builder of the cards ended with ${code}`))
    })
  })
  return { done, stop: () => void child.kill() }
}
