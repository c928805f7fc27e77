import { expect } from 'vitest'
import type { Bank } from '../support/bank.js'
import { asAdmin } from '../support/database-admin.js'

/** Does what no role of Plinth may, for good: as a superuser who has put the safeguards of the tables aside for a moment. */
export async function tamper(
  bank: Bank,
  tables: readonly string[],
  ...statements: readonly string[]
): Promise<void> {
  await asAdmin(bank.adminUrl, async (client) => {
    await client.query('begin')
    await client.query("select set_config('plinth.tenant', $1, true)", [bank.tenantId])
    for (const table of tables) await client.query(`alter table ${table} disable trigger all`)
    for (const statement of statements) {
      const { rowCount } = await client.query(
        statement.replaceAll('$tenant', `tenant_id = '${bank.tenantId}'`),
      )
      expect(rowCount, statement).toBeGreaterThan(0)
    }
    for (const table of tables) await client.query(`alter table ${table} enable trigger all`)
    await client.query('commit')
  })
}
