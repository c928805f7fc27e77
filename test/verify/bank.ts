import { type Database, openDatabase } from '@plinth/db'
import type { HoldId } from '@plinth/holds'
import { uuidV7 } from '@plinth/http'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  currenciesWith,
  type EntryId,
  type GlCode,
  type IdempotencyKey,
  type TenantId,
} from '@plinth/kernel'
import { openBooks } from '@plinth/ledger'
import {
  type Books,
  type Command,
  canonicalRequest,
  idsFor,
  type Outcome,
  openPosting,
} from '@plinth/posting'
import { insertTenant, type Tenant } from '@plinth/tenancy'

const tenant: Tenant = {
  tenantId: 'bank' as TenantId,
  name: 'Bank',
  baseCurrency: 'EUR',
  timeZone: 'UTC',
  firstBusinessDate: '2026-11-20' as BusinessDate,
}

export const books: Books = { tenant, currencies: currenciesWith() }

/**
 * A small bank: a chart, four accounts, and transfers in several transactions, one of them refused; then two holds, one of
 * which is captured in part, and a part of the first entry taken back.
 */
export async function openBank(serveUrl: string): Promise<Database> {
  const database = openDatabase({
    url: serveUrl,
    applicationName: 'plinth test',
    strictRoles: process.env.PLINTH_STRICT_ROLES === '1',
    connections: { batch: 1, online: 1 },
  })
  const write = { tenantId: tenant.tenantId, lane: 'online', deadlineMs: Date.now() + 10_000 } as const
  await database.transaction(write, async (tx) => {
    await insertTenant(tx, tenant, { subject: 'test' })
    await openBooks(tx, tenant.firstBusinessDate)
  })
  const posting = openPosting(database)
  const run = async (commands: readonly Command[]): Promise<Outcome[]> => {
    const units = commands.map((command) => ({ submissions: [submissionOf(command)], broken: false }))
    const outcomes = await posting.submitBatch(books, units)
    const failed = outcomes.find(({ kind }) => kind !== 'answered')
    if (failed !== undefined)
      throw new Error(`a command of the test's bank failed: ${JSON.stringify(failed)}`)
    return outcomes
  }
  await run([glAccount('1000', 'asset'), glAccount('2000', 'liability'), glAccount('3000', 'liability')])
  await run([
    account('cash', '1000', true),
    account('alice', '2000'),
    account('bob', '2000'),
    account('carol', '2000'),
  ])
  const [first] = await run([transfer('cash', 'alice', 100_00n), transfer('cash', 'bob', 50_00n)])
  await run([transfer('alice', 'bob', 30_00n), transfer('bob', 'alice', 999_00n)])
  await run([
    {
      type: 'change_terms',
      accountId: 'carol' as AccountId,
      name: undefined,
      overdraftLimit: '20.00',
      metadata: undefined,
    },
  ])
  await run([transfer('carol', 'bob', 15_00n)])
  const change = { accountId: 'carol' as AccountId, status: 'dormant', reason: 'quiet' } as const
  await run([{ ...change, type: 'set_status', blockDebits: undefined, blockCredits: undefined }])
  await run([transfer('bob', 'alice', 1_00n), transfer('alice', 'cash', 2_00n)])
  const [placed] = await run([hold('alice', 40_00n), hold('bob', 5_00n)])
  await run([
    captureOf(idOf(placed, 'holdId') as HoldId),
    partlyBack(idOf(first, 'journalEntryId') as EntryId),
  ])
  return database
}

function idOf(outcome: Outcome | undefined, name: 'holdId' | 'journalEntryId'): string {
  if (outcome?.kind !== 'answered' || outcome.answer.outcome !== 'accepted')
    throw new Error(`no ${name}: ${JSON.stringify(outcome)}`)
  return (outcome.answer.body as unknown as Record<string, string>)[name] as string
}

let keys = 0

function submissionOf(command: Command) {
  keys += 1
  return {
    key: `key-${keys}` as IdempotencyKey,
    command,
    request: canonicalRequest(command, books.currencies),
    context: { subject: 'test', roles: [], correlationId: `correlation-${keys}`, causationId: undefined },
    ids: idsFor(command, uuidV7),
  }
}

const glAccount = (code: string, type: 'asset' | 'liability'): Command => {
  const normalSide = type === 'asset' ? 'debit' : 'credit'
  return {
    type: 'create_gl_account',
    glAccount: { code: code as GlCode, name: code, type, parentCode: undefined, normalSide, postable: true },
  }
}

const account = (accountId: string, glCode: string, unlimited = false): Command => ({
  type: 'open_account',
  accountId: accountId as AccountId,
  name: accountId,
  glCode: glCode as GlCode,
  currency: 'EUR' as CurrencyCode,
  customerId: undefined,
  productCode: undefined,
  overdraftLimit: 0n,
  unlimited,
  metadata: {},
})

const transfer = (from: string, to: string, amount: bigint) => ({
  type: 'post' as const,
  transactionCode: 'TRANSFER',
  description: undefined,
  valueDate: undefined,
  reference: undefined,
  endToEndId: undefined,
  metadata: {},
  lines: [
    { accountId: from as AccountId, side: 'debit' as const, amount, currency: 'EUR' as CurrencyCode },
    { accountId: to as AccountId, side: 'credit' as const, amount, currency: 'EUR' as CurrencyCode },
  ],
})

const hold = (accountId: string, amount: bigint): Command => ({
  type: 'place_hold',
  accountId: accountId as AccountId,
  amount,
  currency: 'EUR' as CurrencyCode,
  expiresAt: undefined,
  reference: undefined,
})

const captureOf = (holdId: HoldId): Command => ({
  ...transfer('alice', 'cash', 10_00n),
  type: 'capture_hold',
  holdId,
  amount: '10',
  final: false,
})

const partlyBack = (entryId: EntryId): Command => ({
  type: 'reverse',
  entryId,
  reason: 'too much',
  valueDate: undefined,
  lines: [
    { lineNo: 1, amount: '12' },
    { lineNo: 2, amount: '12' },
  ],
})
