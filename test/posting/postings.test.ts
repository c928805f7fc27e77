import { describe, expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { endOf } from '../support/commands.js'

const openBank = useBank()

describe('a posting', () => {
  test('moves money from one account to another', async () => {
    const bank = await openBank()
    await bank.open('alice', { limit: '0' })
    await bank.open('bob')
    await bank.fund('alice', '500.00')
    expect(endOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '100.00' }))).toBe('accepted')
    expect((await bank.balance('alice')).posted).toBe('400.00')
    await bank.expectBooksInOrder()
  })
})
