import { sealEntries } from '@plinth/evidence'
import { currenciesWith, type TenantId } from '@plinth/kernel'
import { beforeAll, describe, expect, test } from 'vitest'
import { newSigner } from '../evidence/sealed-bank.js'
import { learn } from '../support/leaks.js'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const signer = newSigner()
const seal = () => {
  const tenantId = 'alpha' as TenantId
  const request = { tenantId, currencies: currenciesWith({ GOLD: 4 }), signer, host: 'ledger.example.com' }
  const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 } as const
  return bank().database.transaction(options, (tx) => sealEntries(tx, request))
}
const texts = {
  description: 'canary-erased rent of May',
  reference: 'canary-erased-reference',
  endToEndId: 'canary-erased-end-to-end',
  note: 'canary-erased "note"',
}
for (const text of Object.values(texts)) learn('body', text)
const said = { reason: 'case 4711', legalBasis: 'GDPR Art. 17(1)(a)' }
const body = {
  ...transfer({ from: 'alice', to: 'bob' }),
  description: texts.description,
  reference: texts.reference,
  endToEndId: texts.endToEndId,
  metadata: { note: texts.note },
}
const key = newKey()
let posted: Answer
let entryPath: string
beforeAll(async () => {
  await openCustomers(bank())
  posted = await bank().post('/v1/postings', body, { key })
  entryPath = `/v1/journal-entries/${posted.body.journalEntryId}`
})

const propose = (path = entryPath, given: object = said, as: 'operator' | 'payments' = 'operator') =>
  bank().post(`${path}/erasures`, given, { as })
const codeOf = ({ status, body: { code } }: Answer): string =>
  code === undefined ? `${status}` : `${status} ${code}`

describe('an erasure that is asked for', () => {
  test.each([
    ['without a reason', { legalBasis: 'x' }, '/reason'],
    ['without a ground in law', { reason: 'x' }, '/legalBasis'],
    ['with texts of its own', { ...said, description: 'x' }, '/description'],
  ])('%s is malformed', async (_, given, pointer) => {
    const answer = await propose(entryPath, given)
    expect(codeOf(answer)).toBe('400 malformed_request')
    expect(answer.body.errors[0].pointer).toBe(pointer)
  })

  test('of an entry that is not sealed yet is refused until it is', async () => {
    const answer = await propose()
    expect(codeOf(answer)).toBe('422 condition_failed')
    expect(answer.body.condition).toBe('sealed')
  })

  test('of no entry, or by who may not, is refused', async () => {
    expect(codeOf(await propose('/v1/journal-entries/x'))).toBe('400 malformed_request')
    expect(codeOf(await propose('/v1/journal-entries/01990000-0000-7000-8000-000000000000'))).toBe(
      '422 entry_not_found',
    )
    expect(codeOf(await propose(entryPath, said, 'payments'))).toBe('403 forbidden')
  })

  test('in a batch needs a second person, though the tenant’s settings ask for none', async () => {
    const item = {
      type: 'erase_details',
      idempotencyKey: newKey(),
      ...said,
      journalEntryId: posted.body.journalEntryId,
    }
    const answer = await bank().post(
      '/v1/batches',
      { atomicity: 'independent', commands: [item] },
      { as: 'admin' },
    )
    expect(answer.body.results[0].body.code).toBe('condition_failed')
    await seal()
    const again = { ...item, idempotencyKey: newKey() }
    const sealed = await bank().post(
      '/v1/batches',
      { atomicity: 'independent', commands: [again] },
      { as: 'admin' },
    )
    expect(sealed.body.results[0]).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })
})

describe('when somebody else has approved it', () => {
  let approved: Answer
  beforeAll(async () => {
    await seal()
    const proposed = await propose()
    expect(proposed.status).toBe(201)
    expect(proposed.body).toMatchObject({ action: 'erase_details', status: 'pending', reason: said.reason })
    approved = await bank().post(`/v1/proposals/${proposed.body.proposalId}/approve`, {}, { as: 'approver' })
  })

  test('the answer says which entries have lost their details, and none of these', () => {
    const { journalEntryId, entryNo } = posted.body
    expect(approved.body.result).toMatchObject({
      status: 200,
      body: { journalEntryId, entryNo, ...said, entries: [{ journalEntryId, entryNo }] },
    })
    expect(approved.text).not.toContain('canary-erased')
  })

  test('the entry is answered without them, everywhere, and says so; all else of it is as it was', async () => {
    const { description: _, reference: __, endToEndId: ___, metadata: ____, ...rest } = posted.body
    const { erasedAt } = approved.body.result.body
    const left = { ...rest, metadata: {}, detailsErased: { at: erasedAt, legalBasis: said.legalBasis } }
    const read = await bank().get(entryPath)
    expect(read.body).toEqual(left)
    const replayed = await bank().post('/v1/postings', body, { key })
    expect(replayed.headers.get('idempotency-replayed')).toBe('true')
    expect(replayed.text).toBe(read.text)
    expect((await bank().get(`/v1/commands/${key}`)).body.body).toEqual(left)
    expect((await bank().get(`/v1/journal-entries?entryNoFrom=${rest.entryNo}&limit=1`)).body.data).toEqual([
      left,
    ])
    const statement = await bank().get('/v1/accounts/alice/statement?from=2026-11-20&to=2026-11-20')
    expect(statement.text).not.toContain('canary-erased')
    expect(statement.body.lines.at(-1)).toMatchObject({
      journalEntryId: rest.journalEntryId,
      detailsErased: true,
    })
  })

  test('it is found by no text any more', async () => {
    for (const [name, value] of [
      ['reference', texts.reference],
      ['endToEndId', texts.endToEndId],
    ])
      expect((await bank().get(`/v1/journal-entries?${name}=${value}`)).body.data).toEqual([])
    expect(
      (await bank().get(`/v1/journal-entries?correlationId=${posted.body.correlationId}`)).body.data,
    ).toHaveLength(1)
  })

  test('its proof leaves the details out and says that they are erased', async () => {
    const { openings, erased } = (await bank().get(`${entryPath}/proof?open=all`)).body
    expect(openings.map(({ part }: { part: string }) => part)).toEqual(['lines/0', 'lines/1'])
    expect(erased).toEqual(['details'])
  })

  test('the audit trail has who asked and who approved', async () => {
    const { data } = (await bank().get('/v1/audit-events?action=erase_details&outcome=accepted')).body
    expect(data).toMatchObject([
      { object: posted.body.journalEntryId, onBehalfOf: expect.stringMatching(/^key:/) },
    ])
  })
})
