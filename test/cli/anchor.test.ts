import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { plinth, startPlinth } from './plinth-process.js'

// That books behind their anchor are refused, and accepted, is shown where a backup is restored: test/restore.
const folder = mkdtempSync(join(tmpdir(), 'plinth-anchor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const openBank = useBank()

test('an anchor that cannot be read keeps no worker from working, is logged, and fails at the doctor', async () => {
  const bank = await openBank()
  const environment = {
    PLINTH_DATABASE_URL: bank.adminUrl,
    PLINTH_DATA_DIR: folder,
    // A directory is no file with checkpoints.
    PLINTH_ANCHOR: folder,
    PLINTH_TENANT: bank.tenantId,
    PLINTH_PORT: '0',
  }
  const worker = startPlinth(['worker'], environment)
  await worker.waitFor(/could not be compared with what was kept outside[\s\S]*"working"/)
  worker.child.kill('SIGTERM')
  expect((await worker.ended).code).toBe(0)
  const doctor = await plinth(['doctor'], environment)
  expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/^fail\s+anchor .*cannot be read/m)])
  expect((await plinth(['anchor', 'compare'], environment)).code).toBe(2)
})

test('without a place nothing is compared, and nothing can be accepted', async () => {
  const bank = await openBank()
  const environment = {
    PLINTH_DATABASE_URL: bank.adminUrl,
    PLINTH_DATA_DIR: folder,
    PLINTH_TENANT: bank.tenantId,
  }
  const compared = await plinth(['anchor', 'compare'], environment)
  expect([compared.code, compared.stderr]).toEqual([
    2,
    expect.stringContaining('PLINTH_ANCHOR names no place'),
  ])
  expect((await plinth(['anchor', 'accept', '--reason', 'x'], environment)).code).toBe(1)
  writeFileSync(join(folder, 'empty'), '')
  const empty = { ...environment, PLINTH_ANCHOR: join(folder, 'empty') }
  const accepted = await plinth(['anchor', 'accept', '--reason', 'x'], empty)
  expect([accepted.code, accepted.stderr]).toEqual([1, expect.stringContaining('there is nothing to accept')])
})
