import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { faultsOfRecord, sharedNumbers } from './decision-records.js'
import {
  everywhere,
  fileLength,
  functionLength,
  inPackages,
  inTests,
  naming,
  noAny,
  noDuplicateTestNames,
  noFloatingAmounts,
  noPromises,
  noQuietSkips,
  type SourceCheck,
} from './tidy-checks.js'
import { filesBelow, repositoryRoot } from './workspace-copy.js'

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8')

// As long as the API is; nobody writes it.
const generated = ['packages/client/src/openapi-types.ts']

function sourcesBelow(folder: string): string[] {
  return filesBelow(join(repositoryRoot, folder))
    .filter((file) => /\.(ts|js|mjs)$/.test(file) && !file.startsWith('architecture/planted/'))
    .map((file) => `${folder}/${file}`)
    .filter((path) => !generated.includes(path))
}

const packageSources = readdirSync(join(repositoryRoot, 'packages')).flatMap((name) =>
  existsSync(join(repositoryRoot, 'packages', name, 'src')) ? sourcesBelow(`packages/${name}/src`) : [],
)
const testSources = [...packageSources.filter((path) => path.endsWith('.test.ts')), ...sourcesBelow('test')]

const exampleSources = sourcesBelow('examples')

function findingsOf(checks: readonly SourceCheck[], paths: readonly string[]): string[] {
  return paths.flatMap((path) => checks.flatMap((check) => check({ path, text: read(path) })))
}

const linesOf = (count: number) => 'work()\n'.repeat(count)

const records = readdirSync(join(repositoryRoot, 'adr')).filter((file) => file.endsWith('.md'))
const soundRecord = `# 1. Title

## Status
Accepted

## Context
Why.

## Decision
What.

## Consequences
And then.

Enforced by: \`test/architecture/tidy.test.ts\`
`

describe('the house style', () => {
  test('holds in every source file', () => {
    const findings = [
      ...findingsOf(everywhere, [...new Set([...packageSources, ...testSources, ...exampleSources])]),
      ...findingsOf(inPackages, packageSources),
      ...findingsOf(inTests, testSources),
    ]
    expect(findings).toEqual([])
  })

  test('looks at the sources of the packages, at the tests and at the examples', () => {
    expect(packageSources).toContain('packages/kernel/src/index.ts')
    expect(testSources).toContain('test/architecture/tidy.test.ts')
    expect(exampleSources).toContain('examples/journey/journey.mjs')
  })
})

describe('each check of the house style', () => {
  test.each<[what: string, check: SourceCheck, text: string]>([
    ['a file of 501 lines', fileLength, linesOf(501)],
    ['a function of 71 lines', functionLength, `function long() {\n${linesOf(69)}}`],
    ['an arrow function of 71 lines', functionLength, `const long = () => {\n${linesOf(69)}}`],
    [
      'a test of 71 lines',
      functionLength,
      `describe('x', () => {\n  test('y', () => {\n${linesOf(69)}})\n})`,
    ],
    ['an exported class named Service', naming, 'export class JournalService {}'],
    ['an exported function named util', naming, 'export function dateUtils() {}'],
    ['an exported constant named Impl', naming, 'export const storeImpl = 1'],
    ['a renamed export', naming, "export { store as AccountManager } from './store.js'"],
    ['as any', noAny, 'const x = y as any'],
    ['a parameter of type any', noAny, 'const f = (x: any) => x'],
    ['any inside a type', noAny, 'type T = Promise<Array<any>>'],
    ['a switched-off line', noAny, '// @ts-ignore\nconst x: string = 1'],
    ['a switched-off file', noAny, '/* @ts-nocheck */\nconst x: string = 1'],
    ['a promise to do it later', noPromises, 'work() // TODO: round'],
    ['a known fault', noPromises, '/* FIXME */\nwork()'],
    ['Number of an amount', noFloatingAmounts, 'const x = Number(line.amount)'],
    ['Number of a column in minor units', noFloatingAmounts, 'const total = sum + Number(row.posted_minor)'],
    ['parseFloat that becomes a balance', noFloatingAmounts, 'const balance = Number.parseFloat(text)'],
    ['toFixed of an amount', noFloatingAmounts, 'res.json({ amount: value.toFixed(2) })'],
    ['unary plus of an amount', noFloatingAmounts, 'const x = +row.amountMinor'],
    ['an only', noQuietSkips, "test.only('x', () => {})"],
    ['an only on a group', noQuietSkips, "describe.only('x', () => {})"],
    ['an only on a table', noQuietSkips, "test.only.each([1])('x', () => {})"],
    ['a skip without a reason', noQuietSkips, "test.skip('x', () => {})"],
    ['two tests of one name', noDuplicateTestNames, "test('x', () => {})\ntest('x', () => {})"],
    [
      'a table and a test of one name',
      noDuplicateTestNames,
      "test.each([1])('x', () => {})\ntest('x', () => {})",
    ],
  ])('refuses %s', (_, check, text) => {
    expect(check({ path: 'packages/planted/src/planted.ts', text })).toHaveLength(1)
  })

  test.each<[what: string, check: SourceCheck, text: string]>([
    ['a file of 500 lines', fileLength, linesOf(500)],
    ['a function of 70 lines', functionLength, `function long() {\n${linesOf(68)}}`],
    ['a describe of any length', functionLength, `describe('x', () => {\n${linesOf(200)}})`],
    ['a name that only begins alike', naming, 'export const implicit = 1, utilisation = 2, serviced = 3'],
    ['the word any in a sentence', noAny, "// any account\nconst text = 'any'"],
    ['a promise in a string', noPromises, "const text = '// TODO'"],
    ['a promise in a template', noPromises, 'const text = `${a} // TODO ${b} /* FIXME */`'],
    ['a number that is no amount', noFloatingAmounts, 'const port = Number(text)'],
    ['a skip with its reason', noQuietSkips, "// hledger is not installed here\ntest.skip('x', () => {})"],
    [
      'one name in two groups',
      noDuplicateTestNames,
      "describe('a', () => { test('x', f) })\ndescribe('b', () => { test('x', f) })",
    ],
  ])('allows %s', (_, check, text) => {
    expect(check({ path: 'packages/planted/src/planted.ts', text })).toEqual([])
  })

  test.each([
    'packages/account/src/utils/dates.ts',
    'packages/account/src/helpers/x.ts',
    'packages/account/src/account-service.ts',
    'packages/account/src/AccountManager.ts',
  ])('refuses the path %s', (path) => {
    expect(naming({ path, text: '' })).toHaveLength(1)
  })
})

describe('the decision records', () => {
  test('each has its parts and says what enforces it', () => {
    expect([
      ...records.flatMap((name) => faultsOfRecord({ name, text: read(`adr/${name}`) })),
      ...sharedNumbers(records),
    ]).toEqual([])
  })

  test.each([
    ['without a status', soundRecord.replace('## Status\nAccepted', '')],
    ['without a context', soundRecord.replace('## Context', '## Story')],
    ['with an empty decision', soundRecord.replace('What.', '')],
    ['without consequences', soundRecord.replace('## Consequences', '')],
    ['that nothing enforces', soundRecord.replace('Enforced by:', 'See')],
  ])('one %s is refused', (_, text) => {
    expect(faultsOfRecord({ name: '0001-title.md', text })).toHaveLength(1)
  })

  test('a sound one is accepted, a misnamed one and a second with its number are not', () => {
    expect(faultsOfRecord({ name: '0001-title.md', text: soundRecord })).toEqual([])
    expect(faultsOfRecord({ name: '1-Title.md', text: soundRecord })).toHaveLength(1)
    expect(sharedNumbers(['0001-a.md', '0001-b.md', '0002-c.md'])).toHaveLength(1)
  })
})
