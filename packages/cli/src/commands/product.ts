import { readFileSync } from 'node:fs'
import { answerSimulation, isMalformed, parseJson, readProductCommand, readSimulation } from '@plinth/http'
import type { BusinessDate } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { listProducts, type ProductCommand, readProducts } from '@plinth/product'
import { productCodePattern, renderProduct, renderProductVersion } from '@plinth/product/domain'
import { Command, InvalidArgumentError, Option } from 'commander'
import { accepted, type BookOptions, inBooks, keyOption, printAnswer, runOnBooks } from '../book-command.js'
import { type CliRuntime, CommandFailure, exitCodes } from '../cli-runtime.js'
import { jsonOption, printFields, printJson, printTable, tenantOption } from '../output.js'
import { parseDate } from '../read-arguments.js'

export function productCommand(runtime: CliRuntime): Command {
  return new Command('product')
    .description('the catalogue: draft, decide, read and simulate versions of products')
    .addCommand(listCommand(runtime))
    .addCommand(showCommand(runtime))
    .addCommand(createCommand(runtime))
    .addCommand(draftCommand(runtime))
    .addCommand(stepCommand(runtime, 'submit', 'put a draft before those who decide; it never changes again'))
    .addCommand(stepCommand(runtime, 'approve', 'approve what somebody else has made'))
    .addCommand(stepCommand(runtime, 'reject', 'reject what somebody else has made'))
    .addCommand(simulateCommand(runtime))
}

const productsShownMax = 1_000

function listCommand(runtime: CliRuntime): Command {
  return new Command('list')
    .description('the products by code')
    .option('--after <code>', 'go on after this product', parseCode)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: BookOptions & { readonly after?: string }) => {
      const data = await inBooks(runtime, options, async ({ database }, { tenant }) =>
        database.read(tenant.tenantId, async (tx) => {
          const page = { order: 'asc', limit: productsShownMax, after: options.after } as const
          const [products, head] = await Promise.all([listProducts(tx, page), readHead(tx)])
          return products.map((product) => renderProduct(product, head.businessDate))
        }),
      )
      if (options.json) return printJson({ data })
      if (data.length === 0) return console.log('No product.')
      printTable(
        ['product', 'name', 'versions', 'in force'].map((title) => ({ title })),
        data.map(({ productCode, name, newestVersion, versionInForce }) => [
          productCode,
          name,
          `${newestVersion ?? 0}`,
          `${versionInForce ?? '–'}`,
        ]),
      )
      if (data.length === productsShownMax)
        console.log(`There may be more: --after ${data.at(-1)?.productCode}`)
    })
}

function showCommand(runtime: CliRuntime): Command {
  return new Command('show')
    .description('a product and its versions; with --number everything about one')
    .argument('<code>', '', parseCode)
    .option('--number <version>', 'which version', parseVersion)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (code: string, options: BookOptions & { readonly number?: number }) => {
      const { product, businessDate } = await findProduct(runtime, options, code)
      const versions = product.versions.map((version) => renderProductVersion(product, version, businessDate))
      const { number } = options
      if (number !== undefined) {
        const version = versions[number - 1]
        if (version === undefined) throw new CommandFailure(`Product ${code} has no version ${number}.`)
        return printAnswer(options, version)
      }
      const shown = renderProduct(product, businessDate)
      if (options.json) return printJson({ ...shown, versions })
      printFields({ product: code, name: shown.name, 'in force': `${shown.versionInForce ?? '–'}` })
      if (versions.length === 0) return
      printTable(
        ['version', 'status', 'from', 'currency', 'last change', 'by', 'checksum'].map((title) => ({
          title,
        })),
        versions.map(({ version, status, effectiveFrom, parameters, history, checksum }) => [
          `${version}`,
          status,
          effectiveFrom,
          parameters.currency,
          history.at(-1)?.at ?? '',
          history.at(-1)?.by ?? '',
          checksum,
        ]),
      )
    })
}

interface ChangeOptions extends BookOptions {
  readonly key?: string
}

const changing = (
  runtime: CliRuntime,
  type: ProductCommand['type'],
  path: { productCode?: string; version?: number },
) => {
  return async (options: ChangeOptions, body: unknown): Promise<void> => {
    const answer = await runOnBooks(runtime, options, ({ currencies }) =>
      readProductCommand(type, body, { currencies, ...path }),
    )
    printAnswer(options, answer)
  }
}

function createCommand(runtime: CliRuntime): Command {
  return new Command('create')
    .description('put a product into the catalogue, without a version yet')
    .argument('<code>', 'such as SAVINGS', parseCode)
    .requiredOption('--name <name>')
    .addOption(keyOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action((productCode: string, { name, ...options }: ChangeOptions & { readonly name: string }) =>
      changing(runtime, 'create_product', {})(options, { productCode, name }),
    )
}

const explanation = `
FILE is JSON: {"productCode": "SAVINGS", "effectiveFrom": "2027-01-01", "parameters": {…}, "reason": "…"}. The parameters are
those of POST /v1/products/{code}/versions, which /docs describes. With --change a draft that is there gets what FILE names.
`

function draftCommand(runtime: CliRuntime): Command {
  return new Command('draft')
    .description('draft the next version of a product from a file, or change a draft')
    .argument('<file>', 'JSON; - for standard input')
    .option('--change <version>', 'the number of a draft to change', parseVersion)
    .addOption(keyOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .addHelpText('after', explanation)
    .action(async (file: string, { change, ...options }: ChangeOptions & { readonly change?: number }) => {
      const { productCode, ...body } = readObject(file)
      if (typeof productCode !== 'string' || !productCodePattern.test(productCode))
        throw new CommandFailure('productCode: The file names its product.', exitCodes.usage)
      if (change === undefined)
        await changing(runtime, 'draft_product_version', { productCode })(options, body)
      else await changing(runtime, 'change_product_version', { productCode, version: change })(options, body)
    })
}

function readObject(file: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(readBytes(file))
  if (isMalformed(parsed)) throw new CommandFailure(`${file}: ${parsed.detail}`, exitCodes.usage)
  const { value } = parsed
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new CommandFailure(`${file}: The file holds a JSON object.`, exitCodes.usage)
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandFailure(`${file} cannot be read: ${code ?? 'unknown'}.`, exitCodes.usage)
  }
}

interface StepOptions extends ChangeOptions {
  readonly reason?: string
  readonly checksum?: string
}

function stepCommand(
  runtime: CliRuntime,
  step: 'submit' | 'approve' | 'reject',
  description: string,
): Command {
  const command = new Command(step)
    .description(description)
    .argument('<code>', '', parseCode)
    .argument('<version>', 'its number', parseVersion)
    .addOption(new Option('--reason <text>', 'kept with the version').makeOptionMandatory(step === 'reject'))
  if (step !== 'submit')
    command.option('--checksum <hex>', 'of the parameters that were read: no others are decided')
  return command
    .addOption(keyOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action((productCode: string, version: number, { reason, checksum, ...options }: StepOptions) => {
      const body = { ...(reason !== undefined && { reason }), ...(checksum !== undefined && { checksum }) }
      return changing(runtime, `${step}_product_version`, { productCode, version })(options, body)
    })
}

interface SimulateOptions extends BookOptions {
  readonly from: BusinessDate
  readonly to: BusinessDate
  readonly balance?: readonly { readonly from: string; readonly balance: string }[]
  readonly number?: number
  readonly compounding?: true
  readonly days?: true
}

function simulateCommand(runtime: CliRuntime): Command {
  return new Command('simulate')
    .description('what an account would earn and pay from the balances that are stated; nothing is written')
    .argument('<code>', '', parseCode)
    .requiredOption('--from <date>', 'the first day that accrues', parseDate)
    .requiredOption('--to <date>', 'the last one', parseDate)
    .addOption(
      new Option(
        '--balance <date=amount>',
        'the balance from this day on, in order; may be repeated',
      ).argParser(addBalance),
    )
    .option('--number <version>', 'which version (default: the one in force)', parseVersion)
    .option('--compounding', 'capitalised interest is added to the balances')
    .option('--days', 'every day too')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (code: string, options: SimulateOptions) => {
      const { from, to, balance = [], number, compounding, days } = options
      const body = {
        ...{ from, to, balances: balance },
        ...(number !== undefined && { version: number }),
        ...(compounding && { compounding }),
        ...(days && { days }),
      }
      const asked = accepted(readSimulation(body))
      const { product, businessDate, currencies } = await findProduct(runtime, options, code)
      const answer = answerSimulation(asked, { product, businessDate, currencies })
      if (typeof answer === 'string') throw new CommandFailure(answer)
      const simulated = accepted(answer)
      if (options.json) printJson(simulated)
      else printSimulation(simulated)
    })
}

type Simulated = Exclude<ReturnType<typeof answerSimulation>, string | { readonly kind: 'malformed' }>

function printSimulation(simulated: Simulated): void {
  const { productCode, version, currency, from, to, periods, totals, days, fees } = simulated
  console.log(`Version ${version} of ${productCode}, ${from} to ${to}, in ${currency}`)
  const amounts = ['credit interest', 'tax', 'debit interest'].map(
    (title) => ({ title, align: 'right' }) as const,
  )
  if (days !== undefined)
    printTable(
      [
        { title: 'day' },
        { title: 'balance', align: 'right' },
        { title: 'of a year', align: 'right' },
        { title: 'earns', align: 'right' },
        { title: 'owes', align: 'right' },
      ],
      days.map((day) => [day.date, day.balance, day.dayFraction, day.credit.exact, day.debit.exact]),
    )
  printTable(
    [{ title: 'period' }, { title: 'to' }, ...amounts],
    [
      ...periods.map(({ from: first, to: last, capitalised, remaining }) => {
        const { credit, tax, debit } = capitalised ?? {
          credit: `(${remaining.credit.rounded})`,
          tax: '',
          debit: `(${remaining.debit.rounded})`,
        }
        return [first, last, credit, tax, debit]
      }),
      ['capitalised', '', totals.credit, totals.tax, totals.debit],
    ],
  )
  if (fees.length > 0)
    printTable(
      [{ title: 'fee' }, { title: 'of the period to' }, { title: 'amount', align: 'right' }],
      [...fees.map(({ code, periodEnd, amount }) => [code, periodEnd, amount]), ['charged', '', totals.fees]],
    )
}

const findProduct = (runtime: CliRuntime, options: BookOptions, code: string) =>
  inBooks(runtime, options, async ({ database }, { tenant, currencies }) => {
    const [[product], { businessDate }] = await database.read(tenant.tenantId, (tx) =>
      Promise.all([readProducts(tx, [code]), readHead(tx)]),
    )
    if (product === undefined)
      throw new CommandFailure(
        `There is no product ${code} in this tenant. \`plinth product list\` shows them.`,
      )
    return { product, businessDate, currencies }
  })

function parseCode(text: string): string {
  if (productCodePattern.test(text)) return text
  throw new InvalidArgumentError('A product code has letters, digits and . _ -, at most 64.')
}

function parseVersion(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A version is a whole number from 1.')
}

type Stated = NonNullable<SimulateOptions['balance']>

function addBalance(text: string, before: Stated = []): Stated {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Write it as 2027-01-01=100.00.')
  return [...before, { from: text.slice(0, at), balance: text.slice(at + 1) }]
}
