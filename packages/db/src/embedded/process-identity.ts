import { readFileSync } from 'node:fs'

/**
 * Names one process for good. A pid alone does not: it is used again after the process ends, and a
 * start time alone counts from boot, so the boot belongs to the name as well.
 */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTicks: string
  readonly bootId: string
}

/** The identity of a living process; undefined when it has ended or is a zombie nobody has reaped. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The second field is the program's name in parentheses and may hold spaces; the rest is plain.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, startTicks] = [fields[0], fields[19]]
  // A container whose first process reaps nobody keeps zombies for ever; they hold nothing any more.
  if (state === undefined || startTicks === undefined || 'ZX'.includes(state)) return undefined
  return { pid, startTicks, bootId: (readProc('/proc/sys/kernel/random/boot_id') ?? '').trim() }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid)
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId
}

/** The arguments a process was started with; empty when it is gone. */
export function argumentsOf(pid: number): readonly string[] {
  return (readProc(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((argument) => argument !== '')
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
