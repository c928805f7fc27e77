import { verifyDays, verifyYearEnds } from '@plinth/eod'
import { type EvidenceFindings, type EvidenceReport, verifyEvidence } from '@plinth/evidence'
import type { Verifier } from '@plinth/evidence/domain'
import { verifyPositions } from '@plinth/fx'
import { verifyInterest } from '@plinth/interest'
import type { TenantId } from '@plinth/kernel'
import { type RuleResult, type VerifyReport, verifyBooks } from '@plinth/posting'
import {
  type StatementFindings,
  verifyBalances,
  verifyReconciliation,
  verifyStatements,
} from '@plinth/reconciliation'
import { listTenants } from '@plinth/tenancy'
import { Command, Option } from 'commander'
import { type CliRuntime, exitCodes, type Plinth } from '../cli-runtime.js'
import { readKept } from '../kept-checkpoints.js'
import { coloured, jsonOption, printJson, tenantOf, tenantOption } from '../output.js'
import { parseKeys } from '../read-keys.js'

interface Options {
  readonly tenant?: TenantId
  readonly all?: true
  readonly json?: true
  readonly checkpoint?: readonly string[]
  readonly key?: readonly Verifier[]
}

interface TenantReport extends Omit<VerifyReport, 'rules'> {
  readonly rules: readonly (RuleResult | StatementFindings | EvidenceFindings)[]
  readonly tenantId: TenantId
  readonly elapsedSeconds: number
  readonly evidence: Omit<EvidenceReport, 'rules'> & {
    /** `database`: no key was given or found here, so those that the database names were believed. */
    readonly keysFrom: 'given' | 'installation' | 'database'
    readonly elapsedSeconds: number
  }
}

export function verifyCommand(runtime: CliRuntime): Command {
  return new Command('verify')
    .description('recompute every invariant of the books from the posting lines; exits 1 where one is broken')
    .addOption(tenantOption())
    .addOption(new Option('--all', 'all tenants').conflicts('tenant'))
    .option(
      '--checkpoint <place>',
      'compare with the checkpoints kept in this file or behind this URL; may be given again',
      (place: string, before: readonly string[] = []) => [...before, place],
    )
    .option(
      '--key <key>',
      'trust this key of checkpoints (default: those of PLINTH_SIGNING_KEY or of the data directory)',
      parseKeys,
    )
    .addOption(jsonOption())
    .action(async (options: Options) => {
      const anchors =
        options.checkpoint && (await Promise.all(options.checkpoint.map((place) => readKept(place)))).flat()
      await runtime.withPlinth(async (plinth) => {
        const reports: TenantReport[] = []
        for (const tenantId of await tenantsOf(runtime, plinth, options)) {
          const trust = await trustOf(runtime, tenantId, options)
          const report = await verifyTenant(plinth, { tenantId, anchors, ...trust })
          reports.push(report)
          if (!options.json) printReport(report)
        }
        if (options.json) printJson(options.all ? reports : reports[0])
        process.exitCode = reports.every(({ sound }) => sound) ? exitCodes.done : exitCodes.refused
      })
    })
}

async function tenantsOf(
  runtime: CliRuntime,
  { database }: Plinth,
  options: Options,
): Promise<readonly TenantId[]> {
  if (!options.all) return [tenantOf(runtime, options)]
  return (await database.read(undefined, listTenants)).map(({ tenantId }) => tenantId)
}

interface Trust {
  readonly trusted: readonly Verifier[] | undefined
  readonly keysFrom: TenantReport['evidence']['keysFrom']
}

async function trustOf(runtime: CliRuntime, tenantId: TenantId, { key }: Options): Promise<Trust> {
  if (key !== undefined) return { trusted: key, keysFrom: 'given' }
  const trusted = await runtime.trustedKeys(tenantId)
  return { trusted, keysFrom: trusted === undefined ? 'database' : 'installation' }
}

interface Wanted extends Trust {
  readonly tenantId: TenantId
  readonly anchors: readonly string[] | undefined
}

async function verifyTenant(
  plinth: Plinth,
  { tenantId, keysFrom, ...outside }: Wanted,
): Promise<TenantReport> {
  const startedMs = performance.now()
  const books = await plinth.books(tenantId)
  // One snapshot for all of it, so that postings going on meanwhile are not taken for faults.
  const report = await plinth.database.read(tenantId, async (tx) => {
    const { sound, rules, ...counts } = await verifyBooks(tx, books)
    const interest = await verifyInterest(tx, books)
    const years = await verifyYearEnds(tx, books)
    const positions = await verifyPositions(tx, books)
    const statements = await verifyStatements(tx, books.currencies)
    const days = [...(await verifyDays(tx, books)), ...(await verifyReconciliation(tx, books))]
    const { currencies } = books
    const evidenceMs = performance.now()
    const { rules: sealing, ...found } = await verifyEvidence(tx, { tenantId, currencies, ...outside })
    const evidence = { ...found, elapsedSeconds: secondsSince(evidenceMs) }
    const balances = await verifyBalances(tx, { ...books, trusted: outside.trusted })
    const all = [...rules, ...interest, ...years, ...positions, ...days, statements, ...sealing, ...balances]
    const isSound = sound && all.every(({ broken }) => broken === 0)
    return { sound: isSound, ...counts, evidence: { ...evidence, keysFrom }, rules: all }
  })
  return { tenantId, elapsedSeconds: secondsSince(startedMs), ...report }
}

const secondsSince = (startedMs: number): number => Math.round(performance.now() - startedMs) / 1_000

function printReport({
  tenantId,
  entries,
  lines,
  accounts,
  rules,
  sound,
  elapsedSeconds,
  evidence,
}: TenantReport): void {
  const counts = `${entries} entries, ${lines} lines, ${accounts} accounts`
  console.log(`Tenant ${tenantId}: ${counts}, in ${elapsedSeconds} s`)
  for (const rule of rules) console.log(lineOf(rule))
  console.log(
    `Sealed are ${evidence.sealed} entries${evidence.unsealed > 0 ? `; ${evidence.unsealed} are not yet` : ''}.`,
  )
  if (evidence.keysFrom === 'database' && evidence.sealed > 0)
    console.log(
      coloured('The keys of checkpoints were taken from the database; --key says whom to trust.', 'yellow'),
    )
  for (const rule of rules)
    if ('withErasedLines' in rule && rule.withErasedLines > 0)
      console.log(
        `${rule.withErasedLines} statements have lines whose details were erased: their checksums cannot be added up again, all else was.`,
      )
  const broken = rules.filter(({ first }) => first !== undefined).length
  console.log(
    sound ? coloured('The books are sound.', 'green') : coloured(`${broken} rules are broken.`, 'red'),
  )
}

function lineOf({ rule, says, broken, first }: TenantReport['rules'][number]): string {
  const name = rule.padEnd(26)
  if (first === undefined) return `${coloured('ok    ', 'green')}  ${name}  ${says}`
  const row = Object.entries(first.row)
    .map(([part, value]) => `${part} ${value}`)
    .join(', ')
  const more = broken > 1 ? ` (and ${broken - 1} more)` : ''
  return `${coloured('FAILED', 'red')}  ${name}  ${row}: expected ${first.expected}; found ${first.found}${more}`
}
