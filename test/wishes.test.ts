import { describe, expect, test } from '@jest/globals'
import { assert, constantFrom, property, string } from 'fast-check'
import { wishIn } from '@portero/tool-server/domain/opt-out.ts'
import { purposeWishIn } from '@portero/tool-server/domain/wishes.ts'

// What prospects write about one purpose only, labelled before it was tried: an agreement that was none is worse than one that must be said again.
const heard = (text: string): string | undefined => {
  const wish = purposeWishIn(text)
  return wish && `${wish.purpose} ${wish.status}`
}
const labelled = {
  'marketing granted': [
    'PROMOS', 'promos', 'Promos.', '¡PROMOS!', 'Promos por favor', 'Hola, PROMOS', 'sí, promos', 'sí quiero promos', 'Quiero promociones', 'Quiero recibir promociones', 'quiero volver a recibir sus ofertas', 'Sí acepto recibir promociones', 'autorizo que me envíen promociones',
    'mándenme promociones', 'Envíame tus ofertas porfa', 'OFFERS', 'Offers please', 'yes offers', 'send me offers', 'I want to receive your offers', 'I would like to get offers',
  ],
  'marketing revoked': ['NO PROMOS', 'no promos', 'no promos por favor', 'cero promos', 'sin promociones', 'BAJA PROMOS', 'baja de ofertas, gracias', 'quiten las promociones', 'cancelar promociones', 'NO OFFERS', 'no more offers', 'stop offers', 'I don’t want offers', 'end offers'],
  'automated revoked': [
    'no quiero hablar con un bot', 'No quiero hablar con un robot, pásame con alguien', 'NO QUIERO HABLAR CON UNA MÁQUINA', 'ya no quiero hablar con el bot', 'no quiero seguir hablando con un robot', 'no quiero que me conteste un bot', 'No quiero que me atienda una máquina', 'no quiero un bot', 'no quiero la IA',
    'no quiero respuestas automáticas', 'no acepto decisiones automatizadas', 'que no me responda un bot', 'no me contesten con un bot', 'no me atiendan con inteligencia artificial', 'me opongo al tratamiento automatizado de mis datos', 'me opongo a que me atienda un robot', 'me niego a hablar con una máquina',
    'NO BOT', 'no bots', 'sin bot', 'no ia', 'apaguen el bot', 'I don’t want to talk to a bot', 'I do not want to chat with an AI', 'I refuse to talk to a machine', 'no bots please', 'I object to automated decisions', 'no automated replies',
  ],
  'automated granted': ['BOT', 'bot', 'asistente', 'sí, asistente', 'quiero hablar con el asistente', 'quiero volver a usar el asistente virtual', 'prefiero el bot', 'activar el asistente', 'I want to talk to the assistant', 'bot on'],
} as const
const none = [
  '¿PROMOS?', '¿tienen promociones?', 'tienen promos', 'promociones', 'ofertas', 'hay ofertas', '¿qué promociones tienen?', 'vi sus promociones en Facebook', 'me interesa la promoción del mes gratis', 'what offers do you have?', 'any offers', 'quiero ver la promoción', 'make me an offer',
  '¿eres un bot?', 'eres un robot', '¿hablo con una máquina?', 'are you a bot?', 'no quiero hablar con un bot ahorita', 'por ahora no quiero hablar con un bot', 'quiero hablar con una persona', 'pásame con un asesor', 'no quiero hablar con un asesor', 'no me gusta hablar con bots', 'el edificio tiene robots',
  'no tiene IA', '¿tiene máquina de lavar?', 'no quiero lavadora, quiero una máquina nueva', 'no quiero que me llamen', 'no me contestan', 'si no quiero hablar con un bot, ¿qué hago?', 'me dijeron que no querían hablar con un bot', 'hola', 'gracias', 'sí', 'no',
]
const all = ['BAJA', 'STOP', 'ya no quiero recibir promociones', 'no más mensajes', 'No más de promos', 'no quiero promociones', 'stop promos', 'ALTA', 'START', 'cancelar']

describe.each(Object.entries(labelled))('%s', (label, texts) => {
  test.each(texts)('is heard: %s', (text) => expect([wishIn(text), heard(text)]).toEqual([undefined, label]))
  test('is heard in capitals and without accents', () => {
    for (const text of texts) for (const said of [text.toUpperCase(), text.normalize('NFD').replace(/\p{M}/gu, '')]) expect([said, heard(said)]).toEqual([said, label])
  })
})
test.each(none)('nothing is agreed to or taken back by: %s', (text) => expect(heard(text)).toBeUndefined())
test.each(all)('is about all messages, and so about no purpose by itself: %s', (text) => expect([wishIn(text) === undefined, heard(text)]).toEqual([false, undefined]))
test('a question agrees to nothing', () => {
  assert(property(constantFrom(...labelled['marketing granted'], ...labelled['marketing revoked'], ...labelled['automated granted']), (text) => heard(`¿${text}?`) === undefined))
})
test('any text is read, soon', () => {
  assert(property(string({ unit: 'grapheme', maxLength: 300 }), (text) => heard(text) === undefined || heard(text) !== ''))
  expect(purposeWishIn(`${'no quiero que me '.repeat(260)}x`)).toBeUndefined()
})
