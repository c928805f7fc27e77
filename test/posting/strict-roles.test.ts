import { type Database, openDatabase } from '@plinth/db'
import { sqlDoor } from '@plinth/db/sql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'

const modules = {
  tenancy: 'tenancy.tenant',
  audit: 'audit.audit_event',
  outbox: 'outbox.outbox_event',
  account: 'account.balance',
  ledger: 'ledger.posting_line',
  posting: 'posting.command',
} as const
type ModuleName = keyof typeof modules
const names = Object.keys(modules) as ModuleName[]

const openBank = useBank()
let bank: Bank
let strict: Database
beforeAll(async () => {
  bank = await openBank()
  strict = openDatabase({ url: bank.serveUrl, applicationName: 'strict', strictRoles: true })
})
afterAll(() => strict.close())

/** A statement of `module` on a table, in a transaction under the roles of the modules. */
const readAs = (module: ModuleName, table: string): Promise<unknown[]> =>
  strict.read(bank.tenantId, (tx) =>
    sqlDoor(module).run(
      tx,
      { name: `${module}.${table}`.slice(0, 60), text: `select tenant_id from ${table} limit 1` },
      [],
    ),
  )

describe('under the role of its module a statement', () => {
  test.each(names)('of %s reads its own tables and nobody else’s', async (module) => {
    expect(await readAs(module, modules[module])).toBeInstanceOf(Array)
    for (const other of names.filter((name) => name !== module)) {
      // insufficient_privilege: the database says so, not the code.
      await expect(readAs(module, modules[other])).rejects.toMatchObject({ code: '42501' })
    }
  })

  test('that names two modules’ tables is refused to either', async () => {
    const joined = 'account.balance join ledger.posting_line using (tenant_id, account_id)'
    await expect(readAs('account', joined)).rejects.toMatchObject({ code: '42501' })
    await expect(readAs('ledger', joined)).rejects.toMatchObject({ code: '42501' })
  })

  test('may follow one of another module in the same transaction', async () => {
    const read = strict.read(bank.tenantId, async (tx) => {
      const ask = (module: ModuleName) =>
        sqlDoor(module).run<{ role: string }>(
          tx,
          { name: `${module}.role`, text: 'select current_user as role' },
          [],
        )
      const answers = await Promise.all([ask('account'), ask('ledger'), ask('ledger'), ask('account')])
      return answers.map(([row]) => row?.role)
    })
    expect(await read).toEqual(['plinth_account', 'plinth_ledger', 'plinth_ledger', 'plinth_account'])
  })
})
