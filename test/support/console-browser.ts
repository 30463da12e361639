import { createServer } from 'node:http'
import { chromium, type Browser } from 'playwright-core'
import { openConsole, type ConsoleStage } from './console-stage.ts'
import { portOf } from './http-stage.ts'

// A console that a real browser can look at.
export type ConsoleBrowser = { stage: ConsoleStage; browser: Browser; url: string; end(): Promise<void> }
export const openConsoleBrowser = async (furnishing: Parameters<typeof openConsole>[0] = {}): Promise<ConsoleBrowser> => {
  const stage = await openConsole(furnishing)
  const server = createServer(stage.app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
  return {
    stage, browser, url: `http://localhost:${portOf(server)}`,
    async end() {
      await browser.close()
      server.close()
      server.closeAllConnections()
      await stage.end()
    },
  }
}
