import type { BusinessDate } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { listProducts, type Product, type ProductCommand, readProducts } from '@plinth/product'
import { productCodePattern, renderProduct, renderProductVersion } from '@plinth/product/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { listOf } from '../answer-schemas.js'
import { answerSimulation } from '../answer-simulation.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, isMalformed, malformedFields } from '../malformed.js'
import { actionOperation, commandOperation, readOperation } from '../operations.js'
import { notFound, refuse, refuseMalformed } from '../problem.js'
import * as schemas from '../product-schemas.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { readProductCommand, readSimulation } from '../read-products.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const productPath = z.object({ productCode: schemas.productCode })
const versionPath = z.object({ productCode: schemas.productCode, version: z.int().min(1) })
const listQuery = z.strictObject(pageParameters)
const noQuery = z.strictObject({})

type OnVersion = Exclude<ProductCommand['type'], 'create_product' | 'draft_product_version'>

/** A call on a version: its last step, what it is called and does. */
const versionRoute = (
  type: OnVersion,
  step: '' | '/submit' | '/approve' | '/reject',
  { operationId, summary }: { operationId: string; summary: string },
): Route => ({
  method: 'post',
  path: `/v1/products/{productCode}/versions/{version}${step}`,
  permission: step === '/approve' || step === '/reject' ? 'decide_products' : 'draft_products',
  operation: commandOperation({
    operationId,
    summary,
    path: versionPath,
    body: schemas.productBodies[type],
    status: 200,
    answer: schemas.productVersion,
  }),
  handle: (exchange, principal) => change(exchange, principal, type),
})

export const productRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/products',
    permission: 'draft_products',
    operation: commandOperation({
      operationId: 'createProduct',
      summary: 'Put a product into the catalogue; accounts are opened with its versions',
      body: schemas.productBodies.create_product,
      status: 201,
      answer: schemas.product,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readProductCommand('create_product', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/products',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'listProducts',
      summary: 'The products of the catalogue, by code',
      query: listQuery,
      answer: listOf(schemas.product),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/products/{productCode}',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'readProduct',
      summary: 'A product with every version it ever had, as they stand on the business date',
      path: productPath,
      answer: schemas.productWithVersions,
    }),
    handle: read,
  },
  {
    method: 'post',
    path: '/v1/products/{productCode}/versions',
    permission: 'draft_products',
    operation: commandOperation({
      operationId: 'draftProductVersion',
      summary: 'Draft the next version of a product',
      path: productPath,
      body: schemas.productBodies.draft_product_version,
      status: 201,
      answer: schemas.productVersion,
    }),
    handle: (exchange, principal) => change(exchange, principal, 'draft_product_version'),
  },
  versionRoute('change_product_version', '', {
    operationId: 'changeProductVersion',
    summary: 'Change a draft: what is named is replaced, the rest stays',
  }),
  versionRoute('submit_product_version', '/submit', {
    operationId: 'submitProductVersion',
    summary: 'Put a draft before those who decide; it never changes again',
  }),
  versionRoute('approve_product_version', '/approve', {
    operationId: 'approveProductVersion',
    summary: 'Approve what somebody else has made: accounts get it from its effective date on',
  }),
  versionRoute('reject_product_version', '/reject', {
    operationId: 'rejectProductVersion',
    summary: 'Reject what somebody else has made',
  }),
  {
    method: 'post',
    path: '/v1/products/{productCode}/simulate',
    permission: 'read_chart',
    operation: actionOperation({
      operationId: 'simulateProduct',
      summary: 'What an account would earn and pay over a period; nothing is written',
      path: productPath,
      body: schemas.simulationBody,
      status: 200,
      answer: schemas.simulation,
    }),
    handle: simulateProduct,
  },
]

const change = (
  exchange: Exchange,
  principal: Principal,
  type: Exclude<ProductCommand['type'], 'create_product'>,
): Promise<Reply> =>
  runCommand(exchange, principal, (value) => {
    const productCode = exchange.param('productCode')
    if (!productCodePattern.test(productCode))
      return malformedFields([fieldError(['productCode'], 'id_malformed')])
    const { currencies } = principal
    if (type === 'draft_product_version') return readProductCommand(type, value, { currencies, productCode })
    const version = exchange.param('version')
    if (!/^[1-9][0-9]{0,8}$/.test(version)) return malformedFields([fieldError(['version'], 'id_malformed')])
    return readProductCommand(type, value, { currencies, productCode, version: Number(version) })
  })

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list: 'products', query })
  const { order, limit, after } = page
  const { products, businessDate } = await exchange.edge.database.read(
    principal.tenant.tenantId,
    async (tx) => ({
      products: await listProducts(tx, { order, limit, after }),
      businessDate: (await readHead(tx)).businessDate,
    }),
  )
  return page.reply(
    products,
    ({ productCode }) => productCode,
    (product) => renderProduct(product, businessDate),
  )
}

async function findProduct(
  exchange: Exchange,
  { tenant }: Principal,
): Promise<{ product: Product; businessDate: BusinessDate }> {
  const productCode = exchange.param('productCode')
  const found = await exchange.edge.database.read(tenant.tenantId, async (tx) => ({
    products: await readProducts(tx, productCodePattern.test(productCode) ? [productCode] : []),
    businessDate: (await readHead(tx)).businessDate,
  }))
  const [product] = found.products
  if (product === undefined) throw notFound()
  return { product, businessDate: found.businessDate }
}

async function read(exchange: Exchange, principal: Principal): Promise<Reply> {
  readQuery(exchange, noQuery)
  const { product, businessDate } = await findProduct(exchange, principal)
  const versions = product.versions.map((version) => renderProductVersion(product, version, businessDate))
  return { status: 200, body: { ...renderProduct(product, businessDate), versions } }
}

async function simulateProduct(exchange: Exchange, principal: Principal): Promise<Reply> {
  const asked = readSimulation(await readJsonBody(exchange.request, bodyBytesMax))
  if (isMalformed(asked)) throw refuseMalformed(asked)
  const { product, businessDate } = await findProduct(exchange, principal)
  const body = answerSimulation(asked, { product, businessDate, currencies: principal.currencies })
  if (typeof body === 'string') throw refuse('not_found', body)
  if (isMalformed(body)) throw refuseMalformed(body)
  return { status: 200, body }
}
