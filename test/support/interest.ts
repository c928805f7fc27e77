import { randomUUID } from 'node:crypto'
import type { Tx } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import { accruePartition, capitalisePartition, type InterestRun, listAccruing } from '@plinth/interest'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import type { Bank } from './bank.js'

/** What an end of day says of itself when it runs interest. */
export const interestRun = (bank: Pick<Bank, 'books'>, day: string, next: string): InterestRun => ({
  books: bank.books,
  day: day as BusinessDate,
  next: next as BusinessDate,
  bookInto: day as BusinessDate,
  context: { subject: 'eod', roles: ['operator'], correlationId: randomUUID(), causationId: undefined },
  newId: uuidV7,
})

export const within = <T>(
  bank: Pick<Bank, 'database' | 'tenantId'>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  bank.database.transaction({ tenantId: bank.tenantId, lane: 'batch', deadlineMs: Date.now() + 30_000 }, work)

/** Moves the business date on, and accrues and capitalises all accounts for the day that it leaves. */
export async function closeDay(bank: Bank, day: string, next: string, partition = 1_000): Promise<void> {
  const run = interestRun(bank, day, next)
  await bank.moveTo(run.next)
  const partitions = await partitionsOf(bank, partition)
  for (const ids of partitions) await within(bank, (tx) => accruePartition(tx, run, ids))
  for (const ids of partitions) await within(bank, (tx) => capitalisePartition(tx, run, ids))
}

export async function partitionsOf(bank: Bank, size: number): Promise<AccountId[][]> {
  const partitions: AccountId[][] = []
  for (let from = ''; ; ) {
    const page = { from, to: undefined, limit: size }
    const ids = await bank.database.read(bank.tenantId, (tx) => listAccruing(tx, page))
    if (ids.length > 0) partitions.push(ids)
    if (ids.length < size) return partitions
    from = `${ids.at(-1)} `
  }
}
