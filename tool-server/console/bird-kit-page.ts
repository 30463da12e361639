import { kitWords } from '@portero/shared'
import { html, notice, table, type Html } from '../spine/page.ts'
import { formsOf, gateForm, lackedBy, type Form } from '../spine/tools-kit.ts'
import { facts, paths, type ConsoleNeeds, type Inside } from './frame.ts'

// What an admin types into Bird, from the tools themselves, and a place to try the key.
type Kit = Pick<ConsoleNeeds, 'tools' | 'publicBaseUrl' | 'company'>
export type Tried = { scopes: readonly string[] | undefined } // of the key; none: nobody's

export const kitPage = ({ tools, publicBaseUrl, company }: Kit, tried: Tried | undefined, inside: Inside): Html => {
  const words = kitWords[inside.language]
  const key = `<${words.yourKey}>`
  const forms = formsOf(tools, publicBaseUrl, key)
  const gate = gateForm(publicBaseUrl, key)
  return html`<div class="head"><h1>${words.title}</h1><p class="soft">${words.lead}</p></div><div class="stack">
<section class="card" id="check"><h2>${words.check}</h2><div class="in stack">${tried && verdict([gate, ...forms], tried, inside)}<p class="soft">${words.checkText}</p>
<form method="post" action="${paths.kit}" class="line"><input type="hidden" name="csrf" value="${inside.signedIn.csrf}"><label for="key" class="hidden">${words.key}</label><input id="key" name="key" type="password" autocomplete="off" required placeholder="portero_…"><button class="main">${words.checkNow}</button></form></div></section>
${prose('persona', words.persona, words.personaText(company))}${prose('guardrails', words.guardrails, words.guardrailsText)}${prose('knowledge', words.knowledge, words.knowledgeText(company))}
<section class="card" id="gate"><h2>${words.gate}</h2><div class="in stack"><p>${words.gateText}</p>${formShown(gate, inside)}</div></section>
<div class="head"><h2>${words.tools}</h2><p class="soft">${words.toolsText}</p></div>
${forms.map((form) => html`<section class="card" id="tool-${form.name}"><h2>${form.name}</h2><div class="in stack">${formShown(form, inside)}</div></section>`)}</div>`
}

const prose = (id: string, title: string, text: string): Html => html`<section class="card" id="${id}"><h2>${title}</h2><div class="in stack">${text.split('\n').map((line) => html`<p>${line}</p>`)}</div></section>`

const formShown = ({ description, url, headers, arguments: fields, body }: Form, { language }: Inside): Html => {
  const words = kitWords[language]
  const rows = fields.map((field) => ({
    id: field.name, cells: [html`<code>${field.name}</code>`, field.type, field.isNeeded ? words.yes : words.no, html`${field.description}${field.options.length > 0 && html` ${words.oneOf(field.options.join(', '))}`}`],
  }))
  return html`${facts([[words.description, description || undefined], [words.url, html`<code>POST ${url}</code>`], [words.headers, html`<pre><code>${headers.map(([name, value]) => `${name}: ${value}`).join('\n')}</code></pre>`], [words.body, html`<pre><code>${body}</code></pre>`]])}
${description !== '' && (fields.length === 0 ? html`<p class="soft">${words.noArguments}</p>` : table(words.formHead, rows))}`
}

const verdict = (forms: readonly Form[], { scopes }: Tried, { language }: Inside): Html => {
  const words = kitWords[language]
  if (!scopes) return notice('bad', words.keyUnknown, words.keyUnknownNext)
  const lacking = lackedBy(forms, scopes)
  return lacking.length === 0 ? notice('good', words.keyComplete, undefined) : notice('warn', words.keyLacks(lacking.join(', ')), words.keyLacksNext)
}
