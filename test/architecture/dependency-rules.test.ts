import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plantedFolder, repositoryRoot, WorkspaceCopy } from './workspace-copy.js'

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
}

const configuration = join(repositoryRoot, '.dependency-cruiser.js')
const ruleFolders = readdirSync(join(plantedFolder, 'rules')).sort()

/** What the dependency cruiser reports for `root` under the configuration of the repository. */
async function violationsIn(root: string): Promise<readonly Violation[]> {
  const program = join(repositoryRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const output = await new Promise<string>((resolve, reject) => {
    const options = { cwd: root, maxBuffer: 256 * 1024 * 1024 }
    execFile(
      process.execPath,
      [program, 'packages', '--config', configuration, '--output-type', 'json'],
      options,
      (error, stdout, stderr) => {
        // The exit status counts violations; only an answer that is missing altogether is a failure here.
        if (stdout === '') reject(error ?? new Error(stderr))
        else resolve(stdout)
      },
    )
  })
  return (JSON.parse(output) as { summary: { violations: readonly Violation[] } }).summary.violations
}

async function ruleNames(): Promise<string[]> {
  const { default: config } = (await import(configuration)) as {
    default: { forbidden: readonly { name: string }[] }
  }
  return [...new Set(config.forbidden.map((rule) => rule.name))].sort()
}

/** The files that must be reported; those beside them only make the violation possible. */
const mustBeReported = (files: readonly string[]) => files.filter((file) => file.endsWith('.planted.ts'))

const lines = (violations: readonly Violation[]) =>
  violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)

describe('the dependency rules', () => {
  const plantedFiles = new Map<string, readonly string[]>()
  let allowedFiles: readonly string[] = []
  let reported: readonly Violation[] = []
  let workspace: WorkspaceCopy

  beforeAll(async () => {
    workspace = new WorkspaceCopy()
    for (const rule of ruleFolders)
      plantedFiles.set(rule, workspace.plant(join(plantedFolder, 'rules', rule)))
    allowedFiles = workspace.plant(join(plantedFolder, 'allowed'))
    // For workspace-runs-from-source; git ignores dist, so it cannot be planted as a file.
    mkdirSync(join(workspace.root, 'packages/account/dist'))
    writeFileSync(join(workspace.root, 'packages/account/dist/index.js'), 'export {}\n')
    reported = await violationsIn(workspace.root)
  }, 120_000)

  afterAll(() => workspace?.remove())

  test('every rule has a planted violation, and every planted violation a rule', async () => {
    expect(ruleFolders).toEqual(await ruleNames())
  })

  test.each(ruleFolders)('%s reports every file planted against it', (rule) => {
    const offenders = new Set(
      reported.filter((violation) => violation.rule.name === rule).map(({ from }) => from),
    )
    const expected = mustBeReported(plantedFiles.get(rule) ?? [])
    expect(expected).not.toEqual([])
    expect(expected.filter((file) => !offenders.has(file))).toEqual([])
  })

  test('what the rules allow is not reported', () => {
    expect(allowedFiles).not.toEqual([])
    expect(lines(reported.filter(({ from }) => allowedFiles.includes(from)))).toEqual([])
  })

  test('the packages as they stand break no rule', async () => {
    expect(lines(await violationsIn(repositoryRoot))).toEqual([])
  }, 120_000)
})
