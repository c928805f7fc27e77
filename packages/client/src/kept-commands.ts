import { createHash } from 'node:crypto'
import type { Outcome } from './outcome.js'

/** A command as it is kept before it is sent for the first time: the same key and content go out again and again. */
export interface KeptCommand {
  readonly key: string
  /** The call, its ids filled in: `/v1/holds/0199…/captures`. */
  readonly path: string
  readonly body: unknown
  readonly correlationId: string
  readonly causationId?: string
}

/**
 * Where commands are kept until their outcome is known. Whoever loses the key of a command that was sent cannot tell whether
 * to send it again, so it is on disk before the first byte leaves.
 */
export interface KeptCommands {
  /**
   * Durable when it resolves. `new`: it was never kept before, so it was never sent. `known`: the same command stands under
   * this key already. Fails with `KeyTaken` when another one does.
   */
  keep(command: KeptCommand): Promise<'new' | 'known'>
  /** Its outcome is known. Of a key that was never kept, or is settled already, nothing happens. */
  settle(outcome: Outcome): Promise<void>
  /** Those without an outcome, oldest first. */
  open(): Promise<readonly KeptCommand[]>
}

/** A key stands for one command for ever, and this one has another. */
export class KeyTaken extends Error {
  override readonly name = 'KeyTaken'
  constructor(readonly key: string) {
    super(`The key ${key} was kept for another command.`)
  }
}

/** What makes two commands under one key the same: the call and its content, however its members are ordered. */
export const digestOf = ({ path, body }: Pick<KeptCommand, 'path' | 'body'>): string =>
  createHash('sha256')
    .update(`${path}\n${ordered(body)}`)
    .digest('hex')

function ordered(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(ordered).join()}]`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${ordered(member)}`).join()}}`
}

/**
 * Keeps commands for as long as the process lives: for tests, and for callers whose keys follow from something they keep
 * themselves, such as the id of an order.
 */
export function keepInMemory(): KeptCommands {
  const commands = new Map<string, { command: KeptCommand; settled: boolean }>()
  return {
    keep: async (command) => {
      const found = commands.get(command.key)
      if (found === undefined) {
        commands.set(command.key, { command, settled: false })
        return 'new'
      }
      if (digestOf(found.command) !== digestOf(command)) throw new KeyTaken(command.key)
      return 'known'
    },
    settle: async (outcome) => {
      const found = commands.get(outcome.key)
      if (found !== undefined && outcome.kind !== 'unknown') found.settled = true
    },
    open: async () => [...commands.values()].filter(({ settled }) => !settled).map(({ command }) => command),
  }
}
