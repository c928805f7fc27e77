import { randomUUID } from 'node:crypto'
import type { Tx } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import { accruePartition, capitalisePartition, type InterestRun, listAccruing } from '@plinth/interest'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { postBatchWith } from '../../packages/posting/src/application/post-batch.js'
import { commandStore } from '../../packages/posting/src/infrastructure/command-store.js'
import type { Bank } from './bank.js'

const postBatch = postBatchWith(commandStore)

/** Runs units in the transaction at hand, on the current business date. */
const post: InterestRun['post'] = async (tx, books, { units }) => {
  const { tenantId } = books.tenant
  const sent = await postBatch(
    tx,
    { tenantId, units, rehearsal: false },
    { foreseen: undefined, decided: () => {} },
  )
  return sent.outcomes
}

/** What an end of day says of itself when it runs interest. */
export const interestRun = (bank: Pick<Bank, 'books'>, day: string, next: string): InterestRun => ({
  books: bank.books,
  day: day as BusinessDate,
  next: next as BusinessDate,
  context: { subject: 'eod', roles: ['operator'], correlationId: randomUUID(), causationId: undefined },
  post,
  newId: uuidV7,
})

export const within = <T>(
  bank: Pick<Bank, 'database' | 'tenantId'>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  bank.database.transaction({ tenantId: bank.tenantId, lane: 'batch', deadlineMs: Date.now() + 30_000 }, work)

/** Accrues and capitalises all accounts for a day, and moves the business date on. */
export async function closeDay(bank: Bank, day: string, next: string, partition = 1_000): Promise<void> {
  const run = interestRun(bank, day, next)
  const partitions = await partitionsOf(bank, partition)
  for (const ids of partitions) await within(bank, (tx) => accruePartition(tx, run, ids))
  for (const ids of partitions) await within(bank, (tx) => capitalisePartition(tx, run, ids))
  await moveDate(bank, next)
}

export async function moveDate(bank: Bank, next: string): Promise<void> {
  await bank.rows('update ledger.journal_head set business_date = $2 where tenant_id = $1', [
    bank.tenantId,
    next,
  ])
}

export async function partitionsOf(bank: Bank, size: number): Promise<AccountId[][]> {
  const partitions: AccountId[][] = []
  for (let after: AccountId | undefined; ; ) {
    const page = { after, limit: size }
    const ids = await bank.database.read(bank.tenantId, (tx) => listAccruing(tx, page))
    if (ids.length > 0) partitions.push(ids)
    if (ids.length < size) return partitions
    after = ids.at(-1)
  }
}
