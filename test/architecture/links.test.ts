import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenLinksOf } from './markdown-links.js'
import { repositoryRoot } from './workspace-copy.js'

const notOurs = new Set(['node_modules', 'dist', 'coverage', 'planted', '.git', '.plinth'])

function markdownBelow(folder: string): string[] {
  return readdirSync(join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : markdownBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

test('every relative link of every page leads somewhere', () => {
  const pages = markdownBelow('')
  expect(pages).toContain('CONTRIBUTING.md')
  expect(pages.flatMap((page) => brokenLinksOf(repositoryRoot, page))).toEqual([])
})

test('every file that a page names as enforcing a rule is there', () => {
  const pages = [...markdownBelow('adr'), 'SECURITY.md']
  const missing = pages.flatMap((page) => {
    const text = readFileSync(join(repositoryRoot, page), 'utf8')
    const named = [...text.matchAll(/`((?:test|packages|migrations)\/[\w./-]+)`/g)].map(
      ([, path]) => path as string,
    )
    return named.filter((path) => !existsSync(join(repositoryRoot, path))).map((path) => `${page}: ${path}`)
  })
  expect(missing).toEqual([])
})

describe('the check of the links', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plinth-links-'))
    writeFileSync(join(folder, 'other.md'), '# Two words, one `mark`\n## Again\n## Again\n')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const broken = (text: string): string[] => {
    writeFileSync(join(folder, 'page.md'), text)
    return brokenLinksOf(folder, 'page.md')
  }

  test.each([
    ['a file that is not there', '[x](missing.md)'],
    ['a link by reference', '[x][1]\n\n[1]: missing.md'],
    ['a heading that is not there', '[x](other.md#three-words)'],
    ['a heading of its own page', '# Here\n[x](#there)'],
    ['a path out of the repository', '[x](../outside.md)'],
    ['an image', '![x](missing.png "title")'],
  ])('refuses %s', (_, text) => {
    expect(broken(text)).toHaveLength(1)
  })

  test.each([
    ['a page', '[x](other.md)'],
    ['a heading', '[x](other.md#two-words-one-mark)'],
    ['a repeated heading', '[x](other.md#again-1)'],
    ['an address', '[x](https://example.com/missing.md)'],
    ['code', '`[x](missing.md)`\n\n```\n[x](missing.md)\n```'],
  ])('allows %s', (_, text) => {
    expect(broken(text)).toEqual([])
  })
})
