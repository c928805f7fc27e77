import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * What becomes of a COMMIT that passes: lost on its way to the server, or kept there with the connection standing; carried out, but its answer lost; carried out and
 * never answered, the connection standing; or turned into a ROLLBACK, which the server then answers.
 */
export type CommitFault = 'lost before' | 'never forwarded' | 'answer lost' | 'never answered' | 'rolled back'

/** Stands between a pool and PostgreSQL, on Unix sockets, and does harm to COMMITs. */
export interface CommitProxy {
  /** How often each fault was done. */
  readonly done: CommitFault[]
  /** The URL of the same database by way of this proxy. */
  urlFor(url: string): string
  /** The next `times` COMMITs meet this fault. After each, if `thenRefuse`, nobody is let in any more. */
  arm(fault: CommitFault, more?: { times?: number; thenRefuse?: boolean }): void
  refuseAll(): void
  letIn(): void
  close(): Promise<void>
}

const commit = Buffer.from('Q\0\0\0\x0bCOMMIT\0', 'latin1')
const rollback = Buffer.from('Q\0\0\0\x0dROLLBACK\0', 'latin1')
// CommandComplete with the tag COMMIT.
const committed = Buffer.from('C\0\0\0\x0bCOMMIT\0', 'latin1')

interface Link {
  readonly client: Socket
  readonly server: Socket
  /** The fault under way on this connection: nothing more of what the server says reaches the client. */
  fault?: CommitFault
}

class UnixProxy implements CommitProxy {
  readonly done: CommitFault[] = []
  readonly #links = new Set<Link>()
  readonly #socketDir = mkdtempSync(join(tmpdir(), 'plinth-proxy-'))
  readonly #serverSocket: string
  readonly #listener: Server
  #armed: CommitFault[] = []
  #thenRefuse = false
  #refusing = false

  constructor(serverSocketDir: string) {
    this.#serverSocket = join(serverSocketDir, '.s.PGSQL.5432')
    this.#listener = createServer((client) => this.#welcome(client))
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#listener.once('error', reject)
      this.#listener.listen(join(this.#socketDir, '.s.PGSQL.5432'), resolve)
    })
  }

  urlFor(url: string): string {
    const through = new URL(url)
    through.searchParams.set('host', this.#socketDir)
    return through.href
  }

  arm(fault: CommitFault, { times = 1, thenRefuse = false } = {}): void {
    this.#armed = Array.from({ length: times }, () => fault)
    this.#thenRefuse = thenRefuse
  }

  refuseAll(): void {
    this.#refusing = true
    for (const link of this.#links) this.#cut(link)
  }

  letIn(): void {
    this.#refusing = false
  }

  async close(): Promise<void> {
    this.refuseAll()
    await new Promise((resolve) => this.#listener.close(resolve))
    rmSync(this.#socketDir, { recursive: true, force: true })
  }

  #welcome(client: Socket): void {
    client.on('error', () => {})
    if (this.#refusing) {
      client.destroy()
      return
    }
    const server = createConnection(this.#serverSocket)
    server.on('error', () => {})
    const link: Link = { client, server }
    this.#links.add(link)
    client.on('data', (bytes: Buffer) => this.#toServer(link, bytes))
    server.on('data', (bytes: Buffer) => this.#toClient(link, bytes))
    client.on('close', () => this.#cut(link))
    server.on('close', () => this.#cut(link))
  }

  #toServer(link: Link, bytes: Buffer): void {
    const at = bytes.indexOf(commit)
    const fault = at < 0 ? undefined : this.#armed.shift()
    if (fault === undefined) {
      link.server.write(bytes)
      return
    }
    if (fault === 'rolled back') {
      link.server.write(Buffer.concat([bytes.subarray(0, at), rollback]))
      this.#didHarm(fault)
      return
    }
    link.fault = fault
    if (fault === 'lost before' || fault === 'never forwarded') {
      if (fault === 'lost before') this.#cut(link)
      this.#didHarm(fault)
    } else link.server.write(bytes)
  }

  #toClient(link: Link, bytes: Buffer): void {
    if (link.fault === undefined) link.client.write(bytes)
    else if (bytes.includes(committed)) {
      // It is in the books now, and only the server knows.
      if (link.fault === 'answer lost') this.#cut(link)
      this.#didHarm(link.fault)
    }
  }

  #didHarm(fault: CommitFault): void {
    this.done.push(fault)
    if (this.#thenRefuse) this.refuseAll()
  }

  #cut(link: Link): void {
    this.#links.delete(link)
    link.client.destroy()
    link.server.destroy()
  }
}

/** A proxy in front of the PostgreSQL of this URL, which names its socket's directory as `host`. */
export async function openCommitProxy(url: string): Promise<CommitProxy> {
  const serverSocketDir = new URL(url).searchParams.get('host')
  if (serverSocketDir === null) throw new Error('This PostgreSQL does not listen on a Unix socket')
  const proxy = new UnixProxy(serverSocketDir)
  await proxy.listen()
  return proxy
}
