import type { BusinessDate, TenantId } from '@plinth/kernel'

/** One legal bank or brand (contract §1). What may change of it is in its settings. */
export interface Tenant {
  readonly tenantId: TenantId
  readonly name: string
  readonly baseCurrency: string
  readonly timeZone: string
  readonly firstBusinessDate: BusinessDate
}
