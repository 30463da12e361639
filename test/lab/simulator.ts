import type { Clock } from '@portero/tool-server/spine/clock.ts'

// What a simulated vendor is: state, and routes that change it. The wire and its faults are the desk's.
export type Time = Pick<Clock, 'now' | 'after'>
export type Asked = { method: string; path: string; query: Record<string, string>; headers: Record<string, string>; body: unknown } // body: of JSON what it says, of a form with files its bytes, else the text
export type Answer = { status: number; headers?: Record<string, string>; body?: unknown } // bytes are sent as they are
// parts: what stands in the path where the route has :name. lagMs: things younger than this are not to be found yet.
export type Route = (asked: Asked & { parts: Record<string, string>; lagMs: number }) => Answer
export type LateRoute = (asked: Parameters<Route>[0]) => Promise<Answer> // one that asks somebody else first
export type Simulator = {
  name: string
  routes: Record<string, Route | LateRoute> // 'PUT /things/:thing'
  admits(asked: Asked): boolean // whether the credentials are good
  state(): unknown
  controls: Record<string, (wanted: unknown) => unknown> // POST /_lab/{name}/{control}
  opened?(url: string): void // where it is found on the wire
  close(): void
}
