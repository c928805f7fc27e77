import type { Begun, Ended, EodEngine, EodRequest, RunReport } from '@plinth/eod'
import type { BusinessDate, TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import type { Books } from '@plinth/posting'
import type { RehearsedExtract } from '@plinth/reconciliation'
import { Command, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { eodProgress } from '../eod-progress.js'
import { printEodReport, printRehearsed } from '../eod-report.js'
import { jsonOption, printJson, tenantOf, tenantOption } from '../output.js'
import { parseDate } from '../read-arguments.js'
import { stopOnInterrupt } from '../stop-on-interrupt.js'

interface Options {
  readonly tenant?: TenantId
  readonly json?: true
  readonly fullSpeed?: true
}

const explanation = `
A day that was begun and not closed, because its process was killed or a step failed, is gone on with where it was: by
run, once nobody has shown a sign of life for 30 seconds, or by resume --take-over at once.

Exit codes: 0 closed · 1 not closed, somebody else is at it, or accounts were set aside · 2 wrong usage
`

/** `plinth eod`: ends business days. */
export function eodCommand(runtime: CliRuntime): Command {
  return new Command('eod')
    .description('close business days: cut-off, holds, interest, control totals, GL extract')
    .addHelpText('after', explanation)
    .addCommand(runCommand(runtime))
    .addCommand(resumeCommand(runtime))
    .addCommand(statusCommand(runtime))
}

function runCommand(runtime: CliRuntime): Command {
  return new Command('run')
    .description('close the days up to a date, one by one; a day that is closed already is left as it is')
    .requiredOption('--date <date>', 'YYYY-MM-DD, the last day to close', parseDate)
    .option('--dry-run', 'tell what the business date would come to now; nothing is kept')
    .addOption(fullSpeedOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: Options & { date: BusinessDate; dryRun?: true }) => {
      const { date } = options
      if (options.dryRun) {
        await atWork(runtime, options, async ({ engine, books, request }) => {
          const { currencies } = books
          const { readRehearsedExtract } = await import('@plinth/reconciliation')
          let rehearsed: RehearsedExtract | undefined
          const report = await engine.rehearse(books, {
            ...{ ...request, date },
            rehearsed: async (tx, { run: { businessDate } }) => {
              rehearsed = await readRehearsedExtract(tx, { businessDate, currencies })
            },
          })
          await tell(options, books, { report, rehearsal: true, rehearsed })
        })
        return
      }
      await closing(runtime, options, ({ engine, books, request }) =>
        engine.begin(books, { ...request, date }),
      )
    })
}

const fullSpeedOption = (): Option =>
  new Option('--full-speed', 'do not rest while others post: sooner done, and postings are slower meanwhile')

function resumeCommand(runtime: CliRuntime): Command {
  return new Command('resume')
    .description('go on with the day that was begun, then try again the accounts that were set aside')
    .option('--take-over', 'whoever had it is gone for sure: do not wait for their 30 seconds')
    .addOption(fullSpeedOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: Options & { takeOver?: true }) => {
      const takeOver = options.takeOver === true
      await closing(runtime, options, ({ engine, books, request }) =>
        engine.resume(books, { ...request, takeOver }),
      )
    })
}

function statusCommand(runtime: CliRuntime): Command {
  return new Command('status')
    .description('how far the end of a day has come, and what came of it')
    .option('--date <date>', 'YYYY-MM-DD (default: the last day that was begun)', parseDate)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: Options & { date?: BusinessDate }) => {
      const { readRunReport, readRunUpTo } = await import('@plinth/eod')
      await runtime.withPlinth(async (plinth) => {
        const tenantId = tenantOf(runtime, options)
        const books = await plinth.books(tenantId)
        const found = await plinth.database.read(tenantId, async (tx) => {
          const { businessDate } = await readHead(tx)
          const run = await readRunUpTo(tx, options.date ?? businessDate)
          const covers = run && (options.date === undefined || options.date < run.nextDate)
          return { businessDate, report: covers ? await readRunReport(tx, run.runId) : undefined }
        })
        const { businessDate, report } = found
        if (report !== undefined) await tell(options, books, { report, rehearsal: false })
        else if (options.json) printJson({ businessDate, dayStatus: 'open' })
        else console.log(`${options.date ?? 'Every day'} is open; the business date is ${businessDate}.`)
      })
    })
}

/** What a command of the end of day works with. */
interface AtWork {
  readonly plinth: Plinth
  readonly engine: EodEngine
  readonly books: Books
  readonly request: EodRequest
}

async function atWork(
  runtime: CliRuntime,
  options: Options,
  work: (at: AtWork) => Promise<void>,
): Promise<void> {
  // Loaded here: it needs what other commands do without.
  const { EodFailed, EodRefused, EodRunning, openEod } = await import('@plinth/eod')
  const { glExtractStep } = await import('@plinth/reconciliation')
  const { constants, hostname, setPriority } = await import('node:os')
  // On the same machine, whoever waits for an answer comes first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  const stop = stopOnInterrupt('Stopping after the partition in flight …')
  const progress = eodProgress()
  try {
    await runtime.withPlinth(async (plinth) => {
      const { database, newId, subject } = plinth
      const owner = `${subject} on ${hostname()}, process ${process.pid}`
      const operator = { subject, roles: [], correlationId: newId(), causationId: undefined }
      await work({
        plinth,
        engine: openEod({ database, newId, owner, behindTotals: [glExtractStep] }),
        books: await plinth.books(tenantOf(runtime, options)),
        request: {
          operator,
          fullSpeed: options.fullSpeed === true,
          stopped: () => stop.asked,
          progressed: progress.show,
          failed: (error, { step, accountId }) => {
            progress.end()
            console.error(
              `Step ${step}${accountId === undefined ? '' : `, account ${accountId}`} failed:`,
              error,
            )
          },
        },
      })
    })
  } catch (error) {
    if (error instanceof EodRefused) throw new CommandFailure(error.message, exitCodes.usage)
    if (error instanceof EodRunning)
      throw new CommandFailure(`${error.message} If that process is gone: \`plinth eod resume --take-over\`.`)
    if (error instanceof EodFailed)
      throw new CommandFailure(`${error.message} When it is mended, \`plinth eod resume\` goes on there.`)
    throw error
  } finally {
    progress.end()
    stop.forget()
  }
}

async function closing(
  runtime: CliRuntime,
  options: Options,
  begin: (at: AtWork) => Promise<Begun>,
): Promise<void> {
  await atWork(runtime, options, async (at) => {
    const begun = await begin(at)
    const ended = await begun.finish()
    const runs = await rendered(at.books, ended.reports)
    const { complete } = ended
    const { businessDate } = await at.plinth.database.read(at.books.tenant.tenantId, readHead)
    if (options.json) printJson({ complete, businessDate, runs })
    else for (const run of runs) printEodReport(run, { rehearsal: false })
    if (runs.length === 0 && !options.json)
      console.log(`Nothing to do: the business date is ${businessDate}.`)
    if (!ended.complete)
      console.error('Stopped before the day was closed: `plinth eod resume` goes on with it.')
    process.exitCode = ended.complete && !hasSetAside(ended) ? exitCodes.done : exitCodes.refused
  })
}

const hasSetAside = ({ reports }: Ended): boolean =>
  reports.some(({ setAside }) => setAside.some(({ settledAt }) => settledAt === undefined))

async function rendered({ currencies }: Books, reports: readonly RunReport[]) {
  const { renderRunReport } = await import('@plinth/eod/domain')
  return reports.map((report) => renderRunReport(report, currencies))
}

async function tell(
  options: Options,
  books: Books,
  {
    report,
    rehearsal,
    rehearsed,
  }: { report: RunReport; rehearsal: boolean; rehearsed?: RehearsedExtract | undefined },
): Promise<void> {
  for (const run of await rendered(books, [report])) {
    if (options.json) printJson(rehearsal ? { rehearsal, ...run, ...rehearsed } : run)
    else printEodReport(run, { rehearsal })
    if (rehearsed !== undefined && !options.json) printRehearsed(rehearsed)
  }
}
