import { existsSync, readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import type { BusinessDate } from '@plinth/kernel'
import type { StatementPage } from '@plinth/reconciliation'
import { renderCamt053 } from '@plinth/reconciliation/domain'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryPages, validateXML } from 'xmllint-wasm'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { endOf, entryOf, opening, posting } from '../support/commands.js'
import { extract, make, numbered } from './in-bank.js'

// Two schemas judge what is written. Our own, which says by the message definition what Plinth may use of camt.053.001.08 and in
// which order, always. And ISO's of camt.052.001.08, where Debian's libhbci4j-core-java is at hand (.ci/run fetches it): ISO's of
// camt.053 can be had neither from npm nor from Debian, but its Stmt is made of the same types as that one's Rpt, so that under
// other names it judges everything within (ADR 0020).
const ownSchema = readFileSync(new URL('camt053-subset.xsd', import.meta.url), 'utf8')
const jar = process.env.PLINTH_HBCI4J_JAR || '/usr/share/java/hbci4j-core.jar'
const jarIsHere = existsSync(jar)

/** The names of camt.052 for those of camt.053. */
const otherNames: readonly (readonly [ours: RegExp, theirs: string])[] = [
  [/camt\.053\.001\.08/g, 'camt.052.001.08'],
  [/(<\/?)BkToCstmrStmt>/g, '$1BkToCstmrAcctRpt>'],
  [/(<\/?)Stmt>/g, '$1Rpt>'],
  [/(<\/?)StmtPgntn>/g, '$1RptPgntn>'],
]
const asReport = (xml: string): string =>
  otherNames.reduce((text, [ours, theirs]) => text.replace(ours, theirs), xml)

/** A file of a jar, which is a ZIP archive: found by the list at its end. */
function fileInJar(path: string, wanted: string): string {
  const bytes = readFileSync(path)
  let at = bytes.readUInt32LE(bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 16)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [size, nameLength, extra, comment] = [20, 28, 30, 32].map((offset) =>
      offset === 20 ? bytes.readUInt32LE(at + offset) : bytes.readUInt16LE(at + offset),
    ) as [number, number, number, number]
    if (bytes.toString('latin1', at + 46, at + 46 + nameLength) === wanted) {
      const local = bytes.readUInt32LE(at + 42)
      const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
      const content = bytes.subarray(start, start + size)
      return (bytes.readUInt16LE(at + 10) === 0 ? content : inflateRawSync(content)).toString('utf8')
    }
    at += 46 + nameLength + extra + comment
  }
  throw new Error(`${path} has no ${wanted}`)
}

async function faultsBy(schema: string, xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: { fileName: 'statement.xml', contents: xml },
    schema: [{ fileName: 'schema.xsd', contents: schema }],
    initialMemoryPages: 2 * memoryPages.MiB * 16,
  })
  return errors.map(({ message }) => message)
}

const openBank = useBank()
const iban = 'GB82WEST12345698765432'
// The characters that XML, CSV and terminals make something of, and those that XML has none for.
const strange = `<b> & "q" 'a' ]]> ;,\t|\r\nnew \u0001\u001b[31m \ufffe \u{1f600} ${'ä'.repeat(300)}`
const pages = new Map<string, StatementPage>()

const credit = (account: string, amount: string, more = {}) => {
  const currency = { samurai: 'JPY', dinar: 'BHD' }[account] ?? 'EUR'
  const from = { JPY: 'yen', BHD: 'dinar-cash' }[currency] ?? 'cash'
  return posting([`debit ${from} ${amount} ${currency}`, `credit ${account} ${amount} ${currency}`], more)
}

async function post(bank: Bank, ...commands: Parameters<Bank['submit']>[0][]): Promise<void> {
  const made = await bank.batch(commands)
  expect(made.map(endOf)).toEqual(made.map(() => 'accepted'))
}

beforeAll(async () => {
  const bank = await openBank()
  await post(
    bank,
    opening('dinar-cash', { gl: '1100', unlimited: true, currency: 'BHD' }),
    opening(iban, { name: 'Jörg <Müller> & "Söhne"', limit: '500.00' }),
    opening('samurai', { currency: 'JPY' }),
    opening('dinar', { currency: 'BHD' }),
    opening('loan', { gl: '1300', limit: '1000.00', name: 'x'.repeat(255) }),
    opening('empty'),
    credit('samurai', '12345'),
    credit('dinar', '1.5'),
    posting(['debit loan 400.00', 'credit cash 400.00']),
    credit(iban, '100.00', {
      description: strange,
      reference: 'R'.repeat(64),
      endToEndId: 'E'.repeat(35),
      transactionCode: 'T'.repeat(40),
    }),
    posting([`debit ${iban} 130.25`, 'credit cash 130.25'], {
      reference: 'short',
      valueDate: '2026-11-25' as BusinessDate,
    }),
  )
  const entry = entryOf(await bank.submit(credit(iban, '7.00', { description: '' })))
  await post(bank, {
    type: 'reverse',
    entryId: entry.journalEntryId as never,
    reason: 'wrong',
    valueDate: undefined,
    lines: undefined,
  })
  await bank.moveTo('2026-11-21' as BusinessDate)
  await bank.moveTo('2026-11-22' as BusinessDate)
  for (const account of [iban, 'samurai', 'dinar', 'loan', 'empty']) {
    await make(bank, account, firstBusinessDate)
    pages.set(account, await numbered(bank, account, 1))
  }
  await bank.moveTo('2026-11-23' as BusinessDate)
  await make(bank, iban, '2026-11-21')
  pages.set('without lines', await numbered(bank, iban, 2))
  pages.set('provisional', await extract(bank, iban, { from: firstBusinessDate, to: '2026-11-23' }))
})

const xmlOf = (name: string): string => {
  const page = pages.get(name)
  if (page === undefined) throw new Error(`no page ${name}`)
  return renderCamt053(page)
}

const names = [iban, 'samurai', 'dinar', 'loan', 'empty', 'without lines', 'provisional']

describe('every camt.053 is valid', () => {
  test.each(names)('by our own rules: %s', async (name) => {
    expect(await faultsBy(ownSchema, xmlOf(name))).toEqual([])
  })

  // libhbci4j-core-java is not everywhere.
  test.skipIf(!jarIsHere).each(names)('by ISO’s types, as camt.052 has them: %s', async (name) => {
    const schema = fileInJar(jar, 'camt.052.001.08.xsd')
    expect(await faultsBy(schema, asReport(xmlOf(name)))).toEqual([])
  })
})

describe('both schemas find', () => {
  test.each<[what: string, change: (xml: string) => string]>([
    ['a comma in an amount', (xml) => xml.replace('>100.00<', '>100,00<')],
    ['an amount below zero', (xml) => xml.replace('>100.00<', '>-100.00<')],
    ['an amount of six decimals', (xml) => xml.replace('>100.00<', '>100.000001<')],
    ['an amount without a currency', (xml) => xml.replace(' Ccy="EUR"', '')],
    ['a text that is too long', (xml) => xml.replace('<NtryRef>', `<NtryRef>${'1'.repeat(35)}`)],
    ['an empty text', (xml) => xml.replace(/<EndToEndId>.*<\/EndToEndId>/, '<EndToEndId></EndToEndId>')],
    [
      'an element out of order',
      (xml) => xml.replace(/( *<BookgDt>[\s\S]*?<\/BookgDt>\n)( *<ValDt>[\s\S]*?<\/ValDt>\n)/, '$2$1'),
    ],
    ['an element that is missing', (xml) => xml.replace(/ *<Acct>[\s\S]*?<\/Acct>\n/, '')],
    ['an element that is nowhere', (xml) => xml.replace('<Ccy>EUR</Ccy>', '<Ccy>EUR</Ccy><Curr>EUR</Curr>')],
    ['a direction in our own words', (xml) => xml.replace('>CRDT<', '>credit<')],
    ['a text that was not escaped', (xml) => xml.replace('&lt;b&gt;', '<b>')],
  ])('%s', async (_what, change) => {
    const [sound, broken] = [xmlOf(iban), change(xmlOf(iban))]
    expect(broken).not.toBe(sound)
    expect(await faultsBy(ownSchema, broken)).not.toEqual([])
    if (jarIsHere)
      expect(await faultsBy(fileInJar(jar, 'camt.052.001.08.xsd'), asReport(broken))).not.toEqual([])
  })
})

test('what was written comes out of the document again, but for what XML has no characters for', () => {
  const text = [...xmlOf(iban).matchAll(/<Ustrd>(.*?)<\/Ustrd>/g)].map(([, part]) => part).join('')
  const named = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" } as const
  const read = text
    .replace(/&(lt|gt|amp|quot|apos);/g, (name) => named[name as keyof typeof named])
    .replace(/&#([0-9]+);/g, (_, code) => String.fromCodePoint(Number(code)))
  expect(
    read.startsWith(
      strange.replaceAll('\u0001', '\ufffd').replaceAll('\u001b', '\ufffd').replaceAll('\ufffe', '\ufffd'),
    ),
  ).toBe(true)
})

test('a loan that was drawn is a debit balance, a deposit a credit balance', () => {
  const balance = (name: string) =>
    /<Cd>CLBD<[\s\S]*?<Amt Ccy="...">(.*?)<[\s\S]*?<CdtDbtInd>(....)</.exec(xmlOf(name))?.slice(1)
  expect(['loan', 'samurai', 'dinar', iban, 'empty'].map(balance)).toEqual([
    ['400.00', 'DBIT'],
    ['12345', 'CRDT'],
    ['1.500', 'CRDT'],
    ['30.25', 'DBIT'],
    ['0.00', 'CRDT'],
  ])
})

test('a reversal is marked as one, and an IBAN is told from other ids', () => {
  expect(xmlOf(iban).match(/<RvslInd>true</g)).toHaveLength(1)
  expect(xmlOf(iban)).toContain(`<IBAN>${iban}</IBAN>`)
  expect(xmlOf('loan')).toMatch(/<Othr>\s*<Id>loan<\/Id>/)
  expect(xmlOf('without lines')).toMatch(/<Cd>PRCD<[\s\S]*<Cd>OPBD<[\s\S]*<Cd>CLBD</)
})
