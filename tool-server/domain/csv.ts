// For spreadsheets, which take what begins like a formula for one: https://owasp.org/www-community/attacks/CSV_Injection
export const csvOf = (rows: readonly (readonly string[])[]): string => rows.map((cells) => cells.map(cellOf).join(',')).join('\r\n')
const cellOf = (text: string): string => `"${(/^\s*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
