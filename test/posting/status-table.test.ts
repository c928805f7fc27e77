import type { HoldId } from '@plinth/holds'
import type { AccountId, CurrencyCode, EntryId } from '@plinth/kernel'
import type { Command, Outcome } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, entryOf, posting, special } from '../support/commands.js'

const openBank = useBank()

/** What stands on Alice's account before its status changes: 90.00, a credit and a debit to reverse, and a hold over 20.00. */
interface Standing {
  readonly bank: Bank
  readonly holdId: HoldId
  readonly credited: EntryId
  readonly debited: EntryId
}

const idOf = (outcome: Outcome): EntryId => entryOf(outcome).journalEntryId as EntryId

async function standing(): Promise<Standing> {
  const bank = await openBank({
    transactionCodes: [
      { code: 'FEE', name: 'a charge of the bank', customerInitiated: false, active: true },
      { code: 'INTEREST', name: 'interest', customerInitiated: false, active: true },
    ] as never,
  })
  await bank.open('alice')
  const credited = idOf(await bank.submit(posting(['debit cash 100.00', 'credit alice 100.00'])))
  const debited = idOf(await bank.submit(posting(['debit alice 10.00', 'credit cash 10.00'])))
  const held = await bank.submit(hold)
  return { bank, credited, debited, holdId: answerOf(held).holdId as HoldId }
}

const hold: Command = {
  type: 'place_hold',
  accountId: 'alice' as AccountId,
  amount: 20_00n,
  currency: 'EUR' as CurrencyCode,
  expiresAt: undefined,
  reference: undefined,
}
const post = (lines: readonly string[], code: string, adviceReason?: string): Command =>
  posting(lines, { transactionCode: code, ...(adviceReason !== undefined && { adviceReason }) })
const reverse = (entryId: EntryId): Command => ({
  type: 'reverse',
  ...{ entryId, reason: 'a mistake', valueDate: undefined, lines: undefined },
})
const out = ['debit alice 5.00', 'credit cash 5.00']
const into = ['debit cash 5.00', 'credit alice 5.00']

const actions = {
  debit: () => post(out, 'TRANSFER'),
  credit: () => post(into, 'TRANSFER'),
  'credit of a later day': () => special(['debit cash 5.00', 'credit alice 5.00 from:2026-12-01']),
  hold: () => hold,
  capture: ({ holdId }: Standing): Command => ({
    ...posting(['debit alice 20.00', 'credit cash 20.00']),
    ...{ type: 'capture_hold', holdId, amount: '20.00', final: true },
  }),
  release: ({ holdId }: Standing): Command => ({ type: 'release_hold', holdId }),
  extension: ({ holdId }: Standing): Command => ({ type: 'extend_hold', holdId, expiresAt: undefined }),
  'charge of the bank': () => post(out, 'FEE'),
  'interest paid': () => post(into, 'INTEREST'),
  'interest charged': () => post(out, 'INTEREST', 'interest of the month'),
  'reversal of a credit': ({ credited }: Standing) => reverse(credited),
  'reversal of a debit': ({ debited }: Standing) => reverse(debited),
  'advice of a debit': () => post(out, 'TRANSFER', 'a late presentment'),
  'advice of a credit': () => post(into, 'TRANSFER', 'a late presentment'),
}
type Action = keyof typeof actions

const statuses = {
  open: (bank: Bank) => bank.status('alice', 'open'),
  dormant: (bank: Bank) => bank.status('alice', 'dormant'),
  frozen: (bank: Bank) => bank.status('alice', 'frozen'),
  closed: async (bank: Bank) => {
    await bank.submit(post(['debit alice 90.00', 'credit cash 90.00'], 'TRANSFER'))
    return await bank.status('alice', 'closed')
  },
  'debits blocked': (bank: Bank) => bank.status('alice', 'open', { debits: true }),
  'credits blocked': (bank: Bank) => bank.status('alice', 'open', { credits: true }),
}
type Status = keyof typeof statuses

const ok = 'accepted'
const [closed, frozen, dormant] = ['account_closed', 'account_frozen', 'account_dormant']
const [noDebits, noCredits] = ['account_debits_blocked', 'account_credits_blocked']
const columns: Status[] = ['open', 'dormant', 'frozen', 'closed', 'debits blocked', 'credits blocked']

// Contract §5, Status. A closed account is empty and holds nothing: its hold was released before.
const table: Readonly<Record<Action, readonly string[]>> = {
  debit: [ok, dormant, frozen, closed, noDebits, ok],
  credit: [ok, ok, frozen, closed, ok, noCredits],
  'credit of a later day': [ok, ok, frozen, closed, ok, noCredits],
  hold: [ok, dormant, frozen, closed, noDebits, ok],
  capture: [ok, ok, frozen, closed, noDebits, ok],
  release: [ok, ok, ok, 'hold_released', ok, ok],
  extension: [ok, ok, ok, 'hold_released', ok, ok],
  'charge of the bank': [ok, ok, frozen, closed, noDebits, ok],
  'interest paid': [ok, ok, frozen, closed, ok, noCredits],
  'interest charged': [ok, ok, frozen, closed, ok, ok],
  'reversal of a credit': [
    'insufficient_funds',
    'insufficient_funds',
    frozen,
    closed,
    noDebits,
    'insufficient_funds',
  ],
  'reversal of a debit': [ok, ok, frozen, closed, ok, noCredits],
  'advice of a debit': [ok, ok, frozen, closed, ok, ok],
  'advice of a credit': [ok, ok, frozen, closed, ok, ok],
}

describe.each(columns.map((status, at) => [status, at] as const))(
  'on an account that is %s',
  (status, at) => {
    test.each(Object.entries(table).map(([action, ends]) => [action as Action, ends[at]] as const))(
      'a %s ends as the table says: %s',
      async (action, end) => {
        const found = await standing()
        const { bank, holdId } = found
        if (status === 'closed') await bank.submit({ type: 'release_hold', holdId })
        expect(endOf(await statuses[status](bank))).toBe('accepted')
        expect(endOf(await bank.submit(actions[action](found)))).toBe(end)
        await bank.expectBooksInOrder()
      },
    )
  },
)

test('why a status was set stands in the recorded command and its audit event', async () => {
  const { bank } = await standing()
  await bank.status('alice', 'frozen')
  const [row] = await bank.rows(
    `select c.request::json ->> 'reason' as reason, a.object, a.outcome from posting.command c
       join audit.audit_event a on a.tenant_id = c.tenant_id and a.idempotency_key = c.idempotency_key
      where c.tenant_id = $1 and c.type = 'set_status'`,
    [bank.tenantId],
  )
  expect(row).toEqual({ reason: 'a test', object: 'alice', outcome: 'accepted' })
})
