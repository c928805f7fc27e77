import { parseTenantId, type TenantId } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { type ApiKey, hashSecret, newApiToken, opens, parseApiToken } from './api-key.js'
import { isRole, may, type Permission, type Role, roles } from './role.js'

const permissions: readonly Permission[] = [
  ...(['read_chart', 'read_books', 'read_audit', 'post', 'open_account'] as const),
  ...(['open_unlimited_account', 'manage_accounts', 'manage_chart', 'manage_api_keys'] as const),
]

describe('a role', () => {
  test.each<[Role, string]>([
    // In the order above: chart, books, audit | post, open | unlimited, accounts, chart, keys.
    ['payments', 'yes yes no yes yes no no no no'],
    ['operator', 'yes yes no yes yes yes yes yes no'],
    ['auditor', 'yes yes yes no no no no no no'],
    ['product_manager', 'yes no no no no no no no no'],
    ['approver', 'yes no no no no no no no no'],
    ['admin', 'yes yes yes yes yes yes yes yes yes'],
  ])('%s may %s', (role, expected) => {
    const granted = permissions.map((permission) => (may([role], permission) ? 'yes' : 'no'))
    expect(granted.join(' ')).toBe(expected)
  })

  test('adds to what the others grant, and none grants nothing', () => {
    expect(may(['auditor', 'payments'], 'read_audit')).toBe(true)
    expect(may(['auditor', 'payments'], 'post')).toBe(true)
    expect(may(['auditor', 'payments'], 'manage_chart')).toBe(false)
    for (const permission of permissions) expect(may([], permission)).toBe(false)
  })

  test('is one of six', () => {
    for (const role of roles) expect(isRole(role)).toBe(true)
    for (const text of ['', 'Admin', 'root', 'constructor', 'admin ']) expect(isRole(text)).toBe(false)
  })
})

const secret = 'a'.repeat(64)

describe('a token', () => {
  test('has tenant, id and secret, and reads back as it was made', () => {
    const made = newApiToken(parseTenantId('north-bank') as TenantId)
    expect(made.text).toMatch(/^plk_north-bank_[0-9a-f]{16}_[0-9a-f]{64}$/)
    const { text, ...parts } = made
    expect(parseApiToken(text)).toEqual(parts)
    expect(newApiToken(made.tenantId).text).not.toBe(text)
  })

  test.each([
    '',
    'plk',
    `plk_demo_12345678_${'a'.repeat(42)}`,
    `plk_demo_12345678_${'a'.repeat(65)}`,
    `plk_demo_1234567_${secret}`,
    `plk_Demo_12345678_${secret}`,
    `plk_de_mo_12345678_${secret}`,
    `plk_-demo_12345678_${secret}`,
    `plk_demo_12345678_${secret}_`,
    ` plk_demo_12345678_${secret}`,
    `plk_demo_12345678_${secret}\n`,
    `Bearer plk_demo_12345678_${secret}`,
    `plk_demo_12345678_${'é'.repeat(64)}`,
    'eyJhbGciOiJub25lIn0.e30.',
  ])('%j is none', (text) => {
    expect(parseApiToken(text)).toBeUndefined()
  })
})

describe('a secret', () => {
  const key: ApiKey = {
    keyId: '12345678',
    name: 'k',
    roles: ['auditor'],
    secretHash: hashSecret(secret),
    expiresAtMs: undefined,
    revokedAtMs: undefined,
    lastUsedAtMs: undefined,
  }

  test.each<[string, Partial<ApiKey>, string, boolean]>([
    ['the right one', {}, secret, true],
    ['a wrong one', {}, `${'a'.repeat(63)}b`, false],
    ['an empty one', {}, '', false],
    ['the right one before it expires', { expiresAtMs: 1001 }, secret, true],
    ['the right one at the moment it expires', { expiresAtMs: 1000 }, secret, false],
    ['the right one after it expired', { expiresAtMs: 999 }, secret, false],
    ['the right one of a revoked key', { revokedAtMs: 5 }, secret, false],
    ['the right one of a key revoked later than now', { revokedAtMs: 2000 }, secret, false],
    ['a wrong one of an expired key', { expiresAtMs: 1 }, 'x', false],
  ])('%s', (_which, change, given, expected) => {
    expect(opens({ ...key, ...change }, given, 1000)).toBe(expected)
  })

  test('is not in what is stored of it', () => {
    expect(hashSecret(secret)).toHaveLength(32)
    expect(hashSecret(secret).toString('latin1')).not.toContain(secret)
  })
})
