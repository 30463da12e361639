import express, { type RequestHandler } from 'express'
import { AppError } from '@portero/shared'

// A megabyte of brackets costs JSON.parse a tenth of a second and whoever walks it the stack; to count them costs two milliseconds. So bytes are counted before anybody reads them.
const deepest = 64
const mostMembers = 20_000 // a hundred events of HubSpot's have 1,500
const [quote, backslash, comma, openList, closeList, openObject, closeObject] = Buffer.from('"\\,[]{}')

export const refuseOddJson = (bytes: Uint8Array): void => {
  let depth = 0
  let members = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (inText) {
      if (byte === backslash) at++
      else if (byte === quote) inText = false
    } else if (byte === quote) inText = true
    else if (byte === comma) members++
    else if (byte === openList || byte === openObject) depth++
    else if (byte === closeList || byte === closeObject) depth--
    if (depth > deepest || members > mostMembers) throw new AppError('invalid_input', depth > deepest ? `JSON of over ${deepest} levels` : `JSON of over ${mostMembers} members`)
  }
}

// Any content type, since flows send none or a wrong one.
export const jsonBody = (mostBytes: number): RequestHandler => express.json({ limit: mostBytes, type: () => true, verify: (_request, _response, bytes) => refuseOddJson(bytes) })
