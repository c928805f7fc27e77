import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { documentBefore } from './document-before.js'

let root: string
const path = 'api/openapi.json'

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plinth-openapi-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const gitIsHere = (() => {
  try {
    execFileSync('git', ['--version'])
    return true
  } catch {
    return false
  }
})()

const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false']
const git = (folder: string, ...parameters: string[]): void => {
  execFileSync('git', [...author, ...parameters], { cwd: folder, stdio: 'pipe' })
}

function write(text: string, file = path): void {
  mkdirSync(join(root, file, '..'), { recursive: true })
  writeFileSync(join(root, file), text)
}

function commit(text: string, file = path): void {
  write(text, file)
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', text)
}

// A tree that was unpacked from an archive may be on a machine without git, and its tests pass there.
describe.skipIf(!gitIsHere)('the document before', () => {
  beforeEach(() => git(root, 'init', '--quiet'))

  test('is the last commit’s while the new one is not committed', async () => {
    commit('one')
    commit('two')
    expect(await documentBefore(root, path, 'three')).toMatchObject({ text: 'two' })
  })

  test('is that of the commit before once it is', async () => {
    commit('one')
    commit('two')
    expect(await documentBefore(root, path, 'two')).toMatchObject({ text: 'one' })
  })

  test('is unknown before the file was there', async () => {
    commit('else', 'else')
    expect(await documentBefore(root, path, 'one')).toEqual({
      text: undefined,
      reason: `HEAD has no ${path} yet`,
    })
    commit('one')
    expect(await documentBefore(root, path, 'one')).toEqual({
      text: undefined,
      reason: `HEAD~1 has no ${path} yet`,
    })
  })

  test('is unknown before the first commit, and where a clone ends', async () => {
    const ended = { text: undefined, reason: expect.stringContaining('the history ends before') }
    expect(await documentBefore(root, path, 'one')).toEqual(ended)
    commit('one')
    expect(await documentBefore(root, path, 'one')).toEqual(ended)
    commit('two')
    const clone = join(root, 'clone')
    git(root, 'clone', '--quiet', '--depth', '1', `file://${root}`, clone)
    expect(await documentBefore(clone, path, 'two')).toEqual(ended)
    expect(await documentBefore(clone, path, 'three')).toMatchObject({ text: 'two' })
  })

  test('is not that of another repository around an unpacked archive', async () => {
    commit('one')
    commit('two')
    const unpacked = join(root, 'vendor')
    mkdirSync(unpacked)
    expect(await documentBefore(unpacked, path, 'two')).toMatchObject({ text: undefined })
  })
})

test('there is none outside a repository', async () => {
  const before = await documentBefore(root, path, 'one')
  expect(before).toEqual({
    text: undefined,
    reason: gitIsHere ? 'this is no git repository' : 'git is not installed here',
  })
})
