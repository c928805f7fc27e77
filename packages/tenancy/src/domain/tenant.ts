import type { BusinessDate, TenantId } from '@plinth/kernel'

/** One legal bank or brand (contract §1). */
export interface Tenant {
  readonly tenantId: TenantId
  readonly name: string
  readonly baseCurrency: string
  readonly timeZone: string
  readonly firstBusinessDate: BusinessDate
  /** Own currencies beside ISO 4217: code to number of decimals. */
  readonly currencies: Readonly<Record<string, number>>
  /** How many days a value date may lie before the booking date; undefined is any. */
  readonly valueDateDaysBack: number | undefined
  readonly valueDateDaysAhead: number
}
