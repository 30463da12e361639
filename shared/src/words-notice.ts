import type { Language } from './words.ts'

// Around the privacy notice, where it stands as a page.
type PageFrame = { noticeTitle: string; rightsTitle: string; rights: string; noNotice: string; version(version: string, since: string): string }
export const pageFrame: Record<Language, PageFrame> = {
  'es-MX': {
    noticeTitle: 'Aviso de privacidad', rightsTitle: 'Tus derechos',
    rights: 'Puedes pedirnos ver, corregir o borrar tus datos, u oponerte a que los usemos (derechos ARCO). Dínoslo en la misma conversación de WhatsApp: te confirmamos que lo recibimos y te contestamos a más tardar en 20 días hábiles.',
    noNotice: 'Todavía no hay aviso de privacidad.', version: (version, since) => `Versión ${version}, vigente desde el ${since}.`,
  },
  en: {
    noticeTitle: 'Privacy notice', rightsTitle: 'Your rights',
    rights: 'You can ask us to show, correct or erase your data, or object to our using it. Tell us in the same WhatsApp conversation: we confirm that we have your request and answer within 20 business days.',
    noNotice: 'There is no privacy notice yet.', version: (version, since) => `Version ${version}, in force since ${since}.`,
  },
}
