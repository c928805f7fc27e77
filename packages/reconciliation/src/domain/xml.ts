/** An element: its name, its text or its children, its attributes. Undefined children are left out. */
export interface Element {
  readonly name: string
  readonly content: string | readonly (Element | undefined)[]
  readonly attributes?: Readonly<Record<string, string>> | undefined
}

export const element = (
  name: string,
  content: Element['content'],
  attributes?: Element['attributes'],
): Element => ({ name, content, attributes })

/** An XML 1.0 document in UTF-8, two spaces a level. */
export const renderXml = (root: Element): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${linesOf(root, '').join('\n')}\n`

function linesOf({ name, content, attributes = {} }: Element, indent: string): string[] {
  const named = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escapeXml(value)}"`)]
  const start = `${indent}<${named.join(' ')}>`
  if (typeof content === 'string') return [`${start}${escapeXml(content)}</${name}>`]
  const children = content.flatMap((child) => (child === undefined ? [] : linesOf(child, `${indent}  `)))
  return [start, ...children, `${indent}</${name}>`]
}

// Everything but the characters of XML 1.0 §2.2. A reference cannot name them either.
const notOfXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // As they are, parsers would change them: a carriage return everywhere, the others in attributes.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** A text for content or attributes. What XML has no characters for becomes U+FFFD, which shows that something was there. */
const escapeXml = (text: string): string =>
  text.replace(notOfXml, '\ufffd').replace(/[&<>"'\t\n\r]/g, (character) => references[character] as string)
