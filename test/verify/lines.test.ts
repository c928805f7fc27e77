import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, special } from '../support/commands.js'
import { brokenRules, verifyTampered } from './tampered-books.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// Entry 1 pays Alice a cheque of a later day, entry 2 pays nobody, entry 3 posts that on to Alice.
beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('suspense', { unlimited: true })
  const paid = await bank.batch([
    special(['debit cash 50.00', 'credit alice 50.00 from:2026-12-01']),
    special(['debit cash 10.00', 'credit nobody 10.00 else:suspense']),
  ])
  expect(paid.map(endOf)).toEqual(['accepted', 'accepted'])
  const [item] = await bank.rows<{ id: string }>(
    'select suspense_item_id as id from suspense.suspense_item where tenant_id = $1',
    [bank.tenantId],
  )
  const cleared = await bank.submit({
    type: 'clear_suspense_item',
    ...{
      suspenseItemId: item?.id as never,
      accountId: 'alice' as never,
      reason: 'hers',
      valueDate: undefined,
    },
  })
  expect(endOf(cleared)).toBe('accepted')
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(() => pool.end())

test('finds nothing while nobody tampers', async () => {
  expect((await verifyTampered(pool, bank.books, [])).sound).toBe(true)
})

test.each([
  [
    'a suspense item of another account',
    'suspense_adds_up',
    "update suspense.suspense_item set intended_account_id = 'bob'",
  ],
  [
    'a suspense item that was opened again',
    'suspense_adds_up',
    "update suspense.suspense_item set cleared = 0, status = 'open'",
  ],
  [
    'a clearing that is forgotten',
    'suspense_adds_up',
    "delete from suspense.suspense_event where change = 'cleared'",
  ],
  [
    'a diverted line that says nothing of it',
    'suspense_adds_up',
    'update ledger.posting_line set diverted_from = null, diverted_because = null where diverted_from is not null',
  ],
  ['a cheque of another day', 'holds_add_up', "update holds.account_hold set available_from = '2026-11-21'"],
  [
    'a clearing hold of another line',
    'holds_add_up',
    'update holds.account_hold set clears_line_no = 1 where clears_line_no is not null',
  ],
])('finds %s', async (_, rule, statement) => {
  const report = await verifyTampered(pool, bank.books, [statement])
  expect(report.sound).toBe(false)
  expect(brokenRules(report)).toHaveProperty(rule)
})
