import { execFile, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readLatestCheckpoint, sealEntries } from '@plinth/evidence'
import { signerOf } from '@plinth/evidence/domain'
import { currenciesWith, type TenantId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CliRuntime } from '../../packages/cli/src/cli-runtime.js'
import { runProgram } from '../../packages/cli/src/program.js'
import { repositoryRoot } from '../architecture/workspace-copy.js'
import { environmentOf } from '../cli/plinth-process.js'
import { firstBusinessDate, openCustomers, transfer, useHttpBank } from '../http/support/http-bank.js'
import { type CommandBlock, commandsOf, isPrinted, listOfRunbooks, runbooks } from './runbook-pages.js'

const debianBinDir = '/usr/lib/postgresql/15/bin'
const curlIsHere = spawnSync('curl', ['--version']).status === 0
const pages = runbooks()
const blocks = pages.flatMap((page) => page.blocks)
const at = ({ page, line }: CommandBlock): string => `${page}:${line}`

describe('each runbook', () => {
  const sections = [
    'What you see',
    'What it means for money',
    'First look',
    'Decide',
    'Mend',
    'Verify afterwards',
    'Wake',
  ]

  test('says what is seen, what it means for money, how to look, decide, mend and verify, and whom to wake', () => {
    expect(pages.map(({ page }) => page)).toContain('stuck-eod.md')
    for (const page of pages) expect([page.page, page.sections]).toEqual([page.page, sections])
  })

  test('has commands for the first look and for afterwards that are run here', () => {
    for (const page of pages)
      for (const section of ['First look', 'Verify afterwards'])
        expect([
          page.page,
          section,
          page.blocks.some((block) => block.runs && block.section === section),
        ]).toEqual([page.page, section, true])
  })

  test('is in the list', () => {
    const list = listOfRunbooks()
    expect(pages.filter(({ page }) => !list.includes(`(${page})`))).toEqual([])
  })
})

describe('each command', () => {
  const helps = new Map<string, Promise<string>>()
  const helpOf = (program: string, ...path: string[]): Promise<string> => {
    const name = [program, ...path].join(' ')
    const known = helps.get(name) ?? askForHelp(program, path)
    helps.set(name, known)
    return known
  }
  async function askForHelp(program: string, path: string[]): Promise<string> {
    if (program === 'plinth') return await helpOfPlinth(path)
    const { stdout } = await promisify(execFile)(join(debianBinDir, program), ['--help'])
    return stdout
  }

  /** What commander says of itself, without a process for each command: help asks nothing of the runtime. */
  async function helpOfPlinth(path: readonly string[]): Promise<string> {
    const said: string[] = []
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.push(String(text))
      return true
    })
    try {
      expect(await runProgram({} as CliRuntime, ['node', 'plinth', ...path, '--help'])).toBe(0)
    } finally {
      spy.mockRestore()
    }
    return said.join('')
  }

  /** The longest path of subcommands, and the options that follow. */
  async function faultsOfPlinth(words: readonly string[]): Promise<string[]> {
    const path: string[] = []
    for (const word of words) {
      if (!/^[a-z]/.test(word)) break
      const help = await helpOf('plinth', ...path)
      if (!new RegExp(`^  ${word}\\b`, 'm').test(help.slice(help.indexOf('\n\n')))) break
      path.push(word)
    }
    if (path.length === 0) return [`plinth ${words[0]}`]
    const help = await helpOf('plinth', ...path)
    if (/^Commands:$/m.test(help) && !/^Usage: .*<|\[place\]/m.test(help))
      return [`plinth ${words.join(' ')}`]
    return words.filter((word) => word.startsWith('--') && !help.includes(word))
  }

  const document = JSON.parse(readFileSync(join(repositoryRoot, 'packages/http/openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, object>>
  }
  function faultsOfCurl(words: readonly string[]): string[] {
    const method = words.includes('-X') ? (words[words.indexOf('-X') + 1] as string).toLowerCase() : 'get'
    const url = words.find((word) => word.startsWith('$URL')) ?? ''
    const path = url.slice('$URL'.length).replace(/\?.*$/, '')
    const asTemplate = (template: string): string => template.replace(/\{\w+\}/g, '*')
    const asked = path.replace(/\$\w+/g, '*')
    const known = Object.entries(document.paths).some(
      ([template, methods]) => asTemplate(template) === asked && method in methods,
    )
    return known ? [] : [`${method} ${path}`]
  }

  test('exists, with its options, or is a call that the API has', async () => {
    const faults: string[] = []
    for (const block of blocks) {
      for (const [program = '', ...words] of commandsOf(block)) {
        const found =
          program === 'plinth'
            ? await faultsOfPlinth(words)
            : program === 'curl'
              ? faultsOfCurl(words)
              : await faultsOfTool(program, words)
        faults.push(...found.map((fault) => `${at(block)}: ${fault}`))
      }
    }
    expect(faults).toEqual([])
  })

  async function faultsOfTool(program: string, words: readonly string[]): Promise<string[]> {
    if (!existsSync(debianBinDir)) return []
    if (!existsSync(join(debianBinDir, program))) return [program]
    const help = await helpOf(program)
    return words
      .filter((word) => word.startsWith('--'))
      .map((word) => word.replace(/=.*$/, ''))
      .filter((option) => !help.includes(option))
  }
})

// Once is enough: which roles the statements run under is tested with each command.
const isFirstPass = process.env.PLINTH_STRICT_ROLES !== '1'

describe.runIf(curlIsHere && isFirstPass)('what is only looked at', () => {
  const bank = useHttpBank()
  const folder = mkdtempSync(join(tmpdir(), 'plinth-runbooks-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let environment: NodeJS.ProcessEnv

  beforeAll(async () => {
    await openCustomers(bank())
    const known = await makeHistory()
    await anchorAll()
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    const program = join(repositoryRoot, 'packages/app/bin/plinth.js')
    writeFileSync(join(bin, 'plinth'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
    chmodSync(join(bin, 'plinth'), 0o755)
    environment = {
      ...environmentOf({
        PLINTH_DATABASE_URL: bank().adminUrl,
        PLINTH_DATA_DIR: folder,
        PLINTH_ANCHOR: join(folder, 'anchor.txt'),
        PLINTH_TENANT: 'alpha',
        PLINTH_PORT: '0',
      }),
      ...known,
      URL: bank().url,
      TOKEN: bank().token('alpha', 'operator'),
      PATH: `${bin}:${process.env.PATH}`,
    }
  }, 60_000)

  /** A payment that waits for its capture, one in suspense, and a closed day. */
  async function makeHistory(): Promise<Record<string, string>> {
    const suspense = { accountId: 'suspense', name: 'S', glCode: '2000', currency: 'EUR', unlimited: true }
    await bank().post('/v1/accounts', suspense)
    const key = 'order-17-pay'
    const hold = { accountId: 'alice', amount: '20.00', currency: 'EUR' }
    const headers = { 'x-correlation-id': 'order-17' }
    const placed = await bank().post('/v1/holds', hold, { key, headers })
    const astray = {
      transactionCode: 'SEPA-IN',
      lines: [
        { accountId: 'cash', side: 'debit', amount: '3.00', currency: 'EUR' },
        {
          accountId: 'nobody',
          side: 'credit',
          amount: '3.00',
          currency: 'EUR',
          fallbackAccountId: 'suspense',
        },
      ],
    }
    expect((await bank().post('/v1/postings', astray)).status).toBe(201)
    const paid = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }))
    const { body } = await bank().get('/v1/suspense-items')
    expect((await bank().post('/v1/eod-runs', { date: firstBusinessDate })).status).toBe(201)
    return {
      CORRELATION: 'order-17',
      KEY: key,
      LOST_KEY: 'order-18-pay',
      HOLD: placed.body.holdId,
      ITEM: body.data[0].suspenseItemId,
      ENTRY: String(paid.body.entryNo),
      ACCOUNT: 'alice',
    }
  }

  async function anchorAll(): Promise<void> {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    writeFileSync(join(folder, 'signing-key.pem'), pem, { mode: 0o600 })
    const tenantId = 'alpha' as TenantId
    const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 30_000, repeatable: true } as const
    const currencies = currenciesWith({ GOLD: 4 })
    await bank().database.transaction(options, (tx) =>
      sealEntries(tx, { tenantId, currencies, signer: signerOf(privateKey), host: 'localhost' }),
    )
    const latest = await bank().database.read(tenantId, readLatestCheckpoint)
    writeFileSync(join(folder, 'anchor.txt'), latest?.note ?? '')
  }

  const runnable = blocks.filter(({ runs }) => runs)
  test.each(runnable.map((block) => [at(block), block] as const))(
    '%s prints what the page shows',
    async (_, block) => {
      const script = `set -e\n${block.text}`
      const ended = await new Promise<{ code: number; output: string }>((resolve) => {
        execFile('sh', ['-c', script], { env: environment, cwd: folder }, (error, stdout, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
        )
      })
      const missing = block.prints.filter((line) => !isPrinted(line, ended.output))
      expect({ ...ended, missing }).toEqual({ ...ended, code: block.exits, missing: [] })
    },
    60_000,
  )
})
