import { expect, test } from 'vitest'
import { openCursor, sealCursor } from './cursor.js'

const secret = Buffer.alloc(32, 1)
const cursor = sealCursor(secret, 'alpha entries', 42)

test('a cursor opens where it was sealed', () => {
  expect(openCursor(secret, 'alpha entries', cursor)).toBe(42)
  expect(openCursor(secret, 's', sealCursor(secret, 's', 'CUST-42:main'))).toBe('CUST-42:main')
  expect(openCursor(secret, 's', sealCursor(secret, 's', 1))).toBe(1)
})

test.each([
  ['of another list or tenant', () => openCursor(secret, 'beta entries', cursor)],
  ['sealed with another secret', () => openCursor(Buffer.alloc(32, 2), 'alpha entries', cursor)],
  ['that is empty', () => openCursor(secret, 'alpha entries', '')],
  ['in another alphabet', () => openCursor(secret, 'alpha entries', `${cursor}=`)],
  ['that is very long', () => openCursor(secret, 'alpha entries', 'A'.repeat(100_000))],
])('a cursor %s does not open', (_, open) => {
  expect(open()).toBeUndefined()
})

test('a cursor of which any one character was changed does not open', () => {
  for (let at = 0; at < cursor.length; at += 1) {
    const other = cursor[at] === 'A' ? 'B' : 'A'
    expect(
      openCursor(secret, 'alpha entries', cursor.slice(0, at) + other + cursor.slice(at + 1)),
    ).toBeUndefined()
  }
})
