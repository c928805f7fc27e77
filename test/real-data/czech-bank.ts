import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'

const repository = fileURLToPath(new URL('../..', import.meta.url))

/** Where the bank's transactions of 1993 are, if they are here: `PLINTH_TEST_DATA`, else beside the repository. */
export function czechBankFile(): string | undefined {
  const folder = resolve(repository, process.env.PLINTH_TEST_DATA || '../shared/data')
  const file = resolve(folder, 'czech-bank-1993.csv.gz')
  return existsSync(file) ? file : undefined
}

/** A transaction as the bank gave it. Amounts stay text. */
export interface BankTransaction {
  readonly transId: string
  readonly accountId: string
  /** YYMMDD. */
  readonly date: string
  readonly type: string
  readonly operation: string
  readonly amount: string
  readonly symbol: string
}

/** The transactions of the file in its order; of generated ones where there is no file. */
export async function* bankTransactions(file: string | undefined): AsyncGenerator<BankTransaction> {
  if (file === undefined) {
    yield* generatedTransactions()
    return
  }
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity })
  let header = true
  for await (const line of lines) {
    if (!header && line !== '') yield readTransaction(line)
    header = false
  }
}

function readTransaction(line: string): BankTransaction {
  const cells = line.split(';').map((cell) => cell.replace(/^"|"$/g, ''))
  const [transId = '', accountId = '', date = '', type = '', operation = '', amount = '', , symbol = ''] =
    cells
  return { transId, accountId, date, type, operation, amount, symbol: symbol.trim() }
}

const generatedCount = 28_205
const generatedAccounts = 1_100

/** As many transactions of the same kinds on as many accounts, in date order, the same ones in every run. */
function* generatedTransactions(): Generator<BankTransaction> {
  let state = 1993
  // Park and Miller's generator: small, and its numbers stay whole below 2^53.
  const below = (bound: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % bound
  }
  const kinds = [
    ['PRIJEM', 'VKLAD', ''],
    ['VYDAJ', 'VYBER', ''],
    ['PRIJEM', '', 'UROK'],
    ['VYDAJ', 'VYBER', 'SLUZBY'],
    ['PRIJEM', 'PREVOD Z UCTU', ''],
    ['VYDAJ', 'PREVOD NA UCET', 'SIPO'],
  ] as const
  for (let index = 0; index < generatedCount; index += 1) {
    const [type, operation, symbol] = kinds[below(kinds.length)] as (typeof kinds)[number]
    const day = Math.floor((index * 365) / generatedCount)
    const date = new Date(Date.UTC(1993, 0, 1 + day)).toISOString().slice(2, 10).replaceAll('-', '')
    const amount = `${1 + below(30_000)}.${String(below(10))}0`
    yield {
      transId: String(index + 1),
      accountId: String(1 + below(generatedAccounts)),
      date,
      type,
      operation,
      amount,
      symbol,
    }
  }
}
