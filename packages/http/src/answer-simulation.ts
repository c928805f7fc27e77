import type { BusinessDate, Currencies } from '@plinth/kernel'
import type { Product } from '@plinth/product'
import { feesOf, interestTermsOf, renderSimulation, simulate, versionInForce } from '@plinth/product/domain'
import { isMalformed, type Malformed } from './malformed.js'
import { type AskedSimulation, statedBalances } from './read-products.js'

/** What a simulation answers; or what is wrong with its balances, or a sentence on the version that is not there. */
export function answerSimulation(
  asked: AskedSimulation,
  {
    product,
    businessDate,
    currencies,
  }: { product: Product; businessDate: BusinessDate; currencies: Currencies },
) {
  const { productCode, versions } = product
  const { from, to, compounding, days } = asked
  const version =
    asked.version === undefined ? versionInForce(product, businessDate) : versions[asked.version - 1]
  if (version === undefined) {
    const wanted = asked.version === undefined ? `in force on ${businessDate}` : `${asked.version}`
    return `Product ${productCode} has no version ${wanted}.`
  }
  const { currency, dayCount } = version.parameters
  const balances: ReturnType<typeof statedBalances> = statedBalances(asked, currency, currencies)
  if (isMalformed(balances)) return balances satisfies Malformed
  const terms = interestTermsOf(version.parameters, currencies)
  const decimals = currencies.decimalsOf(currency) as number
  const simulation = simulate(terms, {
    ...{ from, to, balances, compounding },
    fees: feesOf(version.parameters, currencies),
  })
  const rendered = renderSimulation(simulation, { decimals, dayCount, withDays: days })
  return { productCode, version: version.version, currency, from, to, compounding, ...rendered }
}
