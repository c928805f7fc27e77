import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sealEntries } from '@plinth/evidence'
import {
  checkProof,
  type EntryProof,
  isConsistent,
  parseCheckpoint,
  parseVerifier,
  type Verifier,
} from '@plinth/evidence/domain'
import { currenciesWith, type TenantId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newSigner } from '../evidence/sealed-bank.js'
import { asAdmin } from '../support/database-admin.js'
import { openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const signer = newSigner()
const folder = mkdtempSync(join(tmpdir(), 'plinth-proof-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const seal = (tenant = 'alpha') => {
  const tenantId = tenant as TenantId
  const request = { tenantId, currencies: currenciesWith({ GOLD: 4 }), signer, host: 'ledger.example.com' }
  const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 } as const
  return bank().database.transaction(options, (tx) => sealEntries(tx, request))
}

const proofOf = (id: string, query = '') => bank().get(`/v1/journal-entries/${id}/proof${query}`)
const post = async (description: string): Promise<string> => {
  const body = {
    ...transfer({ from: 'alice', to: 'bob' }),
    description,
    reference: 'R-1',
    metadata: { 'ü€😀\r': '"\\' },
  }
  return (await bank().post('/v1/postings', body)).body.journalEntryId
}
const key = async (): Promise<Verifier> =>
  parseVerifier((await bank().get('/v1/checkpoints/key')).body.key) as Verifier

let early: string
let late: string
beforeAll(async () => {
  await openCustomers(bank())
  early = await post('Before the first checkpoint')
})

describe('before the first checkpoint', () => {
  test.each(['latest', 'key', 'consistency?from=1'])('/v1/checkpoints/%s is not there yet', async (path) => {
    const { status, body, headers } = await bank().get(`/v1/checkpoints/${path}`)
    expect([status, body.code, headers.get('retry-after')]).toEqual([404, 'not_yet_checkpointed', '1'])
  })

  test('no entry is proved', async () => {
    const { status, body } = await proofOf(early)
    expect([status, body.code]).toEqual([404, 'not_yet_checkpointed'])
  })
})

describe('behind checkpoints', () => {
  let first: string
  beforeAll(async () => {
    await seal()
    first = (await bank().get('/v1/checkpoints/latest')).body.checkpoint
    for (let posted = 0; posted < 30; posted += 1) late = await post(`Number ${posted}`)
    await seal()
  })

  test('the last one is a signed note, by itself where Accept asks for it', async () => {
    const { status, body } = await bank().get('/v1/checkpoints/latest')
    expect([status, body.treeSize]).toEqual([200, 32])
    const [origin, size, root] = body.checkpoint.split('\n')
    expect([origin, size, root]).toEqual(['ledger.example.com/alpha', '32', body.rootHash])
    const alone = await bank().get('/v1/checkpoints/latest', { headers: { accept: 'text/plain' } })
    expect([alone.headers.get('content-type'), alone.text]).toEqual([
      'text/plain; charset=utf-8',
      body.checkpoint,
    ])
  })

  test('the key is in the form of signed notes', async () => {
    const { body } = await bank().get('/v1/checkpoints/key')
    expect(body).toEqual({
      key: expect.stringMatching(/^ledger\.example\.com\/alpha\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/),
      earlier: [],
    })
    const alone = await bank().get('/v1/checkpoints/key', { headers: { accept: 'text/plain' } })
    expect(alone.text).toBe(`${body.key}\n`)
  })

  test('an entry is proved with what the contract lists, and each line as the entry’s answer has it', async () => {
    const { status, body } = await proofOf(late, '?open=all')
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([
      'evidence',
      'openings',
      'leafIndex',
      'treeSize',
      'hashes',
      'checkpoint',
    ])
    const entry = (await bank().get(`/v1/journal-entries/${late}`)).body
    const { lines, details, ...plain } = body.evidence
    const { journalEntryId, entryNo, kind, transactionCode, bookingDate, valueDate, postedAt } = entry
    expect(plain).toEqual({
      ...{ schema: 'plinth.entry/1', tenantId: 'alpha', journalEntryId, entryNo, kind, transactionCode },
      ...{ bookingDate, valueDate, postedAt },
    })
    expect([lines.length, typeof details, body.leafIndex]).toEqual([2, 'string', entryNo - 1])
    const { description, reference, correlationId, metadata } = entry
    expect(body.openings.map(({ part, value }: EntryProof['openings'][number]) => [part, value])).toEqual([
      ['lines/0', entry.lines[0]],
      ['lines/1', entry.lines[1]],
      ['details', { description, reference, correlationId, metadata }],
    ])
    expect(checkProof(JSON.stringify(body), [await key()])).toMatchObject({ sound: true })
  })

  test('a reversal names what it takes back', async () => {
    const made = await bank().post(`/v1/journal-entries/${early}/reversals`, { reason: 'twice' })
    await seal()
    const { body } = await proofOf(made.body.journalEntryId)
    expect(body.evidence).toMatchObject({ kind: 'reversal', reverses: early })
    expect(checkProof(JSON.stringify(body), [await key()])).toMatchObject({ sound: true })
  })

  test('a customer is shown their own line alone', async () => {
    const { body, text } = await proofOf(early, '?open=bob')
    expect(body.openings.map(({ part }: { part: string }) => part)).toEqual(['lines/1'])
    expect(text).not.toContain('alice')
    expect(checkProof(text, [await key()])).toMatchObject({ sound: true })
  })

  test('the first one is shown to be the beginning of the last one', async () => {
    const last = (await bank().get('/v1/checkpoints/latest')).body.checkpoint
    const [before, after] = [parseCheckpoint(first), parseCheckpoint(last)]
    if (before === undefined || after === undefined) throw new Error('no checkpoints')
    const { status, body } = await bank().get(
      `/v1/checkpoints/consistency?from=${before.treeSize}&to=${after.treeSize}`,
    )
    expect([status, body.from, body.to]).toEqual([200, 2, after.treeSize])
    const hashes = body.hashes.map((hash: string) => Buffer.from(hash, 'base64'))
    expect(isConsistent(before, after, hashes)).toBe(true)
  })

  test.each([
    ['/v1/checkpoints/consistency', 400, 'malformed_request'],
    ['/v1/checkpoints/consistency?from=0', 400, 'malformed_request'],
    ['/v1/checkpoints/consistency?from=5&to=4', 400, 'malformed_request'],
    ['/v1/checkpoints/consistency?from=1&to=9999', 404, 'not_yet_checkpointed'],
    ['/v1/checkpoints/latest?at=1', 400, 'malformed_request'],
    ['/v1/journal-entries/01900000-0000-7000-8000-000000000000/proof', 404, 'not_found'],
    ['/v1/journal-entries/x/proof', 404, 'not_found'],
  ])('%s is answered %i %s', async (path, status, code) => {
    const answer = await bank().get(path)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test('an account that can be none is not opened', async () => {
    const { status, body } = await proofOf(early, '?open=-')
    expect([status, body.errors[0]]).toMatchObject([400, { pointer: '/open', code: 'id_malformed' }])
  })

  test('nothing is proved of an entry that is not what was sealed', async () => {
    const change = (to: string) =>
      asAdmin(bank().adminUrl, async (admin) => {
        await admin.query('alter table ledger.journal_entry disable trigger all')
        await admin.query(`update ledger.journal_entry set transaction_code = '${to}' where entry_no = 2`)
        await admin.query('alter table ledger.journal_entry enable always trigger append_only')
      })
    await change('FORGED')
    expect((await proofOf(early)).status).toBe(500)
    await change('TRANSFER')
    expect((await proofOf(early)).status).toBe(200)
  })
})

// A bare machine has neither; CI has both.
const programsAreHere =
  spawnSync('python3', ['--version']).status === 0 && spawnSync('openssl', ['version']).status === 0

describe.skipIf(!programsAreHere)('the checker in examples/', () => {
  const checker = fileURLToPath(new URL('../../examples/check-proof/check_proof.py', import.meta.url))
  const check = async (proof: object): Promise<string> => {
    const file = join(folder, 'proof.json')
    writeFileSync(file, JSON.stringify(proof))
    const verifier = (await bank().get('/v1/checkpoints/key')).body.key
    const ran = promisify(execFile)('python3', [checker, file, verifier])
    return await ran.then(
      ({ stdout }) => stdout,
      ({ code, stdout, stderr }) => `${code} ${stdout}${stderr}`,
    )
  }

  test('is short enough to be read', () => {
    expect(readFileSync(checker, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(80)
  })

  test('finds a proof true, opened or not', async () => {
    expect(await check((await proofOf(late, '?open=all')).body)).toMatch(
      /^true: entry 32 of .* shows 3 parts\n$/,
    )
    expect(await check((await proofOf(early)).body)).toMatch(/^true: entry 2 of .* shows 0 parts\n$/)
  })

  test.each<[what: string, change: (proof: EntryProof) => object]>([
    [
      'a part',
      (proof) => ({ ...proof, openings: proof.openings.map((each) => ({ ...each, value: { x: '1' } })) }),
    ],
    ['the evidence', (proof) => ({ ...proof, evidence: { ...proof.evidence, kind: 'fee' } })],
    ['a hash', (proof) => ({ ...proof, hashes: proof.hashes.toReversed() })],
    ['a hash too few', (proof) => ({ ...proof, hashes: proof.hashes.slice(1) })],
    ['the root', (proof) => ({ ...proof, checkpoint: proof.checkpoint.replace(/\n\d+\n/, '\n31\n') })],
  ])('finds one false in which %s was changed', async (_what, change) => {
    expect(await check(change((await proofOf(late, '?open=all')).body))).toMatch(/^1 false: /)
  })
})
