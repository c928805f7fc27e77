import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readWebhook, WebhookRefused } from './webhook.js'

// The example of the specification (standardwebhooks, `spec/standard-webhooks.md` and its libraries' tests).
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const example = {
  headers: {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
  body: '{"test": 2432232314}',
}
const nowMs = 1_614_265_330_000
const trust = { secret, nowMs }
const withHeader = (name: string, value: string | undefined) => ({
  ...example,
  headers: { ...example.headers, [name]: value },
})

describe('a delivery of a webhook', () => {
  test('is believed when its signature is that of the specification’s example', () => {
    const read = readWebhook(example, trust)
    expect(read).toEqual({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: { test: 2432232314 } })
    const fetched = { headers: new Headers(example.headers), body: Buffer.from(example.body) }
    expect(readWebhook(fetched, trust)).toEqual(read)
  })

  test('is believed when one of several signatures and one of two secrets fit', () => {
    const newer = `whsec_${randomBytes(24).toString('base64')}`
    const signatures = `v1a,unknown v1,${'A'.repeat(43)}= ${example.headers['webhook-signature']}`
    const delivery = withHeader('webhook-signature', signatures)
    expect(readWebhook(delivery, { ...trust, secret: [newer, secret] }).id).toBe(
      example.headers['webhook-id'],
    )
    expect(() => readWebhook(delivery, { ...trust, secret: newer })).toThrow(WebhookRefused)
  })

  test.each<[what: string, delivery: Parameters<typeof readWebhook>[0]]>([
    ['with another body', { ...example, body: '{"test": 2432232315}' }],
    ['with another id', withHeader('webhook-id', 'msg_other')],
    ['without an id', withHeader('webhook-id', undefined)],
    ['without a signature', withHeader('webhook-signature', undefined)],
    [
      'signed in another version only',
      withHeader('webhook-signature', 'v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='),
    ],
    ['with half a signature', withHeader('webhook-signature', 'v1,g0hM9SsE')],
    ['with a time that is none', withHeader('webhook-timestamp', '1614265330x')],
  ])('%s is refused', (_, delivery) => {
    expect(() => readWebhook(delivery, trust)).toThrow(WebhookRefused)
  })

  test.each([-301, 301])('that is %d seconds off is refused, one that is 300 off is not', (seconds) => {
    const near = Math.sign(seconds) * 300_000
    expect(() => readWebhook(example, { secret, nowMs: nowMs + seconds * 1000 })).toThrow(/too old/)
    expect(readWebhook(example, { secret, nowMs: nowMs + near }).id).toBe(example.headers['webhook-id'])
  })

  test('is not believed for a secret too short to be one', () => {
    const signed = createHmac('sha256', '').update('x').digest('base64')
    expect(() =>
      readWebhook(withHeader('webhook-signature', `v1,${signed}`), { ...trust, secret: '' }),
    ).toThrow(/at least 16 bytes/)
  })
})
