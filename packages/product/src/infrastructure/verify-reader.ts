import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { ProductTables } from './tables.js'

const sql = sqlDoor<ProductTables>('product')

/** The parameters of a version as they stand in its row. */
export interface StoredParameters {
  readonly productCode: string
  readonly version: number
  readonly parameters: string
  /** In hexadecimal. */
  readonly checksum: string
}

const parametersAfter: Statement = {
  name: 'product.verify_parameters',
  text: `select product_code as "productCode", version, parameters, encode(checksum, 'hex') as checksum
      from product.product_version where tenant_id = $1 and (product_code, version) > ($2, $3)
     order by product_code, version limit $4`,
}

/** The parameters of all versions behind one, by product and number. */
export const readStoredParameters = (
  tx: Tx,
  { after, limit }: { after: { readonly productCode: string; readonly version: number }; limit: number },
): Promise<StoredParameters[]> =>
  sql.run<StoredParameters>(tx, parametersAfter, [tenantOf(tx), after.productCode, after.version, limit])
