import { readStates } from '@plinth/account'
import { type InterestState, readAccrued, verifyInterest } from '@plinth/interest'
import { type AccountId, addDays } from '@plinth/kernel'
import { interestTermsOf, partsOfYear, simulate } from '@plinth/product/domain'
import { beforeAll, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { currencies, endOf } from '../support/commands.js'
import { addProductChart, approveVersion, openingUnder, parametersOf } from '../support/products.js'
import { differencesByHand, explanationsOf, pythonIsHere } from './by-hand.js'
import { day, eodAt } from './eod-bank.js'
import { mulberry, postingsOf, products, type Saver, saversOf, statedBalances } from './random-savers.js'

const openBank = useBank()
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)

// A leap day, a new year, two changes of the clocks, every month's end and the holidays of Germany are among them.
const firstDay = day('2027-06-07')
const lastDay = addDays(firstDay, 364)

const savers = saversOf(200, 40)
const punctual = savers.filter(({ late }) => !late)
let bank: Bank
let accrued: Map<AccountId, InterestState>
let posted: Map<AccountId, bigint>

/** A bank that works on German business days. */
async function openSavingsBank(): Promise<void> {
  bank = await openBank()
  // Before anything is booked.
  await bank.rows('update ledger.journal_head set business_date = $2 where tenant_id = $1', [
    bank.tenantId,
    firstDay,
  ])
  const calendar = { weekend: ['saturday', 'sunday'], holidays: 'DE', extra: [], working: [] } as const
  const changes = { calendar: { ...calendar, weekend: [...calendar.weekend] } }
  expect(endOf(await bank.submit({ type: 'change_settings', changes, reason: 'a calendar' } as never))).toBe(
    'accepted',
  )
  await addProductChart(bank)
  for (const [code, parameters] of Object.entries(products))
    await approveVersion(bank, { overdraftLimit: '1000000.00', ...parameters }, { code, from: firstDay })
  const openings = savers.map(({ accountId, productCode }) =>
    openingUnder(accountId, { product: productCode }),
  )
  expect(new Set((await bank.batch(openings)).map(endOf))).toEqual(new Set(['accepted']))
}

beforeAll(async () => {
  console.log(`year-of-interest.test.ts: PLINTH_SEED=${seed}`)
  const random = mulberry(seed)
  await openSavingsBank()
  const eod = eodAt(bank, { sizes: { load: 1_000, entries: 50_000 } })
  for (let today = firstDay; today <= lastDay; today = day(await eod.businessDate())) {
    const outcomes = await bank.batch(postingsOf(savers, today, random))
    expect(outcomes.filter((outcome) => endOf(outcome) !== 'accepted')).toEqual([])
    const { complete, reports } = await eod.run(today)
    expect([complete, reports.at(-1)?.setAside]).toEqual([true, []])
  }
  const ids = savers.map(({ accountId }) => accountId)
  await bank.database.read(bank.tenantId, async (tx) => {
    accrued = new Map((await readAccrued(tx, ids)).map(({ accountId, state }) => [accountId, state]))
    posted = new Map(
      (await readStates(tx, ids)).map((state) => [state.accountId, state.credits - state.debits]),
    )
  })
}, 300_000)

const stateOf = ({ accountId }: Saver): InterestState => accrued.get(accountId) as InterestState

/** The simulation of all days that have accrued. */
function simulated(saver: Saver) {
  const terms = interestTermsOf(parametersOf(products[saver.productCode]), currencies)
  const request = { from: firstDay, to: stateOf(saver).accruedThrough, compounding: true }
  return simulate(terms, { ...request, balances: statedBalances(saver) })
}

test('every account has to the minor unit what the simulation says, and has accrued exactly what it says', () => {
  expect(punctual).toHaveLength(160)
  for (const saver of punctual) {
    const { totals, periods } = simulated(saver)
    const paidIn = [...saver.history.values()].reduce((sum, amount) => sum + amount, 0n)
    const { accrual, accruedThrough } = stateOf(saver)
    expect(accruedThrough >= lastDay).toBe(true)
    const last = periods.at(-1)
    expect({
      saver: saver.accountId,
      posted: posted.get(saver.accountId),
      exact: [accrual.credit.exact.toFixed(), accrual.debit.exact.toFixed()],
      rounded: [accrual.credit.rounded, accrual.debit.rounded],
    }).toEqual({
      saver: saver.accountId,
      posted: paidIn + totals.credit - totals.tax - totals.debit,
      exact: [last?.credit.exact.toFixed(), last?.debit.exact.toFixed()],
      rounded: [last?.credit.rounded, last?.debit.rounded],
    })
  }
})

test('what was capitalised of every period is what the simulation says of it', async () => {
  const rows = await bank.rows<Record<'account_id' | 'value_date' | 'credit' | 'tax' | 'debit', string>>(
    'select account_id, value_date::text, credit, tax, debit from interest.capitalisation where tenant_id = $1',
    [bank.tenantId],
  )
  const found = rows.map((row) => [row.account_id, row.value_date, row.credit, row.tax, row.debit].join(' '))
  const late = new Set(savers.filter((saver) => saver.late).map(({ accountId }) => accountId as string))
  const expected = punctual.flatMap((saver) =>
    simulated(saver).periods.flatMap(({ capitalised, valueDate }) =>
      capitalised === undefined || capitalised.credit + capitalised.debit === 0n
        ? []
        : [[saver.accountId, valueDate, capitalised.credit, capitalised.tax, capitalised.debit].join(' ')],
    ),
  )
  expect(expected.length).toBeGreaterThan(500)
  expect(found.filter((row) => !late.has(row.split(' ')[0] as string)).sort()).toEqual(expected.sort())
})

test('whatever the dates: what has accrued is what was capitalised, what stands accrued, and what is carried', async () => {
  const [sums] = await bank.rows<Record<string, string>>(
    `with newest as (
       select distinct on (account_id, day) account_id, day, credit_exact, debit_exact
         from interest.accrual where tenant_id = $1 order by account_id, day, revision desc)
     select (select sum(credit_exact) from newest)::text as credit, (select sum(debit_exact) from newest)::text as debit,
            (select sum(credit_posted) from interest.accrual where tenant_id = $1)::text as credit_posted,
            (select sum(debit_posted) from interest.accrual where tenant_id = $1)::text as debit_posted,
            (select sum(credit) from interest.capitalisation where tenant_id = $1)::text as credit_capitalised,
            (select sum(debit) from interest.capitalisation where tenant_id = $1)::text as debit_capitalised`,
    [bank.tenantId],
  )
  const glBalance = async (accountId: string): Promise<bigint> => {
    const { debits, credits } = await bank.state(accountId)
    return credits - debits
  }
  for (const side of ['credit', 'debit'] as const) {
    const standing = [...accrued.values()].map(({ accrual }) => accrual[side])
    const rounded = standing.reduce((sum, each) => sum + each.rounded, 0n)
    const capitalised = BigInt(sums?.[`${side}_capitalised`] ?? 'none')
    // To the minor unit in the general ledger …
    expect(BigInt(sums?.[`${side}_posted`] ?? 'none')).toBe(capitalised + rounded)
    expect(await glBalance(side === 'credit' ? 'GL:2900:EUR' : 'GL:1900:EUR')).toBe(
      side === 'credit' ? rounded : -rounded,
    )
    // … and to the last digit in the sub-ledger: the remainders are the rest of what is exact.
    const exact = standing.reduce((sum, each) => sum.plus(each.exact), exactZero(standing))
    const moved = exact.constructor as unknown as new (text: string) => typeof exact
    const expected = exact.plus(new moved(capitalised.toString()).times(partsOfYear))
    expect(expected.toFixed()).toBe(new moved(sums?.[side] ?? 'none').toFixed())
  }
})

const exactZero = (standing: readonly { readonly exact: InterestState['accrual']['credit']['exact'] }[]) => {
  const [first] = standing
  if (first === undefined) throw new Error('nobody accrues')
  return first.exact.minus(first.exact)
}

test('what is explained of accounts is what the books hold, and exact fractions of Python come to the same', async () => {
  const some = savers
    .filter(({ late }, at) => (late ? at % 2 === 0 : at % 10 === 0))
    .map(({ accountId }) => accountId)
  const explanations = await explanationsOf(bank, some)
  expect(explanations.flatMap(({ differences }) => differences)).toEqual([])
  const revised = explanations.flatMap(({ steps }) =>
    steps.filter((step) => step.kind === 'accrual' && step.revision > 0),
  )
  expect(revised.length).toBeGreaterThan(1_000)
  if (pythonIsHere) expect(differencesByHand(explanations)).toBe('')
})

test('verify finds nothing', async () => {
  const rules = await bank.database.read(bank.tenantId, (tx) => verifyInterest(tx, bank.books))
  expect(rules.filter(({ first }) => first !== undefined)).toEqual([])
})
