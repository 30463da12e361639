import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Router } from 'express'

// The files that pages refer to, under /_assets. A name comes with what it holds, so that a browser asks for each version once.
export type Asset = { type: string; body: Buffer; tag: string }

export const assetFrom = (file: URL, type: string): Asset => {
  const body = readFileSync(file)
  return { type: `${type}; charset=utf-8`, body, tag: createHash('sha256').update(body).digest('base64url').slice(0, 16) }
}
const ours: Readonly<Record<string, Asset>> = {
  'portero.css': assetFrom(new URL('page.css', import.meta.url), 'text/css'),
  'live.js': assetFrom(new URL('page-live.js', import.meta.url), 'text/javascript'),
  'portero.svg': assetFrom(new URL('page.svg', import.meta.url), 'image/svg+xml'),
}
export const assetUrl = (name: string, assets = ours): string => `/_assets/${name}?v=${assets[name]?.tag ?? ''}`

export type AssetAnswer = { status: number; headers: Record<string, string>; body: Buffer | undefined }
export const answerAsset = ({ name, version, known }: { name: string; version: string | undefined; known: string | undefined }, assets = ours): AssetAnswer | undefined => {
  const asset = Object.hasOwn(assets, name) ? assets[name] : undefined
  if (!asset) return undefined
  const headers = { 'content-type': asset.type, etag: `"${asset.tag}"`, 'x-content-type-options': 'nosniff', 'cache-control': version === asset.tag ? 'public, max-age=31536000, immutable' : 'no-cache' }
  return known === headers.etag ? { status: 304, headers, body: undefined } : { status: 200, headers, body: asset.body }
}

export const assetDoors = (): Router => {
  const door = Router()
  door.get('/_assets/:name', (request, response, next) => {
    const { v } = request.query
    const found = answerAsset({ name: request.params.name, version: typeof v === 'string' ? v : undefined, known: request.get('if-none-match') })
    if (!found) return next()
    response.status(found.status).set(found.headers).end(found.body)
  })
  return door
}
