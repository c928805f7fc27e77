import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BenchServer, type Environment, runPlinth } from './bench-server.js'
import { type Round, roundOf } from './figures.js'
import { openHttpConnection } from './http-connection.js'
import { fail, type Target } from './posting-load.js'

/** A tenant whose accounts all bear interest, and the operator who ends its days. */
export interface Savers {
  readonly target: Target
  readonly tenantId: string
  readonly environment: Environment
  businessDate: string
  /** The most memory that a process which ended a day had resident, in MiB; 0 where /proc does not tell. */
  peakMiB: number
  /** Accounts a second of the days that ended while others posted. */
  readonly ratesBeside: number[]
}

// A month's beginning: so soon no interest is capitalised.
const firstDate = '2026-11-01'
const accountsPerBatch = 1_000

const glMapping = {
  customerGlCode: '2000',
  overdrawnGlCode: '1310',
  interestExpenseGlCode: '5100',
  interestIncomeGlCode: '4200',
  accruedPayableGlCode: '2900',
  accruedReceivableGlCode: '1900',
  feesGlCode: '4100',
  taxGlCode: '2950',
}

const chart = [
  ['1100', 'asset'],
  ['1310', 'asset'],
  ['1900', 'asset'],
  ['2000', 'liability'],
  ['2900', 'liability'],
  ['2950', 'liability'],
  ['4100', 'income'],
  ['4200', 'income'],
  ['5100', 'expense'],
] as const

const parameters = {
  currency: 'EUR',
  glMapping,
  overdraftLimit: '1000000000.00',
  creditTiers: [
    { from: '0.00', rate: '0.01' },
    { from: '5000.00', rate: '0.02' },
  ],
  debitTiers: [{ from: '0.00', rate: '0.1' }],
  dayCount: 'ACT/365F',
  capitalisation: 'monthly',
  rounding: 'half_even',
  minimumBalance: '0.00',
  fees: [],
  withholdingTaxRate: '0',
  eligibility: [],
}

/** Makes a tenant with `accounts` accounts of one product, each with money of its own. */
export async function makeSavers(
  { port }: BenchServer,
  environment: Environment,
  { accounts, progress }: { accounts: number; progress: (text: string) => void },
): Promise<Savers> {
  const tenantId = `bench-savers-${accounts}`
  const create = ['tenant', 'create', tenantId, '--business-date', firstDate, '--json']
  const { tokens } = JSON.parse(await runPlinth(create, environment)) as { tokens: Record<string, string> }
  const connection = await openHttpConnection(port)
  const send = async (role: string, path: string, body: unknown): Promise<void> => {
    const head = `Authorization: Bearer ${tokens[role]}\r\nIdempotency-Key: ${path}\r\n`
    const answer = await connection.post(path, head, JSON.stringify(body))
    if (answer.status >= 300) fail(answer)
  }
  const batch = async (commands: readonly object[]): Promise<void> => {
    const head = `Authorization: Bearer ${tokens.operator}\r\n`
    const body = JSON.stringify({ atomicity: 'independent', commands })
    const answer = await connection.post('/v1/batches', head, body)
    if (!answer.body.includes(`"succeeded":${commands.length}`)) fail(answer)
  }
  await batch(
    chart.map(([code, type]) => ({
      type: 'create_gl_account',
      idempotencyKey: `gl-${code}`,
      glAccount: { code, name: code, type },
    })),
  )
  await send('product_manager', '/v1/products', { productCode: 'SAVINGS', name: 'Savings' })
  const versions = '/v1/products/SAVINGS/versions'
  await send('product_manager', versions, { effectiveFrom: firstDate, parameters })
  await send('product_manager', `${versions}/1/submit`, {})
  await send('approver', `${versions}/1/approve`, { reason: 'a benchmark' })
  await batch([opening('cash', { glCode: '1100', currency: 'EUR', unlimited: true })])
  for (let first = 0; first < accounts; first += accountsPerBatch) {
    const names = Array.from(
      { length: Math.min(accountsPerBatch, accounts - first) },
      (_, at) => `bench-${first + at}`,
    )
    await batch(names.map((name) => opening(name, { productCode: 'SAVINGS' })))
    await batch(names.map((name, at) => deposit(name, `${100 + ((first + at) % 9_900)}.${10 + (at % 90)}`)))
    if ((first / accountsPerBatch) % 20 === 19)
      progress(`opening ${accounts} interest-bearing accounts: ${first}`)
  }
  connection.close()
  const target = { port, token: tokens.operator as string, accounts }
  return { target, tenantId, environment, businessDate: firstDate, peakMiB: 0, ratesBeside: [] }
}

const opening = (accountId: string, more: object): object => ({
  ...{ type: 'open_account', idempotencyKey: `open-${accountId}`, accountId, name: accountId },
  ...more,
})

const deposit = (accountId: string, amount: string): object => ({
  ...{ type: 'post', idempotencyKey: `deposit-${accountId}`, transactionCode: 'DEPOSIT' },
  lines: [
    { accountId: 'cash', side: 'debit', amount, currency: 'EUR' },
    { accountId, side: 'credit', amount, currency: 'EUR' },
  ],
})

/** Ends a business day in a process of its own. The rate is accounts a second, from the cut-off to the closing. */
export async function endDay(savers: Savers): Promise<Round> {
  const { tenantId, businessDate, environment } = savers
  const command = ['eod', 'run', '--tenant', tenantId, '--date', businessDate, '--json']
  const program = [...process.execArgv, process.argv[1] as string, ...command]
  const child = spawn(process.execPath, program, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  let running = true
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const code = ended.finally(() => {
    running = false
  })
  while (running) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    savers.peakMiB = Math.max(
      savers.peakMiB,
      Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024),
    )
    await Promise.race([ended, sleep(50)])
  }
  if ((await code) !== 0) throw new Error(`an end of day of the benchmark failed: ${output.slice(0, 400)}`)
  const closed = JSON.parse(output) as ClosedDays
  savers.businessDate = closed.businessDate
  const elapsedMs = closed.runs.reduce(
    (sum, { startedAt, finishedAt }) => sum + Date.parse(finishedAt) - Date.parse(startedAt),
    0,
  )
  return roundOf([elapsedMs], elapsedMs, savers.target.accounts)
}

/** As endDay, while others post. */
export async function endDayBeside(savers: Savers): Promise<void> {
  const { rate } = await endDay(savers)
  savers.ratesBeside.push(rate)
}

interface ClosedDays {
  readonly businessDate: string
  readonly runs: readonly { readonly startedAt: string; readonly finishedAt: string }[]
}
