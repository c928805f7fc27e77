import { beforeAll, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const moved = async (): Promise<string> => {
  const answer = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '10.00' }))
  expect(answer.status).toBe(201)
  return answer.body.journalEntryId
}
const correction = (amount: string) => ({
  reason: 'a digit too many',
  posting: transfer({ from: 'alice', to: 'bob', amount }),
})
const correct = (
  entryId: string,
  body: object,
  options: Parameters<ReturnType<typeof bank>['post']>[2] = {},
) => bank().post(`/v1/journal-entries/${entryId}/corrections`, body, options)
const said = ({ status, body }: Answer): unknown[] => [status, body.code]

test('a correction answers 201 with both entries, which the journal shows as they were answered', async () => {
  const entryId = await moved()
  const key = newKey()
  const { status, body, text } = await correct(entryId, correction('1.00'), { key })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    reversal: { kind: 'reversal', reverses: entryId },
    posting: {
      kind: 'correction',
      reason: 'a digit too many',
      lines: [{ amount: '1.00' }, { amount: '1.00' }],
    },
  })
  expect(body.posting.entryNo).toBe(body.reversal.entryNo + 1)
  for (const entry of [body.reversal, body.posting]) {
    const read = await bank().get(`/v1/journal-entries/${entry.journalEntryId}`)
    expect(read.body).toEqual(entry)
  }
  expect((await correct(entryId, correction('1.0'), { key })).text).toBe(text)
  const recorded = await bank().get(`/v1/commands/${key}`)
  expect(recorded.body).toMatchObject({ type: 'correct', status: 201, body })
  const later = await bank().get(`/v1/journal-entries/${entryId}/reversals`)
  expect(later.body.data).toEqual([body.reversal])
})

test('one that does not balance is not recorded, one that names nothing is', async () => {
  const entryId = await moved()
  const [debit, credit] = transfer({ from: 'alice', to: 'bob', amount: '1.00' }).lines
  const lopsided = { ...correction('1.00').posting, lines: [debit, { ...credit, amount: '2.00' }] }
  expect(said(await correct(entryId, { reason: 'r', posting: lopsided }))).toEqual([422, 'entry_unbalanced'])
  expect(said(await correct('no-id', correction('1.00')))).toEqual([400, 'malformed_request'])
  const nowhere = '01999999-89ab-7def-8123-456789abcdef'
  expect(said(await correct(nowhere, correction('1.00')))).toEqual([422, 'entry_not_found'])
})

test('a rehearsed correction moves nothing, and a batch may correct', async () => {
  const entryId = await moved()
  const rehearsed = await correct(entryId, correction('1.00'), { headers: { 'Plinth-Dry-Run': 'true' } })
  expect([rehearsed.status, rehearsed.body.posting.kind]).toEqual([201, 'correction'])
  const command = {
    type: 'correct',
    idempotencyKey: newKey(),
    journalEntryId: entryId,
    ...correction('2.00'),
  }
  const { body } = await bank().post('/v1/batches', { atomicity: 'independent', commands: [command] })
  expect(body).toMatchObject({
    results: [{ status: 201, body: { posting: { kind: 'correction' } } }],
    summary: { succeeded: 1 },
  })
})
