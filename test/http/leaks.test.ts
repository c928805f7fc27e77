import { beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { canaries, leaksIn } from '../support/leaks.js'
import { openCustomers, transfer, useHttpBank } from './support/http-bank.js'

// Each answer, the log and the rows are looked through by the harness, in this file as in every other; here are the calls
// that would make them betray what a customer wrote.
const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const { cardNumber, iban, description, reference, metadata } = canaries
const told = { description, reference, endToEndId: iban, metadata: { card: cardNumber, note: metadata } }
const posting = { ...transfer({ from: 'alice', to: 'bob' }), ...told }
const withLine = (changed: object) => ({
  ...posting,
  lines: [{ ...posting.lines[0], ...changed }, posting.lines[1]],
})

describe('what a customer wrote is not repeated', () => {
  test.each<[what: string, status: number, path: string, body: unknown]>([
    ['when it is booked', 201, 'postings', posting],
    [
      'when an account is opened',
      201,
      'accounts',
      { accountId: 'carol', name: description, glCode: '2000', currency: 'EUR', metadata: told.metadata },
    ],
    ['when terms are changed', 200, 'accounts/alice/terms', { name: iban, metadata: told.metadata }],
    [
      'when a status is',
      200,
      'accounts/bob/status',
      { status: 'open', blockDebits: true, reason: description },
    ],
    ['in a rejection', 422, 'postings', { ...posting, lines: transfer({ from: 'nobody', to: 'bob' }).lines }],
    [
      'in a batch',
      200,
      'batches',
      {
        atomicity: 'independent',
        commands: [
          { type: 'post', idempotencyKey: 'b-1', ...posting },
          { type: 'post', idempotencyKey: 'b-2', ...posting, note: iban },
        ],
      },
    ],
    ['as an amount', 400, 'postings', withLine({ amount: `${cardNumber}x` })],
    ['as a number', 400, 'postings', withLine({ amount: Number(cardNumber) })],
    ['as a currency', 400, 'postings', withLine({ currency: iban })],
    ['as a side', 400, 'postings', withLine({ side: description })],
    ['as an account’s id', 400, 'postings', withLine({ accountId: description })],
    ['as a date', 400, 'postings', { ...posting, valueDate: cardNumber }],
    [
      'as the value of a field that nobody knows',
      400,
      'postings',
      { ...posting, note: { iban, description } },
    ],
    ['as metadata of another type', 400, 'postings', { ...posting, metadata: [cardNumber, { iban }] }],
    ['as a text that is too long', 400, 'postings', { ...posting, description: description.repeat(100) }],
    [
      'as the type of a command',
      200,
      'batches',
      { atomicity: 'independent', commands: [{ type: description, idempotencyKey: 'b-3' }] },
    ],
    ['as a whole body', 400, 'postings', `${description} ${cardNumber}`],
    [
      'in JSON that breaks off',
      400,
      'postings',
      `{"description": ${JSON.stringify(description)}, "metadata": {"iban": "${iban}`,
    ],
  ])('%s', async (_what, status, path, body) => {
    expect((await bank().post(`/v1/${path}`, body)).status).toBe(status)
  })

  test.each([
    [404, `/v1/accounts/${iban}`],
    [404, `/v1/accounts/${iban}/statement`],
    [404, `/v1/journal-entries/${cardNumber}`],
    [404, `/v1/${cardNumber}`],
    [400, `/v1/accounts?limit=${cardNumber}`],
    [400, `/v1/accounts?cursor=${iban}`],
    [200, `/v1/accounts?currency=${iban}`],
    [400, `/v1/journal-entries?bookingDateFrom=${cardNumber}`],
    [400, `/v1/journal-entries?order=${encodeURIComponent(description)}`],
    [400, `/v1/accounts/${iban}%ff`],
  ])('with %i by GET %s', async (status, path) => {
    expect((await bank().get(path)).status).toBe(status)
  })

  test('by the log when the database refuses the row that it stands in', async () => {
    const change = (statement: string) => asAdmin(bank().adminUrl, (client) => client.query(statement))
    await change(
      `alter table ledger.journal_entry add constraint planted check (transaction_code <> 'PLANTED')`,
    )
    try {
      const answer = await bank().post('/v1/postings', { ...posting, transactionCode: 'PLANTED' })
      expect(answer.status).toBe(500)
    } finally {
      await change('alter table ledger.journal_entry drop constraint planted')
    }
    const [fault = ''] = bank()
      .logLines.filter((line) => line.includes('"fault"'))
      .slice(-1)
    // Enough to find the cause. PostgreSQL keeps the failing row to itself, because its table has row-level security.
    expect(JSON.parse(fault).err).toMatchObject({
      code: '23514',
      constraint: 'planted',
      table: 'journal_entry',
    })
    expect(leaksIn(fault)).toEqual([])
  })
})
