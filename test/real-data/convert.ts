import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { type BankTransaction, bankTransactions } from './czech-bank.js'

const currency = 'CZK'

/** The bank's own accounts that its customers' transactions run against. */
const internalAccounts = [
  { accountId: 'cash', name: 'Cash in hand', glCode: '1010' },
  { accountId: 'clearing', name: 'Interbank clearing', glCode: '1020' },
  { accountId: 'cards', name: 'Card clearing', glCode: '1030' },
  { accountId: 'interest-paid', name: 'Interest paid to customers', glCode: '5010' },
  { accountId: 'interest-earned', name: 'Penalty interest earned', glCode: '4010' },
  { accountId: 'fees', name: 'Fees for statements', glCode: '4020' },
] as const

const chart = [
  { code: '1000', name: 'Assets', type: 'asset', postable: false },
  { code: '1010', name: 'Cash', type: 'asset', parentCode: '1000' },
  { code: '1020', name: 'Claims on other banks', type: 'asset', parentCode: '1000' },
  { code: '1030', name: 'Card schemes', type: 'asset', parentCode: '1000' },
  { code: '2000', name: 'Deposits', type: 'liability', postable: false },
  { code: '2010', name: 'Customer accounts', type: 'liability', parentCode: '2000' },
  { code: '4000', name: 'Income', type: 'income', postable: false },
  { code: '4010', name: 'Interest earned', type: 'income', parentCode: '4000' },
  { code: '4020', name: 'Fees', type: 'income', parentCode: '4000' },
  { code: '5000', name: 'Expense', type: 'expense', postable: false },
  { code: '5010', name: 'Interest paid', type: 'expense', parentCode: '5000' },
] as const

// Penalty interest takes some accounts below zero; nobody in the file goes nearly as far.
const overdraftLimit = '1000000.00'

export type InternalAccountId = (typeof internalAccounts)[number]['accountId']

export const customerAccountId = ({ accountId }: Pick<BankTransaction, 'accountId'>): string =>
  `cz:${accountId}`
export const isCredit = ({ type }: Pick<BankTransaction, 'type'>): boolean => type === 'PRIJEM'

/** Which of the bank's accounts stands on the other side. */
export function counterAccount({ operation, symbol }: BankTransaction): InternalAccountId {
  if (symbol === 'UROK') return 'interest-paid'
  if (symbol === 'SANKC. UROK') return 'interest-earned'
  if (symbol === 'SLUZBY') return 'fees'
  if (operation.startsWith('PREVOD')) return 'clearing'
  return operation === 'VYBER KARTOU' ? 'cards' : 'cash'
}

/** The chart and the accounts, as commands: what has to be there before the transactions. */
async function* setUpCommands(transactions: AsyncIterable<BankTransaction>): AsyncGenerator<object> {
  for (const glAccount of chart) {
    yield { type: 'create_gl_account', idempotencyKey: `gl:${glAccount.code}`, glAccount }
  }
  for (const account of internalAccounts) {
    yield {
      type: 'open_account',
      idempotencyKey: `open:${account.accountId}`,
      ...account,
      currency,
      unlimited: true,
    }
  }
  const seen = new Set<string>()
  for await (const transaction of transactions) {
    const accountId = customerAccountId(transaction)
    if (seen.has(accountId)) continue
    seen.add(accountId)
    const name = `Customer ${transaction.accountId}`
    yield {
      type: 'open_account',
      idempotencyKey: `open:${accountId}`,
      accountId,
      name,
      glCode: '2010',
      currency,
      customerId: transaction.accountId,
      overdraftLimit,
    }
  }
}

/** A transaction as a posting. The value date is the bank's date, `transId` its reference. */
function postingOf(transaction: BankTransaction): object {
  const { transId, date, amount, operation, symbol } = transaction
  const customer = { accountId: customerAccountId(transaction), amount, currency }
  const bank = { accountId: counterAccount(transaction), amount, currency }
  const [debit, credit] = isCredit(transaction) ? [bank, customer] : [customer, bank]
  return {
    type: 'post',
    transactionCode: (symbol || operation || 'OTHER').replaceAll(/[^A-Z]+/g, '_'),
    ...(operation && { description: operation }),
    valueDate: `19${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}`,
    reference: transId,
    lines: [
      { ...debit, side: 'debit' },
      { ...credit, side: 'credit' },
    ],
    metadata: { kSymbol: symbol },
  }
}

/** Writes both files of commands; answers how many postings there are. */
export async function writeCommandFiles(
  source: string | undefined,
  paths: { setUp: string; postings: string },
): Promise<number> {
  await writeLines(paths.setUp, setUpCommands(bankTransactions(source)))
  return await writeLines(paths.postings, postings(source))
}

async function* postings(source: string | undefined): AsyncGenerator<object> {
  for await (const transaction of bankTransactions(source)) yield postingOf(transaction)
}

async function writeLines(path: string, values: AsyncIterable<object>): Promise<number> {
  const stream = createWriteStream(path)
  let count = 0
  for await (const value of values) {
    count += 1
    if (!stream.write(`${JSON.stringify(value)}\n`)) await once(stream, 'drain')
  }
  stream.end()
  await finished(stream)
  return count
}
