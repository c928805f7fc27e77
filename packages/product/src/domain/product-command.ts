import type { BusinessDate } from '@plinth/kernel'
import type { ProductParameters } from './product-parameters.js'

export interface CreateProduct {
  readonly type: 'create_product'
  readonly productCode: string
  readonly name: string
}

export interface DraftProductVersion {
  readonly type: 'draft_product_version'
  readonly productCode: string
  readonly effectiveFrom: BusinessDate
  readonly parameters: ProductParameters
  readonly reason: string | undefined
}

/** What is not named stays. */
export interface ChangeProductVersion {
  readonly type: 'change_product_version'
  readonly productCode: string
  readonly version: number
  readonly effectiveFrom: BusinessDate | undefined
  readonly parameters: ProductParameters | undefined
  readonly reason: string | undefined
}

export interface SubmitProductVersion {
  readonly type: 'submit_product_version'
  readonly productCode: string
  readonly version: number
  readonly reason: string | undefined
}

/** A decision on what somebody else submitted. */
export interface DecideProductVersion {
  readonly type: 'approve_product_version' | 'reject_product_version'
  readonly productCode: string
  readonly version: number
  /** SHA-256 of the parameters that were read: no others are decided. Undefined: whatever they are. */
  readonly checksum: string | undefined
  readonly reason: string | undefined
}

/** Everything that changes the catalogue. */
export type ProductCommand =
  | CreateProduct
  | DraftProductVersion
  | ChangeProductVersion
  | SubmitProductVersion
  | DecideProductVersion
