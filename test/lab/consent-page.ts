import { html, layout, pagePolicy, type Html } from '@portero/tool-server/spine/page.ts'

// Where somebody of the lab says whether Portero may see their calendar.
export type Question = { action: string; vendor: string; people: readonly string[]; expected: string | undefined; scopes: readonly string[] }
const names: Readonly<Record<string, string>> = { google: 'Google', graph: 'Microsoft', calendly: 'Calendly' }

export const consentPage = ({ action, vendor, people, expected, scopes }: Question): string => {
  const name = names[vendor] ?? vendor
  const person = (email: string): Html => html`<option value="${email}"${email === expected && html` selected`}>${email}</option>`
  return layout({
    title: `Permiso de ${name}`, language: 'es-MX',
    body: html`<div class="alone"><form class="card stack" method="post" action="${action}"><h1>¿Permitir que Portero use tu calendario de ${name}?</h1>
<p class="soft">Esta página es del laboratorio: hace las veces de la de ${name}.</p>
<div><label for="who">Entrar como</label><select id="who" name="who">${people.map(person)}</select></div>
<details><summary>Qué pide Portero</summary><ul>${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul></details>
<div class="line"><button class="main" name="say" value="yes">Permitir</button><button name="say" value="no">No permitir</button></div></form></div>`,
  })
}
export const asPage = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy.replace("form-action 'self'", 'form-action *'), 'cache-control': 'no-store' }
