import type { BusinessDate } from '@plinth/kernel'
import {
  checksumOf,
  type Product,
  type ProductVersion,
  parametersText,
  statusOn,
  type VersionChange,
  versionInForce,
} from './product.js'

/** A product as it is answered. `on` a date: with the version in force; without one as a command left it. */
export function renderProduct(product: Product, on?: BusinessDate) {
  const { productCode, name, createdAt, versions } = product
  return {
    productCode,
    name,
    createdAt,
    newestVersion: versions.length === 0 ? null : versions.length,
    ...(on !== undefined && { versionInForce: versionInForce(product, on)?.version ?? null }),
  }
}

/** A version as it is answered. `on` a date: an approved one may be superseded; without one as a command left it. */
export function renderProductVersion(product: Product, version: ProductVersion, on?: BusinessDate) {
  return {
    productCode: product.productCode,
    version: version.version,
    productVersionId: version.versionId,
    status: on === undefined ? version.status : statusOn(product, version, on),
    effectiveFrom: version.effectiveFrom,
    parameters: version.parameters,
    checksum: checksumOf(parametersText(version.parameters)),
    history: version.history.map(renderChange),
  }
}

const renderChange = ({ change, actor, at, reason, checksum }: VersionChange) => ({
  change,
  by: actor.subject,
  ...(actor.onBehalfOf !== undefined && { onBehalfOf: actor.onBehalfOf }),
  at,
  ...(reason !== undefined && { reason }),
  checksum,
})
