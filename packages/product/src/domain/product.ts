import { createHash } from 'node:crypto'
import { type Brand, type BusinessDate, canonicalJson, type Instant } from '@plinth/kernel'
import type { Actor } from '@plinth/tenancy'
import type { ProductParameters } from './product-parameters.js'

export type ProductVersionId = Brand<string, 'ProductVersionId'>

/** A product with every version it ever had, as one is decided on. */
export interface Product {
  readonly productCode: string
  readonly name: string
  readonly createdAt: Instant
  /** By number, from 1 without gaps. */
  readonly versions: readonly ProductVersion[]
  /** Counts the changes of the product and its versions: what was decided on one is not written on another. */
  readonly rowVersion: number
}

/** As it is stored. Whether an approved one is superseded follows from the day one asks on. */
export type VersionStatus = 'draft' | 'submitted' | 'approved' | 'rejected'
export const shownStatuses = ['draft', 'submitted', 'approved', 'rejected', 'superseded'] as const

export interface ProductVersion {
  readonly versionId: ProductVersionId
  readonly version: number
  readonly status: VersionStatus
  /** The business date from which accounts are opened with it, once it is approved. */
  readonly effectiveFrom: BusinessDate
  readonly parameters: ProductParameters
  /** Everybody who had a hand in it, the last one last: none of them decides it. */
  readonly makers: readonly Actor[]
  /** Everything that happened to it, in order. */
  readonly history: readonly VersionChange[]
}

export const versionChanges = ['drafted', 'changed', 'submitted', 'approved', 'rejected'] as const

/** One change of a version, and what its parameters were behind it. */
export interface VersionChange {
  readonly change: (typeof versionChanges)[number]
  readonly actor: Actor
  readonly at: Instant
  readonly reason: string | undefined
  readonly checksum: string
}

/** RFC 8785 JSON of parameters: what is stored, compared and hashed. */
export const parametersText = (parameters: ProductParameters): string => canonicalJson(parameters)

/** SHA-256 in hexadecimal. */
export const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * The version that accounts are opened with on a date: of those approved whose effective date has come the newest. Undefined:
 * none is in force.
 */
export const versionInForce = ({ versions }: Product, date: BusinessDate): ProductVersion | undefined =>
  versions.findLast(({ status, effectiveFrom }) => status === 'approved' && effectiveFrom <= date)

/** The status that people see on a date. */
export function statusOn(
  product: Product,
  { version, status }: Pick<ProductVersion, 'version' | 'status'>,
  date: BusinessDate,
): (typeof shownStatuses)[number] {
  const newest = versionInForce(product, date)
  return status === 'approved' && newest !== undefined && newest.version > version ? 'superseded' : status
}

/** Product codes are words that callers choose; those of accounts opened before there was a catalogue follow no rule but length. */
export const productCodePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
