import { realClock } from '@portero/tool-server/spine/clock.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import { dayMs, loadQuarter, size } from './console-load.ts'
import { benchHouse, percentile } from './house.ts'

// Every page that the console's navigation names, and the heaviest behind them, with a quarter of a busy house to tell of. plain: a page that asks for nothing of all that.
const asked = 20
const plain = '/console/bird-kit'

export const console = async (): Promise<object> => {
  const bench = await benchHouse({ work: false, furnished: false })
  const { house: { db, tenant }, origin } = bench
  const clock = realClock()
  try {
    const conversation = await loadQuarter(bench)

    // Each page is looked at by somebody else, so that nobody looks too often.
    const signedIn = async (name: string): Promise<string> => {
      await putOperator({ db, clock }, { tenant, name, password: 'la-llave-del-patio', role: 'admin' })
      const first = await fetch(`${origin}/console/sign-in`)
      const cookie = cookiesOf(first)
      const csrf = /name="csrf" value="([^"]*)"/.exec(await first.text())?.[1] ?? ''
      return cookiesOf(await fetch(`${origin}/console/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ csrf, next: '/console', name, password: 'la-llave-del-patio' }) }))
    }
    const timed = async (path: string): Promise<number> => {
      const cookie = await signedIn(`operadora ${path}`.slice(0, 60))
      const took: number[] = []
      for (let n = 0; n < asked; n++) {
        const began = performance.now()
        const response = await fetch(`${origin}${path}`, { headers: { cookie }, redirect: 'manual' })
        await response.text()
        took.push(performance.now() - began)
        if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
      }
      return percentile(took.toSorted((a, b) => a - b), 0.95)
    }
    const nav = /<nav>(.*?)<\/nav>/s.exec(await (await fetch(`${origin}${plain}`, { headers: { cookie: await signedIn('quien mira') } })).text())?.[1] ?? ''
    const named = [...nav.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&')).filter((path) => path !== plain)
    if (named.length < 8) throw new Error('the navigation was not found')
    const now = clock.now()
    const span = `from=${now - 89 * dayMs}&to=${now + dayMs}`
    const p95Ms: Record<string, number> = {}
    for (const path of [...named, '/console/live/today', '/console/value?period=quarter', '/console/value.csv?period=quarter', `/console/figures/replies?${span}`, `/console/figures/applied?${span}`, `/console/conversations/${conversation}`]) {
      p95Ms[path.replace(conversation, ':id').replace(`?${span}`, '')] = await timed(path)
    }
    const plainP95Ms = await timed(plain)
    return { engine: bench.engine, ...size, asked, p95Ms, plainP95Ms, bars: { eachMs: 1_000 } }
  } finally {
    await bench.end()
  }
}
const cookiesOf = (response: Response): string => response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
