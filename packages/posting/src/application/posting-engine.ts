import type { Database, Lane } from '@plinth/db'
import type { Currencies, IdempotencyKey, TenantId } from '@plinth/kernel'
import type { Tenant } from '@plinth/tenancy'
import type { Submission, Unit } from '../domain/command.js'
import type { Outcome, RecordedCommand } from '../domain/recorded-command.js'
import {
  alone,
  failedOutcomes,
  type GroupCommit,
  type GroupCommitOptions,
  type KeysAtWork,
  openGroupCommit,
} from './group-commit.js'
import type { InterestDesk } from './interest-desk.js'
import type { CommandStore } from './ports.js'
import type { Batch } from './post-batch.js'
import { readRecorded } from './recorded-commands.js'
import { runBatchWith } from './run-batch.js'

/** For whom commands are run: the tenant, and the currencies by which its amounts are read and shown. */
export interface Books {
  readonly tenant: Tenant
  readonly currencies: Currencies
}

/** The one way to change the books. */
export interface PostingEngine {
  /** One command, together with whatever else is waiting. */
  submit(books: Books, submission: Submission): Promise<Outcome>
  /** Several that stand or fall together, as quickly as one. */
  submitTogether(books: Books, submissions: readonly Submission[]): Promise<readonly Outcome[]>
  /** Units in order, in the batch lane. An outcome for each submission, in order. */
  submitBatch(books: Books, units: readonly Unit[]): Promise<Outcome[]>
  /** The answer a command would get now. Nothing is recorded. */
  rehearse(books: Books, submission: Submission): Promise<Outcome>
  /** What is recorded for a key. */
  recorded(books: Books, key: IdempotencyKey): Promise<RecordedCommand | undefined>
  /** Commands waiting in this process, by lane. */
  queued(): Readonly<Record<Lane, number>>
}

export interface EngineOptions {
  readonly lanes?: LaneOptions | undefined
  /** Undefined: no accounts are closed. */
  readonly desk?: InterestDesk | undefined
}

export type LaneOptions = Readonly<Record<Lane, GroupCommitOptions>>

// A caller waits at most 5 s for its turn (contract §3) and 10 s for an answer.
const patience = { waitMs: 5_000, answerMs: 10_000 }

/**
 * Two small transactions of single commands in flight: while the database works on one, the answers of the other are sent and
 * new requests read; more than two mostly wait for each other's rows and for the head. The batch lane has one, because the
 * commands of a batch take effect in order.
 */
export const laneDefaults: LaneOptions = {
  online: { ...patience, commandsMax: 32, queuedMax: 10_000, inFlightMax: 2 },
  batch: {
    ...patience,
    waitMs: 60_000,
    answerMs: 70_000,
    commandsMax: 1_000,
    queuedMax: 40_000,
    inFlightMax: 2,
  },
}

export function openPostingEngine(
  database: Database,
  store: CommandStore,
  { lanes = laneDefaults, desk }: EngineOptions = {},
): PostingEngine {
  const run = runBatchWith(database, store, desk)
  const queues = new Map<TenantId, Readonly<Record<Lane, GroupCommit>>>()

  function queuesOf({ tenant }: Books): Readonly<Record<Lane, GroupCommit>> {
    const { tenantId } = tenant
    const known = queues.get(tenantId)
    if (known !== undefined) return known
    const keysAtWork: KeysAtWork = new Map()
    const { telemetry } = database
    const open = (lane: Lane) =>
      openGroupCommit(
        lanes[lane],
        (units, deadlineMs, neighbours) =>
          run({ tenantId, lane, deadlineMs }, { tenantId, units, rehearsal: false }, neighbours),
        keysAtWork,
        { telemetry, lane, tenant: tenantId },
      )
    const opened = { online: open('online'), batch: open('batch') }
    queues.set(tenantId, opened)
    return opened
  }

  return {
    submit: async (books, submission) => {
      const [outcome] = await queuesOf(books).online.submit([{ submissions: [submission], broken: false }])
      return outcome as Outcome
    },
    submitTogether: (books, submissions) => queuesOf(books).online.submit([{ submissions, broken: false }]),
    submitBatch: async (books, units) => {
      const { batch } = queuesOf(books)
      // Each part is a transaction: one that is turned away says nothing about those that committed.
      const parts = await Promise.all(
        inParts(units, lanes.batch.commandsMax).map((part) =>
          batch.submit(part).catch((error: unknown) => failedOutcomes(part, error)),
        ),
      )
      return parts.flat()
    },
    rehearse: async (books, submission) => {
      const { tenantId } = books.tenant
      const units = [{ submissions: [submission], broken: false }]
      const batch: Batch = { tenantId, units, rehearsal: true }
      const deadlineMs = Date.now() + patience.answerMs
      const [outcome] = await run({ tenantId, lane: 'online', deadlineMs }, batch, alone)
      return outcome as Outcome
    },
    recorded: async ({ tenant, currencies }, key) =>
      database.read(tenant.tenantId, async (tx) =>
        (await readRecorded(store, tx, [key]))(currencies).get(key),
      ),
    queued: () => {
      const total = { online: 0, batch: 0 }
      for (const { online, batch } of queues.values()) {
        total.online += online.queued()
        total.batch += batch.queued()
      }
      return total
    },
  }
}

/** Units in runs of at most `commandsMax` commands, so that a large batch gives way to others between its transactions. */
function inParts(units: readonly Unit[], commandsMax: number): Unit[][] {
  const parts: Unit[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const unit of units) {
    size += unit.submissions.length
    if (size > commandsMax) {
      parts.push([])
      size = unit.submissions.length
    }
    parts.at(-1)?.push(unit)
  }
  return parts
}
