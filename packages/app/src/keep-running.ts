import type { EmbeddedPostgres } from '@plinth/db'

// Long enough to cost nothing, short enough that commands which are being retried outlast a crash of the server.
const lookEveryMs = 500

/**
 * Looks after an embedded server while it is in use: if its postmaster dies (killed, out of memory), `startAgain` recovers
 * it under the same socket and password, and connections find it again. The answer gives everything back.
 */
export function keepRunning(
  first: EmbeddedPostgres,
  startAgain: () => Promise<EmbeddedPostgres>,
  log: (line: string) => void,
): () => Promise<void> {
  const held = [first]
  let starting: Promise<void> | undefined
  let released = false

  const look = (): void => {
    const { pid } = held.at(-1) as EmbeddedPostgres
    if (released || starting !== undefined || runs(pid)) return
    log('PostgreSQL has died and is started again')
    starting = startAgain()
      .then(
        (server) => void held.push(server),
        (error: unknown) => log(`PostgreSQL could not be started again: ${String(error)}`),
      )
      .finally(() => {
        starting = undefined
      })
  }
  const timer = setInterval(look, lookEveryMs)
  timer.unref()

  return async () => {
    released = true
    clearInterval(timer)
    await starting
    for (const server of held) await server.stop()
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process cannot be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
