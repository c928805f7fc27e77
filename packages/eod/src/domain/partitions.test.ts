import type { AccountId } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { accountPartitions, entryPartitions, type Load } from './partitions.js'

const loads = (...said: string[]): Load[] =>
  said.map((each) => {
    const [id, load] = each.split(' ')
    return { accountId: id as AccountId, ...(load !== undefined && { load: Number(load) }) }
  })
const written = (ranges: readonly { from: string; to: string }[]) =>
  ranges.map(({ from, to }) => `${from}-${to}`)

test.each([
  [[], []],
  [['a'], ['a-a']],
  [
    ['a', 'b', 'c', 'd', 'e'],
    ['a-c', 'd-e'],
  ],
  [
    ['a 2', 'b 1', 'c 1'],
    ['a-b', 'c-c'],
  ],
  [
    ['a 1', 'b 3', 'c'],
    ['a-a', 'b-b', 'c-c'],
  ],
  [
    ['a 9', 'b 9'],
    ['a-a', 'b-b'],
  ],
])('accounts %j with at most 3 to do are cut into %j', (accounts, ranges) => {
  expect(written(accountPartitions(loads(...accounts), 3))).toEqual(ranges)
})

test.each([
  [1, 0, []],
  [1, 1, ['1-1']],
  [1, 10, ['1-10']],
  [11, 31, ['11-20', '21-30', '31-31']],
])('entries %i to %i are cut into tens as %j', (first, last, ranges) => {
  expect(written(entryPartitions({ first, last }, 10))).toEqual(ranges)
})
