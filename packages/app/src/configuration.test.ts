import { describe, expect, test } from 'vitest'
import { type Environment, readConfiguration } from './configuration.js'

const issuer = { PLINTH_JWT_ISSUER: 'https://id.bank.example', PLINTH_JWT_AUDIENCE: 'plinth' }

/** What is wrong with an environment, a line each. */
function faultsIn(environment: Environment): string[] {
  try {
    readConfiguration(environment)
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

describe('the configuration of JSON Web Tokens', () => {
  test('is none where nothing is said', () => {
    expect(readConfiguration({ PLINTH_JWT_ISSUER: ' ' }).jwt).toBeUndefined()
  })

  test('takes all three algorithms and no internal address unless it is told otherwise', () => {
    const { jwt } = readConfiguration({ ...issuer, PLINTH_JWT_KEYS: 'https://id.bank.example/keys' })
    expect(jwt).toEqual({
      issuer: issuer.PLINTH_JWT_ISSUER,
      audience: 'plinth',
      keys: new URL('https://id.bank.example/keys'),
      internalKeys: false,
      algorithms: ['EdDSA', 'ES256', 'RS256'],
    })
  })

  test('takes a file, a shorter list of algorithms, and plain http where that is allowed', () => {
    const keys = (environment: Environment) => readConfiguration({ ...issuer, ...environment }).jwt
    expect(keys({ PLINTH_JWT_KEYS: '/etc/keys.json' })?.keys).toBe('/etc/keys.json')
    expect(keys({ PLINTH_JWT_KEYS: '/x', PLINTH_JWT_ALGORITHMS: 'ES256, EdDSA' })?.algorithms).toEqual([
      'EdDSA',
      'ES256',
    ])
    const inside = { PLINTH_JWT_KEYS: 'http://id/keys', PLINTH_JWT_INTERNAL_KEYS: '1' }
    expect(keys(inside)).toMatchObject({ keys: new URL('http://id/keys'), internalKeys: true })
  })

  test.each<[string, Environment, RegExp]>([
    ['an issuer without the rest', issuer, /set together/],
    ['keys without an issuer', { PLINTH_JWT_KEYS: '/x' }, /set together/],
    ['plain http', { ...issuer, PLINTH_JWT_KEYS: 'http://id/keys' }, /PLINTH_JWT_KEYS must be/],
    ['another kind of URL', { ...issuer, PLINTH_JWT_KEYS: 'ftp://id/keys' }, /PLINTH_JWT_KEYS must be/],
    [
      'an algorithm with a shared secret',
      { ...issuer, PLINTH_JWT_KEYS: '/x', PLINTH_JWT_ALGORITHMS: 'ES256,HS256' },
      /PLINTH_JWT_ALGORITHMS must be/,
    ],
  ])('%s is refused, in one line', (_what, environment, said) => {
    expect(faultsIn(environment)).toEqual([expect.stringMatching(said)])
  })
})

test.each(['0', '-1', '1.5', 'many', 'Infinity'])('a rate limit of %s is refused', (PLINTH_RATE_LIMIT) => {
  expect(faultsIn({ PLINTH_RATE_LIMIT })).toEqual([expect.stringMatching(/PLINTH_RATE_LIMIT must be/)])
})

describe('the configuration of what is told', () => {
  test('makes no traces unless somebody takes them', () => {
    const traces = (environment: Environment) => readConfiguration(environment).traces
    expect(traces({})).toBe(false)
    expect(traces({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toBe(true)
    expect(traces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' })).toBe(true)
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
    expect(traces({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBe(false)
    expect(traces({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBe(false)
  })

  test('listens for a worker’s metrics only where a port says so', () => {
    expect(readConfiguration({}).workerMetricsPort).toBeUndefined()
    expect(readConfiguration({ PLINTH_WORKER_METRICS_PORT: '4001' }).workerMetricsPort).toBe(4001)
    expect(faultsIn({ PLINTH_WORKER_METRICS_PORT: 'x' })).toEqual([
      expect.stringMatching(/^PLINTH_WORKER_METRICS_PORT must/),
    ])
  })

  test('takes no secret that can be guessed, and does not repeat it', () => {
    expect(readConfiguration({ PLINTH_LOG_SECRET: 'long-enough-to-be-one' }).logSecret).toHaveLength(21)
    expect(faultsIn({ PLINTH_LOG_SECRET: 'hunter2' })).toEqual([
      'PLINTH_LOG_SECRET must be a secret of at least 16 characters.',
    ])
  })
})
