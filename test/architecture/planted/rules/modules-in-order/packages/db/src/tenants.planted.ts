import type * as tenancy from '@plinth/tenancy'

export type Tenancy = typeof tenancy
