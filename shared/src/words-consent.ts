import type { Language } from './words.ts'

// What operators read while a calendar is being connected, and when that did not come to its end.
type Said = { title: string; text: string }
const es = {
  connect: (vendor: string) => `Conectar ${vendor}`,
  retry: 'Intentar otra vez', back: 'Volver a Integraciones',
  sure: { title: (vendor: string, agent: string) => `¿Conectar el ${vendor} de ${agent}?`, text: (account: string) => `Portero va a leer cuándo está libre ${account} y a poner ahí sus visitas. Nadie tiene que dar permiso: ya lo dio quien administra las cuentas.`, yes: 'Sí, conectar' },
  done: (vendor: string, account: string): Said => ({ title: `Listo: ${vendor} quedó conectado`, text: `Portero ya está leyendo el calendario de ${account}.` }),
  denied: (vendor: string): Said => ({ title: 'No se dio el permiso', text: `En la página de ${vendor} se eligió no permitirlo, así que nada cambió. Si fue sin querer, inténtalo otra vez.` }),
  stale: (vendor: string): Said => ({ title: 'Este intento ya no vale', text: `Pasaron más de diez minutos, ya se había usado o empezó en otro navegador. No se guardó nada; empieza de nuevo y entra a ${vendor}.` }),
  otherAccount: (vendor: string, account: string, expected: string): Said => ({ title: 'Es la cuenta de otra persona', text: `En ${vendor} entró ${account}, y este calendario es de ${expected}. No se guardó nada. Inténtalo otra vez y elige ${expected}; si la persona cambió de correo, corrígelo en el catálogo.` }),
  otherKey: (vendor: string, expected: string): Said => ({ title: 'La clave es de otra persona', text: `La clave de ${vendor} que tiene este servidor no es de ${expected}. No se guardó nada. Para conectar a varias personas, registra Portero en ${vendor}: los pasos están en docs/calendars.md.` }),
  scopes: (vendor: string, missing: string): Said => ({ title: 'Faltó una parte del permiso', text: `Para trabajar con este calendario hace falta todo lo que pide la página de ${vendor}. Faltó: ${missing}. Inténtalo otra vez y deja todas las casillas marcadas.` }),
  notLasting: (vendor: string): Said => ({ title: 'El permiso duraría solo una hora', text: `${vendor} no dio un permiso duradero. Quita el acceso de Portero en tu cuenta de ${vendor} e inténtalo otra vez.` }),
  away: (vendor: string): Said => ({ title: `${vendor} no contesta`, text: 'No es culpa tuya y no se guardó nada. Espera un momento e inténtalo otra vez.' }),
  notSetUp: (vendor: string, said: string): Said => ({ title: `${vendor} no reconoce a Portero`, text: `El registro de Portero en ${vendor} no coincide con el de este servidor (${said}). Los pasos están en docs/calendars.md.` }),
  noAddress: (agent: string): Said => ({ title: `${agent} no tiene correo en el catálogo`, text: 'Con su correo sabemos de quién es el calendario. Agrégalo en el catálogo y vuelve aquí.' }),
}
export type ConsentWords = typeof es
const en: ConsentWords = {
  connect: (vendor) => `Connect ${vendor}`,
  retry: 'Try again', back: 'Back to Integrations',
  sure: { title: (vendor, agent) => `Connect ${agent}’s ${vendor}?`, text: (account) => `Portero will read when ${account} is free and put their visits there. Nobody has to consent: whoever looks after the accounts has done so.`, yes: 'Yes, connect' },
  done: (vendor, account) => ({ title: `Done: ${vendor} is connected`, text: `Portero is reading the calendar of ${account} already.` }),
  denied: (vendor) => ({ title: 'Permission was not given', text: `Somebody chose not to allow it on the page of ${vendor}, so nothing has changed. If that was a slip, try again.` }),
  stale: (vendor) => ({ title: 'This attempt is over', text: `More than ten minutes went by, it was used already, or it began in another browser. Nothing was kept; begin anew and sign in at ${vendor}.` }),
  otherAccount: (vendor, account, expected) => ({ title: 'That is somebody else’s account', text: `${account} signed in at ${vendor}, and this calendar is ${expected}’s. Nothing was kept. Try again and choose ${expected}; if their address has changed, mend it in the catalogue.` }),
  otherKey: (vendor, expected) => ({ title: 'The token is somebody else’s', text: `The token of ${vendor} that this server has is not ${expected}’s. Nothing was kept. To connect several people, register Portero at ${vendor}: the steps are in docs/calendars.md.` }),
  scopes: (vendor, missing) => ({ title: 'A part of the permission is missing', text: `To work with this calendar, all that the page of ${vendor} asks for is needed. Missing: ${missing}. Try again and leave all boxes ticked.` }),
  notLasting: (vendor) => ({ title: 'The permission would last an hour only', text: `${vendor} gave no lasting permission. Remove Portero’s access in your account at ${vendor}, and try again.` }),
  away: (vendor) => ({ title: `${vendor} does not answer`, text: 'It is not your fault, and nothing was kept. Wait a moment and try again.' }),
  notSetUp: (vendor, said) => ({ title: `${vendor} does not know Portero`, text: `What Portero is registered as at ${vendor} does not fit this server (${said}). The steps are in docs/calendars.md.` }),
  noAddress: (agent) => ({ title: `${agent} has no e-mail in the catalogue`, text: 'It tells us whose calendar it is. Add it to the catalogue, and come back.' }),
}
export const consentWords: Record<Language, ConsentWords> = { 'es-MX': es, en }
