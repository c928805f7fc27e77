import { rejectionCodes } from '@plinth/kernel'
import pg from 'pg'
import { expect } from 'vitest'
import { type Answer, type HttpBank, newKey, openCustomers } from '../../http/support/http-bank.js'

const rejections: ReadonlySet<string> = new Set(rejectionCodes)

/** What stands here for a result of TigerBeetle: what a command gets, or why no command could get the like. */
export type Counterpart =
  | {
      /** Status and code, and for a body the faults, for a key reused the first difference. */
      readonly answers: string
      /** What is otherwise here, where the answer alone does not tell. */
      readonly differs?: string
      readonly ask: (teller: Teller) => Promise<Answer>
    }
  | { readonly none: string }

/** One who asks a served bank: sets things up, then sends the command that matters under a key of its own. */
export class Teller {
  readonly key = newKey()
  /** The first answer under the key that is kept: a success or a rejection. */
  kept: Answer | undefined

  constructor(readonly bank: HttpBank) {}

  /** The command that the row is about. */
  readonly send = async (path: string, body: unknown): Promise<Answer> =>
    this.#keep(await this.bank.post(path, body, { key: this.key }))

  #keep(answer: Answer): Answer {
    const { status, body } = answer
    if (status < 300 || rejections.has(body.code)) this.kept ??= answer
    return answer
  }

  /** The commands of a batch; the answer of the one that has the teller's key. */
  async batch(commands: readonly object[], atomicity = 'all_or_nothing'): Promise<Answer> {
    const keyed = commands.map((command) => ({ idempotencyKey: newKey(), ...command }))
    const answer = await this.bank.post('/v1/batches', { atomicity, commands: keyed }, { key: undefined })
    expect(answer.status).toBe(200)
    const at = keyed.findIndex(({ idempotencyKey }) => idempotencyKey === this.key)
    const { status, body, replayed } = answer.body.results[at]
    const headers = new Headers(replayed === true ? { 'idempotency-replayed': 'true' } : {})
    return this.#keep({ status, body, headers, text: JSON.stringify(body) })
  }

  /** What must pass before. */
  async must(path: string, body: unknown): Promise<Answer['body']> {
    const answer = await this.bank.post(path, body)
    expect(answer.status, answer.text).toBeLessThan(300)
    return answer.body
  }

  /** A new account of a customer, with so much on it. */
  async account(funds?: string, change: object = {}): Promise<string> {
    const body = account(`customer-${newKey()}`, change)
    await this.must('/v1/accounts', body)
    if (funds !== undefined) await this.must('/v1/postings', transfer('cash', body.accountId, funds))
    return body.accountId
  }

  async hold(accountId: string, amount: string): Promise<string> {
    return (await this.must('/v1/holds', hold(accountId, amount))).holdId
  }

  /** A hold of 1.00 that is over by now, and its account, which has 10.00. */
  async overdueHold(): Promise<{ holdId: string; accountId: string }> {
    const accountId = await this.account('10.00')
    const expiresAt = new Date(Date.now() + 300).toISOString()
    const { holdId } = await this.must('/v1/holds', hold(accountId, '1.00', { expiresAt }))
    await new Promise((resolve) => setTimeout(resolve, 400))
    return { holdId, accountId }
  }

  readonly close = (accountId: string): Promise<unknown> =>
    this.must(`/v1/accounts/${accountId}/status`, { status: 'closed', reason: 'a test' })

  /** An account whose counts are as large as a column holds: no number of postings a test could wait for gets there. */
  async brimful(change: string, opening: object = {}): Promise<string> {
    const accountId = await this.account(undefined, opening)
    const client = new pg.Client({ connectionString: this.bank.adminUrl })
    await client.connect()
    try {
      await client.query('begin')
      await client.query('alter table account.balance disable trigger all')
      const set = `update account.balance set ${change.replaceAll('MAX', '9'.repeat(38))} where account_id = $1`
      expect((await client.query(set, [accountId])).rowCount).toBe(1)
      await client.query('alter table account.balance enable trigger all')
      await client.query('commit')
    } finally {
      await client.end()
    }
    return accountId
  }
}

export const account = (accountId: string, change: object = {}) => ({
  accountId,
  name: 'a customer',
  glCode: '2000',
  currency: 'EUR',
  ...change,
})
export const line = (accountId: string, side: string, amount: string, currency = 'EUR') => ({
  accountId,
  side,
  amount,
  currency,
})
export const transfer = (from: string, to: string, amount = '1.00', currency = 'EUR') => ({
  transactionCode: 'TRANSFER',
  lines: [line(from, 'debit', amount, currency), line(to, 'credit', amount, currency)],
})
export const capture = (from: string, amount = '1.00', change: object = {}) => ({
  ...transfer(from, 'cash', amount),
  amount,
  ...change,
})
export const hold = (accountId: string, amount = '1.00', change: object = {}) => ({
  accountId,
  amount,
  currency: 'EUR',
  ...change,
})

/** Sends a command and then another one under its key. */
export const sendTwice =
  (path: string, first: object, second: object) =>
  async (teller: Teller): Promise<Answer> => {
    const before = await teller.send(path, first)
    expect(before.status, before.text).toBe(201)
    return await teller.send(path, second)
  }

/** An answer in one line. */
export function told({ status, body, headers }: Answer): string {
  const faults = (body.errors ?? []).map(
    ({ pointer, code }: { pointer: string; code: string }) => `${pointer} ${code}`,
  )
  const said =
    faults.length > 0 ? faults : [body.code, body.firstDifference].filter((each) => each !== undefined)
  const replayed = headers.get('idempotency-replayed') === 'true' ? ['replayed'] : []
  return [status, ...said, ...replayed].join(' ')
}

/**
 * On record under the key is the first success or rejection that it got, for ever and whatever else was sent under it; and
 * nothing where all was malformed, or failed for another's sake.
 */
export async function expectRecorded({ bank, key, kept }: Teller): Promise<void> {
  const recorded = await bank.get(`/v1/commands/${key}`)
  if (kept === undefined) expect(recorded.status).toBe(404)
  else {
    const { correlationId: _, ...body } = kept.body
    expect(recorded.body).toMatchObject({ status: kept.status, body: kept.status < 300 ? kept.body : body })
  }
}

/** A bank for the rows of a table: customers, the bank's cash, and accounts kept in dollars. */
export async function openForTellers(bank: HttpBank): Promise<void> {
  await openCustomers(bank)
  const teller = new Teller(bank)
  await teller.must('/v1/accounts', account('dollars', { currency: 'USD', glCode: '1000', unlimited: true }))
  await teller.must('/v1/accounts', account('fees', { unlimited: true }))
}
