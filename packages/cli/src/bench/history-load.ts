import type { Round } from './figures.js'
import { type HttpConnection, openHttpConnection } from './http-connection.js'
import { fail, freshKey, type Target, timed } from './posting-load.js'

/** An account with a long history, half of whose lines have a value date of their own. */
export interface History {
  readonly accountId: string
  readonly lines: number
  readonly lastEntryNo: number
  /** The business date on which all of it was booked: so far nothing moves it. */
  readonly bookingDate: string
}

const accountId = 'bench-history'
const linesPerEntry = 10
const entriesPerBatch = 500
const dayMs = 86_400_000
// Value dates reach so far back.
const daysMax = 4 * 365

const daysBefore = (date: string, days: number): string =>
  new Date(Date.parse(date) - days * dayMs).toISOString().slice(0, 10)
const anyDayBefore = (date: string): string => daysBefore(date, 1 + Math.floor(Math.random() * daysMax))

/** Posts `lines` lines to one account: every second entry is valued on some day of the four years before. */
export async function makeHistory(
  target: Target,
  lines: number,
  progress: (text: string) => void,
): Promise<History> {
  const connection = await openHttpConnection(target.port)
  const head = `Authorization: Bearer ${target.token}\r\n`
  const send = async (commands: readonly string[]): Promise<void> => {
    const body = `{"atomicity":"independent","commands":[${commands.join(',')}]}`
    const answer = await connection.post('/v1/batches', head, body)
    if (answer.status !== 200 || !answer.body.includes(`"succeeded":${commands.length}`)) fail(answer)
  }
  await send([
    `{"type":"open_account","idempotencyKey":"open-${accountId}","accountId":"${accountId}","name":"${accountId}","glCode":"2000","currency":"EUR","overdraftLimit":"1000000000.00"}`,
  ])
  const { bookingDate } = await balanceOf(connection, target, '')
  for (let posted = 0; posted < lines; ) {
    const entries = Math.min(entriesPerBatch, Math.ceil((lines - posted) / linesPerEntry))
    await send(Array.from({ length: entries }, (_, at) => entry(at % 2 === 0, bookingDate)))
    posted += entries * linesPerEntry
    if (posted % 100_000 === 0) progress(`making a history: ${posted} of ${lines} lines`)
  }
  const { knownAtEntryNo, version } = await balanceOf(connection, target, `?bookingDate=${bookingDate}`)
  connection.close()
  return { accountId, lines: version, lastEntryNo: knownAtEntryNo, bookingDate }
}

/** Ten lines of the account, and two that balance them. */
function entry(valued: boolean, today: string): string {
  const line = (account: string, side: string, amount: string): string =>
    `{"accountId":"${account}","side":"${side}","amount":"${amount}","currency":"EUR"}`
  const half = linesPerEntry / 2
  const own = Array.from({ length: half }, () => [
    line(accountId, 'debit', '1.00'),
    line(accountId, 'credit', '2.00'),
  ]).flat()
  const others = [line('bench-0', 'credit', `${half}.00`), line('bench-1', 'debit', `${2 * half}.00`)]
  const valueDate = valued ? `,"valueDate":"${anyDayBefore(today)}"` : ''
  return `{"type":"post","idempotencyKey":"${freshKey()}","transactionCode":"TRANSFER"${valueDate},"lines":[${[...own, ...others].join(',')}]}`
}

interface BalanceAnswer {
  readonly bookingDate: string
  readonly version: number
  /** Of the past only. */
  readonly knownAtEntryNo: number
}

async function balanceOf(
  connection: HttpConnection,
  { token }: Target,
  query: string,
): Promise<BalanceAnswer> {
  const path = `/v1/accounts/${accountId}/balance${query}`
  const answer = await connection.get(path, `Authorization: Bearer ${token}\r\n`)
  if (answer.status !== 200) fail(answer)
  return JSON.parse(answer.body) as BalanceAnswer
}

/** Asks for the balance of now. */
export const runBalances = (target: Target, load: { seconds: number }): Promise<Round> =>
  timed(target, { ...load, connections: 1 }, 1, async (connection) => {
    await balanceOf(connection, target, '')
  })

/** Asks for balances of any value date of the four years, booked by now, as the books knew it at any entry. */
export const runPastBalances = (
  target: Target,
  { bookingDate, lastEntryNo }: History,
  load: { seconds: number },
): Promise<Round> =>
  timed(target, { ...load, connections: 1 }, 1, async (connection) => {
    const entryNo = 1 + Math.floor(Math.random() * lastEntryNo)
    const limits = `?valueDate=${anyDayBefore(bookingDate)}&bookingDate=${bookingDate}&knownAtEntryNo=${entryNo}`
    await balanceOf(connection, target, limits)
  })
