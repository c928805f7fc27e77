import { addDays, type BusinessDate, formatMinor, invariant, type Side } from '@plinth/kernel'
import type { StatementLine } from '@plinth/ledger'
import { isIban } from './iban.js'
import type { Statement, StatementPage } from './statement.js'
import { type Element, element, renderXml } from './xml.js'

// The version that European and Swiss banks and SWIFT's CBPR+ have settled on (ADR 0020).
const namespace = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'

/** Why a statement cannot be said in camt.053, with the code for what does not fit. */
export interface Unfit {
  readonly code: 'currency_unknown' | 'too_long' | 'amount_too_many_decimals' | 'amount_too_large'
  readonly detail: string
}

const accountIdLengthMax = 34
const digitsMax = 18
const decimalsMax = 5
const referenceLengthMax = 35
const nameLengthMax = 70
const remittanceLengthMax = 140

/** What of a page the message has no room for; undefined: `renderCamt053` takes it. */
export function unfitForCamt053(page: StatementPage): Unfit | undefined {
  const { accountId, currency, decimals } = page.statement
  if (!/^[A-Z]{3}$/.test(currency)) {
    const detail = `camt.053 knows currencies of three letters only, and ${currency} is none.`
    return { code: 'currency_unknown', detail }
  }
  if (accountId.length > accountIdLengthMax) {
    const detail = `camt.053 has room for ${accountIdLengthMax} characters of an account’s id; ${accountId} has ${accountId.length}.`
    return { code: 'too_long', detail }
  }
  for (const minor of amountsIn(page)) {
    const written = writeAmount(minor < 0n ? -minor : minor, decimals)
    if (typeof written === 'object') return written
  }
  return undefined
}

function amountsIn({ opening, closing, lines, openDays }: StatementPage): bigint[] {
  const { debits, credits } = turnoverOf(lines)
  const { amount = 0n, overdraftLimit = 0n } = openDays.available ?? {}
  const ofLines = lines.map((line) => line.amount)
  return [...ofLines, opening, closing, debits, credits, debits + credits, amount, overdraftLimit]
}

/** ISO’s amounts have at most 18 digits, of them 5 decimals: zeros behind these are left out, anything else does not fit. */
function writeAmount(minor: bigint, decimals: number): string | Unfit {
  const full = formatMinor(minor, decimals)
  const text = decimals > decimalsMax ? full.slice(0, decimalsMax - decimals) : full
  if (/[1-9]/.test(full.slice(text.length))) {
    const detail = `camt.053 has room for ${decimalsMax} decimals of an amount; ${full} has more.`
    return { code: 'amount_too_many_decimals', detail }
  }
  if (text.replace(/^0\.|\./, '').length > digitsMax) {
    return {
      code: 'amount_too_large',
      detail: `camt.053 has room for ${digitsMax} digits of an amount; ${full} has more.`,
    }
  }
  return text
}

/**
 * A page as a camt.053.001.08 document: one Stmt, from the point of view of the account's owner, so that a credit is CRDT
 * whatever the normal side. For pages that `unfitForCamt053` finds nothing in.
 */
export function renderCamt053(page: StatementPage): string {
  const { statement } = page
  const createdAt = element('CreDtTm', statement.madeAt)
  const message = element('BkToCstmrStmt', [
    element('GrpHdr', [element('MsgId', `${page.checksum.slice(0, 24)}.${page.page}`), createdAt]),
    element('Stmt', [
      element('Id', idOf(page)),
      element('StmtPgntn', [
        element('PgNb', String(page.page)),
        element('LastPgInd', String(page.page === page.pages)),
      ]),
      ...numbersOf(statement),
      createdAt,
      element('FrToDt', [
        element('FrDtTm', `${statement.from}T00:00:00`),
        element('ToDtTm', `${statement.to}T23:59:59`),
      ]),
      accountOf(statement),
      ...balancesOf(page),
      summaryOf(page),
      ...page.lines.map((line) => entryOf(line, statement)),
    ]),
  ])
  return renderXml(element('Document', [message], { xmlns: namespace }))
}

/** Names the statement among those of its account, and its page. */
const idOf = ({ statement: { statementNo, to }, page }: StatementPage): string =>
  statementNo === undefined ? `${to}.${page}` : `${statementNo}.${to}.${page}`

/** A statement on paper and this one are the same, so both numbers are. What has no number is not legally anything. */
function numbersOf({ statementNo }: Statement): Element[] {
  if (statementNo === undefined) return []
  return [element('ElctrncSeqNb', String(statementNo)), element('LglSeqNb', String(statementNo))]
}

function accountOf({ accountId, name, currency }: Statement): Element {
  return element('Acct', [
    element('Id', [
      isIban(accountId) ? element('IBAN', accountId) : element('Othr', [element('Id', accountId)]),
    ]),
    element('Ccy', currency),
    element('Nm', shortened(name, nameLengthMax)),
  ])
}

type BalanceType = 'PRCD' | 'OPBD' | 'CLBD' | 'ITBD' | 'ITAV'

/**
 * OPBD and CLBD are final; where a page does not begin or end with the statement, or days are open, it is ITBD instead. PRCD is the
 * closing of the statement before. ITAV is what may be spent now, if the statement reaches to now.
 */
function balancesOf({ statement, page, pages, opening, closing, openDays }: StatementPage): Element[] {
  const { from, to, statementNo, provisional } = statement
  const first = page === 1
  const last = page === pages
  const after = statementNo !== undefined && statementNo > 1 && first
  const balance = (type: BalanceType, minor: bigint, date: BusinessDate) =>
    balanceOf(statement, {
      type,
      credit: creditBalanceOf(minor, statement.normalSide),
      at: element('Dt', date),
    })
  const { available } = openDays
  return [
    ...(after ? [balance('PRCD', opening, addDays(from, -1))] : []),
    balance(first && !openDays.opening ? 'OPBD' : 'ITBD', opening, from),
    balance(last && !provisional ? 'CLBD' : 'ITBD', closing, to),
    ...(last && available !== undefined
      ? [
          balanceOf(statement, {
            type: 'ITAV',
            credit: available.amount,
            at: element('DtTm', statement.madeAt),
            creditLine: available.overdraftLimit,
          }),
        ]
      : []),
  ]
}

const creditBalanceOf = (minor: bigint, normalSide: Side): bigint =>
  normalSide === 'credit' ? minor : -minor

interface Balance {
  readonly type: BalanceType
  /** Above zero is the owner's, below zero the bank's. */
  readonly credit: bigint
  readonly at: Element
  /** Credit that is included in it. */
  readonly creditLine?: bigint
}

function balanceOf(statement: Statement, { type, credit, at, creditLine = 0n }: Balance): Element {
  return element('Bal', [
    element('Tp', [element('CdOrPrtry', [element('Cd', type)])]),
    creditLine > 0n
      ? element('CdtLine', [element('Incl', 'true'), amountOf(statement, creditLine)])
      : undefined,
    amountOf(statement, credit),
    directionOf(credit >= 0n ? 'credit' : 'debit'),
    element('Dt', [at]),
  ])
}

const numberOf = ({ decimals }: Statement, minor: bigint): string => {
  const text = writeAmount(minor < 0n ? -minor : minor, decimals)
  invariant(typeof text === 'string', 'only pages that fit are rendered', {})
  return text
}

const amountOf = (statement: Statement, minor: bigint): Element =>
  element('Amt', numberOf(statement, minor), { Ccy: statement.currency })

const directionOf = (side: Side): Element => element('CdtDbtInd', side === 'credit' ? 'CRDT' : 'DBIT')

function turnoverOf(lines: readonly StatementLine[]) {
  const sum = { debits: 0n, debitCount: 0, credits: 0n, creditCount: 0 }
  for (const { side, amount } of lines) {
    sum[`${side}s`] += amount
    sum[`${side}Count`] += 1
  }
  return sum
}

/** Of the entries of this page. */
function summaryOf({ statement, lines }: StatementPage): Element {
  const { debits, debitCount, credits, creditCount } = turnoverOf(lines)
  const part = (name: string, count: number, sum: bigint, ...more: Element[]): Element =>
    element(name, [element('NbOfNtries', String(count)), element('Sum', numberOf(statement, sum)), ...more])
  const net = credits - debits
  const netEntry = element('TtlNetNtry', [
    element('Amt', numberOf(statement, net)),
    directionOf(net >= 0n ? 'credit' : 'debit'),
  ])
  return element('TxsSummry', [
    part('TtlNtries', lines.length, debits + credits, netEntry),
    part('TtlCdtNtries', creditCount, credits),
    part('TtlDbtNtries', debitCount, debits),
  ])
}

function entryOf(line: StatementLine, statement: Statement): Element {
  return element('Ntry', [
    element('NtryRef', `${line.entryNo}.${line.lineNo}`),
    amountOf(statement, line.amount),
    directionOf(line.side),
    line.kind === 'reversal' ? element('RvslInd', 'true') : undefined,
    element('Sts', [element('Cd', 'BOOK')]),
    element('BookgDt', [element('Dt', line.bookingDate)]),
    element('ValDt', [element('Dt', line.valueDate)]),
    servicerReference(line),
    element('BkTxCd', [element('Prtry', codeOf(line))]),
    element('NtryDtls', [detailsOf(line)]),
  ])
}

/** The entry's id without its hyphens: with them it has one character more than there is room for. */
const servicerReference = ({ entryId }: StatementLine): Element =>
  element('AcctSvcrRef', entryId.replaceAll('-', ''))

/** Codes of up to 35 characters fit; the few that are longer stand whole in the additional information. */
const codeOf = ({ transactionCode }: StatementLine): Element[] => [
  element('Cd', shortened(transactionCode, referenceLengthMax)),
]

function detailsOf(line: StatementLine): Element {
  const { transactionCode, reference = '', endToEndId = '', description = '' } = line
  const fits = (text: string): boolean => text !== '' && [...text].length <= referenceLengthMax
  const tooLong = Object.entries({ transactionCode, reference, endToEndId }).filter(
    ([, text]) => [...text].length > referenceLengthMax,
  )
  const remittance = partsOf(description, remittanceLengthMax).map((part) => element('Ustrd', part))
  return element('TxDtls', [
    element('Refs', [
      servicerReference(line),
      fits(reference) ? element('InstrId', reference) : undefined,
      fits(endToEndId) ? element('EndToEndId', endToEndId) : undefined,
    ]),
    remittance.length > 0 ? element('RmtInf', remittance) : undefined,
    tooLong.length > 0
      ? element('AddtlTxInf', tooLong.map(([name, text]) => `${name}: ${text}`).join('; '))
      : undefined,
  ])
}

/** Lengths of ISO count characters, not halves of them. */
function partsOf(text: string, lengthMax: number): string[] {
  const letters = [...text]
  const parts: string[] = []
  for (let at = 0; at < letters.length; at += lengthMax)
    parts.push(letters.slice(at, at + lengthMax).join(''))
  return parts
}

const shortened = (text: string, lengthMax: number): string => {
  const letters = [...text]
  return letters.length <= lengthMax ? text : `${letters.slice(0, lengthMax - 1).join('')}…`
}
