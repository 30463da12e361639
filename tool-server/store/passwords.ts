import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '@portero/shared'

// Passwords are kept as argon2id. The parameters stand in the hash (PHC string), so that they can be raised later: OWASP's second choice, 19 MiB and two passes.
export const shortest = 12
type Cost = { memory: number; passes: number; parallelism: number }
const usual: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const derive = promisify(argon2)
const phc = ({ memory, passes, parallelism }: Cost, salt: Buffer, key: Buffer): string => `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${salt.toString('base64url')}$${key.toString('base64url')}`
const keyOf = (password: string, salt: Buffer, cost: Cost, tagLength: number): Promise<Buffer> => derive('argon2id', { message: password.normalize('NFKC'), nonce: salt, tagLength, ...cost })

export const hashOf = async (password: string, salt: Buffer): Promise<string> => phc(usual, salt, await keyOf(password, salt, usual, 32))
export const nobodys = (bytes: (count: number) => Buffer): string => phc(usual, bytes(16), bytes(32))
export const fits = async (password: string, hash: string): Promise<boolean> => {
  const [, memory, passes, parallelism, salt = '', key = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(hash) ?? []
  const wanted = Buffer.from(key, 'base64url')
  if (wanted.length === 0) throw new AppError('bug', 'a password hash of unknown form')
  return timingSafeEqual(wanted, await keyOf(password, Buffer.from(salt, 'base64url'), { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }, wanted.length))
}
