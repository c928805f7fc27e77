import type { Tx } from '@plinth/db'
import { sqlDoor, tenantOf } from '@plinth/db/sql'
import type { BusinessDate, TenantId } from '@plinth/kernel'
import { initialSettings, type SettingsDocument } from '../domain/settings.js'
import type { Tenant } from '../domain/tenant.js'
import { insertFirstSettings } from './settings-store.js'
import type { TenancyTables } from './tables.js'

const sql = sqlDoor<TenancyTables>('tenancy')

const columns = ['tenant_id', 'name', 'base_currency', 'time_zone', 'first_business_date'] as const

const toTenant = (row: TenancyTables['tenancy.tenant']): Tenant => ({
  tenantId: row.tenant_id as TenantId,
  name: row.name,
  baseCurrency: row.base_currency,
  timeZone: row.time_zone,
  firstBusinessDate: row.first_business_date as BusinessDate,
})

/** The tenant of the transaction. */
export async function readTenant(tx: Tx): Promise<Tenant | undefined> {
  const query = sql.build.selectFrom('tenancy.tenant').select(columns).where('tenant_id', '=', tenantOf(tx))
  const [row] = await sql.rows(tx, query)
  return row && toTenant(row)
}

/** All tenants: needs a transaction without a tenant. */
export async function listTenants(tx: Tx): Promise<Tenant[]> {
  return (
    await sql.rows(tx, sql.build.selectFrom('tenancy.tenant').select(columns).orderBy('tenant_id'))
  ).map(toTenant)
}

/** A tenant with the first version of its settings; what is not said of them is as `initialSettings` has it. */
export async function insertTenant(
  tx: Tx,
  tenant: Tenant,
  { settings = {}, subject }: { settings?: Partial<SettingsDocument>; subject: string },
): Promise<void> {
  await sql.rows(
    tx,
    sql.build.insertInto('tenancy.tenant').values({
      tenant_id: tenant.tenantId,
      name: tenant.name,
      base_currency: tenant.baseCurrency,
      time_zone: tenant.timeZone,
      first_business_date: tenant.firstBusinessDate,
    }),
  )
  await insertFirstSettings(tx, { ...initialSettings, ...settings }, subject)
}
