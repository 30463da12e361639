// Section 10 of the design as data: which figures of which bench are held to what, and beside which baseline of the same run. `bench -- all` judges by it, and the README's table is written from it.
export type Bench = { name: string; args?: readonly string[]; quick?: readonly string[]; rows: readonly Row[] } // quick: its arguments where there is no time for all of it; args: otherwise
export type Row = { what: string; parts: readonly Part[]; beside?: readonly Beside[]; why?: string } // why: by hand, where the newest run doesn't hold it: the README says it, and a test asks for it
// at: where the figure stands, as 'paced.beside.book_tour.p99Ms'; 'p95Ms.*' is each that stands there, and of several the worst counts.
export type Part = { at: string | readonly string[]; name: string; unit: string } & ({ atMost: number } | { atLeast: number })
export type Beside = { at: string; name: string; unit: string }

const most = (name: string, at: Part['at'], atMost: number, unit = ' ms'): Part => ({ name, at, atMost, unit })
const least = (name: string, at: Part['at'], atLeast: number, unit = ''): Part => ({ name, at, atLeast, unit })
const beside = (name: string, at: string, unit = ' ms'): Beside => ({ name, at, unit })
const calendarVendors = ['google', 'graph', 'calendly']

export const benches: readonly Bench[] = [
  {
    name: 'slots',
    rows: [{ what: 'free starts, W1 / W2 / W5, equal to the oracle', parts: [most('W1 p50', 'W1.p50Ms', 0.5), most('W2', 'W2.p50Ms', 6), most('W5', 'W5.p50Ms', 6)], beside: [beside('minute by minute W1', 'W1.naiveMs'), beside('W5', 'W5.naiveMs')] }],
  },
  {
    name: 'tools',
    rows: [
      { what: 'tool call, CPU and statements', parts: [most('over HTTP, of the echo', 'httpToEcho', 1.5, 'x'), most('a read', 'check_availability.statements', 3, ' statements'), most('a write', 'book_tour.statements', 6, ' statements'), most('over MCP, of HTTP', 'mcpToHttp', 8, 'x')], beside: [beside('Express + zod with the same SQL', 'echo.cpuUs', ' µs'), beside('HTTP', 'check_availability.cpuUs', ' µs')], why: 'by a profile, of what a call takes beyond the echo a quarter finds the free times, a fifth seals and names what is offered, a sixth are the guards (key, limits, odd JSON, spans) and an eighth is Kysely; the rest is spread thin, and more than half of the echo itself is writing to sockets' },
      { what: 'tools at 50 calls/s, vendors at 2 s', parts: [most('check_availability p99', 'paced.beside.check_availability.p99Ms', 100), most('book_tour p99', 'paced.beside.book_tour.p99Ms', 300)], beside: [beside('alone', 'paced.alone.check_availability.p99Ms'), beside('', 'paced.alone.book_tour.p99Ms')] },
    ],
  },
  {
    name: 'ingest',
    rows: [{ what: 'webhook ingest (PostgreSQL)', parts: [least('of single-row commits', 'ratio', 0.7, 'x')], beside: [beside('commits', 'singleRowCommitRate', '/s'), beside('webhooks', 'rate', '/s')] }],
  },
  {
    name: 'sync', args: ['10000', '300'], quick: ['2000', '20'],
    rows: [
      { what: 'WhatsApp <-> HubSpot, 50 changes/s', parts: [most('p99 out', 'lagP99Ms', 3_000), most('in', 'heardP99Ms', 3_000), most('out, HubSpot hostile', 'addedP99MsHostile', 3_000)], beside: [beside('p50 out', 'steady.lagP50Ms')] },
      { what: 'HubSpot calls for 1,000 changes; 429 provoked', parts: [most('calls', 'callsPer1000', 40, ''), most('429', 'throttled', 0, '')], beside: [beside('each change by itself', 'steady.naiveCallsPer1000', '')] },
    ],
  },
  {
    name: 'calendars', quick: ['40'],
    rows: [{ what: 'calendars <-> HubSpot <-> WhatsApp', parts: [most('p99, the worst of 3 vendors', calendarVendors.flatMap((vendor) => ['slots', 'visit', 'meeting', 'message'].map((what) => `${vendor}.${what}.p99Ms`)), 3_000), most('never seen', calendarVendors.map((vendor) => `${vendor}.missed`), 0, '')], beside: [beside("a vendor's own answer", 'google.vendor.p99Ms')] }],
  },
  {
    name: 'cards',
    rows: [{ what: 'card: first useful content (our doors and bundles; not HubSpot\'s frame)', parts: [most('doors p99', 'doorP99Ms.*', 1_000), most('bundle drawn p95', 'drawnP95Ms.*', 1_000)], beside: [beside('a record that nobody is', 'emptyP99Ms')] }],
  },
  {
    name: 'console',
    rows: [{ what: 'console page', parts: [most('p95 of the slowest page', 'p95Ms.*', 1_000)], beside: [beside('a page without figures', 'plainP95Ms')] }],
  },
  {
    name: 'recovery',
    rows: [
      { what: 'ready again after a SIGKILL with work in flight', parts: [most('PostgreSQL', 'postgres.killed.readyMs', 2_000), most('embedded', 'embedded.killed.readyMs', 2_000), most('lost', ['postgres.killed.lost', 'embedded.killed.lost'], 0, '')], beside: [beside('idle', 'postgres.idle.readyMs'), beside('embedded idle', 'embedded.idle.readyMs'), beside('bare Express', 'bareMs')], why: 'the embedded engine recovers its log and starts its WebAssembly in the same process, which alone takes over a second' },
      { what: 'first run, empty data directory', parts: [most('ready', 'firstRun.readyMs', 60_000)], beside: [beside('idle restart', 'embedded.idle.readyMs')] },
    ],
  },
  {
    name: 'memory', args: ['--minutes', '60'], quick: ['--minutes', '6'],
    rows: [{
      what: 'memory under steady load for an hour', parts: [least('minutes', 'minutes', 60, ''), most('asked in vain', 'failedPercent', 1, ' %'), most('heap after GC', 'heap.mbPerHour', 10, ' MB/h'), most('RSS, last quarter to first', 'rss.lastToFirst', 1.1, 'x')], beside: [beside('idle heap', 'idle.heapMb', ' MB'), beside('idle RSS', 'idle.rssMb', ' MB')],
      why: 'the newest run is shorter than an hour, and a slope over minutes is mostly noise: run `npm run bench -- all --only memory`',
    }],
  },
]

// Rows of section 10 that are no figure: a test proves each.
export const proven = [
  { what: 'acknowledged = processed, exactly once, through SIGKILLs', by: 'test/kill.test.ts' },
  { what: 'escalation: seen by a human, measured, told a second time', by: 'test/escalation-notice.test.ts' },
  { what: 'go-live: at most 25 steps by hand, each verified by doctor', by: 'test/doctor.test.ts' },
] as const
