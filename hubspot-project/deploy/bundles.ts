import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { bundlesPlace } from './build.ts'

// The production bundle of each entrypoint by its name, 'VisitCard' and so on. Built where they are missing, by a process of its own, since whoever asks may be serving meanwhile.
export const cardBundles = async (): Promise<Map<string, string>> => {
  let place = ''
  while (!existsSync((place = bundlesPlace()))) await (building ??= build().finally(() => (building = undefined)))
  return new Map(readdirSync(place).map((file) => [basename(file, '.js'), join(place, file)]))
}
let building: Promise<void> | undefined

const build = (): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stderr.write('Building the cards as HubSpot does (some seconds, once for these sources) …\n')
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'build'], { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => void (said += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`The cards were not built: ${said}`))))
  })
