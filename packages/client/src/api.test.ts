import { expect, test } from 'vitest'
import { fill } from './api.js'

test('a path gets its ids and its query', () => {
  expect(fill('/v1/accounts/{accountId}/balance', { ids: { accountId: 'CUST/42 a' } })).toBe(
    '/v1/accounts/CUST%2F42%20a/balance',
  )
  expect(fill('/v1/holds', { query: { accountId: 'a&b', status: undefined, limit: 5 } })).toBe(
    '/v1/holds?accountId=a%26b&limit=5',
  )
})

test.each([{}, { accountId: '' }, { accountId: '.' }, { accountId: '..' }])(
  'no path is made of the ids %j',
  (ids) => {
    expect(() => fill('/v1/accounts/{accountId}', { ids })).toThrow(TypeError)
  },
)
