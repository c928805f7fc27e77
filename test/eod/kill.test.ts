import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { EodRunning, verifyDays } from '@plinth/eod'
import { verifyPositions } from '@plinth/fx'
import { verifyInterest } from '@plinth/interest'
import { type AccountId, addDays, type CurrencyCode } from '@plinth/kernel'
import { readTrialBalance } from '@plinth/ledger'
import { verifyBooks } from '@plinth/posting'
import { verifyReconciliation } from '@plinth/reconciliation'
import { expect, test } from 'vitest'
import { accepted, dealInCurrencies, exchange, rates } from '../fx/in-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { alone, endOf, posting, transferOf } from '../support/commands.js'
import { place } from '../support/hold-commands.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { day, eodAt, leftBehind, smallSizes } from './eod-bank.js'

const openBank = useBank()
const repository = fileURLToPath(new URL('../..', import.meta.url))
const today = '2026-11-21'

/**
 * Three customers, each with a cheque that the next day frees and a hold that stays, and interest on what they have; one who came a
 * day earlier and does nothing, and so becomes dormant; two accounts for money to go to and fro. The next business day is in
 * another month, so that interest is capitalised and fees are charged.
 * It has dollars and yen, which are worth more or less than they were bought for.
 */
async function busyBank(): Promise<Bank> {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank, {
    ...{ overdraftLimit: '5.00', creditTiers: [{ from: '0.00', rate: '0.9' }], dormancyDays: 1 },
    fees: [{ code: 'UPKEEP', amount: '0.10', frequency: 'monthly' }],
  })
  expect(endOf(await bank.submit(openingUnder('eva')))).toBe('accepted')
  await eodAt(bank).run('2026-11-20')
  const closed = Array.from({ length: 9 }, (_, at) => addDays(day(today), at + 1))
  const calendar = { weekend: [], holidays: null, extra: closed, working: [] }
  const settings = { type: 'change_settings', changes: { calendar }, reason: 'a test' } as const
  expect(endOf(await bank.submit(settings))).toBe('accepted')
  await bank.glAccount('1950', 'asset')
  await dealInCurrencies(bank)
  await rates(bank, `USD ${today} 0.90`, `JPY ${today} 0.0061`)
  for (const accountId of ['to', 'fro']) await bank.open(accountId, { gl: '1950', unlimited: true })
  const cheques = customers.map((customer) =>
    alone({ ...posting(['debit cash 10.00', `credit ${customer} 10.00`]), lines: chequeFor(customer) }),
  )
  const holds = customers.map((customer) => alone(place(customer, 200n)))
  const opened = await bank.batch(customers.map((customer) => openingUnder(customer)))
  const made = await bank.batch([...cheques, ...holds])
  expect([...opened, ...made].map(endOf)).toEqual(Array(9).fill('accepted'))
  await buyAbroad(bank)
  for (let n = 0; n < 20; n += 1) await toAndFro(bank)
  return bank
}

const customers = ['ada', 'ben', 'cleo']
const chequeFor = (customer: string) => [
  { ...of('cash'), side: 'debit' as const },
  { ...of(customer), side: 'credit' as const, availableFrom: day('2026-11-22') },
]
const of = (accountId: string) => ({
  accountId: accountId as AccountId,
  amount: 1000n,
  currency: 'EUR' as CurrencyCode,
})

/** Positions in two currencies, with a gain and a loss. */
async function buyAbroad(bank: Bank): Promise<void> {
  for (const currency of ['USD', 'JPY'])
    await bank.open(`nostro-${currency}`, { gl: '1100', currency, unlimited: true })
  await accepted(
    bank.submit(exchange({ from: 'cash', sold: '91.00 EUR' }, { to: 'nostro-USD', bought: '100.00 USD' })),
  )
  await accepted(
    bank.submit(exchange({ from: 'cash', sold: '6.00 EUR' }, { to: 'nostro-JPY', bought: '1000 JPY' })),
  )
}

const toAndFro = async (bank: Bank): Promise<void> => {
  expect(endOf(await bank.submit(transferOf({ from: 'to', to: 'fro', amount: '1.00' })))).toBe('accepted')
}

/** Posts on, whatever happens, until told to end. */
function postMeanwhile(bank: Bank): () => Promise<void> {
  let toEnd = false
  const ended = (async () => {
    while (!toEnd) await toAndFro(bank)
  })()
  return async () => {
    toEnd = true
    await ended
  }
}

/** Runs the day in a process that dies in its n-th transaction. True: the day was closed before that. */
async function runMortally(
  bank: Bank,
  { place: where, at }: { place: string; at: number },
): Promise<boolean> {
  const parameters = [bank.serveUrl, bank.tenantId, today, where, String(at)]
  const program = ['test/eod/dying-operator.mjs', ...parameters]
  const child = spawn(process.execPath, program, { cwd: repository, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const [code, signal] = await once(child, 'close')
  expect([code === 0 || signal === 'SIGKILL', said]).toEqual([true, ''])
  return code === 0
}

/** What hangs on how many postings went on meanwhile is compared with the lines instead. */
const comparable = (left: Awaited<ReturnType<typeof leftBehind>>) => ({
  ...left,
  partitions: left.partitions.filter(({ name }) => name !== 'control_totals'),
  totals: left.totals.filter(({ gl_code }) => gl_code !== '1950'),
  extracts: left.extracts.filter(({ gl_code }) => gl_code !== '1950'),
})

async function expectTotalsOfTheLines(bank: Bank): Promise<void> {
  const { totals } = await leftBehind(bank)
  const ofToday = totals.filter(({ business_date }) => business_date === today)
  const trial = await bank.database.read(bank.tenantId, (tx) =>
    readTrialBalance(tx, { date: day(today), by: 'booking' }),
  )
  expect(ofToday.map(({ gl_code, closing }) => [gl_code, closing])).toEqual(
    trial.rows.filter((row) => row.postable).map((row) => [row.glCode, String(row.debits - row.credits)]),
  )
}

// Dying inside a transaction leaves what dying behind the one before it leaves, and the server has something to roll back as well.
// So every transaction is died in, and every seventh is died behind.
test.each([
  ['inside any', 'inside', 1],
  ['behind every seventh', 'behind', 7],
])(
  'a day whose operator is killed %s transaction of it is closed by another as if nothing had been',
  async (_, where, stride) => {
    const calm = await busyBank()
    await eodAt(calm, { sizes: smallSizes }).run(today)
    const expected = comparable(await leftBehind(calm))
    expect(expected.fees).toHaveLength(4)
    expect(expected.standing).toContainEqual({ account_id: 'eva', held: '0', status: 'dormant' })
    let at = 1 - stride
    for (let closed = false; !closed; ) {
      at += stride
      const bank = await busyBank()
      const end = postMeanwhile(bank)
      closed = await runMortally(bank, { place: where, at })
      const eod = eodAt(bank.elsewhere(), { sizes: smallSizes })
      // Nobody knows yet that the other is gone. Before the cut-off has committed there is nothing to know.
      const open = await bank.rows(`select from eod.run where tenant_id = $1 and status <> 'completed'`, [
        bank.tenantId,
      ])
      if (open.length > 0) await expect(eod.run(today)).rejects.toThrow(EodRunning)
      await eod.resume({ takeOver: true, fullSpeed: true })
      await eod.run(today, { fullSpeed: true })
      await end()
      expect([at, comparable(await leftBehind(bank))]).toEqual([at, expected])
      await expectTotalsOfTheLines(bank)
      await bank.expectBooksInOrder()
      const rules = await bank.database.read(bank.tenantId, async (tx) => [
        ...(await verifyBooks(tx, bank.books)).rules,
        ...(await verifyInterest(tx, bank.books)),
        ...(await verifyDays(tx, bank.books)),
        ...(await verifyReconciliation(tx, bank.books)),
        ...(await verifyPositions(tx, bank.books)),
      ])
      expect(rules.filter(({ first }) => first !== undefined)).toEqual([])
    }
    // Cut-off, what was set aside, two partitions each of holds, terms, accruals, capitalisations, fees and dormancy, one of positions, several of entries, each step's beginning and end, the closing.
    expect(at).toBeGreaterThan(30)
  },
  480_000,
)
