import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'

// What the authorization server remembers: for as long as the lab runs, and where it has a file, also for the next one.
export const makeStore = ({ file, now }: { file?: string | undefined; now(): number }): AdapterFactory => {
  const kept = new Map<string, AdapterPayload>(file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [])
  const isOver = ({ exp }: AdapterPayload): boolean => exp !== undefined && exp * 1_000 <= now()
  const written = (): void => {
    if (file === undefined) return
    writeFileSync(`${file}.new`, JSON.stringify([...kept].filter(([, each]) => !isOver(each))), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return (name): Adapter => {
    const keyOf = (id: string): string => `${name}:${id}`
    const by = async (field: 'uid' | 'userCode', value: string): Promise<AdapterPayload | undefined> => [...kept].find(([key, each]) => key.startsWith(`${name}:`) && each[field] === value)?.[1]
    return {
      find: async (id) => kept.get(keyOf(id)),
      findByUid: (uid) => by('uid', uid),
      findByUserCode: (code) => by('userCode', code),
      async upsert(id, payload) {
        kept.set(keyOf(id), payload)
        written()
      },
      async consume(id) {
        const found = kept.get(keyOf(id))
        if (found) kept.set(keyOf(id), { ...found, consumed: true })
        written()
      },
      async destroy(id) {
        kept.delete(keyOf(id))
        written()
      },
      async revokeByGrantId(grant) {
        for (const [key, { grantId }] of kept) if (key.startsWith(`${name}:`) && grantId === grant) kept.delete(key)
        written()
      },
    }
  }
}
