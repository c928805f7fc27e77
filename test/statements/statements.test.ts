import { createHash } from 'node:crypto'
import { addDays, type BusinessDate, canonicalJson } from '@plinth/kernel'
import { renderStatementPage } from '@plinth/reconciliation/domain'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { endOf, entryOf, newTerms, posting, transferOf } from '../support/commands.js'
import { extract, findings, inEveryForm, make, numbered, told } from './in-bank.js'

// PLINTH_SEED repeats a run; PLINTH_PROPERTY_RUNS makes it longer.
const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
const runs = Math.ceil(Number(process.env.PLINTH_PROPERTY_RUNS ?? 25) / 5)
console.log(`statements.test.ts: PLINTH_SEED=${seed} PLINTH_PROPERTY_RUNS=${runs * 5}`)

const openBank = useBank()
const day = (after: number): BusinessDate => addDays(firstBusinessDate, after)

/** The business date moves on to a day, one by one, and nothing is closing there. */
async function closeUpTo(bank: Bank, last: number): Promise<void> {
  const [{ at }] = (await bank.rows<{ at: string }>(
    'select business_date::text as at from ledger.journal_head where tenant_id = $1',
    [bank.tenantId],
  )) as [{ at: string }]
  for (let date = addDays(at as BusinessDate, 1); date <= day(last); date = addDays(date, 1))
    await bank.moveTo(date)
  await bank.rows('update ledger.journal_head set closing_date = null where tenant_id = $1', [bank.tenantId])
}

/** alice, who has 10.00 of the first day and 12.50 of the third, which is open. */
async function thirdDay(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice', { name: 'Alice Example' })
  await bank.fund('alice', '10.00')
  await closeUpTo(bank, 2)
  await bank.fund('alice', '2.50')
  return bank
}

const fee = (amount: string) => ({
  ...posting([`debit alice ${amount}`, `credit cash ${amount}`]),
  kind: 'fee' as const,
})

describe('the statements of an account', () => {
  test('begin with the day on which it was opened, and follow one another without a gap', async () => {
    const bank = await thirdDay()
    expect(told(await make(bank, 'alice', day(0)))).toBe('made 1: 2026-11-20 to 2026-11-20, 0 to 1000')
    expect(told(await make(bank, 'alice', day(1)))).toBe('made 2: 2026-11-21 to 2026-11-21, 1000 to 1000')
    await closeUpTo(bank, 5)
    expect(told(await make(bank, 'alice', day(4)))).toBe('made 3: 2026-11-22 to 2026-11-24, 1000 to 1250')
    expect((await findings(bank)).broken).toBe(0)
  })

  test('begin later for an account that was opened later', async () => {
    const bank = await thirdDay()
    await bank.open('bob')
    await closeUpTo(bank, 4)
    expect(told(await make(bank, 'bob', day(1)))).toBe('The account’s statements begin with 2026-11-22.')
    expect(told(await make(bank, 'bob', day(3)))).toBe('made 1: 2026-11-22 to 2026-11-23, 0 to 0')
  })

  test('are the same whoever asks again for the same day', async () => {
    const bank = await thirdDay()
    const first = await make(bank, 'alice', day(1))
    await bank.fund('alice', '1.00')
    const again = await make(bank, 'alice', day(1))
    expect(told(again)).toBe('there 1: 2026-11-20 to 2026-11-21, 0 to 1000')
    expect(again).toEqual({ ...first, outcome: 'there' })
    expect(
      (
        await bank.rows('select 1 from audit.audit_event where tenant_id = $1 and action = $2', [
          bank.tenantId,
          'make_statement',
        ])
      ).length,
    ).toBe(1)
  })

  test('do not end on a day within another one', async () => {
    const bank = await thirdDay()
    await make(bank, 'alice', day(1))
    expect(told(await make(bank, 'alice', day(0)))).toBe(
      '2026-11-20 stands in statement 1, from 2026-11-20 to 2026-11-21.',
    )
  })

  test('have no day that is open, and none that is closing', async () => {
    const bank = await thirdDay()
    expect(told(await make(bank, 'alice', day(2)))).toBe(
      '2026-11-22 is not closed: the first day that is not is 2026-11-22.',
    )
    await bank.moveTo(day(3))
    expect(told(await make(bank, 'alice', day(2)))).toBe(
      '2026-11-22 is not closed: the first day that is not is 2026-11-22.',
    )
    await closeUpTo(bank, 3)
    expect(told(await make(bank, 'alice', day(2)))).toBe('made 1: 2026-11-20 to 2026-11-22, 0 to 1250')
  })

  test('are of an account that is there', async () => {
    const bank = await thirdDay()
    expect(told(await make(bank, 'nobody', day(0)))).toBe('no_account')
  })

  test('are made once when two ask at once', async () => {
    const bank = await thirdDay()
    const made = await Promise.all(Array.from({ length: 8 }, () => make(bank, 'alice', day(1))))
    expect(made.map(({ outcome }) => outcome).sort()).toEqual([...Array(7).fill('there'), 'made'].sort())
    const numbers = made.map((each) => ('stored' in each ? each.stored.statement.statementNo : 0))
    expect(new Set(numbers)).toEqual(new Set([1]))
  })
})

describe('a numbered statement', () => {
  test('is the same bytes in every form, whatever is posted or renamed later', async () => {
    const bank = await thirdDay()
    await make(bank, 'alice', day(1))
    const before = inEveryForm(await numbered(bank, 'alice', 1))
    await bank.fund('alice', '1.00')
    expect(endOf(await bank.submit(newTerms('alice', { name: 'Alice Married' })))).toBe('accepted')
    await closeUpTo(bank, 6)
    await make(bank, 'alice', day(5))
    expect(inEveryForm(await numbered(bank, 'alice', 1))).toEqual(before)
    expect((await numbered(bank, 'alice', 2)).statement.name).toBe('Alice Married')
  })

  test('has a checksum that anybody can add up from what the API answers', async () => {
    const bank = await thirdDay()
    await bank.submit({
      ...transferOf({ from: 'cash', to: 'alice', amount: '1.00' }),
      description: 'Rübe “1”\r\n',
    })
    await closeUpTo(bank, 3)
    await make(bank, 'alice', day(2))
    const { checksum, page, pages, lines, ...rest } = JSON.parse(
      JSON.stringify(renderStatementPage(await numbered(bank, 'alice', 1))),
    )
    expect([page, pages, lines.length]).toEqual([1, 1, 3])
    const text = [...lines, rest].map((part) => `${canonicalJson(part)}\n`).join('')
    expect(createHash('sha256').update(text).digest('hex')).toBe(checksum)
  })

  test('without a line says so, with its balances', async () => {
    const bank = await thirdDay()
    await make(bank, 'alice', day(0))
    await make(bank, 'alice', day(1))
    const page = await numbered(bank, 'alice', 2)
    expect(page).toMatchObject({ page: 1, pages: 1, lines: [], opening: 1000n, closing: 1000n })
    expect(page.statement).toMatchObject({ debitCount: 0, creditCount: 0, debits: 0n, credits: 0n })
  })

  test('holds what the end of day booked into its last day, behind the others of that day', async () => {
    const bank = await thirdDay()
    await bank.moveTo(day(3))
    const paid = entryOf(await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' }))
    const [charged] = await bank.batchInto(day(2), [fee('0.50')])
    expect(charged && endOf(charged)).toBe('accepted')
    await closeUpTo(bank, 4)
    expect(told(await make(bank, 'alice', day(2)))).toBe('made 1: 2026-11-20 to 2026-11-22, 0 to 1200')
    expect(told(await make(bank, 'alice', day(3)))).toBe('made 2: 2026-11-23 to 2026-11-23, 1200 to 1100')
    const [first, second] = [await numbered(bank, 'alice', 1), await numbered(bank, 'alice', 2)]
    expect(first.lines.map(({ kind, balanceAfter }) => [kind, balanceAfter])).toEqual([
      ['posting', 1000n],
      ['posting', 1250n],
      ['fee', 1200n],
    ])
    expect(second.lines.map(({ entryNo }) => entryNo)).toEqual([paid.entryNo])
    expect((await findings(bank)).first).toBeUndefined()
  })

  test('of many lines falls into pages, which carry their balance forward', async () => {
    const bank = await openBank()
    await bank.open('alice')
    const pair = ['debit cash 0.02', 'credit alice 0.02', 'debit alice 0.01', 'credit cash 0.01']
    const lines = Array.from({ length: 250 }, () => pair).flat()
    // 12 entries of 500 lines of alice are more than one page has.
    const made = await bank.batch(Array.from({ length: 12 }, () => posting(lines)))
    expect(new Set(made.map(endOf))).toEqual(new Set(['accepted']))
    await closeUpTo(bank, 1)
    await make(bank, 'alice', day(0))
    const [one, two] = [await numbered(bank, 'alice', 1, 1), await numbered(bank, 'alice', 1, 2)]
    expect([one.page, one.pages, one.lines.length, two.lines.length]).toEqual([1, 2, 5_000, 1_000])
    expect([one.opening, one.closing, two.opening, two.closing]).toEqual([0n, 2_500n, 2_500n, 3_000n])
    expect(one.checksum).toBe(two.checksum)
    const balances = (xml: string) =>
      [...xml.matchAll(/<Cd>([A-Z]{4})<\/Cd>\s*<\/CdOrPrtry>/g)].map(([, type]) => type)
    expect(balances(inEveryForm(one)[3] as string)).toEqual(['OPBD', 'ITBD'])
    expect(balances(inEveryForm(two)[3] as string)).toEqual(['ITBD', 'CLBD'])
    await expect(numbered(bank, 'alice', 1, 3)).rejects.toThrow('no statement')
  })
})

describe('an extract without a number', () => {
  test('is provisional while a day in it is open, and says what may be spent', async () => {
    const bank = await openBank()
    await bank.open('alice', { limit: '5.00' })
    await bank.fund('alice', '10.00')
    await closeUpTo(bank, 1)
    const closed = await extract(bank, 'alice', { from: day(0), to: day(0) })
    expect(closed.statement).toMatchObject({ statementNo: undefined, provisional: false })
    expect(closed.openDays).toEqual({ opening: false, available: undefined })
    const open = await extract(bank, 'alice', { from: day(1), to: day(1) })
    expect(open.statement.provisional).toBe(true)
    expect(open.openDays).toEqual({ opening: false, available: { amount: 1500n, overdraftLimit: 500n } })
    const xml = inEveryForm(open)[3] as string
    for (const type of ['OPBD', 'ITBD', 'ITAV']) expect(xml).toContain(`<Cd>${type}</Cd>`)
    expect(xml).toMatch(
      /<CdtLine>\s*<Incl>true<\/Incl>\s*<Amt Ccy="EUR">5.00<\/Amt>\s*<\/CdtLine>\s*<Amt Ccy="EUR">15.00</,
    )
    expect(xml).not.toMatch(/CLBD|SeqNb/)
    expect(inEveryForm(open)[1]).toContain(
      'Statement without a number, provisional: a day in it is not closed',
    )
  })

  test('opens with a balance that may change if the day before is not closed', async () => {
    const bank = await thirdDay()
    await bank.moveTo(day(3))
    const page = await extract(bank, 'alice', { from: day(3), to: day(3) })
    expect(page.openDays.opening).toBe(true)
    expect(inEveryForm(page)[3]).not.toContain('OPBD')
  })
})

test('opening and lines make the closing, however a history is split', { timeout: 120_000 }, async () => {
  const daysMax = 6
  const step = fc.record({ out: fc.boolean(), cents: fc.integer({ min: 1, max: 5_000 }), late: fc.boolean() })
  const histories = fc.array(fc.array(step, { maxLength: 4 }), { minLength: daysMax, maxLength: daysMax })
  const splits = fc.uniqueArray(fc.integer({ min: 0, max: daysMax - 1 }), { minLength: 1 })
  const property = fc.asyncProperty(histories, splits, async (history, ends) => {
    const bank = await openBank()
    await bank.open('alice', { limit: '100000.00' })
    for (const [at, steps] of history.entries()) {
      if (at > 0) await bank.moveTo(day(at))
      for (const { out, cents, late } of steps) {
        const amount = (cents / 100).toFixed(2)
        const moved = posting(
          out
            ? [`debit alice ${amount}`, `credit cash ${amount}`]
            : [`debit cash ${amount}`, `credit alice ${amount}`],
        )
        if (late && at > 0) await bank.batchInto(day(at - 1), [{ ...moved, kind: 'fee' as const }])
        else await bank.submit(moved)
      }
    }
    await closeUpTo(bank, daysMax)
    const sorted = [...ends].sort((a, b) => a - b)
    let closing = 0n
    let number = 0
    const seen: string[] = []
    for (const end of sorted) {
      number += 1
      const made = await make(bank, 'alice', day(end))
      expect(made).toMatchObject({
        outcome: 'made',
        stored: { statement: { statementNo: number, to: day(end) } },
      })
      const { statement, lines } = await numbered(bank, 'alice', number)
      expect(statement.opening).toBe(closing)
      for (const line of lines) {
        closing += line.side === 'credit' ? line.amount : -line.amount
        expect(line.balanceAfter).toBe(closing)
        seen.push(`${line.bookingDate} ${String(line.entryNo).padStart(6, '0')}`)
      }
      expect(statement.closing).toBe(closing)
      expect(statement.credits - statement.debits).toBe(statement.closing - statement.opening)
    }
    // Every line of the days covered is in one statement and in one only, in the order of the journal.
    const last = day(sorted.at(-1) as number)
    const rows = await bank.rows<{ key: string }>(
      `select booking_date || ' ' || lpad(entry_no::text, 6, '0') as key from ledger.posting_line
        where tenant_id = $1 and account_id = 'alice' and booking_date <= $2 order by 1`,
      [bank.tenantId, last],
    )
    expect(seen).toEqual(rows.map(({ key }) => key))
    expect((await findings(bank)).first).toBeUndefined()
  })
  await fc.assert(property, { seed, numRuns: runs, endOnFailure: true })
})

describe('the database refuses a statement', () => {
  const insert = (bank: Bank, change: Partial<Record<string, string>>) => {
    const row = {
      statement_no: '2',
      from_date: `'${day(1)}'`,
      to_date: `'${day(1)}'`,
      opening: '1000',
      closing: '1000',
      debits: '0',
      credits: '0',
      ...change,
    }
    // A tenant is set as Plinth sets it: without one nobody's days are closed.
    return bank.rows(
      `begin; select set_config('plinth.tenant', '${bank.tenantId}', true);
       insert into reconciliation.statement (tenant_id, account_id, account_name, currency, normal_side, debit_count, credit_count,
         checksum, made_at, made_by, ${Object.keys(row)}) values ('${bank.tenantId}', 'alice', 'Alice', 'EUR', 'credit', 0, 0,
         repeat('a', 64), now(), 'x', ${Object.values(row)});
       commit`,
    )
  }

  test.each([
    ['that leaves out a number', { statement_no: '3' }, 'does not follow'],
    ['that leaves out a day', { from_date: "'2026-11-22'", to_date: "'2026-11-22'" }, 'does not follow'],
    ['that opens with another balance', { opening: '999', credits: '1' }, 'does not follow'],
    ['that closes with another balance', { closing: '1001' }, 'opening_and_lines_make_closing'],
    ['of a day that is open', { to_date: "'2026-11-22'" }, 'not of closed days'],
    ['a second first one', { statement_no: '1' }, /duplicate key|does not follow/],
    ['that ends before it begins', { to_date: "'2026-11-20'" }, /a_statement_has_days|one_statement_ends/],
  ])('%s', async (_what, change, why) => {
    const bank = await thirdDay()
    await make(bank, 'alice', day(0))
    await expect(insert(bank, change)).rejects.toThrow(why)
  })

  test('that would be sound, once it is changed or removed', async () => {
    const bank = await thirdDay()
    await make(bank, 'alice', day(0))
    await insert(bank, {})
    for (const change of [
      "update reconciliation.statement set made_by = 'y'",
      'delete from reconciliation.statement',
    ])
      await expect(bank.rows(change)).rejects.toThrow(/append-only|never|refused/i)
  })
})
