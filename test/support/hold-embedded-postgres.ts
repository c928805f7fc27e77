import { startEmbeddedPostgres } from '../../packages/db/src/embedded/embedded-postgres.js'

// Runs an embedded PostgreSQL until it is told to end: a process of its own for the tests that kill one, and for
// people who want to look into a database that a failed test kept:
//   node --import tsx test/support/hold-embedded-postgres.ts .plinth/test-pg18
const [dataDir, binDir] = process.argv.slice(2)
if (dataDir === undefined) throw new Error('Name a data directory')
try {
  const postgres = await startEmbeddedPostgres({ dataDir, ...(binDir ? { binDir } : {}) })
  const end = () => void postgres.stop().then(() => process.exit(0))
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  // Whatever else, an open handle keeps this process alive until then.
  setInterval(() => {}, 60_000)
  console.log(JSON.stringify(postgres))
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).message }))
  process.exit(1)
}
