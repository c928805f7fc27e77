import { readFileSync } from 'node:fs'
import type { AccountId, BusinessDate, CurrencyCode, EntryId, GlCode, Instant } from '@plinth/kernel'
import { currenciesWith } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import { expect, test } from 'vitest'

const line = (change: object) => ({
  accountId: 'alice' as AccountId,
  side: 'debit' as const,
  amount: 10_000n,
  currency: 'EUR' as CurrencyCode,
  glCode: '2000' as GlCode,
  balanceAfter: 40_000n,
  accountVersion: 7,
  ...change,
})

const entry: JournalEntry = {
  entryId: '01a0b1c2-0000-7000-8000-000000000042' as EntryId,
  entryNo: 42,
  rendering: 1,
  kind: 'posting',
  transactionCode: 'TRANSFER',
  description: 'rent — é 😀',
  reference: 'INV-7',
  endToEndId: 'E2E-7',
  bookingDate: '2026-11-21' as BusinessDate,
  valueDate: '2026-11-20' as BusinessDate,
  postedAt: '2026-11-21T09:30:00.123Z' as Instant,
  correlationId: 'matter-1',
  causationId: 'cause-1',
  // As the database may give it back: in another order than it was sent.
  metadata: { orderId: 'A-17', note: 'b', Zeta: '1' },
  lines: [
    line({}),
    line({ accountId: 'bob', side: 'credit', balanceAfter: -5n, accountVersion: 1 }),
    line({ accountId: 'yen', amount: 1234n, currency: 'JPY', balanceAfter: 0n }),
    line({ accountId: 'yen-2', side: 'credit', amount: 1234n, currency: 'JPY', balanceAfter: 1234n }),
    line({ accountId: 'dinar', amount: 1500n, currency: 'BHD', balanceAfter: 1n }),
    line({ accountId: 'dinar-2', side: 'credit', amount: 1500n, currency: 'BHD', balanceAfter: 10n ** 30n }),
  ],
}

// What an entry's answer says never changes (contract §4): a new form is a new version with a file of its own. The second says of
// which period it is.
test.each([1, 2])(
  'an entry of form %i is answered byte for byte as on the day it was posted',
  (rendering) => {
    const golden = readFileSync(new URL(`golden/entry-v${rendering}.json`, import.meta.url), 'utf8')
    // The file is laid out for readers; without its white space it is what goes over the wire, in its order.
    expect(JSON.stringify(renderEntry({ ...entry, rendering }, currenciesWith()))).toBe(
      JSON.stringify(JSON.parse(golden)),
    )
  },
)
