import { once } from 'node:events'
import { createServer } from 'node:net'
import { CommandFailure } from '@plinth/cli'
import { PortTaken } from '@plinth/http/server'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where a person on this machine reaches the address. */
export function urlAt({ host, port }: Address): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/**
 * Looks before minutes of setting up are spent on an address that is taken.
 *
 * @throws CommandFailure which says who is there and what to do.
 */
export async function refuseTakenPort(address: Address): Promise<void> {
  const probe = createServer()
  try {
    probe.listen(address.port, address.host)
    await once(probe, 'listening')
  } catch (error) {
    throw await listenFailure(error, address)
  } finally {
    probe.close()
  }
}

/** Why nobody can listen there, as a sentence; anything else as it was. */
export async function listenFailure(error: unknown, address: Address): Promise<unknown> {
  const { host, port } = address
  switch (error instanceof PortTaken ? 'EADDRINUSE' : (error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': {
      const other = port < 65_535 ? port + 1 : port - 1
      const holder = (await isPlinth(address))
        ? `A Plinth answers at ${urlAt(address)} already (another \`make start\`?). Use that one, end it with Ctrl-C in its terminal,`
        : `Another program listens on port ${port} of ${host} (\`ss -ltnp 'sport = :${port}'\` names it). End it,`
      return new CommandFailure(`${holder} or choose another port: PLINTH_PORT=${other} make start`)
    }
    case 'EACCES':
      return new CommandFailure(
        `This user may not listen on port ${port}. Choose one above 1023 in PLINTH_PORT.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new CommandFailure(`${host} is no address of this machine. Correct PLINTH_HOST.`)
    default:
      return error
  }
}

async function isPlinth(address: Address): Promise<boolean> {
  try {
    const answer = await fetch(`${urlAt(address)}/openapi.json`, { signal: AbortSignal.timeout(1_000) })
    const { info } = (await answer.json()) as { info?: { title?: string } }
    return /plinth/i.test(info?.title ?? '')
  } catch {
    return false
  }
}
