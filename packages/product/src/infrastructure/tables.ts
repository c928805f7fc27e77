/** Kysely's view of the schema `product`, as node-postgres delivers it. */
export interface ProductTables {
  'product.product': {
    tenant_id: string
    product_code: string
    name: string
    created_at: string
    row_version: number
  }
}
