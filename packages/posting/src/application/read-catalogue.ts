import { type GlAccount, readGlAccounts } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type ExpectedProduct, readProducts } from '@plinth/product'
import type { Book } from '../domain/book.js'
import type { Command, Submission } from '../domain/command.js'
import { glCodesOfProduct, productsOf } from '../domain/command-targets.js'

/** The products that commands name and the GL accounts that their versions name; nothing is asked where none is named. */
export async function readCatalogue(
  tx: Tx,
  commands: readonly Command[],
): Promise<{ products: Book['products']; mapped: readonly GlAccount[] }> {
  const found = await readProducts(tx, [...new Set(commands.flatMap(productsOf))])
  const products = new Map(found.map((product) => [product.productCode, product]))
  const glCodes = new Set(commands.flatMap((command) => glCodesOfProduct(command, products)))
  return { products, mapped: await readGlAccounts(tx, [...glCodes]) }
}

/** The products that commands name, as they were read: nothing is written if they are others by then. */
export const expectedProducts = (
  submissions: readonly Submission[],
  products: Book['products'],
): ExpectedProduct[] =>
  [...new Set(submissions.flatMap(({ command }) => productsOf(command)))].map((productCode) => ({
    productCode,
    rowVersion: products.get(productCode)?.rowVersion ?? 0,
  }))
