import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** The relative links of the Markdown file `path` below `root` that lead nowhere: to no file, or to no such heading. */
export function brokenLinksOf(root: string, path: string): string[] {
  return linksIn(readFileSync(join(root, path), 'utf8')).flatMap(({ target, line }) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
    const [file = '', anchor] = decodeURI(target).split('#')
    const linked = file === '' ? path : normalize(join(dirname(path), file))
    if (linked.startsWith('..')) return [`${path}:${line} ${target} leaves the repository`]
    if (!existsSync(join(root, linked))) return [`${path}:${line} ${target} does not exist`]
    if (anchor === undefined || !linked.endsWith('.md') || !statSync(join(root, linked)).isFile()) return []
    const headings = anchorsOf(readFileSync(join(root, linked), 'utf8'))
    return headings.has(anchor) ? [] : [`${path}:${line} ${target} names no heading`]
  })
}

const withoutCode = (text: string): string =>
  text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, (block) => block.replace(/[^\n]/g, ''))
    .replace(/`[^`\n]*`/g, (span) => ' '.repeat(span.length))

function linksIn(text: string): { target: string; line: number }[] {
  const inline = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g
  const reference = /^\s*\[[^\]]+\]:\s*<?([^\s>]+)>?/g
  return withoutCode(text)
    .split('\n')
    .flatMap((content, index) =>
      [...content.matchAll(inline), ...content.matchAll(reference)].map((match) => ({
        target: match[1] ?? '',
        line: index + 1,
      })),
    )
}

/** The anchors that GitHub gives the headings: lower case, no punctuation, hyphens, and a number where one repeats. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  const headings = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  for (const [, heading = ''] of headings) {
    const slug = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    let anchor = slug
    for (let repeat = 1; anchors.has(anchor); repeat += 1) anchor = `${slug}-${repeat}`
    anchors.add(anchor)
  }
  return anchors
}
