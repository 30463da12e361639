import type { Language } from './words.ts'

// Where operators attend to requests about people's data, and keep the two registers. es-MX first.
const es = {
  nav: (count: number) => (count === 0 ? 'Privacidad' : `Privacidad (${count.toLocaleString('es-MX')})`),
  title: 'Privacidad', lead: 'Solicitudes de las personas sobre sus datos (derechos ARCO), y los registros que pide la ley.',
  open: 'Por atender', closed: 'Cerradas', none: 'Ninguna solicitud', noneText: 'Cuando alguien pida algo sobre sus datos, por WhatsApp, en /privacidad o contigo, aparecerá aquí con sus plazos.',
  overdue: (count: number) => (count === 1 ? 'Un plazo ya venció' : `${count.toLocaleString('es-MX')} plazos ya vencieron`), overdueText: 'Atiéndelos hoy: la persona ya puede quejarse ante la Secretaría Anticorrupción y Buen Gobierno.',
  folio: 'Folio', who: 'Persona', right: 'Pide', state: 'Estado', due: 'Plazo', nobody: 'Sin identificar', erased: 'Datos borrados',
  kind: { access: 'Acceso', rectify: 'Rectificación', cancel: 'Cancelación', oppose: 'Oposición' },
  states: { received: 'Falta identificar', asked: 'Espera a la persona', identified: 'Por responder', accepted: 'Por hacer efectiva', refused: 'Negada', done: 'Atendida', lapsed: 'No presentada', withdrawn: 'Retirada' },
  term: { ask: 'Pedir lo que falta', complete: 'La persona completa', answer: 'Responder', effect: 'Hacer efectiva' },
  left: (days: number) => (days === 0 ? 'hoy' : days === 1 ? 'falta 1 día hábil' : `faltan ${days} días hábiles`), late: 'vencido', channel: { chat: 'WhatsApp', mail: 'Correo', web: 'Página', desk: 'Consola' },
  openedAt: 'Recibida', came: 'Llegó por', said: 'Lo que dijo', asker: 'Dice ser', matches: 'Coincide con', noMatch: 'Nadie con ese contacto', identified: 'Identidad', by: { whatsapp: 'Escribió desde su WhatsApp', code: 'Código enviado a su contacto', hand: 'A mano' }, eraseAt: 'Se borra el', ending: (four: string) => `Termina en ${four}`,
  steps: 'Pasos', noSteps: 'Todavía ninguno', next: 'Siguiente paso',
  step: {
    opened: 'Se abrió', ask: 'Se pidió lo que falta', complete: 'Llegó lo que faltaba', identify: 'Se identificó', extend: 'Se amplió el plazo', accept: 'Se aceptó', refuse: 'Se negó', do: 'Se hizo efectiva', withdraw: 'Se retiró', lapse: 'Se tuvo por no presentada',
    code: 'Se envió un código', wrong: 'Código equivocado', corrected: 'Se corrigió (antes y después)', erased: 'Se borró aquí, y se pidió a los demás sistemas', certified: 'Se firmó otra constancia', held: 'Llegó su fecha, pero en modo sombra no se borra nada: sigue bloqueada, y se intenta cada día',
  },
  how: { whatsapp: 'Enviado por WhatsApp', mail: 'Enviado por correo', aloud: 'Léelo a la persona: no hay por dónde enviarlo' },
  form: {
    newTitle: 'Abrir una solicitud', newText: 'La que te hicieron en persona, por teléfono o por correo.', kind: 'Qué pide', name: 'Nombre', contact: 'Teléfono o correo', details: 'Qué pide, con sus palabras', openCase: 'Abrir',
    ask: 'Pedir lo que falta', missing: 'Qué falta', complete: 'Ya llegó lo que faltaba', note: 'Nota', sendCode: 'Enviar código', code: 'Código que te dio', checkCode: 'Comprobar', byHand: 'Identificar a mano', byHandNote: 'Cómo lo comprobaste (por ejemplo: INE a la vista)', byHandPhone: 'Teléfono por el que la conocemos, si pidió desde otro lado',
    extend: 'Ampliar el plazo, una vez', why: 'Por qué', accept: 'Aceptar', refuse: 'Negar', ground: 'Motivo', more: 'Explicación', eraseAt: 'Fecha de borrado', fields: 'Datos corregidos', fieldName: 'Nombre', fieldPhone: 'Teléfono', fieldMail: 'Correo', fieldLanguage: 'Idioma', same: 'Igual que ahora', spanish: 'Español', english: 'Inglés',
    purposes: 'Ya no usar sus datos para', do: 'Ya se hizo', withdraw: 'La persona la retira', archive: 'Descargar sus datos (ZIP)',
  },
  purposes: { messages: 'Mensajes', visits: 'Visitas', marketing: 'Promociones', profiling: 'Perfilamiento', financial: 'Datos financieros', automated: 'Decisiones sin una persona' },
  result: {
    ok: 'Listo.', not_now: 'Ese paso ya no toca: alguien se adelantó. No se cambió nada.', again: 'Eso ya se hizo una vez.', late: 'El plazo para eso ya venció. No se cambió nada.', unidentified: 'Primero hay que identificar a la persona.', wrong_code: 'El código no es ese, o ya venció.',
    no_way: 'No hay a dónde enviar el código. Identifica a la persona de otra manera.', nobody: 'Nadie con ese contacto: sin saber quién es, no hay datos que tocar. Puedes negarla por falta de datos.', other_open: 'Esa persona ya tiene una solicitud abierta de ese tipo.', others_first: 'Esa persona tiene otras solicitudes abiertas: ciérralas antes, porque después ya no se abre nada suyo.', nothing: 'Falta decir qué se cambia.', taken: 'Ese teléfono ya es de otra persona: revísalo en Personas.', bad_contact: 'El teléfono o el correo no es válido.', bad_date: 'La fecha de borrado debe ser futura.',
  },
  there: {
    title: 'En otros sistemas', state: { asked: 'Sin respuesta todavía', done: 'Borrado', left: 'No se borró' }, waits: (count: number) => (count === 1 ? 'Falta una respuesta' : `Faltan ${count.toLocaleString('es-MX')} respuestas`), waitsText: 'Aquí ya se borró. La constancia se firma cuando los demás sistemas hayan contestado.',
    left: (count: number) => (count === 1 ? 'Algo sigue en otro sistema' : `${count.toLocaleString('es-MX')} cosas siguen en otros sistemas`), leftText: 'La constancia dice qué y dónde. Quien administra puede repetirlo en Revisión (si ya no está conectado, después de volver a conectarlo); cuando el otro sistema conteste, se firma otra constancia.', waiting: 'Borrando', held: 'En espera: modo sombra', some: 'Falta borrar', why: { gone_on: 'alguien más lo sigue usando', refused: 'no lo permitió', disconnected: 'ya no está conectado' },
    what: { contact: 'contacto', deal: 'negocio', meeting: 'reunión', communication: 'mensajes', task: 'tarea', note: 'nota', ticket: 'ticket', conversation: 'conversación', event: 'evento' },
  },
  certificate: 'Constancia', certificateJson: 'Descargar (JSON)', certificateSee: 'Ver constancia', certificateText: 'Firmada: portero privacy verify ARCHIVO comprueba que nadie la cambió.', fingerprint: 'Huella de la llave', deeds: 'Lo que se hizo', auditHead: 'Bitácora hasta', deed: { handed_over: 'entregado', rectified: 'corregido', opposed: 'ya no se usa para', erased: 'borrado' }, actor: { prospect: 'la persona', system: 'Portero' }, noName: 'Sin nombre',
  standing: {
    title: 'Cómo vamos', cases: (count: number): string => (count === 1 ? 'Solicitud abierta' : 'Solicitudes abiertas'), nextDue: (day: string) => `Próximo plazo: ${day}`, noDue: 'Sin plazos por vencer', late: (count: number) => (count === 1 ? '1 vencida' : `${count.toLocaleString('es-MX')} vencidas`), withdrawn: 'Consentimientos retirados, 30 días', consents: 'Consentimientos y avisos', consentsLead: 'A qué ha dicho que sí o que no cada persona, y qué aviso ha visto. Toca un número para ver a quién cuenta.', byPurpose: 'Por finalidad', purpose: 'Finalidad', month: 'Retirados, 30 días',
    unshown: 'Sin ver el aviso vigente', notices: 'Avisos de privacidad', version: 'Versión', language: 'Idioma', since: 'Desde', seen: 'La han visto', inForce: 'Vigente', former: 'Anterior', noNotice: 'Todavía no hay aviso: falta configurar quién responde por los datos.', languages: { 'es-MX': 'Español', en: 'Inglés' },
    deleted: 'Borrados en la última revisión', retention: 'Conservación y borrado', retentionLead: 'Cuánto se guarda cada cosa y cuándo se borró por última vez. Toca un número para ver las revisiones.', classOf: 'Qué es', kept: 'Se guarda', last: 'Última revisión', gone: 'Borrados', goneAll: 'En total', next: 'Siguiente', lasting: 'Lo que se conserva sin límite', goes: 'Hasta', never: 'Todavía no', lastAt: (at: string) => `Última revisión: ${at}`, runs: 'Revisiones', until: 'Hasta', noRuns: 'Todavía no hay revisiones.',
    untold: 'Vulneraciones sin avisar', breaches: (count: number, last: string | undefined) => (last === undefined ? 'Ninguna anotada' : `${count.toLocaleString('es-MX')} en total, la última del ${last}`),
  },
  registers: 'Registros', processors: 'Encargados', processorsText: 'Quienes tratan datos por encargo nuestro. Revisa país y finalidad, y anota la fecha del contrato.', company: 'Nombre', country: 'País', purpose: 'Finalidad', contract: 'Contrato del', noContract: 'Falta el contrato', save: 'Guardar', add: 'Agregar',
  breaches: 'Vulneraciones', breachesText: 'Lo que pasó con los datos de las personas y a quiénes se avisó. La ley pide avisarles de inmediato.', noBreaches: 'Ninguna', what: 'Qué pasó', knownAt: 'Lo supimos el', from: 'Desde', to: 'Hasta', where: 'Dónde', everywhere: 'En todos los canales', people: 'Personas', more: 'También (teléfonos, uno por línea)', noteBreach: 'Anotar', notice: 'Aviso a las personas', noticeHint: 'Qué pasó, qué datos, qué hacer y con quién hablar.', tell: 'Avisar a todas', toldAt: 'Avisadas', reached: (whatsapp: number, mail: number, aloud: number) => `${whatsapp} por WhatsApp, ${mail} por correo, ${aloud} sin vía`, affected: (count: number) => (count === 1 ? '1 persona' : `${count.toLocaleString('es-MX')} personas`),
  reminder: {
    subject: (folio: string) => `Plazo de privacidad: folio ${folio}`,
    text: (folio: string, term: string, left: string, day: string) => `Folio ${folio}: ${term.toLowerCase()} (${left}, el ${day}).`,
    link: 'Abrir la solicitud', every: (count: number) => (count === 1 ? 'Privacidad: una solicitud sin identificar' : `Privacidad: ${count.toLocaleString('es-MX')} solicitudes sin identificar`), lead: 'De estas solicitudes nadie ha comprobado todavía quién las hace:', line: (folio: string, term: string, left: string, day: string) => `${folio}: ${term.toLowerCase()}, ${left} (${day})`, more: (count: number) => `y ${count.toLocaleString('es-MX')} más`, list: 'Ver las solicitudes',
  },
  later: 'Ver las siguientes', first: 'Volver al principio',
  verified: (folio: string) => `La constancia del folio ${folio} es nuestra y nadie la ha cambiado.`, forged: 'Esa constancia no es nuestra, o alguien la cambió.', notOne: 'Ese archivo no es una constancia de Portero.', noFile: (file: string) => `No se puede leer ${file}.`,
  corrected: { name: 'nombre', phone: 'teléfono', mail: 'correo', language: 'idioma' }, defaults: {
    bird: { name: 'Bird (MessageBird B.V.)', country: 'Países Bajos', purpose: 'Mensajes de WhatsApp' }, hubspot: { name: 'HubSpot, Inc.', country: 'Estados Unidos', purpose: 'Registro de prospectos (CRM)' }, openai: { name: 'OpenAI', country: 'Estados Unidos', purpose: 'Asistente que redacta respuestas' },
    google: { name: 'Google LLC', country: 'Estados Unidos', purpose: 'Calendarios de asesores' }, graph: { name: 'Microsoft Corporation', country: 'Estados Unidos', purpose: 'Calendarios de asesores' }, calendly: { name: 'Calendly LLC', country: 'Estados Unidos', purpose: 'Agenda de visitas' }, smtp: { name: 'Servidor de correo', country: '', purpose: 'Correos a prospectos y asesores' },
  },
}
export type PrivacyDeskWords = typeof es
const en: PrivacyDeskWords = {
  nav: (count) => (count === 0 ? 'Privacy' : `Privacy (${count.toLocaleString('en')})`),
  title: 'Privacy', lead: 'What people ask about their data (ARCO rights), and the registers that the law asks for.',
  open: 'To attend to', closed: 'Closed', none: 'No requests', noneText: 'When somebody asks about their data, on WhatsApp, at /privacidad or you, it shows up here with its dates.',
  overdue: (count) => (count === 1 ? 'One date has passed' : `${count.toLocaleString('en')} dates have passed`), overdueText: 'Attend to them today: the person may already complain to the Secretaría Anticorrupción y Buen Gobierno.',
  folio: 'Number', who: 'Person', right: 'Asks for', state: 'State', due: 'Due', nobody: 'Not identified', erased: 'Data erased',
  kind: { access: 'Access', rectify: 'Rectification', cancel: 'Cancellation', oppose: 'Opposition' },
  states: { received: 'To identify', asked: 'Waits for the person', identified: 'To answer', accepted: 'To put into effect', refused: 'Refused', done: 'Done', lapsed: 'Not made', withdrawn: 'Withdrawn' },
  term: { ask: 'Ask for what is missing', complete: 'The person completes it', answer: 'Answer', effect: 'Put into effect' },
  left: (days) => (days === 0 ? 'today' : days === 1 ? '1 business day left' : `${days} business days left`), late: 'overdue', channel: { chat: 'WhatsApp', mail: 'E-mail', web: 'Page', desk: 'Console' },
  openedAt: 'Received', came: 'Came by', said: 'What they said', asker: 'Says to be', matches: 'Fits', noMatch: 'Nobody with that contact', identified: 'Identity', by: { whatsapp: 'Wrote from their WhatsApp', code: 'A code sent to their contact', hand: 'By hand' }, eraseAt: 'Erased on', ending: (four) => `Ends in ${four}`,
  steps: 'Steps', noSteps: 'None yet', next: 'Next step',
  step: {
    opened: 'Opened', ask: 'Asked for what is missing', complete: 'What was missing came', identify: 'Identified', extend: 'Extended', accept: 'Accepted', refuse: 'Refused', do: 'Put into effect', withdraw: 'Withdrawn', lapse: 'Taken as not made',
    code: 'A code was sent', wrong: 'Wrong code', corrected: 'Corrected (before and after)', erased: 'Erased here, and asked of the other systems', certified: 'Another certificate was signed', held: 'Its date has come, but in shadow mode nothing is erased: they stay blocked, and it is tried each day',
  },
  how: { whatsapp: 'Sent on WhatsApp', mail: 'Sent by e-mail', aloud: 'Read it to the person: there is no way to send it' },
  form: {
    newTitle: 'Open a request', newText: 'One that was made in person, by phone or by e-mail.', kind: 'Asks for', name: 'Name', contact: 'Phone or e-mail', details: 'What they ask, in their words', openCase: 'Open',
    ask: 'Ask for what is missing', missing: 'What is missing', complete: 'What was missing has come', note: 'Note', sendCode: 'Send a code', code: 'The code they gave you', checkCode: 'Check', byHand: 'Identify by hand', byHandNote: 'How you made sure (for example: ID seen)', byHandPhone: 'The phone number by which we know them, if they asked from elsewhere',
    extend: 'Extend, once', why: 'Why', accept: 'Accept', refuse: 'Refuse', ground: 'Ground', more: 'Explanation', eraseAt: 'Erase on', fields: 'Corrected data', fieldName: 'Name', fieldPhone: 'Phone', fieldMail: 'E-mail', fieldLanguage: 'Language', same: 'As it is', spanish: 'Spanish', english: 'English',
    purposes: 'No longer use their data for', do: 'It is done', withdraw: 'The person withdraws it', archive: 'Download their data (ZIP)',
  },
  purposes: { messages: 'Messages', visits: 'Visits', marketing: 'Promotions', profiling: 'Profiling', financial: 'Financial data', automated: 'Decisions without a person' },
  result: {
    ok: 'Done.', not_now: 'That step is no longer due: somebody was faster. Nothing was changed.', again: 'That was done once already.', late: 'The time for that is over. Nothing was changed.', unidentified: 'The person has to be identified first.', wrong_code: 'The code is another one, or it has ended.',
    no_way: 'There is nowhere to send the code to. Identify the person otherwise.', nobody: 'Nobody with that contact: as long as nobody knows who it is, there is no data to touch. You can refuse it for lack of data.', other_open: 'That person has an open request of that kind already.', others_first: 'That person has other open requests: close them first, since nothing of theirs can be opened afterwards.', nothing: 'Say what is to be changed.', taken: 'That number is somebody else’s: look at it under People.', bad_contact: 'The phone number or e-mail is not valid.', bad_date: 'The date of erasure must lie ahead.',
  },
  there: {
    title: 'In other systems', state: { asked: 'No answer yet', done: 'Erased', left: 'Not erased' }, waits: (count) => (count === 1 ? 'One answer is missing' : `${count.toLocaleString('en')} answers are missing`), waitsText: 'Here it is erased. The certificate is signed once the other systems have answered.',
    left: (count) => (count === 1 ? 'Something is still in another system' : `${count.toLocaleString('en')} things are still in other systems`), leftText: 'The certificate says what and where. An admin can do it again in Review (where it is not connected any more, after connecting it again); once the other system has answered, another certificate is signed.', waiting: 'Erasing', held: 'Waiting: shadow mode', some: 'Still to be erased', why: { gone_on: 'somebody else goes on with it', refused: 'it was not allowed', disconnected: 'it is not connected any more' },
    what: { contact: 'contact', deal: 'deal', meeting: 'meeting', communication: 'messages', task: 'task', note: 'note', ticket: 'ticket', conversation: 'conversation', event: 'event' },
  },
  certificate: 'Certificate', certificateJson: 'Download (JSON)', certificateSee: 'See the certificate', certificateText: 'Signed: portero privacy verify FILE shows that nobody changed it.', fingerprint: 'Fingerprint of the key', deeds: 'What was done', auditHead: 'Audit up to', deed: { handed_over: 'handed over', rectified: 'corrected', opposed: 'no longer used for', erased: 'erased' }, actor: { prospect: 'the person', system: 'Portero' }, noName: 'No name',
  standing: {
    title: 'How it stands', cases: (count) => (count === 1 ? 'Request open' : 'Requests open'), nextDue: (day) => `Next date: ${day}`, noDue: 'No dates ahead', late: (count) => `${count.toLocaleString('en')} late`, withdrawn: 'Consents taken back, 30 days', consents: 'Consents and notices', consentsLead: 'What each person said yes or no to, and which notice they were shown. Open a number to see whom it counts.', byPurpose: 'By purpose', purpose: 'Purpose', month: 'Taken back, 30 days',
    unshown: 'Not shown the notice in force', notices: 'Privacy notices', version: 'Version', language: 'Language', since: 'Since', seen: 'Were shown it', inForce: 'In force', former: 'Former', noNotice: 'There is no notice yet: it is not configured who answers for the data.', languages: { 'es-MX': 'Spanish', en: 'English' },
    deleted: 'Deleted by the last look', retention: 'Keeping and deleting', retentionLead: 'For how long each thing is kept, and when it was last deleted. Open a number to see the looks.', classOf: 'What it is', kept: 'Kept', last: 'Last look', gone: 'Deleted', goneAll: 'In all', next: 'Next', lasting: 'What is kept without end', goes: 'Until', never: 'Not yet', lastAt: (at) => `Last look: ${at}`, runs: 'Looks', until: 'Until', noRuns: 'There were no looks yet.',
    untold: 'Breaches not told yet', breaches: (count, last) => (last === undefined ? 'None noted' : `${count.toLocaleString('en')} in all, the last of ${last}`),
  },
  registers: 'Registers', processors: 'Processors', processorsText: 'Those who process data for us. Check country and purpose, and note the date of the contract.', company: 'Name', country: 'Country', purpose: 'Purpose', contract: 'Contract of', noContract: 'No contract yet', save: 'Save', add: 'Add',
  breaches: 'Breaches', breachesText: 'What happened to people’s data, and who was told. The law wants them told at once.', noBreaches: 'None', what: 'What happened', knownAt: 'Known since', from: 'From', to: 'To', where: 'Where', everywhere: 'On all channels', people: 'People', more: 'Also (phone numbers, one a line)', noteBreach: 'Note it', notice: 'Notice to the people', noticeHint: 'What happened, which data, what to do and whom to talk to.', tell: 'Tell them all', toldAt: 'Told', reached: (whatsapp, mail, aloud) => `${whatsapp} on WhatsApp, ${mail} by e-mail, ${aloud} with no way`, affected: (count) => (count === 1 ? '1 person' : `${count.toLocaleString('en')} people`),
  reminder: { subject: (folio) => `Privacy date: ${folio}`, text: (folio, term, left, day) => `${folio}: ${term.toLowerCase()} (${left}, ${day}).`, link: 'Open the request', every: (count) => (count === 1 ? 'Privacy: one unproven request' : `Privacy: ${count.toLocaleString('en')} unproven requests`), lead: 'Nobody has made sure yet who made these requests:', line: (folio, term, left, day) => `${folio}: ${term.toLowerCase()}, ${left} (${day})`, more: (count) => `and ${count.toLocaleString('en')} more`, list: 'See the requests' },
  later: 'Show the next ones', first: 'Back to the first',
  verified: (folio) => `The certificate of ${folio} is ours, and nobody has changed it.`, forged: 'That certificate is not ours, or somebody changed it.', notOne: 'That file is no certificate of Portero’s.', noFile: (file) => `${file} can’t be read.`,
  corrected: { name: 'name', phone: 'phone', mail: 'e-mail', language: 'language' }, defaults: {
    bird: { name: 'Bird (MessageBird B.V.)', country: 'Netherlands', purpose: 'WhatsApp messages' }, hubspot: { name: 'HubSpot, Inc.', country: 'United States', purpose: 'Record of prospects (CRM)' }, openai: { name: 'OpenAI', country: 'United States', purpose: 'Assistant that drafts replies' },
    google: { name: 'Google LLC', country: 'United States', purpose: 'Agents’ calendars' }, graph: { name: 'Microsoft Corporation', country: 'United States', purpose: 'Agents’ calendars' }, calendly: { name: 'Calendly LLC', country: 'United States', purpose: 'Booking of visits' }, smtp: { name: 'Mail server', country: '', purpose: 'E-mails to prospects and agents' },
  },
}
export const privacyDeskWords: Record<Language, PrivacyDeskWords> = { 'es-MX': es, en }
