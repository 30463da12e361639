import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'

// A fault that somebody could have made, put into a file of the server as it is loaded. The simulation is worth what it finds of these.
export type Planted = { name: string; file: string; from: string; to: string }

const root = new URL('../../', import.meta.url).href
export const textOf = ({ name, file, from }: Planted): string => {
  const text = readFileSync(fileURLToPath(root + file), 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${name}: «${from}» stands ${text.split(from).length - 1} times in ${file}`)
  return text
}
export const plant = (planted: Planted): void => {
  const { file, from, to } = planted
  const text = textOf(planted)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      return url === root + file ? { ...loaded, source: text.replace(from, () => to) } : loaded
    },
  })
}
