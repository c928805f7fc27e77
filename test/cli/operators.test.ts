import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { migratedSchemas, safeguardTriggers } from '../../packages/db/src/safeguards.js'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { type Environment, freePort, plinth, startPlinth } from './plinth-process.js'

const dataDir = mkdtempSync(join(tmpdir(), 'plinth-operators-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const roleNames = ['payments', 'operator', 'auditor', 'product_manager', 'approver', 'admin']

describe('wrong usage', () => {
  const nowhere = { PLINTH_DATA_DIR: join(dataDir, 'never-made') }

  test.each([
    [['tenent', 'list'], 'Did you mean tenant?'],
    [['tenant', 'creat', 'x'], 'Did you mean create?'],
    [['account', 'list', '--limt', '5'], 'Did you mean --limit?'],
    [['tenant', 'create', 'Bad Id'], 'A tenant id has'],
    [['tenant', 'create', 'x', '--base-currency', 'XQQ'], 'The base currency XQQ'],
    [['tenant', 'create', 'x', '--time-zone', 'Mars/Olympus'], 'The time zone Mars/Olympus is unknown'],
    [['tenant', 'create', 'x', '--business-date', '2026-02-30'], 'is not a day of the calendar'],
    [['tenant', 'create', 'x', '--currency', 'EUR:3'], 'EUR is a currency of ISO 4217'],
    [['token', 'issue', '--role', 'king'], 'There is no role king'],
    [['tenant'], 'Usage: plinth tenant'],
  ])('%j ends with 2 and says what would be right', async (parameters, hint) => {
    const ended = await plinth(parameters, {
      ...nowhere,
      PLINTH_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    })
    // A request that needs the database to be judged ends with 3 there, so the order of the checks is tested too.
    expect(ended.stderr).toContain(hint)
    expect(ended.code).toBe(2)
    expect(ended.stdout).toBe('')
  })

  test('a variable that makes no sense is named, without its value', async () => {
    const ended = await plinth(['tenant', 'list'], {
      PLINTH_PORT: 'many',
      PLINTH_DATABASE_URL: 'mysql://root:secret@localhost/bank',
    })
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('PLINTH_PORT must be a port')
    expect(ended.stderr).toContain('PLINTH_DATABASE_URL must be a URL')
    expect(ended.stderr).not.toContain('secret')
  })

  test('help works whatever the environment holds', async () => {
    const ended = await plinth(['--help'], { PLINTH_PORT: 'many' })
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain('Exit codes:')
  })
})

describe('a database that cannot be reached', () => {
  const unreachable = {
    PLINTH_DATABASE_URL: 'postgres://plinth:secret@127.0.0.1:1/plinth',
    PLINTH_DATA_DIR: dataDir,
  }

  test.each([
    [['tenant', 'list']],
    [['account', 'list']],
    [['migrate']],
    [['doctor']],
    [['serve', '--port', '0']],
  ])('%j ends with 3 and a plain sentence', async (parameters) => {
    const ended = await plinth(parameters, unreachable)
    expect(ended.stdout + ended.stderr).toContain(
      'Cannot reach the database: nothing listens at that address',
    )
    expect(ended.stdout + ended.stderr).not.toMatch(/secret|\n\s+at /)
    expect(ended.code).toBe(3)
  })
})

describe('tenants and tokens', () => {
  const database = useTestDatabase()
  const environment = (): Environment => ({
    PLINTH_DATABASE_URL: database().adminUrl,
    PLINTH_DATA_DIR: dataDir,
  })

  test('a new tenant comes with a token for each role, and a server knows them at once', async () => {
    const made = await plinth(
      [
        'tenant',
        'create',
        'acme',
        '--base-currency',
        'USD',
        '--currency',
        'GOLD:4',
        '--business-date',
        '2026-11-20',
        '--json',
      ],
      environment(),
    )
    expect(made.stderr).toBe('')
    const { tenantId, tokens, ...others } = JSON.parse(made.stdout)
    expect(tenantId).toBe('acme')
    expect(Object.keys(tokens)).toEqual(roleNames)
    expect(others).toEqual({})

    const server = startPlinth(['serve', '--port', String(await freePort())], environment())
    const [, url] = await server.waitFor(/"url":"(http:[^"]+)"/)
    const chart = await fetch(`${url}/v1/business-date`, {
      headers: { authorization: `Bearer ${tokens.auditor}` },
    })
    expect(chart.status).toBe(200)
    expect(await chart.json()).toEqual({ businessDate: '2026-11-20' })
    server.child.kill('SIGTERM')
    expect((await server.ended).code).toBe(0)
  })

  test('a tenant is made once', async () => {
    const first = await plinth(['tenant', 'create', 'twice'], environment())
    expect(first.code).toBe(0)
    const second = await plinth(['tenant', 'create', 'twice'], environment())
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain('There is a tenant twice already')
  })

  test('a token is issued, listed without its secret, and revoked once', async () => {
    await plinth(['tenant', 'create', 'keys'], environment())
    const issue = ['token', 'issue', '--tenant', 'keys', '--role', 'auditor', '--role', 'payments', '--json']
    const issued = JSON.parse((await plinth(issue, environment())).stdout)
    expect(issued).toMatchObject({ tenantId: 'keys', roles: ['auditor', 'payments'] })
    const listed = await plinth(['token', 'list', '--tenant', 'keys', '--json'], environment())
    expect(JSON.parse(listed.stdout)).toHaveLength(7)
    expect(listed.stdout).not.toContain(issued.token.split('_').at(-1))
    const revoke = ['token', 'revoke', issued.keyId, '--tenant', 'keys']
    expect(await plinth(revoke, environment())).toMatchObject({ code: 0 })
    expect(await plinth(revoke, environment())).toMatchObject({ code: 1 })
  })

  test('a tenant that is not there is refused by name', async () => {
    const ended = await plinth(['account', 'list', '--tenant', 'nobody'], environment())
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('There is no tenant nobody')
  })

  test('an account is opened, found and frozen; the same key again changes nothing', async () => {
    const demo = { ...environment(), PLINTH_TENANT: 'demo' }
    expect(await plinth(['demo', '--json'], demo)).toMatchObject({ code: 0 })
    const open = ['account', 'open', 'carol', '--name', 'Carol', '--gl', '2110', '--key', 'k-1', '--json']
    const opened = await plinth(open, demo)
    expect(JSON.parse(opened.stdout)).toMatchObject({ accountId: 'carol', currency: 'EUR', status: 'open' })
    const again = await plinth(open, demo)
    expect(again.stdout).toBe(opened.stdout)
    expect(again.stderr).toContain('used before')
    const frozen = await plinth(
      ['account', 'status', 'carol', 'frozen', '--reason', 'court order', '--json'],
      demo,
    )
    expect(JSON.parse(frozen.stdout)).toMatchObject({ status: 'frozen', blockDebits: false })
    expect(frozen.stderr).toMatch(/^Idempotency key: cli-/)
    const closed = await plinth(['account', 'status', 'carol', 'closed', '--reason', 'left'], demo)
    expect(closed).toMatchObject({ code: 1, stderr: expect.stringContaining('status_transition_invalid') })
    const balance = await plinth(['account', 'balance', 'alice', '--json'], demo)
    expect(JSON.parse(balance.stdout)).toMatchObject({ posted: '500.00', available: '500.00' })
    const past = await plinth(['account', 'balance', 'alice', '--known-at-entry', '0', '--json'], demo)
    expect(JSON.parse(past.stdout)).toMatchObject({ posted: '0.00', held: null, knownAtEntryNo: 0 })
    const valued = [
      'account',
      'balance',
      'alice',
      '--value-date',
      '9999-12-31',
      '--booking-date',
      '9999-12-31',
    ]
    expect(await plinth(valued, demo)).toMatchObject({ stdout: expect.stringMatching(/posted +500.00\n/) })
    const notYet = await plinth(['account', 'balance', 'alice', '--known-at', '9999-01-01T00:00:00Z'], demo)
    expect(notYet).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('know nothing of later than now'),
    })
    const none = await plinth(['account', 'balance', 'alice', '--known-at', '2026-02-30T00:00:00Z'], demo)
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('written in UTC') })
    expect(await plinth(['account', 'show', 'nobody'], demo)).toMatchObject({ code: 1 })
  })
})

describe('a database on which the books are not safe', () => {
  const database = useTestDatabase()
  const run = (command: string, more: Environment = {}) =>
    plinth([command, ...(command === 'serve' ? ['--port', '0'] : [])], {
      PLINTH_DATABASE_URL: database().adminUrl,
      PLINTH_DATA_DIR: dataDir,
      ...more,
    })
  const change = (statement: string) => asAdmin(database().adminUrl, (client) => client.query(statement))

  async function expectRefused(finding: string, environment: Environment = {}): Promise<void> {
    for (const command of ['serve', 'doctor']) {
      const ended = await run(command, environment)
      expect(ended.stdout + ended.stderr).toContain(finding)
      expect(ended.code).toBe(1)
    }
  }

  test('one that was just migrated is safe, and has the triggers of the list and no others', async () => {
    expect((await run('doctor')).stdout).toMatch(/ok +safety/)
    const { rows } = await asAdmin(database().adminUrl, (client) =>
      client.query<{ table: string; triggers: string[] }>(
        `select tgrelid::regclass::text as table, array_agg(tgname::text order by tgname) as triggers
           from pg_trigger where not tgisinternal
            and tgrelid in (select oid from pg_class where relnamespace = any($1::regnamespace[])) group by 1`,
        [migratedSchemas],
      ),
    )
    const listed = Object.entries(safeguardTriggers).map(([table, names]) => [table, [...names].sort()])
    expect(Object.fromEntries(rows.map(({ table, triggers }) => [table, triggers]))).toEqual(
      Object.fromEntries(listed),
    )
  })

  test('a superuser as the runtime role is refused by name', async () => {
    await expectRefused('is a superuser', { PLINTH_SERVE_DATABASE_URL: database().adminUrl })
  })

  test('a role that owns tables or is a member of the owner is refused by name', async () => {
    const role = `owner_of_${database().name}`
    const url = new URL(database().adminUrl)
    url.username = role
    url.password = 'right'
    await change(
      `create role ${role} login createrole bypassrls password 'right' in role plinth_owner, plinth_serve`,
    )
    try {
      await change(`alter table audit.audit_event owner to ${role}`)
      for (const finding of [
        `The role ${role} has BYPASSRLS`,
        `The role ${role} has CREATEROLE`,
        `The role ${role} is a member of plinth_owner`,
        `The role ${role} owns the table audit.audit_event`,
      ]) {
        await expectRefused(finding, { PLINTH_SERVE_DATABASE_URL: url.href })
      }
    } finally {
      await change(`alter table audit.audit_event owner to plinth_owner; drop role ${role}`)
    }
  })

  test.each([
    [
      'synchronous_commit off',
      'alter database %I set synchronous_commit = off',
      'alter database %I reset synchronous_commit',
      'The setting synchronous_commit is off',
    ],
    [
      'a disabled trigger',
      'alter table ledger.posting_line disable trigger entries_are_whole',
      'alter table ledger.posting_line enable always trigger entries_are_whole',
      'The trigger entries_are_whole on ledger.posting_line is disabled',
    ],
    [
      'a trigger that is not ALWAYS',
      'alter table ledger.posting_line enable trigger append_only',
      'alter table ledger.posting_line enable always trigger append_only',
      'The trigger append_only on ledger.posting_line is not ENABLE ALWAYS',
    ],
    [
      'foreign keys switched off',
      'alter table account.account disable trigger all',
      `alter table account.account enable trigger all, enable always trigger never_removed,
         enable always trigger never_truncated`,
      'The foreign keys of account.account are disabled',
    ],
    [
      'row security switched off',
      'alter table account.balance disable row level security',
      'alter table account.balance enable row level security',
      'The table account.balance has row-level security switched off',
    ],
    [
      'row security not forced',
      'alter table account.balance no force row level security',
      'alter table account.balance force row level security',
      'The table account.balance does not force row-level security',
    ],
    [
      'a grant on an append-only table',
      'grant update (description), delete on ledger.journal_entry to plinth_ledger',
      'revoke update (description), delete on ledger.journal_entry from plinth_ledger',
      'The role plinth_serve may UPDATE, DELETE on ledger.journal_entry',
    ],
    [
      'a migration that has not run',
      'delete from plinth_migration.migration where name like $$0006%%$$',
      'insert into plinth_migration.migration (name, run_on) values ($$0006_posting$$, now())',
      '0006_posting',
    ],
  ])('%s is refused by name', async (_case, weaken, mend, finding) => {
    const named = (statement: string) => statement.replace('%I', database().name).replace('%%', '%')
    await change(named(weaken))
    try {
      await expectRefused(finding)
    } finally {
      await change(named(mend))
    }
    expect((await run('doctor')).code).toBe(0)
  })

  test('all findings are told at once', async () => {
    await change(
      'alter table account.balance no force row level security; drop trigger never_back on ledger.journal_head',
    )
    const ended = await run('serve')
    expect(ended.stderr).toContain('does not force row-level security')
    expect(ended.stderr).toContain('The trigger never_back on ledger.journal_head is missing')
  })
})
