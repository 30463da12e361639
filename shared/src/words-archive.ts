import type { Language } from './words.ts'

// What somebody is handed who asks for their data. es-MX first.
const es = {
  title: 'Tus datos personales', lead: (company: string, day: string) => `Todo lo que ${company} guarda sobre ti, al ${day}. El archivo data.json tiene lo mismo, para que lo lea un programa.`,
  nothing: 'Nada', file: 'Archivo', us: 'nosotros', yes: 'sí', no: 'no', notHere: 'Qué no está aquí y por qué', processors: 'Quiénes tratan tus datos por encargo nuestro',
  authors: { prospect: 'Tú', bot: 'Asistente', human: 'Asesor', portero: 'Portero' },
  vendors: { hubspot: 'En HubSpot', bird: 'En Bird' }, records: { contact: 'contacto', deal: 'negocio', meeting: 'reunión', communication: 'conversación', task: 'tarea', note: 'nota', ticket: 'ticket' },
  silent: 'no contestó cuando se preparó este archivo; pídelo otra vez',
  tables: {
    person: 'Quién eres', claim: 'Por dónde te conocemos', conversation: 'Conversaciones', message: 'Mensajes', media: 'Archivos que enviaste', tour: 'Visitas', waitlist: 'Lista de espera', met: 'Citas en calendarios', invitation: 'Invitaciones por correo',
    projection: 'Tus visitas en calendarios', overlap: 'Visitas que chocaron con otra cita', booking_link: 'Páginas para agendar que usaste', lead: 'Lo que buscas', consent: 'Lo que aceptaste o rechazaste', notice_shown: 'Avisos de privacidad que viste', privacy_case: 'Solicitudes sobre tus datos',
    privacy_step: 'Qué se hizo con tus solicitudes', breach_person: 'Incidentes de seguridad', escalation: 'Veces que se llamó a un asesor', escalation_notice: 'A quién se avisó', note: 'Notas de nuestros asesores', counterpart: 'Tus registros en HubSpot', crm_conflict: 'Cambios en HubSpot que no coincidieron',
    crm_review: 'Registros de HubSpot que podrían ser tuyos', tool_fact: 'Lo que el asistente consultó', tool_reply: 'Respuestas guardadas del asistente', agent_run: 'Turnos del asistente', agent_item: 'Lo que leyó y escribió el asistente', guard_hit: 'Respuestas automáticas', follow_up: 'Seguimientos', audit: 'Quién hizo qué con tus datos',
  },
  columns: {
    name: 'Nombre', email: 'Correo', language: 'Idioma', created_at: 'Desde', source: 'Origen', kind: 'Tipo', value: 'Valor', claimed_at: 'Desde', state: 'Estado', status: 'Estado', opened_at: 'Desde', heard_at: 'Última vez que escribiste', external_id: 'Identificador', sent_at: 'Cuándo', author: 'Quién', body: 'Qué',
    starts_at: 'Empieza', ends_at: 'Termina', party: 'Personas', made_at: 'Cuándo', changed_at: 'Cambió', stage: 'Etapa', facts: 'Lo que buscas', purpose: 'Para qué', mode: 'Cómo', channel: 'Por dónde', evidence: 'Prueba', at: 'Cuándo', version: 'Versión', how: 'Cómo', shown_at: 'Cuándo', reason: 'Motivo',
    summary: 'Resumen', owner: 'A cargo', text: 'Texto', written_at: 'Cuándo', title: 'Título', tool: 'Consulta', answer: 'Respuesta', reply: 'Respuesta', items: 'Contenido', what: 'Qué', by: 'Quién', user_id: 'Usuario', details: 'Detalles', due_at: 'Fecha límite', closed_at: 'Cerrado', told: 'Contenido', type: 'Tipo', size: 'Bytes',
    from_day: 'Desde', to_day: 'Hasta', joined_at: 'Desde', country: 'País', vendor: 'Proveedor', contractOn: 'Contrato', after: 'Detalle', before: 'Antes', field: 'Campo', values: 'Valores', actor: 'Por quién', notice: 'Aviso', link: 'Enlace',
  },
}
export type ArchiveWords = typeof es
const en: ArchiveWords = {
  title: 'Your personal data', lead: (company, day) => `Everything that ${company} keeps about you, as of ${day}. The file data.json says the same, for programs to read.`,
  nothing: 'Nothing', file: 'File', us: 'us', yes: 'yes', no: 'no', notHere: 'What is not here, and why', processors: 'Who processes your data for us',
  authors: { prospect: 'You', bot: 'Assistant', human: 'Agent', portero: 'Portero' },
  vendors: { hubspot: 'At HubSpot', bird: 'At Bird' }, records: { contact: 'contact', deal: 'deal', meeting: 'meeting', communication: 'conversation', task: 'task', note: 'note', ticket: 'ticket' },
  silent: 'did not answer when this file was made; ask for it again',
  tables: {
    person: 'Who you are', claim: 'By what we know you', conversation: 'Conversations', message: 'Messages', media: 'Files that you sent', tour: 'Visits', waitlist: 'Waiting list', met: 'Meetings in calendars', invitation: 'Invitations by mail',
    projection: 'Your visits in calendars', overlap: 'Visits that met another appointment', booking_link: 'Booking pages that you used', lead: 'What you look for', consent: 'What you agreed to or refused', notice_shown: 'Privacy notices that you saw', privacy_case: 'Requests about your data',
    privacy_step: 'What was done about your requests', breach_person: 'Security incidents', escalation: 'Times that a person was called', escalation_notice: 'Who was told', note: 'Notes of our people', counterpart: 'Your records in HubSpot', crm_conflict: 'Changes in HubSpot that did not agree',
    crm_review: 'Records in HubSpot that may be yours', tool_fact: 'What the assistant looked up', tool_reply: 'Kept answers of the assistant', agent_run: 'Turns of the assistant', agent_item: 'What the assistant read and wrote', guard_hit: 'Automatic answers', follow_up: 'Follow-ups', audit: 'Who did what with your data',
  },
  columns: {
    name: 'Name', email: 'E-mail', language: 'Language', created_at: 'Since', source: 'Source', kind: 'Kind', value: 'Value', claimed_at: 'Since', state: 'State', status: 'State', opened_at: 'Since', heard_at: 'When you last wrote', external_id: 'Identifier', sent_at: 'When', author: 'Who', body: 'What',
    starts_at: 'Begins', ends_at: 'Ends', party: 'People', made_at: 'When', changed_at: 'Changed', stage: 'Stage', facts: 'What you look for', purpose: 'What for', mode: 'How', channel: 'By which way', evidence: 'Proof', at: 'When', version: 'Version', how: 'How', shown_at: 'When', reason: 'Reason',
    summary: 'Summary', owner: 'In charge', text: 'Text', written_at: 'When', title: 'Title', tool: 'Query', answer: 'Answer', reply: 'Answer', items: 'Content', what: 'What', by: 'Who', user_id: 'User', details: 'Details', due_at: 'Due', closed_at: 'Closed', told: 'Content', type: 'Type', size: 'Bytes',
    from_day: 'From', to_day: 'To', joined_at: 'Since', country: 'Country', vendor: 'Vendor', contractOn: 'Contract', after: 'Detail', before: 'Before', field: 'Field', values: 'Values', actor: 'By whom', notice: 'Notice', link: 'Link',
  },
}
export const archiveWords: Record<Language, ArchiveWords> = { 'es-MX': es, en }
