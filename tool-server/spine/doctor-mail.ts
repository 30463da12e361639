import { Resolver } from 'node:dns/promises'
import { z } from 'zod'
import type { VendorCheck } from './doctor-look.ts'
import { faultCode } from './fault.ts'
import { parseOr } from './parse.ts'
import { isLoopback } from './smtp-send.ts'

// Whether mail gets out, and whether it is believed to be ours.
const settings = z.object({ baseUrl: z.url(), from: z.email(), fromName: z.string() })
const entered = z.object({ secure: z.boolean() })

export const mailChecks: readonly VendorCheck[] = [
  {
    what: 'login',
    mend: 'See that the machine may reach that port, and what your mail provider calls server, user name and app password. Then connect it again.',
    async look({ ask, settings: given }) {
      const base = new URL(parseOr('bug', settings, given, 'the settings of smtp').baseUrl)
      const { secure } = parseOr('bad_response', entered, (await ask({ method: 'MAIL', path: '', reading: true })).body, 'the greeting of smtp')
      if (secure || isLoopback(base)) return { told: `${base.host} lets us in${secure ? ', over TLS' : ''}` }
      return { told: `${base.host} lets us in, and anybody on the way may read along`, mend: 'Take ?tls=off from the end of baseUrl, and connect it again.' }
    },
  },
  {
    what: 'sender',
    mend: 'Ask whoever looks after your domain whether its name server answers.',
    async look({ settings: given }) {
      const { baseUrl, from, fromName } = parseOr('bug', settings, given, 'the settings of smtp')
      const domain = from.slice(from.lastIndexOf('@') + 1)
      const told = `writes as ${fromName} <${from}>`
      if (isLoopback(new URL(baseUrl)) || isVouchedFor(await recordsOf(domain))) return { told }
      return { told: `${told}, and nothing says that ${domain} sends mail`, mend: `Publish the SPF record that your mail provider names as TXT of ${domain}, and its DKIM keys: without them notices land in spam.` }
    },
  },
]

// https://www.rfc-editor.org/rfc/rfc7208#section-4.5
export const isVouchedFor = (records: readonly string[]): boolean => records.some((record) => /^v=spf1( |$)/i.test(record))

const recordsOf = async (domain: string): Promise<string[]> => {
  try {
    return (await new Resolver({ timeout: 3_000, tries: 2 }).resolveTxt(domain)).map((pieces) => pieces.join(''))
  } catch (thrown) {
    if (['ENODATA', 'ENOTFOUND'].includes(faultCode(thrown) ?? '')) return []
    throw thrown
  }
}
