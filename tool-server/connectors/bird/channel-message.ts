import type { Content } from '../../domain/ports/messaging.ts'

// What we say, as Bird's channels take it: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages
export const channelMessage = (content: Content): { body: object } | { template: object } => {
  switch (content.type) {
    case 'text': {
      const { text, buttons = [] } = content
      return { body: { type: 'text', text: { text, ...(buttons.length > 0 && { actions: buttons.map(pressed) }) } } }
    }
    case 'list': {
      const { text, button, rows } = content
      return { body: { type: 'list', list: { text, items: rows.map(({ description, ...row }) => ({ title: row.title, ...(description !== undefined && { description }), actions: [pressed(row)] })), metadata: { button: { label: button } } } } }
    }
    case 'media':
      return { body: mediaBody(content) }
    case 'location': {
      const { latitude, longitude, label = '', address = '' } = content
      return { body: { type: 'location', location: { coordinates: { latitude, longitude }, location: { address, label } } } }
    }
    default: {
      const { project, version, language, params } = content
      return { template: { projectId: project, version, locale: language, parameters: params.map((param) => ({ type: 'string', ...param })) } }
    }
  }
}

const pressed = ({ id, title }: { id: string; title: string }): object => ({ type: 'postback', postback: { text: title, payload: id } })
const usual = { image: 'image/jpeg', video: 'video/mp4', audio: 'audio/ogg', file: 'application/pdf' } as const
const mediaBody = ({ kind, url, mime, caption, name }: Extract<Content, { type: 'media' }>): object => {
  const text = caption !== undefined && { text: caption }
  if (kind === 'image') return { type: 'image', image: { ...text, images: [{ mediaUrl: url, ...(caption !== undefined && { altText: caption }) }] } }
  return { type: 'file', file: { ...text, files: [{ contentType: mime ?? usual[kind], mediaUrl: url, ...(name !== undefined && { filename: name }) }] } }
}
