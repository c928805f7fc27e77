import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCheckpoint, splitNotes } from '@plinth/evidence/domain'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { learn } from '../support/leaks.js'
import { type Environment, type PlinthProcess, plinth, startPlinth } from './plinth-process.js'

const folder = mkdtempSync(join(tmpdir(), 'plinth-proof-'))
const file = (name: string): string => join(folder, name)
const openBank = useBank()
let bank: Bank
const workers: PlinthProcess[] = []

const environment = (more: Environment = {}): Environment => ({
  PLINTH_DATABASE_URL: bank.adminUrl,
  PLINTH_DATA_DIR: folder,
  PLINTH_TENANT: bank.tenantId,
  PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
  ...more,
})
const run = (...parameters: string[]) => plinth(parameters, environment())

async function startWorker(more?: Environment): Promise<PlinthProcess> {
  const worker = startPlinth(['worker'], environment(more))
  workers.push(worker)
  await worker.waitFor(/"msg":"working"/)
  return worker
}
async function stopWorkers(): Promise<void> {
  for (const { child } of workers) child.kill('SIGTERM')
  await Promise.all(workers.splice(0).map(({ ended }) => ended))
}

const sizeOf = async (): Promise<number | undefined> =>
  (
    await bank.rows<{ n: number }>(
      'select max(tree_size)::int as n from evidence.checkpoint where tenant_id = $1',
      [bank.tenantId],
    )
  )[0]?.n
const pay = () => bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' })

beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '500.00')
})
afterAll(async () => {
  await stopWorkers()
  rmSync(folder, { recursive: true, force: true })
})

describe('the worker', () => {
  test('has a checkpoint of every entry within a second, signed with a key of its own', async () => {
    await startWorker()
    await expect.poll(sizeOf, { timeout: 5_000 }).toBe(1)
    for (let size = 2; size <= 5; size += 1) {
      await pay()
      // A second, and what a busy machine takes besides.
      await expect.poll(sizeOf, { timeout: 2_500, interval: 50 }).toBe(size)
    }
    const path = file('signing-key.pem')
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
    learn('secret', readFileSync(path, 'utf8').split('\n')[1] ?? '')
  }, 30_000)

  test('shares the work with another one, which goes on alone when it is killed', async () => {
    await startWorker()
    const [first] = workers
    for (let paid = 0; paid < 40; paid += 1) {
      await pay()
      if (paid === 20) first?.child.kill('SIGKILL')
    }
    await expect.poll(sizeOf, { timeout: 5_000 }).toBe(45)
    await stopWorkers()
    const { code, stdout } = await run('verify')
    expect([code, stdout]).toEqual([0, expect.stringContaining('Sealed are 45 entries.')])
  }, 60_000)
})

describe('a proof', () => {
  let key: string
  beforeAll(async () => {
    key = (await run('proof', 'key')).stdout.trim()
  })

  test('is written to a file and checked with the key alone, where there is no database', async () => {
    expect(await run('proof', '3', '--open', 'all', '--out', file('proof.json'))).toMatchObject({ code: 0 })
    writeFileSync(file('key'), `${key}\n`)
    const nowhere = { PLINTH_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
    for (const given of [key, file('key')]) {
      const checked = await plinth(['proof', 'check', file('proof.json'), '--key', given], nowhere)
      expect([checked.code, checked.stderr]).toEqual([0, ''])
      expect(checked.stdout).toContain('The proof is sound')
      expect(checked.stdout).toContain('"accountId":"bob"')
    }
  })

  test('that was changed is refused', async () => {
    const text = readFileSync(file('proof.json'), 'utf8')
    writeFileSync(file('changed.json'), text.replace('"kind": "posting"', '"kind": "reversal"'))
    const checked = await run('proof', 'check', file('changed.json'), '--key', key)
    expect([checked.code, checked.stderr]).toEqual([1, expect.stringContaining('not in the tree')])
    const json = await run('proof', 'check', file('changed.json'), '--key', key, '--json')
    expect([json.code, JSON.parse(json.stdout)]).toEqual([1, { sound: false, fault: expect.any(String) }])
  })

  test('of one account’s line shows nothing of the other', async () => {
    const { stdout } = await run('proof', '3', '--open', 'bob')
    expect(JSON.parse(stdout).openings).toHaveLength(1)
    expect(stdout).not.toContain('alice')
  })

  test.each([
    [['proof', '99'], 1, 'There is no entry 99'],
    [['proof', 'x'], 2, 'Write the id of an entry, a UUID, or its number.'],
    [['proof', 'check', 'nowhere.json', '--key', 'x'], 2, 'A key is name+id+key'],
    [['proof', 'check', 'nowhere.json'], 2, 'required option'],
  ])('%j ends with %i', async (parameters, code, words) => {
    const ended = await run(...parameters)
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(words)])
  })
})

describe('checkpoints kept outside', () => {
  const received: string[] = []
  let server: Server
  let url: string
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.method === 'GET') return void response.end(received.join(''))
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        received.push(body)
        response.writeHead(204).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/anchor`
  })
  afterAll(() => server.close())

  test('are added to a file once each, and posted to a URL', async () => {
    for (const place of [file('anchors'), file('anchors'), url])
      expect(await run('proof', 'checkpoint', place)).toMatchObject({ code: 0, stdout: '' })
    const kept = readFileSync(file('anchors'), 'utf8')
    expect(received).toEqual([kept])
    expect((await run('proof', 'checkpoint')).stdout).toBe(kept)
    await pay()
    await startWorker()
    await expect.poll(sizeOf, { timeout: 5_000 }).toBe(46)
    await stopWorkers()
    expect(await run('proof', 'checkpoint', file('anchors'))).toMatchObject({ code: 0 })
    const sizes = splitNotes(readFileSync(file('anchors'), 'utf8')).map(
      (note) => parseCheckpoint(note)?.treeSize,
    )
    expect(sizes).toEqual([45, 46])
  }, 30_000)

  test('are kept by the worker without being asked', async () => {
    const more = { PLINTH_ANCHOR: file('kept-by-worker') }
    const worker = await startWorker(more)
    await worker.waitFor(/checkpoint kept outside/)
    await stopWorkers()
    expect(readFileSync(file('kept-by-worker'), 'utf8')).toBe((await run('proof', 'checkpoint')).stdout)
    const wrong = await plinth(['worker'], environment({ PLINTH_ANCHOR: 'ftp://somewhere' }))
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('PLINTH_ANCHOR')])
  }, 30_000)

  test('agree with the books as long as nobody rewrites them', async () => {
    const verify = () => run('verify', '--checkpoint', file('anchors'), '--checkpoint', url)
    expect(await verify()).toMatchObject({ code: 0 })
    // Seals are taken away and made again: nothing inside the database shows it.
    const { rows, tenantId } = bank
    const tables = ['checkpoint', 'sealed_entry', 'tree_node', 'tree']
    for (const table of tables) {
      await rows(`alter table evidence.${table} disable trigger user`)
      await rows(`delete from evidence.${table} where tenant_id = $1`, [tenantId])
      for (const { tgname } of await rows<{ tgname: string }>(
        `select tgname from pg_trigger where tgrelid = 'evidence.${table}'::regclass and not tgisinternal`,
      ))
        await rows(`alter table evidence.${table} enable always trigger ${tgname}`)
    }
    await startWorker()
    await expect.poll(sizeOf, { timeout: 5_000 }).toBe(46)
    await stopWorkers()
    expect(await run('verify')).toMatchObject({ code: 0 })
    const found = await verify()
    expect([found.code, found.stdout]).toEqual([
      1,
      expect.stringMatching(/FAILED +anchors_agree +treeSize 45/),
    ])
  }, 60_000)

  test.each([
    [['proof', 'checkpoint', '/nowhere/at/all'], 'cannot be kept in /nowhere/at/all'],
    [['proof', 'checkpoint', 'http://127.0.0.1:1/'], 'cannot be kept in http://127.0.0.1:1/'],
    [['verify', '--checkpoint', '/nowhere'], '/nowhere cannot be read'],
  ])('%j ends with 2 where that place is none', async (parameters, words) => {
    const ended = await run(...parameters)
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(words)])
  })
})

describe('keys', () => {
  const pem = (key: KeyObject): string =>
    key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }) as string
  const next = generateKeyPairSync('ed25519')

  test('change: the next one signs, and earlier ones are trusted where they stand behind it', async () => {
    const before = (await run('proof', 'key')).stdout.trim()
    learn('secret', pem(next.privateKey).split('\n')[1] ?? '')
    writeFileSync(file('next.pem'), pem(next.privateKey))
    const more = { PLINTH_SIGNING_KEY: file('next.pem') }
    await startWorker(more)
    await pay()
    await expect.poll(sizeOf, { timeout: 5_000 }).toBe(47)
    await stopWorkers()
    const forgotten = await plinth(['verify'], environment(more))
    expect([forgotten.code, forgotten.stdout]).toEqual([
      1,
      expect.stringMatching(/FAILED +checkpoints_stand/),
    ])
    expect(await run('verify', '--key', before)).toMatchObject({ code: 1 })
    const after = (await plinth(['proof', 'key'], environment(more))).stdout.trim()
    expect(await run('verify', '--key', before, '--key', after)).toMatchObject({ code: 0 })
    // Base64 may hold plus signs of its own.
    const earlier = Buffer.from(before.replace(/^[^+]+\+[^+]+\+/, ''), 'base64')
    expect(earlier).toHaveLength(33)
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), earlier.subarray(1)])
    const block = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`
    writeFileSync(file('next.pem'), pem(next.privateKey) + block)
    expect((await plinth(['verify'], environment(more))).code).toBe(0)
    expect((await plinth(['proof', 'key'], environment(more))).stdout.trim().split('\n')).toEqual([
      after,
      before,
    ])
  }, 60_000)

  test('without one here those of the database are believed, and that is said', async () => {
    const { code, stdout } = await plinth(['verify'], environment({ PLINTH_DATA_DIR: file('elsewhere') }))
    expect([code, stdout]).toEqual([0, expect.stringContaining('taken from the database')])
  })

  test.each([
    ['nothing', '', 'must hold one Ed25519 private key'],
    [
      'another algorithm',
      pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      'must hold one Ed25519',
    ],
    ['two of them', pem(next.privateKey).repeat(2), 'must hold one Ed25519'],
  ])('a file with %s is refused, and not repeated', async (_what, content, words) => {
    writeFileSync(file('bad.pem'), content)
    const more = environment({ PLINTH_SIGNING_KEY: file('bad.pem') })
    for (const command of [['worker'], ['verify']]) {
      const { code, stderr } = await plinth(command, more)
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)])
    }
  })

  test('a file that is not there is named', async () => {
    const { code, stderr } = await plinth(['verify'], environment({ PLINTH_SIGNING_KEY: file('none.pem') }))
    expect([code, stderr]).toEqual([2, expect.stringContaining('PLINTH_SIGNING_KEY')])
  })

  test('an origin that fits in no note is refused', async () => {
    const { code, stderr } = await plinth(['verify'], environment({ PLINTH_ORIGIN: 'a b' }))
    expect([code, stderr]).toEqual([2, expect.stringContaining('PLINTH_ORIGIN')])
  })
})
