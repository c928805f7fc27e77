import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type KeptCommand, type KeptCommands, KeyTaken, keepInMemory } from './kept-commands.js'
import { keepInFile } from './kept-in-file.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-kept-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newFile = () => join(folder, `commands-${++files}.jsonl`)

const command = (key: string, amount = '1.00'): KeptCommand => ({
  key,
  path: '/v1/postings',
  body: { transactionCode: 'TRANSFER', lines: [{ amount }] },
  correlationId: 'c',
})
const accepted = (key: string) => ({ kind: 'accepted', key, status: 201, body: {}, replayed: false }) as const
const keysIn = async (kept: KeptCommands) => (await kept.open()).map(({ key }) => key)

describe.each<[where: string, open: () => Promise<KeptCommands>]>([
  ['in memory', async () => keepInMemory()],
  ['in a file', () => keepInFile(newFile())],
])('commands kept %s', (_, open) => {
  test('are open until their outcome is known, oldest first', async () => {
    const kept = await open()
    expect(await Promise.all(['a', 'b', 'c'].map((key) => kept.keep(command(key))))).toEqual([
      'new',
      'new',
      'new',
    ])
    await kept.settle(accepted('b'))
    await kept.settle({ kind: 'unknown', key: 'c', maybeDone: false, reason: '' })
    await kept.settle(accepted('never kept'))
    expect(await keysIn(kept)).toEqual(['a', 'c'])
  })

  test('are known by their key and refuse another content under it, however its members are ordered', async () => {
    const kept = await open()
    await kept.keep(command('a'))
    const { body, ...rest } = command('a')
    const ordered = { lines: (body as { lines: unknown }).lines, transactionCode: 'TRANSFER' }
    expect(await kept.keep({ ...rest, body: ordered, correlationId: 'another' })).toBe('known')
    await expect(kept.keep(command('a', '1.01'))).rejects.toThrow(KeyTaken)
    await kept.settle(accepted('a'))
    expect(await kept.keep(command('a'))).toBe('known')
    await expect(kept.keep({ ...command('a'), path: '/v1/holds' })).rejects.toThrow(KeyTaken)
  })
})

describe('a file of kept commands', () => {
  test('has what was kept when it is opened again, in order, and nobody else may read it', async () => {
    const path = newFile()
    const first = await keepInFile(path)
    await Promise.all(['a', 'b', 'c'].map((key) => first.keep(command(key))))
    await first.settle(accepted('b'))
    await first.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const second = await keepInFile(path)
    expect(await second.open()).toEqual([command('a'), command('c')])
    expect(readFileSync(path, 'utf8')).not.toContain('"b"')
    await second.close()
  })

  test('passes over a last line that a crash cut short, and refuses one that is broken inside', async () => {
    const path = newFile()
    const first = await keepInFile(path)
    await first.keep(command('a'))
    await first.close()
    appendFileSync(path, '{"kept":{"key":"b","pa')
    const second = await keepInFile(path)
    expect(await keysIn(second)).toEqual(['a'])
    await second.keep(command('b'))
    await second.close()
    appendFileSync(path, 'broken\n')
    await expect(keepInFile(path)).rejects.toThrow(SyntaxError)
  })
})
