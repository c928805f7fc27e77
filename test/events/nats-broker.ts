import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { freePort } from '../cli/plinth-process.js'

const unpacked = fileURLToPath(new URL('../../.plinth/nats/usr/sbin/nats-server', import.meta.url))

/** Debian's nats-server: installed, or unpacked by the Makefile. Undefined: it could not be had. */
export const natsServer = [process.env.NATS_SERVER, '/usr/sbin/nats-server', unpacked].find(
  (path) => path !== undefined && existsSync(path),
)

export interface Published {
  readonly sequence: number
  readonly subject: string
  readonly id: string
  readonly contentType: string
  readonly text: string
}

/** A real nats-server with JetStream on a loopback port and in a directory of its own. */
export interface Broker {
  readonly url: string
  /** kill -9, and a new one on the same port and directory. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Everything in a stream, in its order. */
  read(stream: string): Promise<Published[]>
  deleteStream(stream: string): Promise<void>
  close(): Promise<void>
}

export async function openBroker(): Promise<Broker> {
  const port = await freePort()
  const url = `nats://127.0.0.1:${port}`
  const directory = mkdtempSync(join(tmpdir(), 'plinth-nats-'))
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    const parameters = ['-js', '-sd', directory, '-a', '127.0.0.1', '-p', String(port)]
    child = spawn(natsServer as string, parameters, { stdio: 'ignore' })
    for (const deadline = Date.now() + 10_000; !(await listens(port)); await sleep(50))
      if (Date.now() > deadline) throw new Error('nats-server does not listen')
  }
  const kill = async (): Promise<void> => {
    const dying = child
    child = undefined
    if (dying === undefined) return
    const ended = new Promise((resolve) => dying.once('close', resolve))
    dying.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    url,
    start,
    kill,
    read: (stream) => readStream(url, stream),
    deleteStream: async (stream) => {
      const connection = await connect({ servers: url })
      await (await jetstreamManager(connection)).streams.delete(stream)
      await connection.close()
    },
    close: async () => {
      await kill()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

async function readStream(url: string, stream: string): Promise<Published[]> {
  const connection = await connect({ servers: url })
  try {
    const manager = await jetstreamManager(connection)
    const names = await manager.streams.names().next()
    if (!names.includes(stream)) return []
    const { state } = await manager.streams.info(stream)
    const published: Published[] = []
    const consumer = await jetstream(connection).consumers.get(stream)
    while (published.length < state.messages) {
      for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 2_000 })) {
        published.push({
          sequence: message.seq,
          subject: message.subject,
          id: message.headers?.get('Nats-Msg-Id') ?? '',
          contentType: message.headers?.get('Content-Type') ?? '',
          text: message.string(),
        })
        if (published.length === state.messages) break
      }
    }
    return published
  } finally {
    await connection.close()
  }
}
