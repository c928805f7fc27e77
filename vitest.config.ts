import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Run the workspace from its sources, unbuilt; the rest is what Node takes. Not `module`, which vite would add: what some packages
// have behind it (@opentelemetry/api) is for bundlers, and Node cannot load it.
const conditions = ['source', 'node', 'development|production']

// Concerns no package's sources alone, and needs no PostgreSQL.
const withoutDatabase = 'test/openapi/**/*.test.ts'

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
          exclude: ['test/architecture/planted/**', withoutDatabase, '**/node_modules/**'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
