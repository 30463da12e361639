import type { Language } from './words.ts'

// Who may come in and what calls us: people and keys. To operators.
const es = {
  nav: 'Accesos', title: 'Personas y llaves', lead: 'Quién entra a esta consola, y con qué llaves llaman los agentes a Portero.',
  signInWith: (name: string) => `Entrar con ${name}`, goOn: 'Continuar a la consola', notIn: (name: string) => `No pudimos dejarte entrar con ${name}.`,
  refused: {
    stale: 'No pudimos comprobar que la respuesta fuera la de tu visita. Vuelve a intentarlo desde aquí.',
    denied: 'Ahí dijeron que no. Vuelve a intentarlo si fue sin querer.',
    away: 'Ahora no contesta. Espera un momento, o entra con usuario y contraseña si los tienes.',
    notSetUp: 'Ahí no reconocen a Portero. Avísale a quien administra Portero: los pasos están en docs/access.md.',
    unverified: 'Tu correo no está verificado ahí. Pide a quien administra tus cuentas que lo verifique.',
    domain: 'Tu correo no es de esta empresa.',
    noRole: 'Tu cuenta todavía no tiene un papel en Portero. Pídelo a quien administra Portero.',
    ended: 'Tu acceso a Portero terminó. Si es un error, pídelo de nuevo a quien administra Portero.',
    local: 'Ese nombre entra aquí con contraseña. Usa tu usuario y contraseña.',
    another: 'Ese correo ya es de otra persona en Portero. Avísale a quien administra Portero.',
  },
  people: 'Personas', person: 'Persona', role: 'Papel', way: 'Entra con', last: 'Última entrada', open: 'Sesiones', action: 'Acción',
  roles: { viewer: 'Consulta', agent: 'Asesor', officer: 'Privacidad', admin: 'Administración' },
  password: 'Contraseña', company: 'Acceso de la empresa', never: 'Nunca', over: 'Sin acceso', you: 'Tú',
  signOut: 'Cerrar sesiones', endPerson: 'Quitar acceso', again: 'Dar acceso de nuevo', makePerson: 'Para dar de alta a alguien con contraseña: npx portero operator NOMBRE --role viewer|agent|officer|admin',
  keys: 'Llaves', key: 'Llave', name: 'Nombre', scopes: 'Permisos', made: 'Creada', used: 'Último uso', rotate: 'Cambiar', endKey: 'Terminar',
  noKeys: 'Todavía no hay llaves', noKeysText: 'Un agente necesita una para llamar a Portero: npx portero keys tool NOMBRE',
  keysText: 'Cada nombre puede tener dos llaves vigentes a la vez. Para cambiar una sin cortes: crea la segunda, úsala, y termina la primera.',
  confirm: {
    person: (name: string) => ({ title: `¿Quitar el acceso de ${name}?`, text: 'Sus sesiones se cierran ahora mismo y ya no podrá entrar. Lo que hizo queda en la bitácora.', sure: 'Sí, quitar acceso' }),
    key: (name: string) => ({ title: `¿Terminar una llave de ${name}?`, text: 'Quien la use deja de poder llamar a Portero en unos segundos. No se puede deshacer.', sure: 'Sí, terminarla' }),
  },
  cancel: 'Cancelar', noFiles: 'Aquí hay un archivo. Con tu papel no se abre.',
  fresh: (name: string) => ({ title: `Nueva llave de ${name}`, text: 'Cópiala ahora: no se vuelve a mostrar. La anterior sigue vigente hasta que la termines.', back: 'Ya la copié' }),
  came: {
    out: 'Listo: sus sesiones están cerradas.', ended: 'Listo: ya no puede entrar.', again: 'Listo: puede volver a entrar con el acceso de la empresa.', keyEnded: 'Listo: esa llave ya no sirve.',
    self: 'No puedes quitarte el acceso: pídelo a otra persona que administre.', lastAdmin: 'Es la última persona que administra con contraseña: antes da de alta a otra, o nadie podría entrar si falla el acceso de la empresa.', two: 'Ese nombre ya tiene dos llaves vigentes. Termina una antes de crear otra.',
  },
  lockOut: { subject: 'Muchos intentos fallidos de entrar a la consola de Portero', paragraphs: ['Alguien se equivocó muchas veces al entrar, y se le hizo esperar varias veces. Nadie entró por eso.', 'Si no fue alguien de tu equipo, revisa que las contraseñas sean largas y que solo tengan acceso quienes lo necesitan.'], look: 'Ver personas y llaves' },
}
type AccessWords = typeof es
const en: AccessWords = {
  nav: 'Access', title: 'People and keys', lead: 'Who comes into this console, and the keys by which agents call Portero.',
  signInWith: (name) => `Sign in with ${name}`, goOn: 'Go on to the console', notIn: (name) => `We could not let you in with ${name}.`,
  refused: {
    stale: 'We could not make sure that the answer was that of your visit. Try again from here.',
    denied: 'They said no there. Try again if that was by mistake.',
    away: 'It does not answer now. Wait a moment, or use a user name and password if you have them.',
    notSetUp: 'Portero is not recognised there. Tell whoever looks after Portero: the steps are in docs/access.md.',
    unverified: 'Your e-mail is not verified there. Ask whoever looks after your accounts to verify it.',
    domain: 'Your e-mail is not of this company.',
    noRole: 'Your account has no role in Portero yet. Ask whoever looks after Portero for one.',
    ended: 'Your access to Portero has ended. If that is a mistake, ask whoever looks after Portero for it.',
    local: 'That name comes in by a password here. Use your user name and password.',
    another: 'That e-mail is somebody else’s in Portero. Tell whoever looks after Portero.',
  },
  people: 'People', person: 'Person', role: 'Role', way: 'Comes in by', last: 'Last sign-in', open: 'Sessions', action: 'Action',
  roles: { viewer: 'Viewer', agent: 'Agent', officer: 'Privacy officer', admin: 'Admin' },
  password: 'Password', company: 'The company’s sign-in', never: 'Never', over: 'No access', you: 'You',
  signOut: 'End sessions', endPerson: 'Take access away', again: 'Give access again', makePerson: 'To let somebody in by a password: npx portero operator NAME --role viewer|agent|officer|admin',
  keys: 'Keys', key: 'Key', name: 'Name', scopes: 'Scopes', made: 'Made', used: 'Last used', rotate: 'Change', endKey: 'End',
  noKeys: 'No keys yet', noKeysText: 'An agent needs one to call Portero: npx portero keys tool NAME',
  keysText: 'A name may have two keys at once. To change one without a gap: make the second, use it, and end the first.',
  confirm: {
    person: (name) => ({ title: `Take away the access of ${name}?`, text: 'Their sessions end right now, and they cannot come in any more. What they did stays in the audit.', sure: 'Yes, take it away' }),
    key: (name) => ({ title: `End a key of ${name}?`, text: 'Whoever uses it cannot call Portero any more within seconds. This cannot be undone.', sure: 'Yes, end it' }),
  },
  cancel: 'Cancel', noFiles: 'There is a file here. Your role does not open it.',
  fresh: (name) => ({ title: `New key of ${name}`, text: 'Copy it now: it is not shown again. The one before holds until you end it.', back: 'I have copied it' }),
  came: {
    out: 'Done: their sessions have ended.', ended: 'Done: they cannot come in any more.', again: 'Done: they can come in again by the company’s sign-in.', keyEnded: 'Done: that key is good no more.',
    self: 'You cannot take your own access away: ask another admin.', lastAdmin: 'This is the last admin with a password: make another one first, or nobody could come in when the company’s sign-in fails.', two: 'That name has two keys already. End one before you make another.',
  },
  lockOut: { subject: 'Many wrong tries to sign in to Portero’s console', paragraphs: ['Somebody was wrong many times when signing in, and had to wait several times. Nobody got in by that.', 'If it was nobody of your team, make sure that passwords are long and that only those who need access have it.'], look: 'See people and keys' },
}
export const accessWords: Record<Language, AccessWords> = { 'es-MX': es, en }
export type { AccessWords }
