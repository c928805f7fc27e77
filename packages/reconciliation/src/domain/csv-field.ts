/** A field of RFC 4180. Texts are as they were written, also those that a spreadsheet would take for a formula. */
export function csvField(value: string | number | null | undefined): string {
  const text = value === undefined || value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
