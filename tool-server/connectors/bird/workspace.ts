import { z } from 'zod'
import type { Http } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'

// The lists of a workspace come in pages: https://docs.bird.com/api/api-access/common-api-usage
export const workspaceOf = ({ workspace }: { workspace: string }): string => `/workspaces/${encodeURIComponent(workspace)}`
const mostPerPage = '100'

export type Page<T> = { results: T[]; nextPageToken: string | undefined }
export const pageAt = async <S extends z.ZodType>(http: Http, path: string, each: S, { pageToken, ...query }: { pageToken?: string | undefined; channelId?: string; status?: string } = {}): Promise<Page<z.infer<S>>> => {
  const reply = await http({ method: 'GET', path, query: { ...query, limit: mostPerPage, ...(pageToken !== undefined && { pageToken }) } })
  const { results, nextPageToken } = read('bird', z.object({ results: z.array(each), nextPageToken: z.string().nullish() }), reply)
  return { results, nextPageToken: nextPageToken ?? undefined }
}

export const allAt = async <S extends z.ZodType>(http: Http, path: string, each: S): Promise<z.infer<S>[]> => {
  const found: z.infer<S>[] = []
  for (let pageToken: string | undefined; ; ) {
    const page = await pageAt(http, path, each, { pageToken })
    found.push(...page.results)
    if (page.nextPageToken === undefined) return found
    pageToken = page.nextPageToken
  }
}
