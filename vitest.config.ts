import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Run the workspace from its sources, unbuilt; the rest is what Node takes. Not `module`, which vite would add: what some packages
// have behind it (@opentelemetry/api) is for bundlers, and Node cannot load it.
const conditions = ['source', 'node', 'development|production']

// Concerns no package's sources alone, and needs no PostgreSQL.
const withoutDatabase = 'test/openapi/**/*.test.ts'

// What starts programs or takes its time for what happens, not for what is asked: their statements are run by the tests of their
// modules too. Left out where the same statements are run a second time under other roles, unless all are wanted.
const programsAndPatience = [
  'test/{architecture,cli,client,concurrency,faults,journey,payment-service,property,real-data,restore,runbooks}/**',
  'test/database/embedded-postgres.test.ts',
  'test/eod/{kill,year-of-interest}.test.ts',
  'test/events/nats.test.ts',
  'test/http/slow-clients.test.ts',
]
const statementsOnly = process.env.PLINTH_STATEMENTS_ONLY === '1'

const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
}

export default defineConfig({
  ...shared,
  test: {
    pool: 'forks',
    // Two files at a time already keep PostgreSQL busy; more only make timings uneven.
    maxWorkers: Math.min(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', withoutDatabase],
          // What is pure leaves nothing behind for the next file: the modules are read once for all of them.
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          // Without a locale hledger cannot read its own journal's letters.
          env: { LC_ALL: 'C.UTF-8' },
          include: ['test/**/*.test.ts'],
          exclude: [
            ...['test/architecture/planted/**', withoutDatabase, '**/node_modules/**'],
            ...(statementsOnly ? programsAndPatience : []),
          ],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
