import { type ChildProcess, spawn } from 'node:child_process'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'

// Longest that another process may rightly hold the lock: a first initdb plus a slow crash recovery.
const lockWaitSeconds = 300

/**
 * Runs `work` while no other process runs work under the same lock file.
 *
 * Node has no file locks, and a lock made of a file that exists cannot be taken from a dead holder without
 * a race. flock(1) is part of every Debian and Ubuntu; the kernel frees its lock when the holder dies.
 */
export async function withDirectoryLock<Result>(
  lockFile: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const holder = await acquire(lockFile)
  try {
    return await work()
  } finally {
    await release(holder)
  }
}

async function acquire(lockFile: string): Promise<ChildProcess> {
  const holder = spawn(
    'flock',
    // `cat` ends when its standard input does, so the lock cannot outlive this process, even on kill -9.
    [
      '--exclusive',
      '--timeout',
      String(lockWaitSeconds),
      lockFile,
      'sh',
      '-c',
      'echo held; exec cat >/dev/null',
    ],
    // Its own session: a Ctrl-C in the terminal must not free the lock while work is under way.
    { detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
  )
  let complaint = ''
  holder.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString()
  })
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve())
    holder.once('error', (error) =>
      reject(new EmbeddedPostgresError(`Cannot run flock (package util-linux): ${error.message}`)),
    )
    holder.once('exit', () =>
      reject(
        new EmbeddedPostgresError(
          `Cannot lock ${lockFile}: ${complaint.trim() || `another process has held it for ${lockWaitSeconds} s`}`,
        ),
      ),
    )
  })
  return holder
}

async function release(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return
  const ended = new Promise((resolve) => holder.once('exit', resolve))
  holder.stdin?.end()
  await ended
}
