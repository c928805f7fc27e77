import { createHmac } from 'node:crypto'
import { instantOf } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { mayReach, type Network, parseNetwork } from './reachable-address.js'
import { circuitOf } from './render-webhook.js'
import { retryAfterMsOf } from './retry-after.js'
import { newBoxKey, type SecretBox, SecretUnreadable, secretBoxWith } from './secret-box.js'
import { newSecret, signatureHeader } from './signature.js'
import type { Webhook } from './webhook.js'
import { isWebhookUrl } from './webhook-url.js'

const network = (text: string) => parseNetwork(text) as Network

describe('an address', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700:4700::1111', 'public'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'this host'],
    ['::', 'this host'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['100.100.100.200', 'metadata behind shared address space'],
    ['fe80::1', 'link-local'],
    ['fc00::1', 'unique local'],
    ['fec0::1', 'site-local of old'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'broadcast'],
    ['240.0.0.1', 'reserved'],
    ['192.0.0.8', 'reserved'],
    ['192.0.2.1', 'documentation'],
    ['198.18.0.1', 'benchmarking'],
    ['2001:db8::1', 'documentation'],
    ['::ffff:127.0.0.1', 'IPv4-mapped'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['2002:7f00:1::', '6to4'],
    ['2001:0:7f00:1::', 'Teredo'],
    ['localhost', 'no address'],
    ['', 'no address'],
  ])('%s (%s) is reached only if it is public', (address, kind) => {
    expect(mayReach(address, { networks: [], plain: false })).toBe(kind === 'public')
  })

  test('of a network that the operator has named is reached, and no other', () => {
    const reach = { networks: [network('10.20.0.0/16'), network('fd12::/16')], plain: false }
    const reached = ['10.20.3.4', 'fd12::1', '10.21.0.1', '169.254.169.254', '::ffff:10.20.3.4']
    expect(reached.map((address) => mayReach(address, reach))).toEqual([true, true, false, false, false])
    expect(parseNetwork('10.20.0.0')).toBeUndefined()
    expect(parseNetwork('everything/0')).toBeUndefined()
  })

  test('without TLS is this machine’s own, and only if the operator has named it', () => {
    const plainly = (address: string, ...networks: string[]) =>
      mayReach(address, { networks: networks.map(network), plain: true })
    expect([plainly('127.0.0.1'), plainly('127.0.0.1', '127.0.0.0/8')]).toEqual([false, true])
    expect([plainly('8.8.8.8'), plainly('10.20.3.4', '10.20.0.0/16')]).toEqual([false, false])
  })
})

test.each<[string, boolean]>([
  ['https://hooks.bank.example/plinth?for=a', true],
  ['https://10.20.3.4:8443/', true],
  ['http://localhost:9000/hook', true],
  ['http://127.0.0.1/hook', true],
  ['http://[::1]/hook', true],
  ['http://2130706433/hook', true],
  ['http://hooks.bank.example/', false],
  ['http://localhost.bank.example/', false],
  ['https://user:password@bank.example/', false],
  ['https://bank.example/#part', false],
  ['ftp://bank.example/', false],
  ['file:///etc/passwd', false],
  ['bank.example', false],
  [`https://bank.example/${'a'.repeat(2_048)}`, false],
])('events may be sent to %s: %s', (url, may) => {
  expect(isWebhookUrl(url)).toBe(may)
})

describe('a signature', () => {
  test('is that of the published example', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    }
    const published = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    expect(signatureHeader(message, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toBe(published)
  })

  test('is there for each secret that is valid', () => {
    const [one, other] = [newSecret(), newSecret()]
    const message = { id: 'e', timestamp: 1, body: 'ä' }
    const of = (secret: string) =>
      `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
        .update('e.1.ä')
        .digest('base64')}`
    expect(signatureHeader(message, [one, other])).toBe(`${of(one)} ${of(other)}`)
  })

  test('is made with secrets of 32 bytes that nobody can guess', () => {
    const secrets = Array.from({ length: 20 }, newSecret)
    expect(new Set(secrets).size).toBe(20)
    for (const secret of secrets) expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32)
  })
})

describe('a sealed secret', () => {
  const box = (key = newBoxKey()) => secretBoxWith(key) as SecretBox

  test('opens where it was sealed, with the same key', () => {
    const key = newBoxKey()
    const sealed = box(key).seal('whsec_a', 'bank/1')
    expect(box(key).open(sealed, 'bank/1')).toBe('whsec_a')
    expect(sealed.includes('whsec_a')).toBe(false)
  })

  test('opens nowhere else, with no other key, and not when it was changed', () => {
    const key = newBoxKey()
    const sealed = box(key).seal('whsec_a', 'bank/1')
    expect(() => box(key).open(sealed, 'bank/2')).toThrow(SecretUnreadable)
    expect(() => box().open(sealed, 'bank/1')).toThrow(/another key/)
    for (const at of [5, 20, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect(() => box(key).open(changed, 'bank/1')).toThrow(SecretUnreadable)
    }
  })

  test('needs a key of 32 bytes', () => {
    expect(secretBoxWith(Buffer.alloc(31))).toBeUndefined()
  })
})

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['120', 120_000],
  ['0', 0],
  ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
  ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
  ['-5', undefined],
  ['soon', undefined],
  ['1.5', undefined],
  ['2026-11-21', undefined],
])('Retry-After: %s is %s ms', (header, ms) => {
  expect(retryAfterMsOf(header, Date.parse('2026-11-21T12:00:00Z'))).toBe(ms)
})

test('a circuit is open until the time of the next attempt, which finds out', () => {
  const now = instantOf(1_000)
  const of = (failuresInARow: number, nextMs?: number) =>
    circuitOf(
      { failuresInARow, nextAttemptAt: nextMs === undefined ? undefined : instantOf(nextMs) } as Webhook,
      now,
    )
  expect([of(0), of(4, 9_000), of(5, 9_000), of(5, 1_000), of(5)]).toEqual([
    ...['closed', 'closed', 'open', 'half_open', 'half_open'],
  ])
})
