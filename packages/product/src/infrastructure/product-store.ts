import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { BusinessDate, Instant } from '@plinth/kernel'
import type { Actor } from '@plinth/tenancy'
import type { ProductChanged } from '../domain/decide-product.js'
import {
  checksumOf,
  type Product,
  type ProductVersion,
  type ProductVersionId,
  parametersText,
  type VersionChange,
  type VersionStatus,
} from '../domain/product.js'
import type { ProductParameters } from '../domain/product-parameters.js'
import type { ProductTables } from './tables.js'

const sql = sqlDoor<ProductTables>('product')

type ProductRow = Omit<ProductTables['product.product'], 'tenant_id'>

const productsByCode: Statement = {
  name: 'product.products',
  text: `select p.* from unnest($2::text[]) as k (product_code)
    cross join lateral (
      select product_code, name, created_at, row_version
        from product.product where tenant_id = $1 and product_code = k.product_code offset 0) p`,
}

interface VersionRow {
  readonly product_code: string
  readonly version: number
  readonly version_id: string
  readonly status: string
  readonly effective_from: string
  readonly parameters: string
  readonly maker_subjects: string[]
  readonly maker_persons: string[]
}

const versionsByCode: Statement = {
  name: 'product.versions',
  text: `select v.* from unnest($2::text[]) as k (product_code)
    cross join lateral (
      select product_code, version, version_id, status, effective_from, parameters, maker_subjects, maker_persons
        from product.product_version where tenant_id = $1 and product_code = k.product_code
       order by version offset 0) v`,
}

interface EventRow {
  readonly product_code: string
  readonly version: number
  readonly change: string
  readonly changed_by: string
  readonly on_behalf_of: string | null
  readonly changed_at: string
  readonly reason: string | null
  readonly checksum: string
}

const eventsByCode: Statement = {
  name: 'product.events',
  text: `select e.* from unnest($2::text[]) as k (product_code)
    cross join lateral (
      select product_code, version, change, changed_by, on_behalf_of, changed_at, reason, encode(checksum, 'hex') as checksum
        from product.version_event where tenant_id = $1 and product_code = k.product_code
       order by version, change_no offset 0) e`,
}

/** Products with all their versions, true when read: `expectProducts` finds out whether they still are. */
export async function readProducts(tx: Tx, codes: readonly string[]): Promise<Product[]> {
  if (codes.length === 0) return []
  const keys = [tenantOf(tx), textArray(codes)]
  const [products, versions, events] = await Promise.all([
    sql.run<ProductRow>(tx, productsByCode, keys),
    sql.run<VersionRow>(tx, versionsByCode, keys),
    sql.run<EventRow>(tx, eventsByCode, keys),
  ])
  return products.map(({ product_code: productCode, name, created_at, row_version: rowVersion }) => ({
    productCode,
    name,
    createdAt: created_at as Instant,
    rowVersion,
    versions: versions
      .filter(({ product_code }) => product_code === productCode)
      .map((row) => toVersion(row, events)),
  }))
}

function toVersion(row: VersionRow, events: readonly EventRow[]): ProductVersion {
  const { product_code: productCode, version } = row
  const ownEvents = events.filter((event) => event.product_code === productCode && event.version === version)
  return {
    versionId: row.version_id as ProductVersionId,
    version,
    status: row.status as VersionStatus,
    effectiveFrom: row.effective_from as BusinessDate,
    parameters: JSON.parse(row.parameters) as ProductParameters,
    makers: row.maker_subjects.map((subject, at) => toActor(subject, row.maker_persons[at])),
    history: ownEvents.map((event) => ({
      change: event.change as VersionChange['change'],
      actor: toActor(event.changed_by, event.on_behalf_of),
      at: event.changed_at as Instant,
      reason: event.reason ?? undefined,
      checksum: event.checksum,
    })),
  }
}

const toActor = (subject: string, person: string | null | undefined): Actor =>
  person === null || person === undefined || person === subject
    ? { subject, onBehalfOf: undefined }
    : { subject, onBehalfOf: person }

export interface ProductPage {
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The last code of the page before. */
  readonly after?: string | undefined
}

/** Products by code. */
export async function listProducts(tx: Tx, { order, limit, after }: ProductPage): Promise<Product[]> {
  let query = sql.build
    .selectFrom('product.product')
    .select('product_code')
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('product_code', order)
    .limit(limit)
  if (after !== undefined) query = query.where('product_code', order === 'asc' ? '>' : '<', after)
  const rows = await sql.rows(tx, query)
  return readProducts(
    tx,
    rows.map(({ product_code }) => product_code),
  )
}

/** A product that something was decided on; `rowVersion` 0: there was none of that code. */
export interface ExpectedProduct {
  readonly productCode: string
  readonly rowVersion: number
}

const expectVersions: Statement = {
  name: 'product.expect',
  text: `select plinth.expect_rows(count(*), $4, 'products')
      from unnest($2::text[], $3::integer[]) as k (product_code, decided_on)
     where k.decided_on = coalesce(
       (select row_version from product.product where tenant_id = $1 and product_code = k.product_code), 0)`,
}

/**
 * Fails, and the transaction is run again, unless the products are as they were decided on. Asked behind the lock of the journal
 * head, where nobody can change them any more, and before the transaction's own changes.
 */
export function expectProducts(tx: Tx, products: readonly ExpectedProduct[]): void {
  if (products.length === 0) return
  sql.send(tx, expectVersions, [
    tenantOf(tx),
    textArray(products.map(({ productCode }) => productCode)),
    plainArray(products.map(({ rowVersion }) => rowVersion)),
    products.length,
  ])
}

const insertProduct: Statement = {
  name: 'product.insert',
  text: `insert into product.product (tenant_id, product_code, name, created_at, row_version) values ($1, $2, $3, $4, 1)`,
}

const raiseProduct: Statement = {
  name: 'product.raise',
  text: `with changed as (
      update product.product set row_version = $3 where tenant_id = $1 and product_code = $2 and row_version = $3 - 1
      returning 1)
    select plinth.expect_rows(count(*), 1, 'the product') from changed`,
}

const insertVersion: Statement = {
  name: 'product.insert_version',
  text: `insert into product.product_version (tenant_id, product_code, version, version_id, status, effective_from,
      parameters, checksum, maker_subjects, maker_persons)
    values ($1, $2, $3, $4, 'draft', $5, $6, sha256(convert_to($6, 'UTF8')), $7::text[], $8::text[])`,
}

const updateVersion: Statement = {
  name: 'product.update_version',
  text: `with changed as (
      update product.product_version
         set status = $4, effective_from = $5, parameters = $6, checksum = sha256(convert_to($6, 'UTF8')),
             maker_subjects = $7::text[], maker_persons = $8::text[], decided_by = $9, decided_on_behalf_of = $10
       where tenant_id = $1 and product_code = $2 and version = $3 returning 1)
    select plinth.expect_rows(count(*), 1, 'the version') from changed`,
}

const insertEvent: Statement = {
  name: 'product.insert_event',
  text: `insert into product.version_event
      (tenant_id, product_code, version, change_no, change, changed_by, on_behalf_of, changed_at, reason, checksum)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, decode($10, 'hex'))`,
}

/** Writes changes of the catalogue in the order in which they were decided. One by one: they come a few times a month. */
export function writeProducts(tx: Tx, changes: readonly ProductChanged[]): void {
  const tenantId = tenantOf(tx)
  for (const { product, version } of changes) {
    const { productCode, name, createdAt, rowVersion } = product
    if (version === undefined) {
      sql.send(tx, insertProduct, [tenantId, productCode, name, createdAt])
      continue
    }
    sql.send(tx, raiseProduct, [tenantId, productCode, rowVersion])
    writeVersion(tx, productCode, version)
  }
}

function writeVersion(tx: Tx, productCode: string, version: ProductVersion): void {
  const { versionId, version: number, status, effectiveFrom, makers, history } = version
  const last = history.at(-1) as VersionChange
  const key = [tenantOf(tx), productCode, number]
  const text = parametersText(version.parameters)
  const people = [
    textArray(makers.map(({ subject }) => subject)),
    textArray(makers.map(({ subject, onBehalfOf }) => onBehalfOf ?? subject)),
  ]
  const { actor } = last
  if (history.length === 1) {
    sql.send(tx, insertVersion, [...key, versionId, effectiveFrom, text, ...people])
  } else {
    const decided = last.change === 'approved' || last.change === 'rejected'
    const decider = decided ? [actor.subject, actor.onBehalfOf ?? null] : [null, null]
    sql.send(tx, updateVersion, [...key, status, effectiveFrom, text, ...people, ...decider])
  }
  sql.send(tx, insertEvent, [
    ...key,
    history.length,
    last.change,
    actor.subject,
    actor.onBehalfOf ?? null,
    last.at,
    last.reason ?? null,
    checksumOf(text),
  ])
}
