import type { AccountId, BusinessDate, CurrencyCode, TenantId } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { BalanceLeaves, type CustomerBalance, sharesOf } from './balance-shares.js'
import { hashOf, nodeBytes } from './sum-tree.js'

const day = { tenantId: 'demo' as TenantId, businessDate: '2026-11-20' as BusinessDate }
const secret = Buffer.alloc(32, 5)
const balanceOf = (accountId: string, credit: bigint, debit = 0n): CustomerBalance => ({
  ...{ accountId: accountId as AccountId, currency: 'EUR' as CurrencyCode, credit, debit },
})
const shares = (balance: CustomerBalance, of = secret) => sharesOf(of, day, { balance, decimals: 2 })
const thousands = Array.from({ length: 3_000 }, (_, at) => shares(balanceOf(`c-${at}`, 100_000n)))

test('both shares make the balance, neither is below zero, and seldom is one the whole of it', () => {
  for (const [first, second] of thousands) {
    expect(first.sums.credit + second.sums.credit).toBe(100_000n)
    expect(first.sums.credit >= 0n && second.sums.credit >= 0n).toBe(true)
    expect([first.sums.debit, second.sums.debit]).toEqual([0n, 0n])
  }
  // The cut is anywhere, as likely here as there.
  const firsts = thousands.map(([{ sums }]) => Number(sums.credit))
  const mean = firsts.reduce((sum, each) => sum + each, 0) / firsts.length
  expect(mean).toBeGreaterThan(47_000)
  expect(mean).toBeLessThan(53_000)
  expect(new Set(firsts).size).toBeGreaterThan(2_800)
})

test('an overdrawn balance is cut on its own side, and nothing is cut of nothing', () => {
  const [first, second] = shares(balanceOf('bob', 0n, 500n))
  expect(first.sums.debit + second.sums.debit).toBe(500n)
  expect(shares(balanceOf('zoe', 0n)).map(({ sums }) => sums)).toEqual(
    Array(2).fill({ credit: 0n, debit: 0n }),
  )
})

test('places and salts are all different, also of the two shares, and of another day’s secret', () => {
  const all = [
    ...thousands,
    ...thousands.map((_, at) => shares(balanceOf(`c-${at}`, 1n), Buffer.alloc(32, 6))),
  ].flat()
  expect(new Set(all.map(({ salt }) => salt.toString('hex'))).size).toBe(all.length)
  expect(new Set(all.map(({ place }) => place)).size).toBe(all.length)
  for (const { place } of all) expect(Number.isSafeInteger(place) && place >= 0).toBe(true)
})

test('leaves hang on every part of what is said', () => {
  const hash = (balance: CustomerBalance, at = day, decimals = 2) =>
    hashOf(sharesOf(secret, at, { balance, decimals })[0].node).toString('hex')
  const said = balanceOf('ann', 100n)
  const others = [
    hash(said),
    hash(balanceOf('bob', 100n)),
    hash(balanceOf('ann', 101n)),
    hash(balanceOf('ann', 0n, 100n)),
    hash({ ...said, currency: 'USD' as CurrencyCode }),
    hash(said, { ...day, businessDate: '2026-11-21' as BusinessDate }),
    hash(said, { ...day, tenantId: 'other' as TenantId }),
    hash(said, day, 3),
  ]
  expect(new Set(others).size).toBe(others.length)
})

test('leaves stand in the order of their places, whatever the order they came in', () => {
  const gathered = (each: typeof thousands) => {
    const leaves = new BalanceLeaves()
    for (const share of each.flat()) leaves.add(share)
    const parts = [...leaves.inOrder()]
    return {
      places: parts.flatMap((part) => part.places),
      leaves: Buffer.concat(parts.map((part) => part.leaves)),
    }
  }
  const { places, leaves } = gathered(thousands)
  expect([...places]).toEqual([...places].sort((a, b) => a - b))
  expect(leaves.length).toBe(6_000 * nodeBytes)
  expect(gathered([...thousands].reverse()).leaves.equals(leaves)).toBe(true)
})
