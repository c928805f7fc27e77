import { verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { alone, endOf, posting, transferOf } from '../support/commands.js'

const openBank = useBank()
const advice = (amount: string) =>
  posting([`debit alice ${amount}`, `credit cash ${amount}`], { adviceReason: 'a late presentment' })

test('an advice stands in the balance row, and only with it the database lets an account pass its limit', async () => {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '10.00')
  const outcomes = await bank.batch([
    transferOf({ from: 'alice', to: 'cash', amount: '4.00' }),
    advice('50.00'),
    transferOf({ from: 'alice', to: 'cash', amount: '1.00' }),
    transferOf({ from: 'cash', to: 'alice', amount: '1.00' }),
    alone(advice('1.00')),
  ])
  expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted', 'insufficient_funds', 'accepted', 'accepted'])
  const [row] = await bank.rows<{ marked: boolean; forced: boolean }>(
    'select forced_row_version = row_version as marked, forced_row_version is not null as forced from account.balance where account_id = $1 and tenant_id = $2',
    ['alice', bank.tenantId],
  )
  expect(row).toEqual({ marked: true, forced: true })
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
  await bank.expectBooksInOrder()
  await bank.transfer({ from: 'cash', to: 'alice', amount: '5.00' })
  expect(endOf(await bank.transfer({ from: 'alice', to: 'cash', amount: '0.01' }))).toBe('insufficient_funds')
})

test('an account that stands below its limit by an advice is in order, whatever becomes of it since', async () => {
  const bank = await openBank()
  await bank.open('alice')
  expect(endOf(await bank.submit(advice('50.00')))).toBe('accepted')
  await bank.transfer({ from: 'cash', to: 'alice', amount: '5.00' })
  await bank.status('alice', 'dormant')
  expect((await bank.balance('alice')).available).toBe('-45.00')
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
  await bank.expectBooksInOrder()
})
