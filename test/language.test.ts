import { describe, expect, test } from '@jest/globals'
import { assert, property, string } from 'fast-check'
import { asksForLanguage, languageOf } from '@portero/tool-server/domain/language.ts'

const spanish = [
  'Hola, busco depa en la Roma', '¿Sigue disponible el departamento?', '¿Cuánto cuesta la renta?', 'quiero agendar una visita para mañana', 'buenas tardes, me interesa el de Condesa', 'me mandas fotos porfa', 'tengo un perro, ¿aceptan mascotas?', 'somos dos personas y un gato', 'el jueves a las 5 está bien', 'no puedo ir, ¿lo movemos al lunes?', '¿Tiene estacionamiento?', 'hasta 18 mil pesos al mes', 'de dos recamaras y con balcon', 'ya llegue, estoy afuera', '¿dónde está la torre?', 'y cuando puedo verlo', 'gracias por la información', 'mi presupuesto es de 20 mil', '¿Qué requisitos piden para rentar?', 'necesito mudarme en enero', 'ESTA AMUEBLADO EL DEPA?', 'hay algo en la del valle', 'cual es la direccion', 'trabajo en una startup y busco un loft', 'quiero ver el townhouse de Coyoacán', 'ok perfecto, nos vemos el lunes', 'hola si me gustaria ver el de roma norte por favor', 'un depa con roof garden y pet friendly', 'es para mi hijo que entra a la universidad', '¿Aceptan aval de otro estado?',
]
const english = [
  'Hi, I am looking for an apartment in Roma', 'Is it still available?', 'How much is the rent?', 'I would like to book a tour for tomorrow', 'Do you accept pets?', 'can you send me photos please', 'we are two people and a cat', 'Thursday at 5 works for me', 'I can’t make it, can we move it to Monday?', 'Does it have parking?', 'my budget is 20k pesos a month', 'two bedrooms with a balcony', 'I am outside', 'where is the building?', 'thanks for the information', 'What do I need to rent it?', 'I need to move in January', 'IS IT FURNISHED?', 'is there anything in Condesa or Roma Norte', 'what is the address', 'I work remotely and want a quiet place', 'it is for my son who is starting university', 'good morning, is the loft in Coyoacan available', 'do you have something with two bathrooms', 'what about the deposit', 'we will be there at noon', 'please send me the location', 'I have a question about the lease', 'when can I see it?', 'that one looks great, thank you',
]
const neither = ['', 'ok', 'Roma Norte', '👍', '18000', 'no', 'sí', 'Ana López', 'https://example.com/the-apartment-is-for-you', 'ana@example.com', 'jajaja', 'hola', 'hello', 'thanks', 'Bonjour, je cherche un appartement', 'Olá, tudo bem?', '5 pm', 'pet friendly', 'home office', 'check in', 'WhatsApp', 'INE', '302', 'Condesa o Roma', 'tour', '?', '😀😀']

describe('the language that somebody writes', () => {
  test.each(spanish)('is Spanish: %s', (text) => expect(languageOf(text)).toBe('es-MX'))
  test.each(english)('is English: %s', (text) => expect(languageOf(text)).toBe('en'))
  test.each(neither)('cannot be told: %s', (text) => expect(languageOf(text)).toBeUndefined())
  test('is the same in capitals and without accents', () => {
    for (const text of [...spanish, ...english]) expect([text, languageOf(text.toUpperCase()), languageOf(text.normalize('NFD').replace(/\p{M}/gu, ''))]).toEqual([text, languageOf(text), languageOf(text)])
  })
  test('is told of anything, or isn’t', () => assert(property(string({ unit: 'grapheme' }), (text) => [undefined, 'es-MX', 'en'].includes(languageOf(text)))))
})
describe('the language that somebody asks for', () => {
  test.each(['in English please', 'English please', 'Do you speak English?', 'can we continue in English?', 'please write to me in English', '¿Hablan inglés?', 'en inglés por favor', '¿me pueden atender en inglés?', 'prefiero que me escriban en inglés'])('is English: %s', (text) => expect(asksForLanguage(text)).toBe('en'))
  test.each(['en español por favor', 'in Spanish please', '¿podemos seguir en español?', 'can you write in Spanish?', 'respóndeme en español'])('is Spanish: %s', (text) => expect(asksForLanguage(text)).toBe('es-MX'))
  test.each(['¿hay escuela en inglés cerca?', '¿El asesor habla inglés?', '¿el contrato está en inglés?', 'doy clases de inglés', 'my English teacher lives there', 'the English school nearby', 'colegio español', 'hola', ''])('is none: %s', (text) => expect(asksForLanguage(text)).toBeUndefined())
})
