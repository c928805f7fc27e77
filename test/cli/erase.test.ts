import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { approve, erasure } from '../erasure/erasing-bank.js'
import { seal, signer } from '../evidence/sealed-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, posting } from '../support/commands.js'
import { type Environment, plinth } from './plinth-process.js'

const openBank = useBank()
let bank: Bank
let entryId: string
// Without a signing key in it: `verify` trusts the key of the database, as whoever sealed here.
const folder = mkdtempSync(join(tmpdir(), 'plinth-erase-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = (...parameters: string[]) =>
  plinth(parameters, {
    PLINTH_DATABASE_URL: bank.adminUrl,
    PLINTH_TENANT: bank.tenantId,
    PLINTH_DATA_DIR: folder,
    PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
  } as Environment)
const said = ['--reason', 'case 4711', '--legal-basis', 'GDPR Art. 17(1)(a)']

beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  const posted = await bank.submit(
    posting(['debit alice 1.00', 'credit bob 1.00'], { description: 'canary-cli' }),
  )
  entryId = answerOf(posted).journalEntryId as string
  await seal(bank, signer)
})

test('plinth journal erase proposes, and tells who has to do the rest', async () => {
  const wrong = await run('journal', 'erase', '7', ...said)
  expect(wrong.code).toBe(2)
  const missing = await run('journal', 'erase', randomUUID(), ...said)
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('entry_not_found')])
  const proposed = await run('journal', 'erase', entryId, ...said, '--json')
  expect(proposed.code).toBe(0)
  const { proposalId, action, payload } = JSON.parse(proposed.stdout)
  expect([action, payload.entryId]).toEqual(['erase_details', entryId])
  const shown = await run('journal', 'show', entryId)
  expect(shown.stdout).toContain('canary-cli')

  const command = erasure(entryId)
  const asProposed = { ...command, reason: 'case 4711' } as typeof command
  expect((await approve(bank, proposalId, { command: asProposed })).map(endOf)).toEqual([
    'accepted',
    'accepted',
  ])
})

test('plinth journal show and export have the entry without its details, and verify is content', async () => {
  const shown = await run('journal', 'show', entryId)
  expect(shown.stdout).toContain('details erased')
  for (const format of ['json', 'csv', 'hledger', 'beancount']) {
    const { code, stdout } = await run('journal', 'export', '--format', format)
    expect([code, stdout.includes('canary')]).toEqual([0, false])
  }
  expect((await run('journal', 'export', '--format', 'json')).stdout).toContain('detailsErased')
  const verified = await run('verify')
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('details_erased')])
})
