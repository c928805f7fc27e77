import { parseUuid, type TenantId } from '@plinth/kernel'
import {
  type Break,
  type BreakId,
  type BreakStatus,
  explainBreak,
  listBreaks,
  type Reconciled,
  readBreak,
  reconcile,
} from '@plinth/reconciliation'
import { breakStatuses, comparisons, renderBreak, renderBreakEvent } from '@plinth/reconciliation/domain'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import {
  coloured,
  jsonOption,
  printFields,
  printJson,
  printTable,
  tenantOf,
  tenantOption,
} from '../output.js'
import { parseNumber } from '../read-arguments.js'

interface Options {
  readonly tenant?: TenantId
  readonly json?: true
}

const explanation = `
A break is one thing that differs, from the run that found it to the run that finds it no more, which closes it. Who knows
why it is there says so with explain: it counts no more as open until its figures change.

Exit codes of run: 0 no open breaks · 1 there are some
`

/** `plinth reconcile`: whether the books agree with themselves. */
export function reconcileCommand(runtime: CliRuntime): Command {
  return new Command('reconcile')
    .description('compare the books with themselves, and look after what differs')
    .addHelpText('after', explanation)
    .addCommand(runCommand(runtime))
    .addCommand(breaksCommand(runtime))
    .addCommand(showCommand(runtime))
    .addCommand(explainCommand(runtime))
}

// So many can be looked at on a screen.
const shownMax = 20

const askerOf = ({ subject, newId }: Plinth) => ({
  ...{ subject, roles: [], correlationId: newId(), causationId: undefined },
})

function runCommand(runtime: CliRuntime): Command {
  return new Command('run')
    .description(
      'journal, balances, holds, control totals, extracts, accruals; exits 1 where there are open breaks',
    )
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const tenantId = tenantOf(runtime, options)
      await runtime.withPlinth(async (plinth) => {
        const { database, newId } = plinth
        const { currencies } = await plinth.books(tenantId)
        const run = await reconcile(database, { tenantId, currencies, newId, asker: askerOf(plinth) })
        const open = await database.read(tenantId, (tx) =>
          listBreaks(tx, { filter: { status: 'open' }, order: 'asc', limit: shownMax }),
        )
        if (options.json) printJson({ ...run, openBreaks: open.map(renderBreak) })
        else printRun(run, open)
        process.exitCode = run.breaks.open === 0 ? exitCodes.done : exitCodes.refused
      })
    })
}

function printRun({ comparisons: compared, breaks, asOfEntryNo }: Reconciled, open: readonly Break[]): void {
  console.log(`As of entry ${asOfEntryNo}:`)
  for (const { comparison, compared: count, differing } of compared) {
    const state = differing === 0 ? coloured('ok     ', 'green') : coloured('DIFFERS', 'red')
    const told = differing === 0 ? `${count}` : `${differing} of ${count}`
    console.log(`${state}  ${comparison.padEnd(24)}  ${told.padStart(9)}  ${comparisons[comparison]}`)
  }
  const { opened, closed, explained } = breaks
  const counts = `${opened} opened, ${closed} closed, ${explained} explained`
  if (breaks.open === 0) {
    console.log(coloured(`No open breaks (${counts}).`, 'green'))
    return
  }
  printBreaks(open)
  if (breaks.open > open.length)
    console.log(`These are ${open.length} of them; all: plinth reconcile breaks --limit ${breaks.open}`)
  console.log(coloured(`${breaks.open} open breaks (${counts}).`, 'red'))
  console.log(
    'What became of one: plinth reconcile show BREAK. Why it is there: plinth reconcile explain BREAK --note TEXT',
  )
}

function printBreaks(breaks: readonly Break[]): void {
  printTable(
    ['break', 'status', 'comparison', 'subject', 'expected', 'found', 'since'].map((title) => ({ title })),
    breaks.map(({ breakId, status, comparison, subject, expected, found, firstSeenAt }) => [
      ...[breakId, status, comparison, subject, expected, found, firstSeenAt],
    ]),
  )
}

function breaksCommand(runtime: CliRuntime): Command {
  return new Command('breaks')
    .description('what differs, oldest first')
    .addOption(new Option('--status <status>', '').choices([...breakStatuses]).default('open'))
    .option('--limit <number>', 'at most so many', parseNumber, 100)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: Options & { status: BreakStatus; limit: number }) => {
      const { status, limit } = options
      const tenantId = tenantOf(runtime, options)
      const found = await runtime.withPlinth(({ database }) =>
        database.read(tenantId, (tx) => listBreaks(tx, { filter: { status }, order: 'asc', limit })),
      )
      if (options.json) printJson(found.map(renderBreak))
      else if (found.length === 0) console.log(`No ${status} breaks.`)
      else printBreaks(found)
    })
}

function showCommand(runtime: CliRuntime): Command {
  return new Command('show')
    .description('one break, and what became of it')
    .argument('<break>', 'its id', parseBreakId)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (breakId: BreakId, options: Options) => {
      const tenantId = tenantOf(runtime, options)
      const known = await runtime.withPlinth(({ database }) =>
        database.read(tenantId, (tx) => readBreak(tx, breakId)),
      )
      if (known === undefined) throw noBreak(breakId)
      const body = renderBreak(known.found)
      const events = known.events.map(renderBreakEvent)
      if (options.json) {
        printJson({ ...body, events })
        return
      }
      printFields(Object.fromEntries(Object.entries(body).map(([name, value]) => [name, value ?? undefined])))
      for (const { at, what, by, expected, found, note } of events)
        console.log(
          `${at}  ${what.padEnd(9)}  by ${by}: expected ${expected}, found ${found}${note ? ` (${note})` : ''}`,
        )
    })
}

// As at the edge of HTTP.
const patienceMs = 10_000

function explainCommand(runtime: CliRuntime): Command {
  return new Command('explain')
    .description('say why a break is there; it is open again when its figures change')
    .argument('<break>', 'its id', parseBreakId)
    .requiredOption('--note <text>', 'why', parseNote)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (breakId: BreakId, options: Options & { note: string }) => {
      const tenantId = tenantOf(runtime, options)
      const explained = await runtime.withPlinth((plinth) => {
        const write = {
          tenantId,
          lane: 'online',
          deadlineMs: Date.now() + patienceMs,
          repeatable: true,
        } as const
        const asker = { ...askerOf(plinth), auditEventId: plinth.newId() }
        return plinth.database.transaction(write, (tx) =>
          explainBreak(tx, { breakId, note: options.note, asker }),
        )
      })
      if (explained.outcome === 'no_break') throw noBreak(breakId)
      if (explained.outcome === 'closed')
        throw new CommandFailure(`Break ${breakId} is closed: there is nothing left to explain.`)
      if (options.json) printJson(renderBreak(explained.explained))
      else console.log(`Explained: ${explained.explained.subject}, ${explained.explained.comparison}.`)
    })
}

const noBreak = (breakId: BreakId): CommandFailure =>
  new CommandFailure(`There is no break ${breakId} in this tenant.`)

function parseBreakId(text: string): BreakId {
  const id = parseUuid(text)
  if (id === undefined) throw new InvalidArgumentError('The id of a break is a UUID.')
  return id as string as BreakId
}

// As long as a reason elsewhere.
const noteLengthMax = 1_000

function parseNote(text: string): string {
  const note = text.trim()
  if (note !== '' && note.length <= noteLengthMax) return note
  throw new InvalidArgumentError(`A note has 1 to ${noteLengthMax} characters.`)
}
