import type { Tx } from '@plinth/db'
import { canonicalJson, firstDifference, type Json } from '@plinth/kernel'
import { listProducts, type Product, type ProductVersion, readStoredParameters } from '@plinth/product'
import { checksumOf, renderProduct, renderProductVersion } from '@plinth/product/domain'
import { isSamePerson } from '@plinth/tenancy/domain'
import type { Findings } from '../domain/verify-report.js'
import { eachStandingCommand } from './verify-accounts.js'
import type { VerifyStore } from './verify-ports.js'

const versionsPerPage = 500
const productsPerPage = 100

/**
 * Compares the catalogue with the answers of the commands that made it, and answers it by code: some hundred versions in any
 * bank.
 */
export async function verifyProducts(
  store: VerifyStore,
  tx: Tx,
  findings: Findings,
): Promise<ReadonlyMap<string, Product>> {
  const products = await readCatalogue(tx)
  await verifyParameters(tx, findings)
  const commanded = await lastAnswers(store, tx)
  const compare = (place: Place, found: object): void => {
    const expected = commanded.get(nameOf(place)) ?? 'nothing'
    commanded.delete(nameOf(place))
    compareTexts(place, { expected, found: canonicalJson(found) }, findings)
  }
  for (const product of products.values()) {
    const { productCode, versions, rowVersion } = product
    compare({ productCode }, renderProduct({ ...product, versions: [] }))
    const changes = versions.reduce((sum, { history }) => sum + history.length, 0)
    findings.compare(
      'catalogue_as_commanded',
      { productCode },
      {
        expected: `changed ${changes} times`,
        found: `changed ${rowVersion - 1} times`,
      },
    )
    for (const version of versions) {
      compare({ productCode, version: version.version }, renderProductVersion(product, version))
      verifyPeople({ productCode, version: version.version }, version, findings)
    }
  }
  for (const [name, expected] of commanded) {
    const [productCode, version] = JSON.parse(name) as [string, number | null]
    const row = version === null ? { productCode } : { productCode, version }
    findings.add('catalogue_as_commanded', { row, expected, found: 'nothing' })
  }
  return products
}

interface Place {
  readonly productCode: string
  readonly version?: number
}

const nameOf = ({ productCode, version }: Place): string => JSON.stringify([productCode, version ?? null])

function compareTexts(
  place: Place,
  { expected, found }: { expected: string; found: string },
  findings: Findings,
): void {
  if (expected === found) return
  const at =
    expected === 'nothing'
      ? undefined
      : firstDifference(JSON.parse(expected) as Json, JSON.parse(found) as Json)
  findings.add('catalogue_as_commanded', { row: { ...place, ...(at && { at }) }, expected, found })
}

async function readCatalogue(tx: Tx): Promise<Map<string, Product>> {
  const products = new Map<string, Product>()
  for (let after: string | undefined; ; ) {
    const page: Product[] = await listProducts(tx, { order: 'asc', limit: productsPerPage, after })
    for (const product of page) products.set(product.productCode, product)
    if (page.length < productsPerPage) return products
    after = page.at(-1)?.productCode
  }
}

/** What the database compares as well, of rows as somebody may have left them who went around it. */
async function verifyParameters(tx: Tx, findings: Findings): Promise<void> {
  for (let after = { productCode: '', version: 0 }; ; ) {
    const page = await readStoredParameters(tx, { after, limit: versionsPerPage })
    for (const { productCode, version, parameters, checksum } of page)
      findings.compare(
        'catalogue_as_commanded',
        { productCode, version },
        {
          expected: `checksum ${checksumOf(parameters)}`,
          found: `checksum ${checksum}`,
        },
      )
    const last = page.at(-1)
    if (last === undefined || page.length < versionsPerPage) return
    after = last
  }
}

/** Nobody decided what they had a hand in, whatever the row says of its makers. */
function verifyPeople(row: Required<Place>, { history, makers }: ProductVersion, findings: Findings): void {
  const hands = history.filter(({ change }) => change !== 'approved' && change !== 'rejected')
  const forgotten = hands.find(
    ({ actor }) =>
      !makers.some(({ subject, onBehalfOf }) => subject === actor.subject && onBehalfOf === actor.onBehalfOf),
  )
  if (forgotten !== undefined)
    findings.add('catalogue_as_commanded', {
      row,
      expected: `${forgotten.actor.subject} among its makers`,
      found: 'others',
    })
  const decided = history.find((each) => !hands.includes(each))
  if (decided !== undefined && hands.some(({ actor }) => isSamePerson(actor, decided.actor)))
    findings.add('catalogue_as_commanded', {
      row,
      expected: 'a decision by somebody else than its makers',
      found: `${decided.change} by ${decided.actor.subject}`,
    })
}

const commandTypes = [
  'create_product',
  'draft_product_version',
  'change_product_version',
  'submit_product_version',
  'approve_product_version',
  'reject_product_version',
]

/** What was answered last of each product and version: that of a version grows with each change. */
async function lastAnswers(store: VerifyStore, tx: Tx): Promise<Map<string, string>> {
  const last = new Map<string, { changes: number; text: string }>()
  await eachStandingCommand(store, tx, commandTypes, async (page) => {
    for (const { answer } of page) {
      const body = JSON.parse(answer) as Place & { readonly history?: readonly object[] }
      const changes = body.history?.length ?? 0
      const name = nameOf(body)
      const known = last.get(name)
      if (known === undefined || known.changes < changes)
        last.set(name, { changes, text: canonicalJson(body) })
    }
  })
  return new Map([...last].map(([name, { text }]) => [name, text]))
}
