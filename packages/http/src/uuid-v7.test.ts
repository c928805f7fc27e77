import { uuidPattern } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { uuidV7 } from './uuid-v7.js'

test('a UUIDv7 has version, variant and the time it was made', () => {
  const before = Date.now()
  const id = uuidV7()
  expect(id).toMatch(uuidPattern)
  expect(id).toMatch(/^.{14}7.{4}[89ab]/)
  const made = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
  expect(made).toBeGreaterThanOrEqual(before)
  expect(made).toBeLessThanOrEqual(Date.now() + 100)
})

test('ids rise, also within a millisecond and when the clock steps back', () => {
  const start = Date.now() + 1_000
  const ids = Array.from({ length: 20_000 }, (_, index) =>
    uuidV7(start - (index % 7) + Math.floor(index / 10_000)),
  )
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids).size).toBe(ids.length)
})
