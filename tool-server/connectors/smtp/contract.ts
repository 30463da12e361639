import type { Contract, Failures } from '../../define.ts'

// What a mail server answers when it has heard all of a letter. What it says before that (who are you, no such user) comes to the same; test/smtp.test.ts has it, and what TLS does.
// There is no reply that is well and yet has another shape: misshapen is one that belongs to another moment, garbled one that belongs to no moment.
const failures: Failures = {
  unauthorized: { tell: { status: 530, body: '5.7.0 Authentication required' }, code: 'disconnected' },
  missing: { tell: { status: 550, body: '5.1.1 The email account that you tried to reach does not exist' }, code: 'refused' },
  throttled: { tell: { status: 421, body: '4.7.28 Our system has detected an unusual rate of mail; try again later' }, code: 'throttled', retryAfterMs: 60_000 },
  away: { tell: { status: 421, body: '4.3.2 Service not available, closing transmission channel' }, code: 'unavailable' },
  garbled: { tell: { status: 99, body: 'luftballons' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 354, body: 'End data with <CR><LF>.<CR><LF>' }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const letter = { to: 'ximena.olvera@casas.example', subject: 'Te necesitan: quiere ver el ático', text: 'Hola, Ximena. Pregunta por el ático con alberca.', html: '<p>Hola, Ximena. Pregunta por el <b>ático con alberca</b>.</p>', calendar: { method: 'REQUEST', text: 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n' } }
const ask = {
  method: 'MAIL', path: '', headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
  body: { from: { name: 'Avisos de Casa', address: 'avisos@casas.example' }, ...letter, messageId: '59a08ad36df491ec7cff662b0d6db27c@casas.example' },
}
const more = (name: string, status: number, body: string) => ({ name, exchanges: [{ ask, tell: { status, body } }] })

export const contract: Contract = {
  account: 'avisos',
  settings: () => ({ baseUrl: 'smtp://127.0.0.1:587', username: 'avisos', password: 'clave-del-correo-4711', from: 'avisos@casas.example', fromName: 'Avisos de Casa', invitations: true }),
  failures,
  does: {
    'mail.send': {
      args: letter, key: 'escalation:1:mail:1', result: { message: ask.body.messageId },
      exchanges: [{ ask, tell: { status: 250, body: '2.0.0 OK queued as 4bF7' } }],
      more: [
        { ...more('a greylist wants to see it again after a while', 451, '4.7.1 Greylisted, please try again in 60 seconds'), code: 'unavailable', retryAfterMs: 60_000 },
        { ...more('a full mailbox has it later', 452, '4.2.2 The recipient is over quota'), code: 'unavailable', retryAfterMs: 60_000 },
        { ...more('too many a second is a matter of waiting', 454, 'Throttling failure: Maximum sending rate exceeded.'), code: 'throttled', retryAfterMs: 60_000 },
        { ...more('a letter that is taken for spam is not sent again', 554, '5.7.1 Message rejected due to content restrictions'), code: 'refused' },
        { ...more('a letter that is too large', 552, '5.3.4 Message size exceeds fixed limit'), code: 'too_large' },
        { ...more('an address that is none', 553, '5.1.3 The recipient address is not a valid address'), code: 'invalid_input' },
      ],
    },
  },
  reads: { 'mail.sender': { args: [], result: { address: 'avisos@casas.example', name: 'Avisos de Casa', invites: true }, exchanges: [] } },
}
