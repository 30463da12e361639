import { afterEach, beforeEach, expect, test } from '@jest/globals'
import request from 'supertest'
import { openPhone, pressable, type PhoneStage } from './support/phone-stage.ts'

// The lab's phone page, as it is sent: what can be seen and pressed in it. How it feels is in browser/phone.browser.ts.
const number = '+525512345678'
const evil = '"><script>alert(1)</script>'
let stage: PhoneStage
beforeEach(async () => {
  stage = await openPhone()
  stage.bird.phone.write(number, { text: 'hola' })
  await stage.bird.silent()
})
afterEach(() => stage.close())
const page = async (language = 'es-MX'): Promise<string> => (await request(stage.url).get(`/phone?number=${encodeURIComponent(number)}`).set('accept-language', language)).text
const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

test('a button says what pressing it sends, and a row is one too', async () => {
  const message = await stage.sends(number, { type: 'text', text: { text: '¿Confirmas?', actions: [pressable('Sí', 'tour "1"'), { type: 'link', link: { text: 'Mapa', url: 'https://mapa.example/1' } }] } })
  const [, url = '', body = ''] = /<button id="press-[^"]+" data-url="([^"]+)" data-method="POST" data-body="([^"]+)">Sí<\/button>/.exec(await page())!
  expect(JSON.parse(unescaped(body))).toEqual({ press: { message, payload: 'tour "1"' } })
  expect((await request(stage.url).post(url).type('application/json').send(unescaped(body))).status).toBe(200)
  const after = await page()
  expect(after).toMatch(/<a class="button" href="https:\/\/mapa.example\/1"[^>]*>Mapa<\/a>/)
  expect(after).toMatch(/class="bubble out"[^>]*><blockquote>¿Confirmas\?<\/blockquote><p>Sí<\/p>/)
  await stage.sends(number, { type: 'list', list: { text: 'Horarios', items: [{ title: 'lunes 11:00', description: 'con Bruno', actions: [pressable('lunes 11:00', 's-1')] }], metadata: { button: { label: 'Ver horarios' } } } })
  expect(await page()).toMatch(/<p>Horarios<\/p>[\s\S]*<summary>Ver horarios<\/summary><button[^>]+>lunes 11:00<small>con Bruno<\/small><\/button>/)
})
test('files of its own are shown from here, others are links', async () => {
  stage.bird.phone.write(number, { media: { kind: 'image', caption: 'mi sala' } })
  for (const kind of ['voice', 'video', 'file'] as const) stage.bird.phone.write(number, { media: { kind } })
  await stage.sends(number, { type: 'image', image: { images: [{ mediaUrl: 'https://fotos.example/1.jpg' }] } })
  const text = await page()
  const own = [...text.matchAll(/<(img|audio|video|p)[^>]*(?:>↓ <a href|src)="(\/bird\/_files\/[^"]+)"/g)].map(([, tag, url = '']) => ({ tag, url: unescaped(url) }))
  expect(own.map(({ tag }) => tag)).toEqual(['img', 'audio', 'video', 'p'])
  for (const { url } of own) {
    const { status, headers } = await request(stage.url).get(url)
    expect({ status, policy: headers['content-security-policy'], sniff: headers['x-content-type-options'] }).toEqual({ status: 200, policy: 'sandbox', sniff: 'nosniff' })
  }
  expect(text).toContain('<p>mi sala</p>')
  expect(text).toMatch(/<p>↗ <a href="https:\/\/fotos.example\/1.jpg" target="_blank" rel="noreferrer">Foto<\/a>/)
})
test('what was changed, taken back and reacted to says so, in both languages', async () => {
  const [first, second] = ['uno', 'dos'].map((text) => stage.bird.phone.write(number, { text }).messageId)
  stage.bird.phone.write(number, { edit: { message: first!, text: 'uno y medio' } })
  stage.bird.phone.write(number, { delete: { message: second! } })
  const said = stage.bird.phone.messages(number)[1]!
  stage.bird.phone.write(number, { react: { message: said.id, emoji: '👍' } })
  expect(await page()).toMatch(/uno y medio<\/p><span class="meta">editado · [\s\S]*Se eliminó este mensaje/)
  expect(await page('en')).toMatch(/title="Reaction">👍[\s\S]*edited · [\s\S]*This message was deleted/)
})
test('whatever is sent is text', async () => {
  await stage.sends(number, { type: 'text', text: { text: evil, actions: [pressable('x">', evil)] } })
  await stage.sends(number, { type: 'file', file: { text: evil, files: [{ contentType: 'text/html', mediaUrl: 'https://a.example/"><script>', filename: evil }] } })
  stage.bird.phone.write(number, { media: { kind: 'file', filename: evil, contentType: 'text/html', data: Buffer.from(evil).toString('base64') } })
  stage.bird.phone.write(number, { card: { name: evil, number: '+525500000000' } })
  const text = await page()
  expect(text).not.toMatch(/<script(?! src="\/_assets\/)/)
  const [, url = ''] = /↓ <a href="(\/bird\/_files\/[^"]+)"/.exec(text)!
  expect((await request(stage.url).get(unescaped(url))).headers).toMatchObject({ 'content-disposition': 'attachment', 'content-security-policy': 'sandbox' })
})
