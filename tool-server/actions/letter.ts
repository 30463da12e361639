import { mailWords, type Language } from '@portero/shared'
import { html, textOf } from '../spine/page.ts'

// An e-mail of ours: who it is for, what it says, and the one thing to do, if there is any. Plain, and as simple html that loads nothing from anywhere.
type Words = { greeting: string; paragraphs: readonly string[]; link: { label: string; url: string } | undefined; language: Language }
export const letter = ({ greeting, paragraphs, link, language }: Words): { text: string; html: string } => {
  const { signature } = mailWords[language]
  return {
    text: [greeting, ...paragraphs, ...(link ? [`${link.label}:\n${link.url}`] : []), signature].join('\n\n'),
    html: `<!doctype html>${textOf(html`<html lang="${language}"><head><meta charset="utf-8"></head><body style="font:16px/1.5 system-ui,sans-serif;max-width:36em">
<p>${greeting}</p>
${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
${link && html`<p><a href="${link.url}">${link.label}</a></p>`}
<p><small>${signature}</small></p>
</body></html>`)}`,
  }
}
