import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from '@plinth/posting'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foundSmallBank, smallBank } from '../faults/small-bank.js'
import { answerOf, endOf, transferOf } from '../support/commands.js'
import { capture, holdIdOf, place } from '../support/hold-commands.js'
import {
  handToServer,
  migrate,
  openBank,
  openSite,
  type ServedBank,
  type Site,
  startServer,
  tool,
  toolsAreHere,
} from './backed-up-bank.js'

const { tenantId } = smallBank.tenant
const deposit = (amount = '1.00') => transferOf({ from: 'cash', to: 'alice', amount })
const tooMuch = transferOf({ from: 'bob', to: 'alice', amount: '5.00' })

// Its servers are Debian's in either pass of `make test`, and its statements those of others.
const runs = toolsAreHere && process.env.PLINTH_STRICT_ROLES !== '1'

let site: Site
const banks: ServedBank[] = []
let before: { body: object; rejection: object; holdId: string }
let afterwards: Outcome

/** Entry by entry; each entry has a key of its own, `pay-1` and so on. */
async function deposits(bank: ServedBank, from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += 1) {
    afterwards = await bank.send(deposit(), `pay-${at}`)
    expect(endOf(afterwards)).toBe('accepted')
  }
  appendFileSync(site.anchor, await bank.seal())
}

async function archived(bank: ServedBank): Promise<void> {
  const [switched] = await bank.rows<{ wal: string }>('select pg_walfile_name(pg_switch_wal()) as wal')
  await until(async () => {
    const [{ last = null } = {}] = await bank.rows<{ last: string | null }>(
      'select last_archived_wal as last from pg_stat_archiver',
    )
    return last !== null && last >= (switched as { wal: string }).wal
  })
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error('it took too long')
    await sleep(50)
  }
}

// Entries 1 to 10 are in the base backup, 11 to 20 in the archived log up to the restore point and in the dump, and 21 to 30 are
// lost: nobody has them but the anchor.
beforeAll(async () => {
  if (!runs) return
  site = openSite()
  const primary = openBank(
    site,
    await startServer(site, 'primary', {
      archive_mode: 'on',
      archive_command: `test ! -f ${site.archive}/%f && cp %p ${site.archive}/%f`,
    }),
  )
  banks.push(primary)
  await migrate(primary.adminUrl)
  await foundSmallBank(primary.database, ['alice', 'bob'])
  await deposits(primary, 1, 10)
  const base = join(site.dir, 'restored', 'cluster')
  mkdirSync(join(site.dir, 'restored'))
  await tool('pg_basebackup', primary.adminUrl, '-D', base, '--wal-method=stream', '--checkpoint=fast')
  handToServer(join(site.dir, 'restored'))
  await deposits(primary, 11, 20)
  before = {
    body: answerOf(await primary.send(deposit(), 'pay-15')),
    rejection: answerOf(await primary.send(tooMuch, 'refused')),
    holdId: holdIdOf(await primary.send(place('alice', 500n), 'held')),
  }
  await tool('pg_dump', primary.adminUrl, '-Fc', '-f', join(site.dir, 'dump'), 'plinth')
  writeFileSync(
    join(site.dir, 'globals.sql'),
    await tool('pg_dumpall', primary.adminUrl, '--globals-only', '-l', 'plinth'),
  )
  await primary.rows("select pg_create_restore_point('before_the_accident')")
  await deposits(primary, 21, 30)
  await archived(primary)
  await primary.stop()
}, 120_000)

afterAll(async () => {
  for (const bank of banks) await bank.stop().catch(() => {})
  if (site !== undefined) rmSync(site.dir, { recursive: true, force: true })
})

/** What holds of every bank that came back: 20 of 30 entries, and nothing that was answered is answered otherwise. */
async function expectAllThatWasThere(bank: ServedBank): Promise<void> {
  expect((await bank.plinth('verify')).code).toBe(0)
  const replayed = await bank.send(deposit(), 'pay-15')
  expect([endOf(replayed), answerOf(replayed)]).toEqual(['accepted, replayed', before.body])
  const refused = await bank.send(tooMuch, 'refused')
  expect([endOf(refused), answerOf(refused)]).toEqual(['insufficient_funds, replayed', before.rejection])
  expect(
    await bank.rows(`select max(entry_no)::int as last, count(*)::int as entries from ledger.journal_entry`),
  ).toEqual([{ last: 20, entries: 20 }])
}

/** The anchor alone knows what is gone, and until somebody accepts that, nobody is served. */
async function expectNothingServed(bank: ServedBank): Promise<void> {
  const compared = await bank.plinth('anchor', 'compare', '--json')
  expect([compared.code, JSON.parse(compared.stdout)]).toEqual([
    1,
    [{ tenantId, state: 'behind', anchored: 30, sealed: 20, entries: 20 }],
  ])
  const verified = await bank.plinth('verify', '--checkpoint', site.anchor)
  expect(verified.code).toBe(1)
  expect(verified.stdout).toContain(
    'treeSize 30: expected at least 30 entries; found 20 are sealed: those behind were removed',
  )
  for (const command of ['serve', 'worker']) {
    const { code, stderr } = await bank.plinth(command)
    expect([command, code]).toEqual([command, 1])
    expect(stderr).toContain('the anchor has a checkpoint of 30 entries; here are 20, 20 of them sealed')
  }
  expect((await bank.plinth('doctor')).stdout).toMatch(/^fail\s+anchor\s+faulty: 30 entries were anchored/m)
}

/** Numbers go on behind the last that is there, a lost command takes effect when it is sent again, and a hold is still one. */
async function expectWorkGoesOn(bank: ServedBank): Promise<void> {
  const again = await bank.send(deposit(), 'pay-25')
  expect([endOf(again), answerOf(again).entryNo]).toEqual(['accepted', 21])
  expect(answerOf(again).journalEntryId).not.toBe(answerOf(afterwards).journalEntryId)
  const taken = await bank.send(capture(before.holdId as never, '5.00'), 'taken')
  expect([endOf(taken), answerOf(taken).entryNo]).toEqual(['accepted', 22])
}

describe.runIf(runs)('a bank that comes back from a backup', () => {
  test('a base backup and the archived log bring back the moment that was asked for', async () => {
    const cluster = join(site.dir, 'restored', 'cluster')
    writeFileSync(join(cluster, 'recovery.signal'), '')
    handToServer(cluster)
    const server = await startServer(site, 'restored', {
      restore_command: `cp ${site.archive}/%f %p`,
      recovery_target_name: 'before_the_accident',
      recovery_target_action: 'promote',
    })
    const bank = openBank(site, server)
    banks.push(bank)
    await until(async () => {
      const [found] = await bank.rows<{ still: boolean }>('select pg_is_in_recovery() as still')
      return found?.still === false
    })
    await expectAllThatWasThere(bank)
    await expectNothingServed(bank)

    const refused = await bank.plinth('anchor', 'accept')
    expect(refused.code).toBe(2)
    const kept = readFileSync(site.anchor, 'utf8')
    const accepted = await bank.plinth('anchor', 'accept', '--reason', 'restored to before_the_accident')
    expect([accepted.code, accepted.stdout]).toEqual([
      0,
      'Accepted: the books of faulty go on behind entry 20; what was anchored up to 30 is given up.\n',
    ])
    expect(readFileSync(site.anchor, 'utf8').slice(kept.length)).toMatch(
      /^localhost\/faulty\/restored\n20\n30\n\n— localhost\/faulty [A-Za-z0-9+/=]+\n$/,
    )
    expect(
      await bank.rows(
        "select action, object, subject from audit.audit_event where action = 'accept_restoration'",
      ),
    ).toEqual([
      {
        action: 'accept_restoration',
        object: '20 of 30 entries: restored to before_the_accident',
        subject: expect.stringMatching(/^cli:/),
      },
    ])
    expect((await bank.plinth('anchor', 'compare')).code).toBe(0)
    expect((await bank.plinth('anchor', 'accept', '--reason', 'again')).code).toBe(1)
    await expectWorkGoesOn(bank)
    appendFileSync(site.anchor, await bank.seal())
    const verified = await bank.plinth('verify', '--checkpoint', site.anchor, '--json')
    expect([verified.code, JSON.parse(verified.stdout).sound]).toEqual([0, true])
    await bank.stop()
    // The anchor as it was, for the other way back.
    writeFileSync(site.anchor, kept)
  }, 180_000)

  test('a dump, with the roles from pg_dumpall, brings back the moment at which it was made', async () => {
    const server = await startServer(site, 'dumped')
    // The roles come with the passwords of the old server, also the superuser's.
    const old = new URL(banks[0]?.adminUrl as string)
    await tool('psql', server.adminUrl, '-q', '-d', 'postgres', '-f', join(site.dir, 'globals.sql'))
    const restored = new URL(server.adminUrl)
    restored.password = old.password
    await tool('pg_restore', restored.href, '--exit-on-error', '-d', 'plinth', join(site.dir, 'dump'))
    const bank = openBank(site, server, restored.href)
    banks.push(bank)
    const migrated = await bank.plinth('migrate', '--json')
    expect([migrated.code, JSON.parse(migrated.stdout).applied]).toEqual([0, []])
    await expectAllThatWasThere(bank)
    await expectNothingServed(bank)
    await bank.plinth('anchor', 'accept', '--reason', 'the dump of the night')
    await expectWorkGoesOn(bank)
    appendFileSync(site.anchor, await bank.seal())
    expect((await bank.plinth('verify', '--checkpoint', site.anchor)).code).toBe(0)
    await bank.stop()
  }, 180_000)
})
